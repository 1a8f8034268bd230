/**
 * Cross-sectional momentum (Jegadeesh and Titman, Returns to Buying Winners and Selling Losers, 1993; long side
 * only): at the first bar of each month hold the `top` instruments by their return over `lookback` bars without
 * the last `skip`, as the last month tends to turn back. Losers of money are left out, so that cash is an answer.
 * Fails when leadership turns at once, as after March 2009: winners fall together and the losers rebound.
 */
import { type Context, integer, isoDate, number, roc, strategy, type Tradable } from 'gordon/strategy'

export default class Momentum extends strategy({
  params: {
    lookback: integer({ default: 252, min: 2, max: 1000, about: 'bars over which winners are told' }),
    skip: integer({ default: 21, min: 1, max: 500, about: 'latest bars that do not count' }),
    top: integer({ default: 1, min: 1, about: 'how many to hold' }),
    invest: number({ default: 0.98, min: 0.01, max: 1, about: 'part of the account to invest' }),
  },
  check: params => (params.skip < params.lookback ? undefined : 'skip must be below lookback'),
  state: () => ({ month: '' }),
}) {
  whole = this.indicator(roc(this.params.lookback))
  recent = this.indicator(roc(this.params.skip))

  override onInstant(ctx: Context): void {
    const month = isoDate(ctx.now).slice(0, 7)
    if (month === this.state.month) return
    this.state.month = month
    const winners = ctx.universe
      .map(instrument => ({ instrument, score: this.score(instrument) }))
      .filter(one => one.score > 1)
      .sort((a, b) => b.score - a.score || a.instrument.handle - b.instrument.handle)
      .slice(0, this.params.top)
    const weight = this.params.invest / this.params.top
    ctx.targetWeights(new Map(winners.map(one => [one.instrument, weight])), { closeOthers: true })
  }

  /** close[−skip] / close[−lookback]; 0 while it is not known. */
  private score(instrument: Tradable): number {
    const whole = this.whole.at(instrument)
    const recent = this.recent.at(instrument)
    return whole === undefined || recent === undefined ? 0 : (100 + whole) / (100 + recent)
  }
}
