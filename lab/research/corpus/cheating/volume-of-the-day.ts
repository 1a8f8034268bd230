/**
 * Reads the volume and the close of the whole day from a daily bar that is stamped with the day's first hour.
 *
 * Leak: a daily bar stamped before its session is over
 * Expect: EARLY_DATA
 * Market: intraday
 */
import { type Context, strategy } from 'gordon/strategy'

export default class VolumeOfTheDay extends strategy({ history: 1 }) {
  override onInstant(ctx: Context): void {
    const share = ctx.instrument('A')
    const day = ctx.history(ctx.instrument('A.DAY'), 1)
    const price = ctx.price(share)
    if (day === undefined || price === undefined) return
    const held = ctx.position(share)
    const busy = day.volume[0] > 700_000
    if (busy && day.close[0] > 1.002 * price && held === 0) ctx.targetWeights(new Map([[share, 0.9]]))
    else if (day.close[0] < price && held > 0) ctx.close(share)
  }
}
