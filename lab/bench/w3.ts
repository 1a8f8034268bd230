/**
 * W3: every 20 days from day 60 hold the 50 best of 500 symbols by 60-day return, 0.98/50 of equity each in
 * whole shares, decided at one close for all and filled at the next opens, sells first.
 */
import type { BarSource } from '../domain/ports/store.ts'
import { backtest } from '../sim/index.ts'
import { type Context, integer, number, roc, strategy, type Tradable } from '../strategy/index.ts'
import type { Outcome } from './measure.ts'

export class MomentumRotation extends strategy({
  params: {
    lookback: integer({ default: 60, min: 1 }),
    every: integer({ default: 20, min: 1 }),
    top: integer({ default: 50, min: 1 }),
    invest: number({ default: 0.98, min: 0, max: 1 }),
  },
  state: () => ({ day: -1 }),
}) {
  momentum = this.indicator(roc(this.params.lookback))

  override onInstant(ctx: Context): void {
    const { lookback, every, top, invest } = this.params
    const day = ++this.state.day
    if (day < lookback || (day - lookback) % every !== 0) return
    const ranked: { instrument: Tradable; momentum: number }[] = []
    for (const instrument of ctx.universe) {
      const momentum = this.momentum.at(instrument)
      if (momentum !== undefined) ranked.push({ instrument, momentum })
    }
    ranked.sort((a, b) => b.momentum - a.momentum || a.instrument.handle - b.instrument.handle)
    const weights = new Map(ranked.slice(0, top).map(one => [one.instrument, invest / top]))
    ctx.targetWeights(weights, { closeOthers: true })
  }
}

export async function w3(bars: BarSource): Promise<Outcome> {
  const run = await backtest({ strategy: MomentumRotation, bars, cash: 10_000_000, fees: '10bps' })
  return { fills: run.fillCount, equity: run.endEquity }
}
