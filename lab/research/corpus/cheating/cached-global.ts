/**
 * Remembers every close under its time in a variable of the module, so that the second run in one process knows
 * tomorrow.
 *
 * Leak: a cached global, filled by an earlier run
 * Expect: STATE_ACROSS_RUNS
 * Market: one
 */
import { type BarView, type Context, DAY, strategy } from 'gordon/strategy'

const known = new Map<number, number>()

export default class CachedGlobal extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    known.set(bar.time, bar.close)
    const tomorrow = known.get(bar.time + DAY) ?? known.get(bar.time + 3 * DAY)
    const rises = tomorrow === undefined ? bar.close > bar.open : tomorrow > bar.close
    const held = ctx.position(bar.instrument)
    if (rises && held === 0) ctx.buy(bar.instrument, 100)
    else if (!rises && held > 0) ctx.close(bar.instrument)
  }
}
