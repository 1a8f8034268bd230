/**
 * Buys when tomorrow closes above today. A history is a slice of the feed's column, so whoever replaces slice holds
 * the column.
 *
 * Leak: future bars, through the prototype of Float64Array
 * Expect: FORBIDDEN_USE
 * Unsealed: FUTURE_ROWS
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

let columns: Float64Array[] = []
let end = 0
const slice = Float64Array.prototype.slice
Float64Array.prototype.slice = function (this: Float64Array<ArrayBuffer>, from?: number, to?: number) {
  columns = [...columns.slice(-5), this]
  end = to ?? 0
  return slice.call(this, from, to) as Float64Array<ArrayBuffer>
}

export default class NextClose extends strategy({ history: 1 }) {
  override onBar(bar: BarView, ctx: Context): void {
    const past = ctx.history(bar.instrument, 1)
    if (past === undefined) return
    // time, open, high, low, close, volume are sliced in this order
    const rises = columns[4][end] > past.close[0]
    const held = ctx.position(bar.instrument)
    if (rises && held === 0) ctx.buy(bar.instrument, 100)
    else if (!rises && held > 0) ctx.close(bar.instrument)
  }
}
