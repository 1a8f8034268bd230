/** Every fill of a run in columns; records are made when they are asked for. */
import { assert } from '../core/assert.ts'

const LARGEST_FEE = 2n ** 63n - 1n
const DOUBLES = ['order', 'time', 'lots', 'price', 'slippage', 'cash', 'row'] as const

export class FillArchive {
  length = 0
  /** Id of the filled order. */
  order: Float64Array = new Float64Array(64)
  time: Float64Array = new Float64Array(64)
  lots: Float64Array = new Float64Array(64)
  price: Float64Array = new Float64Array(64)
  slippage: Float64Array = new Float64Array(64)
  /** Cash after the fill, and the row of the equity curve from which it holds. */
  cash: Float64Array = new Float64Array(64)
  row: Float64Array = new Float64Array(64)
  /** Ledger units. */
  fee: BigInt64Array = new BigInt64Array(64)

  /** Makes room for one more fill and returns its row, for the caller to write. */
  next(fee: bigint): number {
    assert(fee <= LARGEST_FEE, 'a fee of more than 9.2e9 of a currency')
    if (this.length === this.order.length) this.#grow()
    this.fee[this.length] = fee
    return this.length++
  }

  /** A column's rows so far, as a view. */
  column(name: (typeof DOUBLES)[number]): Float64Array {
    return this[name].subarray(0, this.length)
  }

  #grow(): void {
    for (const name of DOUBLES) {
      const column = new Float64Array(this.length * 2)
      column.set(this[name])
      this[name] = column
    }
    const fee = new BigInt64Array(this.length * 2)
    fee.set(this.fee)
    this.fee = fee
  }
}
