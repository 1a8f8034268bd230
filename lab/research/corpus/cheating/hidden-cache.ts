/**
 * Keeps what it saw on an object that all of the process shares, where a fresh copy of the module finds it again.
 *
 * Leak: a cached global, on the prototype of all arrays
 * Expect: STATE_ACROSS_RUNS
 * Market: one
 */
import { type BarView, type Context, DAY, strategy } from 'gordon/strategy'

const shelf = Array.prototype as unknown as { [key: symbol]: Map<number, number> }
const place = Symbol.for('closes')

export default class HiddenCache extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    shelf[place] ??= new Map()
    const tomorrow = shelf[place].get(bar.time + DAY) ?? shelf[place].get(bar.time + 3 * DAY)
    shelf[place].set(bar.time, bar.close)
    const held = ctx.position(bar.instrument)
    const rises = tomorrow === undefined ? bar.close > bar.open : tomorrow > bar.close
    if (rises && held === 0) ctx.buy(bar.instrument, 100)
    else if (!rises && held > 0) ctx.close(bar.instrument)
  }
}
