/**
 * Bids a tick above tomorrow's low, which it reads where the engine keeps the row that it will fill from.
 *
 * Leak: a fill price known before the order is sent
 * Expect: FORBIDDEN_USE
 * Unsealed: FUTURE_ROWS
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

let lows: Float64Array | undefined
const taken: Float64Array[] = []
const subarray = Float64Array.prototype.subarray
Float64Array.prototype.subarray = function (this: Float64Array<ArrayBuffer>, from?: number, to?: number) {
  if (this.length > 100) taken.push(this)
  return subarray.call(this, from, to) as Float64Array<ArrayBuffer>
}

export default class FillPeek extends strategy({ state: () => ({ bar: -1 }) }) {
  override onBar(bar: BarView, ctx: Context): void {
    const row = ++this.state.bar
    lows ??= taken.findLast(column => column[row] === bar.low && column[row] !== bar.open)
    const low = lows?.[row + 1]
    if (low === undefined) return
    for (const id of ctx.openOrders(bar.instrument)) ctx.cancel(id)
    if (ctx.position(bar.instrument) > 0) ctx.close(bar.instrument)
    else ctx.buy(bar.instrument, 100, { limit: ctx.roundPrice(bar.instrument, low + 0.01) })
  }
}
