/**
 * Holds on the sixty best days of the sample, which it names by date and nothing else.
 *
 * Leak: a list of dates picked by what happened after them
 * Expect: KNOWN_BY_DATE
 * Market: one
 */
import { type BarView, type Context, isoDate, strategy } from 'gordon/strategy'
import { GOOD_DAYS } from './tables/good-days.ts'

const good = new Set(GOOD_DAYS)

export default class GoodDays extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    const held = ctx.position(bar.instrument)
    const today = good.has(isoDate(bar.time))
    if (today && held === 0) ctx.buy(bar.instrument, 100)
    else if (!today && held > 0) ctx.close(bar.instrument)
  }
}
