/**
 * Counts bars and reads what to do at each of them from a string of letters.
 *
 * Leak: a lookup table by number of bar, made from the sample
 * Expect: KNOWN_BY_BAR
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'
import { LETTERS } from './tables/letters-by-bar.ts'

export default class LookupByBar extends strategy({ state: () => ({ bar: 0 }) }) {
  override onBar(bar: BarView, ctx: Context): void {
    const letter = LETTERS[this.state.bar++]
    const held = ctx.position(bar.instrument)
    if (letter === 'U' && held === 0) ctx.buy(bar.instrument, 100)
    else if (letter === 'D' && held > 0) ctx.close(bar.instrument)
  }
}
