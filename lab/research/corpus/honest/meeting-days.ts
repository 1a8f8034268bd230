/**
 * Holds only over the night after central bank meetings and employment reports, dates known long before.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, isoDate, strategy } from 'gordon/strategy'

const EVENTS = new Set([
  ...['2018-01-31', '2018-03-21', '2018-05-02', '2018-06-13', '2018-08-01', '2018-09-26', '2018-11-08'],
  ...['2018-12-19', '2019-01-30', '2019-03-20', '2019-05-01', '2019-06-19', '2019-07-31', '2019-09-18'],
  ...['2019-10-30', '2019-12-11', '2020-01-29', '2020-03-18', '2020-04-29', '2020-06-10'],
  ...['2018-02-02', '2018-03-09', '2018-04-06', '2018-06-01', '2018-07-06', '2018-08-03', '2018-10-05'],
  ...['2018-12-07', '2019-02-01', '2019-03-08', '2019-04-05', '2019-06-07', '2019-07-05', '2019-08-02'],
])

export default class MeetingDays extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    const held = ctx.position(bar.instrument)
    if (EVENTS.has(isoDate(bar.time))) ctx.buy(bar.instrument, 100)
    else if (held > 0) ctx.close(bar.instrument)
  }
}
