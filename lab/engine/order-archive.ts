/**
 * Every order of a run by id: the living as objects, the ended in columns. Ended objects are used again, so that
 * a run of a million orders holds a hundred bytes for each and gives the collector nothing to move.
 */
import { objectList } from '../core/object-list.ts'
import type { OrderRecord, OrderState, OrderType, Reason, TimeInForce } from '../domain/order.ts'
import {
  type OrderTerms,
  orderRecord,
  PLAIN_TERMS,
  type SpecialTerms,
  WorkingOrder,
} from '../domain/working-order.ts'
import type { Tradable } from '../strategy/context.ts'
import { RowBlocks } from './row-blocks.ts'

const TYPES: readonly OrderType[] = [
  'market',
  'limit',
  'stop',
  'stopLimit',
  'marketIfTouched',
  'limitIfTouched',
  'trailingStop',
  'trailingStopLimit',
  'marketOnOpen',
  'limitOnOpen',
  'marketOnClose',
  'limitOnClose',
]
const FORCES: readonly TimeInForce[] = ['GTC', 'DAY', 'IOC', 'FOK', 'GTD']
const STATES: readonly OrderState[] = ['filled', 'canceled', 'expired', 'rejected']
const FIELDS = 8
const STRANGER = { venue: '', symbol: '', ticksPerUnit: 1, lotsPerUnit: 1, currency: '', calendar: '' }

export class OrderArchive {
  /** Orders ever given; ids are 1 … count. */
  count = 0
  /** Orders from id `#first` on, undefined where ended; it begins anew when none lives. */
  readonly #living: (WorkingOrder | undefined)[] = objectList<WorkingOrder>()
  #first = 1
  #alive = 0
  /** Every order before this one has ended. */
  #oldest = 1
  /** Ids that ended otherwise than filled, in the order of their ends. */
  readonly #unfilled: number[] = []
  /** Ended since the venue last looked: it may still hold them, so they are not used again yet. */
  readonly #retired = objectList<WorkingOrder>()
  retiredCount = 0
  readonly #pool = objectList<WorkingOrder>()
  /** lots, limit, stop, submittedAt, endedAt, filledLots, filledValue and the packed words of an ended order. */
  readonly #table = new RowBlocks(FIELDS)
  readonly #reasons: (Reason | '')[] = ['']
  readonly #tags = new Map<number, string>()
  readonly #strangers = new Map<number, string>()
  /** Of the few that have them. */
  readonly #special = new Map<number, SpecialTerms>()
  readonly #children = new Map<number, number[]>()

  /** With an object at hand: code compiled in one run then need not learn in the next how the first is made. */
  constructor() {
    const first = new WorkingOrder()
    this.#pool.push(first)
    this.#retired.push(first)
  }

  get nextId(): number {
    return this.count + 1
  }

  /** A new order under the next id. @param stranger what it named when it named no instrument of the run */
  open(terms: OrderTerms, stranger?: string): WorkingOrder {
    const order = this.#pool.pop() ?? new WorkingOrder()
    order.begin(terms)
    this.count++
    if (this.#alive++ === 0) this.#first = this.count
    this.#living[this.count - this.#first] = order
    if (stranger !== undefined) this.#strangers.set(terms.id, stranger)
    if (terms.special !== undefined && terms.special.parent !== 0)
      this.#childOf(terms.special.parent, terms.id)
    return order
  }

  /** The same for a market order without options; lots and times are the caller's to write. */
  openPlain(strategy: number, handle: number, sign: 1 | -1): WorkingOrder {
    const order = this.#pool.pop() ?? new WorkingOrder()
    const id = ++this.count
    order.beginPlain(id, strategy, handle, sign)
    if (this.#alive++ === 0) this.#first = id
    this.#living[id - this.#first] = order
    return order
  }

  #childOf(parent: number, id: number): void {
    const children = this.#children.get(parent)
    if (children === undefined) this.#children.set(parent, [id])
    else children.push(id)
  }

  /** Ids of the orders that wait or waited for this one's fill. */
  children(id: number): number[] {
    return [...(this.#children.get(id) ?? [])]
  }

  /** Whether an id was ever given. */
  has(id: number): boolean {
    return Number.isInteger(id) && id >= 1 && id <= this.count
  }

  /** The order with this id while it lives. */
  living(id: number): WorkingOrder | undefined {
    return id >= this.#first ? this.#living[id - this.#first] : undefined
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
    let reason = placeOf(this.#reasons, order.reason)
    if (reason < 0) reason = this.#reasons.push(order.reason) - 1
    block[start + 7] = pack(order, reason)
    if (order.tag !== '') this.#tags.set(order.id, order.tag)
    if (order.special !== PLAIN_TERMS) this.#special.set(order.id, order.special)
    if (order.state !== 'filled') this.#unfilled.push(order.id)
    this.#living[order.id - this.#first] = undefined
    this.#alive--
    this.#retired[this.retiredCount++] = order
  }

  /** The venue has let go of what ended: those objects may serve again. */
  recycle(): void {
    while (this.retiredCount > 0) this.#pool.push(this.#retired[--this.retiredCount])
  }

  /** Ended orders that were not simply filled: refused, cut short, cancelled. */
  troubled(): { id: number; state: OrderState; reason: Reason | '' }[] {
    return this.#unfilled
      .sort((a, b) => a - b)
      .map(id => {
        const words = unpack(this.#table.get(id - 1, 7))
        return { id, state: words.state, reason: this.#reasons[words.reason] }
      })
  }

  /** Whose order an id is: place of the strategy. */
  strategyOf(id: number): number {
    return this.living(id)?.strategy ?? Math.floor(this.#table.get(id - 1, 7) / OF_STRATEGY)
  }

  /** Ids of living orders that have been decided, oldest first; of one strategy and one instrument, or of all. */
  working(strategy: number | undefined, handle: number | undefined): number[] {
    const ids: number[] = []
    if (this.#alive === 0) return ids
    while (this.#oldest <= this.count && this.living(this.#oldest) === undefined) this.#oldest++
    for (let id = this.#oldest; id <= this.count; id++) {
      const order = this.living(id)
      if (
        order !== undefined &&
        order.state !== 'submitted' &&
        (strategy === undefined || order.strategy === strategy) &&
        (handle === undefined || order.handle === handle)
      )
        ids.push(order.id)
    }
    return ids
  }

  /** The order with this id, ended or not; undefined for an id never given. */
  find(id: number): WorkingOrder | undefined {
    return this.has(id) ? (this.living(id) ?? this.#restore(id)) : undefined
  }

  /** The order as it stands, undefined for an id never given. */
  record(id: number, instruments: readonly Tradable[]): OrderRecord | undefined {
    if (!this.has(id)) return undefined
    const order = this.living(id) ?? this.#restore(id)
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
      special: this.#special.get(id),
    })
    order.state = words.state
    order.reason = this.#reasons[words.reason]
    order.endedAt = this.#table.get(row, 4)
    order.filledLots = this.#table.get(row, 5)
    order.filledValue = this.#table.get(row, 6)
    return order
  }
}

/** What a packed order holds below the place of its strategy: 2^22 handles, and 16 bits below them. */
const HANDLES = 2 ** 22
const OF_STRATEGY = HANDLES * 2 * 512 * 64

/** strategy, handle, sign, type, time in force, state and reason in one integer: 4, 3, 2 and 6 bits below the sides. */
function pack(order: WorkingOrder, reason: number): number {
  const sides = (order.strategy * HANDLES + order.handle + 1) * 2 + (order.sign > 0 ? 1 : 0)
  const kinds =
    (placeOf(TYPES, order.type) * 8 + placeOf(FORCES, order.timeInForce)) * 4 + placeOf(STATES, order.state)
  return (sides * 512 + kinds) * 64 + reason
}

/** indexOf, without its call: the word is nearly always the first. */
function placeOf<Word>(words: readonly Word[], word: Word): number {
  for (let place = 0; place < words.length; place++) if (words[place] === word) return place
  return -1
}

function unpack(packed: number): {
  strategy: number
  handle: number
  sign: 1 | -1
  type: OrderType
  timeInForce: TimeInForce
  state: OrderState
  reason: number
} {
  const kinds = Math.floor(packed / 64) % 512
  const sides = Math.floor(packed / 32_768)
  const place = Math.floor(sides / 2)
  return {
    strategy: Math.floor(place / HANDLES),
    handle: (place % HANDLES) - 1,
    sign: sides % 2 === 1 ? 1 : -1,
    type: TYPES[kinds >> 5],
    timeInForce: FORCES[(kinds >> 2) & 7],
    state: STATES[kinds & 3],
    reason: packed % 64,
  }
}
