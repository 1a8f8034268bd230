/**
 * Every order of a run by id: the living as objects, the ended in columns. Ended objects are used again, so that
 * a run of a million orders holds a hundred bytes for each and gives the collector nothing to move.
 */
import type { OrderRecord, OrderState, OrderType, Reason, TimeInForce } from '../domain/order.ts'
import { type OrderTerms, orderRecord, WorkingOrder } from '../domain/working-order.ts'
import type { Tradable } from '../strategy/context.ts'

const TYPES: readonly OrderType[] = ['market', 'limit', 'stop', 'stopLimit']
const FORCES: readonly TimeInForce[] = ['GTC', 'DAY', 'IOC']
const STATES: readonly OrderState[] = ['filled', 'canceled', 'expired', 'rejected']
const DOUBLES = [
  'lots',
  'limitTicks',
  'stopTicks',
  'submittedAt',
  'endedAt',
  'filledLots',
  'filledValue',
] as const
const STRANGER = { venue: '', symbol: '', ticksPerUnit: 1, lotsPerUnit: 1, currency: '', calendar: '' }

export class OrderArchive {
  /** Orders ever given; ids are 1 … count. */
  count = 0
  readonly #living: (WorkingOrder | undefined)[] = []
  /** Ended since the venue last looked: it may still hold them, so they are not used again yet. */
  readonly #retired: WorkingOrder[] = []
  readonly #pool: WorkingOrder[] = []
  readonly #doubles: Record<(typeof DOUBLES)[number], Float64Array>
  /** handle, sign, type, force, state and reason of an ended order. */
  #codes = new Int32Array(64 * 6)
  readonly #reasons: (Reason | '')[] = ['']
  readonly #tags = new Map<number, string>()
  readonly #strangers = new Map<number, string>()

  constructor() {
    this.#doubles = Object.fromEntries(DOUBLES.map(name => [name, new Float64Array(64)])) as never
  }

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
    if (row >= this.#doubles.lots.length) this.#grow(this.count)
    const { lots, limitTicks, stopTicks, submittedAt, endedAt, filledLots, filledValue } = this.#doubles
    lots[row] = order.lots
    limitTicks[row] = order.limitTicks
    stopTicks[row] = order.stopTicks
    submittedAt[row] = order.submittedAt
    endedAt[row] = order.endedAt
    filledLots[row] = order.filledLots
    filledValue[row] = order.filledValue
    let reason = this.#reasons.indexOf(order.reason)
    if (reason < 0) reason = this.#reasons.push(order.reason) - 1
    const codes = this.#codes
    codes[6 * row] = order.handle
    codes[6 * row + 1] = order.sign
    codes[6 * row + 2] = TYPES.indexOf(order.type)
    codes[6 * row + 3] = FORCES.indexOf(order.timeInForce)
    codes[6 * row + 4] = STATES.indexOf(order.state)
    codes[6 * row + 5] = reason
    if (order.tag !== '') this.#tags.set(order.id, order.tag)
    this.#living[row] = undefined
    this.#retired.push(order)
  }

  /** The venue has let go of what ended: those objects may serve again. */
  recycle(): void {
    while (this.#retired.length > 0) this.#pool.push(this.#retired.pop()!)
  }

  /** Ended orders that were not simply filled: refused, cut short, cancelled. */
  troubled(): { id: number; state: OrderState; reason: Reason | '' }[] {
    const found: { id: number; state: OrderState; reason: Reason | '' }[] = []
    for (let row = 0; row < this.count; row++) {
      const state = STATES[this.#codes[6 * row + 4]]
      if (this.#living[row] === undefined && state !== 'filled')
        found.push({ id: row + 1, state, reason: this.#reasons[this.#codes[6 * row + 5]] })
    }
    return found
  }

  /** What an order that ended asked of which instrument; −1 when of none. */
  handleOf(id: number): number {
    return this.#living[id - 1]?.handle ?? this.#codes[6 * (id - 1)]
  }

  signOf(id: number): number {
    return this.#living[id - 1]?.sign ?? this.#codes[6 * (id - 1) + 1]
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
    const codes = this.#codes.subarray(6 * row, 6 * row + 6)
    const order = new WorkingOrder()
    order.begin({
      id,
      handle: codes[0],
      sign: codes[1] as 1 | -1,
      type: TYPES[codes[2]],
      timeInForce: FORCES[codes[3]],
      lots: this.#doubles.lots[row],
      limitTicks: this.#doubles.limitTicks[row],
      stopTicks: this.#doubles.stopTicks[row],
      submittedAt: this.#doubles.submittedAt[row],
      decidedAt: Number.NaN,
      tag: this.#tags.get(id) ?? '',
    })
    order.state = STATES[codes[4]]
    order.reason = this.#reasons[codes[5]]
    order.endedAt = this.#doubles.endedAt[row]
    order.filledLots = this.#doubles.filledLots[row]
    order.filledValue = this.#doubles.filledValue[row]
    return order
  }

  #grow(atLeast: number): void {
    const rows = Math.max(atLeast, this.#doubles.lots.length * 2)
    for (const name of DOUBLES) {
      const column = new Float64Array(rows)
      column.set(this.#doubles[name])
      this.#doubles[name] = column
    }
    const codes = new Int32Array(rows * 6)
    codes.set(this.#codes)
    this.#codes = codes
  }
}
