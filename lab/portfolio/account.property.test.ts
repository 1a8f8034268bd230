/**
 * Whatever happens in whatever order: books balance, round trips and income add up to the change of equity, a
 * split changes no value. Seeds are printed.
 */
import { describe, expect, it } from 'vitest'
import { amountUnits } from '../core/decimal.ts'
import { Random } from '../core/random.ts'
import type { FillRecord } from '../domain/fill.ts'
import { instrumentId } from '../domain/instrument.ts'
import { share } from '../testing/fixtures.ts'
import { Account } from './account.ts'
import { matchTrades } from './closed-trades.ts'

const RATES = { BTC: 20_000, EUR: 1.1 }
const INSTRUMENTS = [
  share('A'),
  share('B', { lotsPerUnit: 100, currency: 'EUR' }),
  share('F', { kind: 'future', multiplier: 50 }),
  share('G', { kind: 'future', multiplier: 50 }),
  share('I', { kind: 'inverse', base: 'BTC', multiplier: 100 }),
  share('P', { kind: 'linear', lotsPerUnit: 1000 }),
]

function live(seed: number, steps: number) {
  const random = new Random(seed)
  const account = new Account({
    account: 'main',
    strategy: 'test',
    instruments: INSTRUMENTS,
    currency: 'USD',
    capitalUnits: amountUnits(1e6),
    deposits: { BTC: amountUnits(50) },
    rates: RATES,
  })
  account.mark.set([50, 20, 4000, 4010, 20_000, 1500])
  account.valuate()
  const start = account.equity
  const fills: FillRecord[] = []
  let splits = 0
  for (let step = 0; step < steps; step++) {
    for (let handle = 0; handle < INSTRUMENTS.length; handle++)
      account.mark[handle] = Math.round(account.mark[handle] * (1 + 0.01 * random.normal()) * 1e6) / 1e6
    const handle = random.integer(0, INSTRUMENTS.length)
    const { kind = 'spot', lotsPerUnit } = INSTRUMENTS[handle]
    const chance = random.uniform()
    const { events } = account
    if (chance < 0.8) {
      const lots = random.integer(1, 200)
      const sign = random.uniform() < 0.5 ? 1 : -1
      const price = Math.round(account.mark[handle] * (1 + 0.001 * random.normal()) * 1e4) / 1e4
      const fee = random.integer(0, 1000)
      account.applyFill(handle, sign, lots, price, amountUnits(fee / 1e6))
      fills.push({
        id: fills.length + 1,
        orderId: fills.length + 1,
        time: step,
        instrument: instrumentId(INSTRUMENTS[handle]),
        side: sign > 0 ? 'buy' : 'sell',
        quantity: lots / lotsPerUnit,
        price,
        fee: fee / 1e6,
        slippage: 0,
      })
    } else if (kind === 'spot' && chance < 0.86) {
      account.valuate()
      const before = account.equity
      events.applySplit(handle, [2, 3, 0.5, 1 / 3, 0.1, 1.5][random.integer(0, 6)], Number.NaN, step)
      account.valuate()
      expect(Math.abs(account.equity / before - 1), `seed ${seed}, step ${step}`).toBeLessThan(1e-12)
      splits++
    } else if (kind === 'spot' && chance < 0.95) events.entitle(handle, 0.37, step + 5, step)
    else if (kind === 'spot') events.delist(handle, random.uniform() < 0.3 ? 0 : Number.NaN, step)
    else if (kind === 'future' && chance < 0.9)
      events.roll({
        from: handle,
        to: handle === 2 ? 3 : 2,
        fromPrice: account.mark[handle],
        toPrice: account.mark[5 - handle],
        time: step,
        feeUnits: [5, 7],
      })
    else if (kind === 'future') events.expire(handle, Number.NaN, step)
    else events.applyFunding(handle, 0.002 * random.normal(), Number.NaN, step)
    events.payDividends(step)
    const held = account.positionLots.filter(lots => lots !== 0).length
    if (held !== account.heldCount) expect.fail(`seed ${seed}, step ${step}: ${account.heldCount} held`)
  }
  account.ledger.verify()
  account.valuate()
  const ids = INSTRUMENTS.map(instrumentId)
  const matched = matchTrades({
    fills,
    bars: new Map(),
    marks: new Map(ids.map((id, handle) => [id, account.mark[handle]])),
    lotsPerUnit: new Map(ids.map((id, handle) => [id, INSTRUMENTS[handle].lotsPerUnit])),
    instruments: new Map(ids.map((id, handle) => [id, INSTRUMENTS[handle]])),
    flows: account.events.flows,
    fillRate: fill => account.fillRate(fill),
    rates: new Map(ids.map((id, handle) => [id, account.rates.rate[account.settlement[handle]]])),
  })
  return { account, matched, start, splits }
}

describe('a random life', () => {
  it('earns what its round trips and income add up to, and its books balance', () => {
    let splits = 0
    for (let seed = 1; seed <= 40; seed++) {
      const { account, matched, start, ...rest } = live(seed, 400)
      splits += rest.splits
      const sum = [...matched.closed, ...matched.open].reduce(
        (total, trade) => total + trade.profit + (trade.income ?? 0),
        0,
      )
      // Amounts are rounded to 1e-9 per posting, of coins worth 20,000 each.
      expect(Math.abs(account.equity - start - sum), `seed ${seed}`).toBeLessThan(0.02)
      for (const [handle, { lotsPerUnit }] of INSTRUMENTS.entries()) {
        const open = matched.open
          .filter(trade => trade.instrument === instrumentId(INSTRUMENTS[handle]))
          .reduce(
            (lots, trade) => lots + (trade.direction === 'long' ? 1 : -1) * trade.quantity * lotsPerUnit,
            0,
          )
        expect(open, `seed ${seed}, ${handle}`).toBeCloseTo(account.positionLots[handle], 6)
      }
    }
    expect(splits).toBeGreaterThan(100)
  })
})
