/**
 * Five of LEAN's regression algorithms on LEAN's own data: order states, fees, start and end equity. What LEAN must
 * end with stands in its sources (Algorithm.CSharp, `ExpectedStatistics`, commit 24863901); what Gordon must end with
 * and what lies between the two is reckoned by bridge.py in decimals from the same files, item by item.
 * lab/sim/models/lean.md explains each item.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../core/time.ts'
import type { Instrument } from '../../../domain/instrument.ts'
import { type BacktestRequest, backtest, memoryBars, memoryTicks, type Run } from '../../../sim/index.ts'
import { joinSeries } from '../../../sim/series.ts'
import { acceptanceData } from '../../acceptance-data.ts'
import { python } from '../../python.ts'
import { ASK, between, leanBars, leanFunding, leanQuotes } from './lean-data.ts'
import {
  CancelOpenOrders,
  CryptoFuture,
  CryptoFutureHourly,
  MinimumOrderSize,
  StableCoins,
} from './strategies.ts'

/** What a case must come to by hand, and what LEAN reckons otherwise: gordon + items = LEAN. USD. */
interface Bridge {
  readonly start: number
  readonly gordon: number
  readonly fees: number
  readonly prices: readonly number[]
  readonly items: readonly (readonly [string, number])[]
}
/** Minutes of the day in which orders were decided; LEAN's bitcoins in all and the perpetual's last middle. */
type FutureBridge = Bridge & { readonly minutes: readonly number[]; coins: number; coin_mark: number }

let hand: Readonly<
  Record<'CancelOpenOrders' | 'MinimumOrderSize' | 'CryptoFutureHourly' | 'StableCoins', Bridge>
> & {
  readonly CryptoFuture: FutureBridge
}
beforeAll(async () => {
  const script = readFileSync(new URL('bridge.py', import.meta.url), 'utf8')
  hand = (await python(script, { folder: join(acceptanceData(), 'lean') })) as typeof hand
})

const utc = (...parts: Parameters<typeof Date.UTC>) => Date.UTC(...parts) * 1000
const cents = (amount: number) => amount.toFixed(2)
const ends = (run: Run) =>
  run.orders.map(({ state, reason }) => (reason === undefined ? state : `${state} ${reason}`))
const prices = (run: Run) => run.fills.map(({ price }) => price)
const bridged = ({ gordon, items }: Bridge) => items.reduce((sum, [, amount]) => sum + amount, gordon)

/** Coins are kept in 1e-9: some 0.00002 USD of bitcoin each. */
function agrees(run: Run, { start, gordon, fees, prices: paid }: Bridge): void {
  expect(run.startEquity).toBeCloseTo(start, 6)
  expect(run.endEquity).toBeCloseTo(gordon, 4)
  expect(run.fees).toBeCloseTo(fees, 4)
  expect(prices(run)).toEqual(paid)
}

function pair(venue: string, symbol: string, terms: Partial<Instrument> = {}): Instrument {
  const base = symbol.slice(0, 3)
  const currency = symbol.slice(3)
  return { venue, symbol, base, currency, ticksPerUnit: 100, lotsPerUnit: 1e8, calendar: '24/7', ...terms }
}

const MARGIN = { initialMargin: 0.04, maintenanceMargin: 0.04, lotsPerUnit: 1 }
const ADA = pair('BINANCE', 'ADAUSDT', { kind: 'linear', ticksPerUnit: 10_000, ...MARGIN })
const BTC = pair('BINANCE', 'BTCUSD', {
  kind: 'inverse',
  settlement: 'BTC',
  multiplier: 100,
  ticksPerUnit: 10,
  ...MARGIN,
})
const FUTURES = 'cryptofuture/binance'
const DAY_OF_FUTURES = utc(2022, 11, 13)
/** LEAN's model pays at 00:00, 08:00 and 16:00 UTC. */
const FUNDINGS = [8, 16, 24].map(hours => DAY_OF_FUTURES + hours * HOUR)
const FUTURES_ACCOUNT: Partial<BacktestRequest> = {
  account: 'margin',
  margin: { pools: 'settlement' },
  currency: 'USD',
  cash: 1_000_000,
  rates: { USDT: 1 },
  partialFills: false,
}

describe('CancelOpenOrders', () => {
  it('ends each order as LEAN does and its money one cent apart, for the middle of the spread', async () => {
    const folder = 'crypto/coinbase/minute'
    // All orders buy: bars of the ask, which is where LEAN fills buys.
    const asks = (name: string) =>
      joinSeries(
        leanBars(`${folder}/${name}/20170903_quote.csv`, ASK),
        leanBars(`${folder}/${name}/20170904_quote.csv`, ASK),
      )
    const run = await backtest({
      strategy: CancelOpenOrders,
      bars: memoryBars(
        ['BTCUSD', 'ETHUSD'].map(symbol => ({
          instrument: pair('COINBASE', symbol),
          series: asks(symbol.toLowerCase()),
        })),
        { interval: '1m' },
      ),
      from: utc(2017, 8, 3, 4),
      to: utc(2017, 8, 4, 4),
      cash: 1000,
      fees: 'none',
    })
    expect(ends(run)).toEqual([
      'rejected insufficientCash',
      'filled',
      'canceled byStrategy',
      'canceled byStrategy',
      'filled',
    ])
    const bridge = hand.CancelOpenOrders
    agrees(run, bridge)
    expect([cents(run.endEquity), cents(bridged(bridge))]).toEqual(['955.70', '955.69'])
  })
})

describe('MinimumOrderSize', () => {
  it('refuses the order and the change that are too small, and makes the other', async () => {
    const run = await backtest({
      strategy: MinimumOrderSize,
      bars: memoryBars(
        [
          {
            instrument: pair('BITFINEX', 'BTCUSD', { ticksPerUnit: 1e8, minQuantity: 0.00004 }),
            series: leanBars('crypto/bitfinex/hour/btcusd_trade.csv'),
          },
        ],
        { interval: '1h' },
      ),
      from: utc(2013, 9, 1, 4),
      to: utc(2013, 9, 2, 4),
      fees: '20bps',
    })
    expect(ends(run)).toEqual(['rejected belowMinimum', 'filled', 'filled'])
    expect(run.logs.map(({ text }) => text)).toEqual(['replace 2: belowMinimum', 'replace 3: done'])
    expect(run.orders.map(({ quantity }) => quantity)).toEqual([0.00002, 0.0002, 0.002])
    agrees(run, hand.MinimumOrderSize)
    expect([run.startEquity, run.endEquity, run.fees].map(cents)).toEqual(['100000.00', '100000.00', '0.00'])
  })
})

describe('BasicTemplateCryptoFuture', () => {
  it('trades as LEAN does; its end is LEAN’s but for named items', async () => {
    const bars = (name: string) => leanBars(`${FUTURES}/minute/${name}/20221213_trade.csv`)
    const ticks = [BTC, ADA].map(instrument => {
      const name = instrument.symbol.toLowerCase()
      return {
        instrument,
        quotes: leanQuotes(`${FUTURES}/minute/${name}/20221213_quote.csv`),
        funding: leanFunding(`${FUTURES}/margin_interest/${name}.csv`, FUNDINGS, bars(name)),
      }
    })
    const run = await backtest({
      strategy: CryptoFuture,
      bars: memoryBars([{ instrument: BTC, series: bars('btcusd') }], { interval: '1m' }),
      ticks: memoryTicks(ticks),
      ...FUTURES_ACCOUNT,
      deposits: { BTC: 0.005, USDT: 200 },
      fees: '4bps',
    })
    const bridge = hand.CryptoFuture
    expect(ends(run)).toEqual(['rejected buyingPower', 'filled', 'filled', 'filled', 'filled'])
    const [opened, turned] = bridge.minutes.map(minute => DAY_OF_FUTURES + minute * MINUTE)
    expect(run.orders.map(({ submittedAt }) => submittedAt)).toEqual([opened, opened, opened, turned, turned])
    agrees(run, bridge)
    expect(run.cashFlows.map(({ kind }) => kind)).toEqual(Array(6).fill('funding'))
    expect(cents(run.fees)).toBe('0.65')
    // 1,000,200.00 and 0.005 BTC, which LEAN counts only when it has seen a price.
    expect(cents(run.startEquity)).toBe('1000286.04')

    const table = bridge.items.map(([what, amount]) => `${cents(amount)} ${what}`)
    expect(table).toEqual([
      '-3.00 inverse contract closed: profit counted as loss',
      '8.27 inverse contract open: loss counted as profit',
      '0.00 open contracts of bitcoin at the ask',
      '-0.10 open contracts of ADA at the ask',
      '-0.08 fee of closing, bitcoin',
      '-0.25 fee of closing, ADA',
      "-0.00 fees of the last trade's price",
    ])
    expect([cents(run.endEquity), cents(bridged(bridge))]).toEqual(['1000273.19', '1000278.03'])
    // The last cent: LEAN's bitcoin is Binance's spot BTCBUSD, which must have stood 1.71 to 3.66 USD below the perpetual.
    const apart = [1000278.015, 1000278.025].map(end => (end - bridged(bridge)) / bridge.coins)
    expect(apart.map(cents)).toEqual(['-3.66', '-1.71'])
    expect(Math.max(...apart.map(Math.abs)) / bridge.coin_mark).toBeLessThan(0.00025)
  })
})

describe('CryptoFutureHourlyMarginInterest', () => {
  it('pays what LEAN pays for holding; LEAN takes off what closing would cost', async () => {
    const trades = between(leanBars(`${FUTURES}/hour/adausdt_trade.csv`), DAY_OF_FUTURES, FUNDINGS[2])
    const run = await backtest({
      strategy: CryptoFutureHourly,
      ticks: memoryTicks([
        {
          instrument: ADA,
          quotes: leanQuotes(`${FUTURES}/hour/adausdt_quote.csv`),
          funding: leanFunding(`${FUTURES}/margin_interest/adausdt.csv`, FUNDINGS, trades),
        },
      ]),
      ...FUTURES_ACCOUNT,
      deposits: { USDT: 200 },
      fees: '5bps',
    })
    expect(ends(run)).toEqual(['filled'])
    const bridge = hand.CryptoFutureHourly
    agrees(run, bridge)
    expect(run.cashFlows.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['funding', -0.03025],
      ['funding', -0.03126],
      ['funding', -0.03141],
    ])
    expect([run.startEquity, run.fees].map(cents)).toEqual(['1000200.00', '0.15'])
    expect([cents(run.endEquity), cents(bridged(bridge))]).toEqual(['1000208.10', '1000207.90'])
  })
})

describe('StableCoins', () => {
  it('buys what LEAN buys; LEAN takes the fee in bitcoin', async () => {
    const run = await backtest({
      strategy: StableCoins,
      bars: memoryBars(
        [
          {
            instrument: pair('BINANCE', 'BTCUSDT', { lotsPerUnit: 100_000 }),
            series: leanBars('crypto/binance/hour/btcusdt_trade.csv'),
          },
        ],
        { interval: '1h' },
      ),
      from: utc(2018, 4, 1, 4),
      to: utc(2018, 4, 3, 4),
      currency: 'USD',
      cash: 100_000,
      deposits: { USDT: 200_000_000 },
      rates: { USDT: 1 },
      fees: '10bps',
      // LEAN fills at the close that decided; Gordon's own default would wait for the next bar.
      marketFill: 'last',
    })
    expect(ends(run)).toEqual(['filled'])
    const bridge = hand.StableCoins
    agrees(run, bridge)
    expect([run.startEquity, run.fees].map(cents)).toEqual(['200100000.00', '199400.35'])
    expect([cents(run.endEquity), cents(bridged(bridge))]).toEqual(['206880942.64', '206873962.29'])
  })
})
