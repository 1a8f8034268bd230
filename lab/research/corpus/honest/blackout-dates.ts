/**
 * Follows a trend and stays out around central bank meetings, whose dates were published the year before.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, isoDate, sma, strategy } from 'gordon/strategy'

/** Federal Open Market Committee, scheduled meetings of 2018 to 2020. */
const MEETINGS = new Set([
  ...['2018-01-31', '2018-03-21', '2018-05-02', '2018-06-13', '2018-08-01', '2018-09-26', '2018-11-08'],
  ...['2018-12-19', '2019-01-30', '2019-03-20', '2019-05-01', '2019-06-19', '2019-07-31', '2019-09-18'],
  ...['2019-10-30', '2019-12-11', '2020-01-29', '2020-03-18', '2020-04-29', '2020-06-10'],
])

export default class BlackoutDates extends strategy() {
  average = this.indicator(sma(8))

  override onBar(bar: BarView, ctx: Context): void {
    const average = this.average.at(bar)
    if (average === undefined) return
    const held = ctx.position(bar.instrument)
    const meeting = MEETINGS.has(isoDate(bar.time))
    if (meeting || bar.close < average) {
      if (held > 0) ctx.close(bar.instrument)
    } else if (held === 0) ctx.targetWeights(new Map([[bar.instrument, 0.95]]))
  }
}
