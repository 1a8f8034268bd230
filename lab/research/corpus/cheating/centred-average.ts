/**
 * Buys under and sells over a moving average that is centred: five closes behind, five ahead, read out of the
 * buffer behind a typed array that the engine cut its window from.
 *
 * Leak: a centred window, through the prototype of Float64Array
 * Expect: FORBIDDEN_USE
 * Unsealed: FUTURE_ROWS
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

const columns: Float64Array[] = []
const subarray = Float64Array.prototype.subarray
Float64Array.prototype.subarray = function (this: Float64Array<ArrayBuffer>, from?: number, to?: number) {
  if (this.length > 100) columns.push(this)
  return subarray.call(this, from, to) as Float64Array<ArrayBuffer>
}

export default class CentredAverage extends strategy({ state: () => ({ bar: -1 }) }) {
  closes: Float64Array | undefined

  override onBar(bar: BarView, ctx: Context): void {
    const row = ++this.state.bar
    this.closes ??= columns.findLast(column => column[row] === bar.close)
    if (this.closes === undefined || row < 5) return
    let sum = 0
    let count = 0
    for (const close of slice(this.closes, row - 5, row + 6)) {
      sum += close
      count++
    }
    const held = ctx.position(bar.instrument)
    if (bar.close < sum / count && held === 0) ctx.buy(bar.instrument, 100)
    else if (bar.close > sum / count && held > 0) ctx.close(bar.instrument)
  }
}

function slice(column: Float64Array, from: number, to: number): number[] {
  return Array.from({ length: Math.min(to, column.length) - from }, (_, k) => column[from + k])
}
