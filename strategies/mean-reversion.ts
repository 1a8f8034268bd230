/**
 * Mean reversion: buy what fell under its lower Bollinger band while the RSI calls it oversold, and sell when it
 * is back at the middle (Bollinger, Bollinger on Bollinger Bands, 2001, method III).
 * Fails when the fall is news and not noise: the band follows the price down and there is no stop.
 */
import { type BarView, type Context, bollinger, integer, number, rsi, strategy } from 'gordon/strategy'

export default class MeanReversion extends strategy({
  params: {
    period: integer({ default: 20, min: 2, max: 500, about: 'bars of the bands' }),
    deviations: number({ default: 2, min: 0.1, max: 10, about: 'standard deviations to the bands' }),
    strength: integer({ default: 14, min: 2, max: 100, about: 'bars of the RSI' }),
    oversold: number({ default: 35, min: 0, max: 100, about: 'RSI under which to buy' }),
    invest: number({ default: 0.98, min: 0.01, max: 1, about: 'part of the account, over all instruments' }),
  },
}) {
  bands = this.indicator(bollinger(this.params.period, this.params.deviations))
  strength = this.indicator(rsi(this.params.strength))

  override onBar(bar: BarView, ctx: Context): void {
    const lower = this.bands.at(bar, 'lower')
    const middle = this.bands.at(bar, 'middle')
    const strength = this.strength.at(bar)
    if (lower === undefined || middle === undefined || strength === undefined) return
    const held = ctx.position(bar.instrument)
    if (held === 0 && bar.close < lower && strength < this.params.oversold)
      ctx.targetWeights(new Map([[bar.instrument, this.params.invest / ctx.instruments.length]]))
    else if (held > 0 && bar.close >= middle) ctx.close(bar.instrument)
  }
}
