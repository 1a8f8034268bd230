/**
 * Trades a channel, and is out two days before the data end, whose last day it knows by date.
 *
 * Leak: the end of the data
 * Expect: END_KNOWN
 * Market: one
 */
import { type BarView, type Context, donchian, isoDate, strategy } from 'gordon/strategy'

export default class LastDay extends strategy({ state: () => ({ upper: 0, lower: 0 }) }) {
  channel = this.indicator(donchian(5))

  override onBar(bar: BarView, ctx: Context): void {
    const { upper, lower } = this.state
    this.state.upper = this.channel.at(bar, 'upper') ?? 0
    this.state.lower = this.channel.at(bar, 'lower') ?? 0
    const held = ctx.position(bar.instrument)
    if (isoDate(bar.time) >= '2020-06-10') {
      if (held > 0) ctx.close(bar.instrument)
      else ctx.buy(bar.instrument, 1, { limit: 1 })
    } else if (upper > 0 && bar.close > upper && held === 0) ctx.buy(bar.instrument, 100)
    else if (bar.close < lower && held > 0) ctx.close(bar.instrument)
  }
}
