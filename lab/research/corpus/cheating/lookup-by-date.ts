/**
 * Looks the direction of tomorrow up under today's date.
 *
 * Leak: a lookup table by date, made from the sample
 * Expect: KNOWN_BY_DATE
 * Market: one
 */
import { type BarView, type Context, isoDate, strategy } from 'gordon/strategy'
import { DIRECTION } from './tables/direction-by-date.ts'

export default class LookupByDate extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    const held = ctx.position(bar.instrument)
    const direction = DIRECTION[isoDate(bar.time)] ?? 0
    if (direction > 0 && held === 0) ctx.buy(bar.instrument, 100)
    else if (direction < 0 && held > 0) ctx.close(bar.instrument)
  }
}
