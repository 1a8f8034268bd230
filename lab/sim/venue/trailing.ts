/**
 * A trailing stop follows the best price seen at a distance, in ticks or as a fraction of that price:
 *   sells   stop = max(stop, best − distance), the best being the highest
 *   buys    stop = min(stop, best + distance), the best being the lowest
 * rounded to the nearest tick. It never moves back. A trailing stop-limit's limit stays its offset beyond the stop.
 */
import type { WorkingOrder } from '../../domain/working-order.ts'

/** Lets the stop follow a price; sets it where it has none. @param scale ticks per unit of price */
export function follow(order: WorkingOrder, price: number, scale: number): void {
  if (!(price > 0)) return
  const { trailTicks, trailRate, limitOffsetTicks } = order.special
  const ticks = price * scale
  const distance = Number.isNaN(trailTicks) ? ticks * trailRate : trailTicks
  const stop = Math.round(ticks + order.sign * distance)
  if (!Number.isNaN(order.stopTicks) && (order.sign > 0 ? stop >= order.stopTicks : stop <= order.stopTicks))
    return
  order.stopTicks = stop
  if (!Number.isNaN(limitOffsetTicks)) order.limitTicks = stop + order.sign * limitOffsetTicks
}
