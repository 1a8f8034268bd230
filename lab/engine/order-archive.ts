/**
 * Every order of a run by id: the living as objects, the ended in columns. Ended objects are used again, so that
 * a run of a million orders holds a hundred bytes for each and gives the collector nothing to move.
 */
import type { OrderRecord, OrderState, OrderType, Reason, TimeInForce } from '../domain/order.ts'
import { type OrderTerms, orderRecord, WorkingOrder } from '../domain/working-order.ts'
import type { Tradable } from '../strategy/context.ts'
import { RowBlocks } from './row-blocks.ts'

const TYPES: readonly OrderType[] = ['market', 'limit', 'stop', 'stopLimit']
const FORCES: readonly TimeInForce[] = ['GTC', 'DAY', 'IOC']
const STATES: readonly OrderState[] = ['filled', 'canceled', 'expired', 'rejected']
const FIELDS = 8
const STRANGER = { venue: '', symbol: '', ticksPerUnit: 1, lotsPerUnit: 1, currency: '', calendar: '' }

export class OrderArchive {
  /** Orders ever given; ids are 1 … count. */
  count = 0
  readonly #living: (WorkingOrder | undefined)[] = []
  /** Every row before this one has ended. */
  #oldest = 0
  /** Ended since the venue last looked: it may still hold them, so they are not used again yet. */
  readonly #retired: WorkingOrder[] = []
  retiredCount = 0
  readonly #pool: WorkingOrder[] = []
  /** lots, limit, stop, submittedAt, endedAt, filledLots, filledValue and the packed words of an ended order. */
  readonly #table = new RowBlocks(FIELDS)
  readonly #reasons: (Reason | '')[] = ['']
  readonly #tags = new Map<number, string>()
  readonly #strangers = new Map<number, string>()

  get nextId(): number {
    return this.count + 1
  }

  /** A new order under the next id. @param stranger what it named when it named no instrument of the run */
  open(terms: OrderTerms, stranger?: string): WorkingOrder {
    const order = this.#pool.pop() ?? new WorkingOrder()
    order.begin(terms)
    this.count++
    this.#living.push(order)
    if (stranger !== undefined) this.#strangers.set(terms.id, stranger)
    return order
  }

  /** The order with this id while it lives. */
  living(id: number): WorkingOrder | undefined {
    return this.#living[id - 1]
  }

  /** Writes an ended order into the columns. */
  end(order: WorkingOrder): void {
    const row = order.id - 1
    const block = this.#table.block(row)
    const start = this.#table.start(row)
    block[start] = order.lots
    block[start + 1] = order.limitTicks
    block[start + 2] = order.stopTicks
    block[start + 3] = order.submittedAt
    block[start + 4] = order.endedAt
    block[start + 5] = order.filledLots
    block[start + 6] = order.filledValue
    let reason = this.#reasons.indexOf(order.reason)
    if (reason < 0) reason = this.#reasons.push(order.reason) - 1
    block[start + 7] = pack(order, reason)
    if (order.tag !== '') this.#tags.set(order.id, order.tag)
    this.#living[row] = undefined
    this.#retired[this.retiredCount++] = order
  }

  /** The venue has let go of what ended: those objects may serve again. */
  recycle(): void {
    while (this.retiredCount > 0) this.#pool.push(this.#retired[--this.retiredCount])
  }

  /** Ended orders that were not simply filled: refused, cut short, cancelled. */
  troubled(): { id: number; state: OrderState; reason: Reason | '' }[] {
    const found: { id: number; state: OrderState; reason: Reason | '' }[] = []
    for (let row = 0; row < this.count; row++) {
      if (this.#living[row] !== undefined) continue
      const words = unpack(this.#table.get(row, 7))
      if (words.state !== 'filled')
        found.push({ id: row + 1, state: words.state, reason: this.#reasons[words.reason] })
    }
    return found
  }

  /** Handle of the instrument that an order asked for; −1 when of none. */
  handleOf(id: number): number {
    return this.#living[id - 1]?.handle ?? unpack(this.#table.get(id - 1, 7)).handle
  }

  signOf(id: number): 1 | -1 {
    return this.#living[id - 1]?.sign ?? unpack(this.#table.get(id - 1, 7)).sign
  }

  /** Ids of living orders that the venue has accepted, oldest first. */
  working(handle: number | undefined): number[] {
    const ids: number[] = []
    while (this.#oldest < this.count && this.#living[this.#oldest] === undefined) this.#oldest++
    for (let row = this.#oldest; row < this.count; row++) {
      const order = this.#living[row]
      if (order?.open === true && (handle === undefined || order.handle === handle)) ids.push(order.id)
    }
    return ids
  }

  /** The order as it stands, undefined for an id never given. */
  record(id: number, instruments: readonly Tradable[]): OrderRecord | undefined {
    if (!(id >= 1 && id <= this.count)) return undefined
    const order = this.#living[id - 1] ?? this.#restore(id)
    const named = this.#strangers.get(id)
    return named === undefined
      ? orderRecord(order, instruments[order.handle])
      : { ...orderRecord(order, STRANGER), instrument: named }
  }

  #restore(id: number): WorkingOrder {
    const row = id - 1
    const words = unpack(this.#table.get(row, 7))
    const order = new WorkingOrder()
    order.begin({
      id,
      ...words,
      lots: this.#table.get(row, 0),
      limitTicks: this.#table.get(row, 1),
      stopTicks: this.#table.get(row, 2),
      submittedAt: this.#table.get(row, 3),
      decidedAt: Number.NaN,
      tag: this.#tags.get(id) ?? '',
    })
    order.state = words.state
    order.reason = this.#reasons[words.reason]
    order.endedAt = this.#table.get(row, 4)
    order.filledLots = this.#table.get(row, 5)
    order.filledValue = this.#table.get(row, 6)
    return order
  }
}

/** handle, sign, type, time in force, state and reason in one integer. */
function pack(order: WorkingOrder, reason: number): number {
  const sides = (order.handle + 1) * 2 + (order.sign > 0 ? 1 : 0)
  const kinds =
    (TYPES.indexOf(order.type) * 4 + FORCES.indexOf(order.timeInForce)) * 4 + STATES.indexOf(order.state)
  return (sides * 64 + kinds) * 64 + reason
}

function unpack(packed: number): {
  handle: number
  sign: 1 | -1
  type: OrderType
  timeInForce: TimeInForce
  state: OrderState
  reason: number
} {
  const kinds = Math.floor(packed / 64) % 64
  const sides = Math.floor(packed / 4096)
  return {
    handle: Math.floor(sides / 2) - 1,
    sign: sides % 2 === 1 ? 1 : -1,
    type: TYPES[kinds >> 4],
    timeInForce: FORCES[(kinds >> 2) & 3],
    state: STATES[kinds & 3],
    reason: packed % 64,
  }
}
