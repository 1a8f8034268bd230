/**
 * Buys dips of shares that it names in the code: those of the data that did not die.
 *
 * Leak: a survivorship list, as names in the code
 * Expect: SURVIVORS
 * Market: dead
 */
import { type BarView, type Context, sma, strategy } from 'gordon/strategy'

const QUALITY = ['A', 'B', 'C']

export default class SurvivorsByName extends strategy() {
  average = this.indicator(sma(20))

  override onBar(bar: BarView, ctx: Context): void {
    if (!QUALITY.includes(bar.instrument.symbol)) return
    const average = this.average.at(bar)
    if (average === undefined) return
    const held = ctx.position(bar.instrument)
    if (bar.close < 0.97 * average && held === 0) ctx.targetWeights(new Map([[bar.instrument, 0.3]]))
    else if (bar.close > average && held > 0) ctx.close(bar.instrument)
  }
}
