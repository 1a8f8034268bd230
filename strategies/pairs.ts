/**
 * Pairs (Gatev, Goetzmann and Rouwenhorst, Pairs Trading, 2006; hedge by regression): the spread between two
 * prices' logarithms, log y − α − β log x fitted over `lookback` bars, is sold when it stands `entry` deviations
 * too high, bought when too low, and let go within `exit` of its mean. Long one leg, short the other, β to one.
 * Fails when the pair parts for good: the regression forgets, the loss does not.
 */
import { type Context, integer, number, strategy, text } from 'gordon/strategy'

export default class Pairs extends strategy({
  account: 'margin',
  params: {
    y: text({ default: 'MSFT', about: 'symbol of the first leg' }),
    x: text({ default: 'IBM', about: 'symbol of the hedge' }),
    lookback: integer({ default: 60, min: 10, max: 1000, about: 'bars of the regression' }),
    entry: number({ default: 2, min: 0.1, max: 10, about: 'deviations at which to open' }),
    exit: number({ default: 0.5, min: 0, max: 10, about: 'deviations within which to close' }),
    gross: number({ default: 1, min: 0.01, max: 2, about: 'both legs together, as part of the account' }),
  },
  check: params => (params.exit < params.entry ? undefined : 'exit must be below entry'),
  history: params => params.lookback,
}) {
  override onInstant(ctx: Context): void {
    const y = ctx.instrument(this.params.y)
    const x = ctx.instrument(this.params.x)
    const ys = ctx.history(y, this.params.lookback)
    const xs = ctx.history(x, this.params.lookback)
    if (ys === undefined || xs === undefined || ys.time.at(-1) !== xs.time.at(-1)) return
    const { beta, z } = spreadOf(ys.close, xs.close)
    if (!Number.isFinite(z)) return
    ctx.plot('z', z)
    const side = Math.sign(ctx.position(y)) // +1 holds the spread, −1 is short of it
    const wanted =
      Math.abs(z) >= this.params.entry ? -Math.sign(z) : Math.abs(z) <= this.params.exit ? 0 : side
    if (wanted === side || !(beta > 0 || wanted === 0)) return
    const leg = (wanted * this.params.gross) / (1 + Math.abs(beta))
    ctx.targetWeights(
      new Map([
        [y, leg],
        [x, wanted === 0 ? 0 : -leg * beta],
      ]),
    )
  }
}

/** Least squares of log y on log x, and how many deviations the last residual stands from their mean, 0. */
function spreadOf(y: Float64Array, x: Float64Array): { beta: number; z: number } {
  const n = y.length
  const logY = y.map(Math.log)
  const logX = x.map(Math.log)
  const meanY = logY.reduce((sum, value) => sum + value, 0) / n
  const meanX = logX.reduce((sum, value) => sum + value, 0) / n
  let xx = 0
  let xy = 0
  for (let k = 0; k < n; k++) {
    xx += (logX[k] - meanX) ** 2
    xy += (logX[k] - meanX) * (logY[k] - meanY)
  }
  const beta = xy / xx
  const residual = logY.map((value, k) => value - meanY - beta * (logX[k] - meanX))
  const deviation = Math.sqrt(residual.reduce((sum, value) => sum + value * value, 0) / (n - 2))
  return { beta, z: residual[n - 1] / deviation }
}
