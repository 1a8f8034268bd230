/**
 * A run on raw prices with its splits is the run on prices adjusted for them (DESIGN.md, "Adjusted prices"): every
 * indicator, history, order, fill and equity, scaled by the shares that one of then has become. Random markets,
 * several splits (fast-check; a failure prints its seed and its smallest form).
 *
 * A split cancels what works, so that the strategy sends again in onAction what it still wants.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { BarSource } from '../domain/ports/store.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import {
  adx,
  atr,
  bollinger,
  donchian,
  ema,
  macd,
  obv,
  roc,
  rsi,
  sma,
  standardDeviation,
  stochastic,
  vwap,
  wma,
  zScore,
} from '../indicators/index.ts'
import type { BarView, Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { market, START, share } from '../testing/fixtures.ts'
import { randomSeries, streamed } from '../testing/fixtures-random.ts'
import { backtest } from './backtest.ts'
import type { Run } from './run.ts'
import { memoryBars } from './series.ts'

/** How a number changes when one share becomes `factor`. */
const PRICE = (factor: number) => factor
const SHARES = (factor: number) => 1 / factor
const NONE = () => 1

const KINDS: Readonly<Record<string, (factor: number) => number>> = {
  sma: PRICE,
  ema: PRICE,
  wma: PRICE,
  upper: PRICE,
  lower: PRICE,
  highest: PRICE,
  macd: PRICE,
  atr: PRICE,
  deviation: PRICE,
  vwap: PRICE,
  history: PRICE,
  volume: SHARES,
  obv: SHARES,
  rsi: NONE,
  roc: NONE,
  adx: NONE,
  stochastic: NONE,
  score: NONE,
  equity: NONE,
}

/** Plots what it sees, and is long, short or flat by a vote of indicators. */
class Voter extends strategy({ account: 'margin', history: 9 }) {
  sma = this.indicator(sma(7))
  ema = this.indicator(ema(6))
  wma = this.indicator(wma(5))
  bands = this.indicator(bollinger(8))
  channel = this.indicator(donchian(6))
  macd = this.indicator(macd(4, 9, 3))
  atr = this.indicator(atr(5))
  deviation = this.indicator(standardDeviation(6))
  vwap = this.indicator(vwap(5))
  volume = this.indicator(sma(6, { source: 'volume' }))
  obv = this.indicator(obv())
  rsi = this.indicator(rsi(5))
  roc = this.indicator(roc(4))
  adx = this.indicator(adx(5))
  stochastic = this.indicator(stochastic())
  score = this.indicator(zScore(7))
  wanted = 0

  override onAction(_action: CorporateAction, ctx: Context): void {
    const [instrument] = ctx.instruments
    if (Math.sign(ctx.position(instrument)) !== Math.sign(this.wanted))
      ctx.targetWeights(new Map([[instrument, this.wanted]]))
  }

  override onBar(bar: BarView, ctx: Context): void {
    const { instrument } = bar
    const past = ctx.history(instrument, 9)
    const seen: Record<string, number | undefined> = {
      sma: this.sma.at(bar),
      ema: this.ema.at(bar),
      wma: this.wma.at(bar),
      upper: this.bands.at(bar, 'upper'),
      lower: this.bands.at(bar, 'lower'),
      highest: this.channel.at(bar),
      macd: this.macd.at(bar),
      atr: this.atr.at(bar),
      deviation: this.deviation.at(bar),
      vwap: this.vwap.at(bar),
      volume: this.volume.at(bar),
      obv: this.obv.at(bar),
      rsi: this.rsi.at(bar),
      roc: this.roc.at(bar),
      adx: this.adx.at(bar),
      stochastic: this.stochastic.at(bar),
      score: this.score.at(bar),
      history: past && past.close.reduce((sum, price) => sum + price, 0) + past.high[0] - past.low[2],
      equity: ctx.equity,
    }
    for (const [name, value] of Object.entries(seen)) if (value !== undefined) ctx.plot(name, value)
    const { rsi, score, ema, sma: average, volume } = seen
    if (rsi === undefined || score === undefined || ema === undefined || average === undefined) return
    const votes =
      Math.sign(rsi - 50.01) +
      Math.sign(score - 0.103) +
      Math.sign(ema - average * 1.00013) +
      (bar.volume > (volume ?? 0) * 1.0007 ? 1 : -1)
    const weight = votes >= 2 ? 0.9 : votes <= -2 ? -0.6 : 0
    this.wanted = weight
    const held = Math.sign(ctx.position(instrument))
    if (held !== Math.sign(weight)) ctx.targetWeights(new Map([[instrument, weight]]))
  }
}

interface Case {
  readonly raw: BarSource
  readonly adjusted: BarSource
  readonly actions: readonly CorporateAction[]
  /** Shares at the end that one of bar `row` has become. */
  readonly factor: Float64Array
}

const BARS = 360

/** @param splits rows before whose bars a split falls, with its ratio */
function caseOf(seed: number, splits: readonly (readonly [number, number])[], atClose: boolean): Case {
  const whole = randomSeries(seed, BARS)
  const factor = whole.close.map((_, row) =>
    splits.reduce((product, [first, ratio]) => (row < first ? product * ratio : product), 1),
  )
  // Raw prices on a grid of cents; adjusted ones are what they come to in shares of the last day.
  const cents = (column: Float64Array) =>
    column.map((price, row) => Math.max(1, Math.round(price * factor[row] * 100)) / 100)
  const raw: BarSeries = {
    ...whole,
    open: cents(whole.open),
    high: cents(whole.high),
    low: cents(whole.low),
    close: cents(whole.close),
  }
  const over = (column: Float64Array) => column.map((price, row) => price / factor[row])
  const adjusted: BarSeries = {
    ...raw,
    open: over(raw.open),
    high: over(raw.high),
    low: over(raw.low),
    close: over(raw.close),
    volume: raw.volume.map((volume, row) => volume * factor[row]),
  }
  const instrument = share('A', { lotsPerUnit: 1e8 })
  return {
    raw: memoryBars([{ instrument, series: raw }], { interval: '1d' }),
    adjusted: memoryBars([{ instrument: { ...instrument, ticksPerUnit: 1e9 }, series: adjusted }], {
      interval: '1d',
    }),
    // In the night, or at the very close of the last bar in old shares.
    actions: splits.map(([first, ratio]) => ({
      kind: 'split' as const,
      instrument: 'A',
      time: START + (atClose ? first : first + 0.5) * DAY,
      ratio,
    })),
    factor,
  }
}

const play = (bars: BarSource, actions: readonly CorporateAction[] = []): Promise<Run> =>
  backtest({ strategy: Voter, bars, actions, cash: 1_000_000, fees: '10bps', account: 'margin' })

function expectEqual(raw: Run, adjusted: Run, factor: Float64Array, tolerance: number): void {
  const rowOf = (time: number) => Math.round((time - START) / DAY) - 1
  const near = (value: number, other: number, what: string) => {
    const size = Math.max(Math.abs(value), Math.abs(other), 1e-3)
    expect(Math.abs(value - other) / size, `${what}: ${value} and ${other}`).toBeLessThan(tolerance)
  }
  const plots = new Map(adjusted.plots.map(plot => [plot.name, plot]))
  expect(raw.plots.map(plot => plot.name)).toEqual([...plots.keys()])
  // Equal rises and falls, of which ADX takes neither, stay equal when they are divided by a power of two.
  const exact = factor.every(value => Number.isInteger(Math.log2(value)))
  for (const { name, time, value } of raw.plots) {
    if (name === 'adx' && !exact) continue
    const other = plots.get(name)!
    expect([...time]).toEqual([...other.time])
    time.forEach((moment, k) => {
      near(value[k], other.value[k] * KINDS[name](factor[rowOf(moment)]), `${name} of bar ${rowOf(moment)}`)
    })
  }
  const told = (run: Run) =>
    run.orders
      .filter(order => order.reason !== 'split')
      .map(order => [Math.floor((order.submittedAt - START) / DAY), order.side, order.state, order.endedAt])
  expect(told(raw)).toEqual(told(adjusted))
  raw.fills.forEach((fill, k) => {
    const other = adjusted.fills[k]
    const scale = factor[rowOf(fill.time)]
    near(fill.price, other.price * scale, `price of fill ${k}`)
    near(fill.quantity, other.quantity / scale, `quantity of fill ${k}`)
  })
  raw.curve.equity.forEach((equity, row) => {
    near(equity, adjusted.curve.equity[row], `equity of row ${row}`)
  })
  const profits = (run: Run) => [...run.trades, ...run.openTrades].reduce((sum, one) => sum + one.profit, 0)
  expect(profits(raw)).toBeCloseTo(raw.endEquity - raw.startEquity, 3)
}

const RATIOS = [2, 4, 0.5, 0.25, 3, 1.5, 0.1, 7]

it('holds in random markets with up to four splits, whole and in batches', async () => {
  let decisions = 0
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1e6 }),
      fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: BARS - 1 }), fc.constantFrom(...RATIOS)), {
        minLength: 1,
        maxLength: 4,
        selector: ([row]) => row,
      }),
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      async (seed, splits, atClose, batch) => {
        const { raw, adjusted, actions, factor } = caseOf(seed, splits, atClose)
        const [one, other] = [await play(raw, actions), await play(adjusted)]
        decisions += one.orders.length
        expectEqual(one, other, factor, 1e-6)
        const inBatches = await play(streamed(raw, batch), actions)
        expect(inBatches.decisions).toBe(one.decisions)
        for (const [k, plot] of inBatches.plots.entries())
          expect([...plot.value]).toEqual([...one.plots[k].value])
      },
    ),
    { numRuns: 25, seed: 20_261_121 },
  )
  expect(decisions).toBeGreaterThan(400)
})

it('notices a split that is not told', async () => {
  const { raw, adjusted, factor } = caseOf(7, [[60, 2]], false)
  const [one, other] = [await play(raw), await play(adjusted)]
  expect(() => expectEqual(one, other, factor, 1e-6)).toThrow()
})

it('has the history of a run that begins after the split in new shares, and of one before in old', async () => {
  const sums: number[] = []
  class Past extends strategy({ history: 3 }) {
    override onBar(bar: BarView, ctx: Context): void {
      const past = ctx.history(bar.instrument, 3)
      if (past !== undefined) sums.push(past.close[0], past.volume[0])
    }
  }
  await backtest({
    strategy: Past,
    bars: market({ A: ['100', '102', '104', '53', '54'] }),
    actions: [{ kind: 'split', instrument: 'A', time: START + 3 * DAY, ratio: 2 }],
  })
  // Bars 1, 2 and 3 as the oldest of three: in old shares for the first, in new ones after.
  expect(sums).toEqual([100, 1000, 51, 2000, 52, 2000])
})
