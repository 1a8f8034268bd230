/**
 * Stops, targets and trailing stops on the sample's AAPL bars agree trade by trade with from_signals of vectorbt 1.2.0:
 * both sides, with fees. Expected trades are its own, made by stops_vectorbt.py from bars that aapl.py takes straight
 * from the published table, and pinned here with the hashes of script and input: it wants other versions of numpy and
 * pandas than our tests.
 *
 * Where the two differ, and how that is met here:
 *   its stops work from the bar after the entry; so do orders sent from onFill
 *   its trailing stop follows the highs (lows) up to the bar before; ours would meet the close of the same bar too, so
 *   that a stop is moved by `replace` at each close
 *   its prices lie on no grid; ours are rounded to the tick of 1e-9 that is harder to reach
 *   of a bar that reaches both it takes the stop, also where the target was met at the open; we take what came first.
 *   None of these trades is one of those
 */
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BarSeries } from '../../domain/bar.ts'
import type { FillRecord } from '../../domain/fill.ts'
import type { BarSource } from '../../domain/ports/store.ts'
import { backtest } from '../../sim/index.ts'
import { type BarView, type Context, strategy } from '../../strategy/index.ts'
import { fileDigest, inputDigest, openAapl, type Pinned, pinnedIn, type Trade, tradeOf } from './aapl.ts'

interface ReferenceRun {
  readonly side: 'long' | 'short'
  readonly stop: number | null
  readonly trail: boolean
  readonly profit: number | null
  readonly fee: number
  readonly equity: number
  readonly trades: readonly Trade[]
  readonly open: readonly [number, number] | null
}

const EVERY = 15
const QUANTITY = 100

/** Enters at the opens of every fifteenth bar, and leaves by orders alone. */
class Exits extends strategy({ account: 'margin' }) {
  static terms: ReferenceRun
  row = 0
  /** The stop that works, the fraction it keeps from the best price since the fill, and that price. */
  stop = 0
  best = Number.NaN
  filledNow = false

  override onFill(fill: FillRecord, ctx: Context): void {
    const { side, stop, profit } = Exits.terms
    const [instrument] = ctx.instruments
    if (ctx.position(instrument) === 0) return
    const sign = side === 'long' ? 1 : -1
    const send = (terms: object) =>
      sign > 0
        ? ctx.sell(instrument, fill.quantity, { ...terms, group: 'exit' })
        : ctx.buy(instrument, fill.quantity, { ...terms, group: 'exit' })
    const at = (fraction: number) => {
      const toward = sign * fraction < 0 ? 'down' : 'up'
      return ctx.roundPrice(instrument, fill.price * (1 + sign * fraction), toward)
    }
    if (stop !== null) this.stop = send({ stop: at(-stop) })
    if (profit !== null) send({ limit: at(profit) })
    this.best = fill.price
    this.filledNow = true
  }

  override onBar(bar: BarView, ctx: Context): void {
    const { side, stop, trail } = Exits.terms
    const sign = side === 'long' ? 1 : -1
    const held = ctx.position(bar.instrument)
    if (held !== 0 && trail && !this.filledNow) {
      const seen = sign > 0 ? bar.high : bar.low
      if (sign * (seen - this.best) > 0) {
        this.best = seen
        const price = ctx.roundPrice(bar.instrument, seen * (1 - sign * stop!), sign > 0 ? 'down' : 'up')
        expect(ctx.replace(this.stop, { stop: price })).toBeUndefined()
      }
    }
    this.filledNow = false
    if (++this.row % EVERY !== 0 || held !== 0) return
    if (sign > 0) ctx.buy(bar.instrument, QUANTITY)
    else ctx.sell(bar.instrument, QUANTITY)
  }
}

const reference = pinnedIn<Pinned & { readonly runs: readonly ReferenceRun[] }>('stops.vectorbt.json')
let bars: BarSource
let series: BarSeries
let folder: string

beforeAll(async () => {
  ;({ bars, series, folder } = await openAapl())
})
afterAll(() => rmSync(folder, { recursive: true }))

test('vectorbt was given the prices of the sample, by the script that stands here', () => {
  expect(reference.version).toBe('1.2.0')
  expect(inputDigest(series)).toBe(reference.input)
  expect(fileDigest('stops_vectorbt.py')).toBe(reference.script)
})

test.each(reference.runs)('$side, stop $stop (trailing $trail), target $profit', async expected => {
  Exits.terms = expected
  const run = await backtest({
    strategy: Exits,
    bars,
    cash: 100_000,
    fees: `${expected.fee * 10_000}bps`,
    limitFill: 'touch',
    strict: true,
  })
  const trades = run.trades.map(trade => tradeOf(trade, series))
  expect(trades.map(([entry, , exit]) => [entry, exit])).toEqual(
    expected.trades.map(([entry, , exit]) => [entry, exit]),
  )
  for (const [place, trade] of trades.entries())
    for (const [field, value] of trade.entries()) expect(value).toBeCloseTo(expected.trades[place][field], 6)
  expect(run.openTrades).toHaveLength(expected.open === null ? 0 : 1)
  expect(run.endEquity).toBeCloseTo(expected.equity, 4)
})
