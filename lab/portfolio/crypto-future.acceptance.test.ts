/**
 * LEAN's CryptoFutureHourlyMarginInterestRegressionAlgorithm on LEAN's own data: 1,000,000 USD and 200 USDT, 1,000
 * ADAUSDT bought at the first hour's close of 13 December 2022 and held through three fundings at that day's rate.
 * Its statistics: start 1,000,200, fees 0.15, end 1,000,207.90. LEAN values a long at the bid and takes off the
 * fee of closing it; this account values it at its mark and takes off nothing that was not paid.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { amountUnits } from '../core/decimal.ts'
import { notionalUnits } from '../costs/notional.ts'
import { acceptanceData } from '../testing/acceptance-data.ts'
import { share } from '../testing/fixtures.ts'
import { Account } from './account.ts'

/** Binance's fee for takers as LEAN has it: 0.05 %. */
const TAKER = 0.0005

function rows(path: string): string[][] {
  return readFileSync(join(acceptanceData(), 'lean/cryptofuture/binance', path), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map(line => line.split(','))
}

it('ends LEAN’s funding case to the cent, less the fee of closing', () => {
  // time, bid open high low close size, ask open high low close size
  const hours = rows('hour/adausdt_quote.csv').filter(([time]) => time.startsWith('20221213'))
  const bid = hours.map(row => Number(row[4]))
  const ask = hours.map(row => Number(row[9]))
  const [[, rateText]] = rows('margin_interest/adausdt.csv')
  expect([hours.length, Number(rateText)]).toEqual([24, 0.0001])

  const ada = share('ADAUSDT', { kind: 'linear', base: 'ADA', currency: 'USDT' })
  const account = new Account({
    account: 'main',
    strategy: 'test',
    instruments: [ada],
    currency: 'USD',
    capitalUnits: amountUnits(1_000_000),
    deposits: { USDT: amountUnits(200) },
    rates: { USDT: 1 },
  })
  expect(account.equity).toBe(1_000_200)
  for (let hour = 0; hour < 24; hour++) {
    // The bar of 00:00 is known at 01:00.
    account.mark[0] = bid[hour]
    if (hour === 0) account.applyFill(0, 1, 1000, ask[0], notionalUnits(ask[0], 1000, ada, TAKER))
    if ((hour + 1) % 8 === 0) account.events.applyFunding(0, Number(rateText), Number.NaN, hour)
  }
  account.valuate()
  const closing = Number(notionalUnits(bid[23], 1000, ada, TAKER)) / 1e9
  expect(account.events.flows).toHaveLength(3)
  expect(account.totalFees().toFixed(2)).toBe('0.15')
  expect((account.equity - closing).toFixed(2)).toBe('1000207.90')
  expect(account.equity.toFixed(2)).toBe('1000208.05')
})
