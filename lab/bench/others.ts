/**
 * Six strategies of other shapes, run before a workload (`--after-others`): the engine's call sites then have
 * seen more classes than the one they are timed with, as in a notebook or a long session.
 */
import { backtest } from '../sim/index.ts'
import {
  atr,
  type BarView,
  bollinger,
  type Context,
  ema,
  type FillRecord,
  rsi,
  sma,
  strategy,
} from '../strategy/index.ts'
import { minuteRows, minuteSource } from './peers-data.ts'

const BARS = 20_000

class BuyAndHold extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    if (ctx.position(bar.instrument) === 0 && ctx.openOrders().length === 0) ctx.buy(bar.instrument, 10)
  }
}

/** Bids at the lower band, offers at the upper one. */
class LimitReversion extends strategy({ state: () => ({ order: 0 }) }) {
  bands = this.indicator(bollinger(20, 2))

  override onBar(bar: BarView, ctx: Context): void {
    const band = this.bands.at(bar, ctx.position(bar.instrument) > 0 ? 'upper' : 'lower')
    if (band === undefined) return
    ctx.cancel(this.state.order)
    const price = ctx.roundPrice(bar.instrument, band)
    const send = ctx.position(bar.instrument) > 0 ? 'sell' : 'buy'
    this.state.order = ctx[send](bar.instrument, 1, { limit: price, timeInForce: 'DAY' })
  }
}

/** Enters on a stop above the last twenty highs, with copies of history. */
class StopBreakout extends strategy({ history: 20, account: 'margin' }) {
  override onBar(bar: BarView, ctx: Context): void {
    const past = ctx.history(bar.instrument, 20)
    if (past === undefined || ctx.openOrders(bar.instrument).length > 0) return
    if (ctx.position(bar.instrument) === 0)
      ctx.buy(bar.instrument, 1, { stop: ctx.roundPrice(bar.instrument, Math.max(...past.high) + 0.01) })
    else ctx.sell(bar.instrument, 1, { stop: ctx.roundPrice(bar.instrument, Math.min(...past.low)) })
  }
}

/** Decides per instant, by target weights, and plots. */
class WeightSwitch extends strategy({ state: () => ({ count: 0 }) }) {
  slow = this.indicator(sma(200))

  override onInstant(ctx: Context): void {
    const [instrument] = ctx.universe
    const slow = this.slow.at(instrument)
    const price = ctx.price(instrument)
    if (slow === undefined || price === undefined || ++this.state.count % 60 !== 0) return
    ctx.plot('distance', price / slow - 1)
    ctx.targetWeights(new Map([[instrument, price > slow ? 0.5 : 0]]))
  }
}

/** Long and short by the side of an average, quicker when the range is wide. */
class Flipper extends strategy({ account: 'margin', state: () => ({ fills: 0 }) }) {
  trend = this.indicator(ema(12))
  range = this.indicator(atr(14))

  override onBar(bar: BarView, ctx: Context): void {
    const trend = this.trend.at(bar)
    const range = this.range.at(bar)
    if (trend === undefined || range === undefined || Math.abs(bar.close - trend) < range) return
    ctx.target(bar.instrument, bar.close > trend ? 2 : -2)
  }

  override onFill(fill: FillRecord): void {
    this.state.fills += fill.side === 'buy' ? 2 : 1
  }
}

/** Chance, when the market looks tired. */
class CoinToss extends strategy({ account: 'margin' }) {
  strength = this.indicator(rsi(14))

  override onBar(bar: BarView, ctx: Context): void {
    const strength = this.strength.at(bar)
    if (strength !== undefined && Math.abs(strength - 50) > 15 && ctx.random() < 0.2)
      ctx.target(bar.instrument, ctx.random() < 0.5 ? 1 : -1)
  }
}

export async function runOthers(folder: string): Promise<void> {
  const bars = minuteSource(folder, Math.min(BARS, minuteRows(folder)))
  for (const other of [BuyAndHold, LimitReversion, StopBreakout, WeightSwitch, Flipper, CoinToss])
    await backtest({ strategy: other, bars, cash: 1_000_000, fees: '5bps', slippage: '1bps' })
}
