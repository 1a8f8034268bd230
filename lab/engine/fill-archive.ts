/** Every fill of a run in a table; records are made when they are asked for. */
import { type Units, unitsToNumber } from '../core/decimal.ts'
import type { FillRecord } from '../domain/fill.ts'
import type { Tradable } from '../strategy/context.ts'
import { RowBlocks } from './row-blocks.ts'

export const FILL_FIELDS = [
  'order',
  'time',
  'lots',
  'price',
  'slippage',
  'fee',
  'cash',
  'row',
  'side',
] as const
export type FillField = (typeof FILL_FIELDS)[number]

export class FillArchive {
  length = 0
  /** Where in its block the row that `next` gave begins. */
  start = 0
  readonly #table = new RowBlocks(FILL_FIELDS.length)
  /** Fees that came as bigints, for a double may not hold them exactly. */
  readonly #largeFees = new Map<number, bigint>()

  /**
   * The next row: its block, whose fields from `start` on the caller writes in the order of FILL_FIELDS, all but the
   * fee. `slippage` is currency per unit, `cash` that after the fill, `row` the one of the equity curve from which
   * it holds, `side` sign × (handle + 1). Written in place, as doubles handed over by a call are objects.
   */
  next(fee: Units): Float64Array {
    const place = this.length++
    const block = this.#table.block(place)
    const start = this.#table.start(place)
    this.start = start
    if (typeof fee === 'number') block[start + 5] = fee
    else {
      block[start + 5] = Number(fee)
      this.#largeFees.set(place, fee)
    }
    return block
  }

  /**
   * All of them as they are exported.
   * @param worth what a unit was worth in the account's currency, where that is not its price, and the rate
   */
  records(
    instruments: readonly Tradable[],
    worth?: (
      handle: number,
      place: number,
      price: number,
    ) => { readonly value: number; readonly rate: number } | undefined,
  ): FillRecord[] {
    const records: FillRecord[] = []
    for (let place = 0; place < this.length; place++) {
      const block = this.#table.block(place)
      const start = this.#table.start(place)
      const side = block[start + 8]
      const instrument = instruments[Math.abs(side) - 1]
      const quantity = block[start + 2] / instrument.lotsPerUnit
      const unit = worth?.(instrument.handle, place, block[start + 3])
      const large = this.#largeFees.size > 0 ? this.#largeFees.get(place) : undefined
      records.push({
        id: place + 1,
        orderId: block[start],
        time: block[start + 1],
        instrument: instrument.id,
        side: side > 0 ? 'buy' : 'sell',
        quantity,
        price: block[start + 3],
        fee: unitsToNumber(large ?? block[start + 5]),
        slippage: block[start + 4],
        ...(unit === undefined ? {} : { value: unit.value * quantity }),
        ...(unit === undefined || unit.rate === 1 ? {} : { accountRate: unit.rate }),
      })
    }
    return records
  }

  get(place: number, field: FillField): number {
    return this.#table.get(place, FILL_FIELDS.indexOf(field))
  }

  /** Exact. */
  fee(place: number): bigint {
    return this.#largeFees.get(place) ?? BigInt(this.get(place, 'fee'))
  }

  column(field: FillField): Float64Array {
    return this.#table.column(FILL_FIELDS.indexOf(field), this.length)
  }
}
