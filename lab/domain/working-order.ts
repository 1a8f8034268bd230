/**
 * An order while it lives: integers on the instrument's grid, one shape for every order so that loops over
 * them stay fast. Its life is TRANSITIONS in order.ts; `enter` holds it to that table.
 */
import { assert } from '../core/assert.ts'
import type { Units } from '../core/decimal.ts'
import type { Micros } from '../core/time.ts'
import type { Instrument } from './instrument.ts'
import { instrumentId } from './instrument.ts'
import type { OrderRecord, OrderState, OrderType, Reason, TimeInForce } from './order.ts'
import { TRANSITIONS } from './order.ts'

/** TRANSITIONS by lookup: an order takes three steps, and runs take millions. */
const ALLOWED = new Uint8Array(64)
const ENDED = new Uint8Array(8).fill(1)
for (const [from, states] of Object.entries(TRANSITIONS) as [OrderState, readonly OrderState[]][])
  for (const to of states) {
    ALLOWED[codeOf(from) * 8 + codeOf(to)] = 1
    ENDED[codeOf(from)] = 0
  }

/** Comparing words that are each in memory once costs less than a look into an object by name. */
function codeOf(state: OrderState): number {
  if (state === 'submitted') return 0
  if (state === 'accepted') return 1
  if (state === 'filled') return 2
  if (state === 'partiallyFilled') return 3
  if (state === 'canceled') return 4
  return state === 'expired' ? 5 : 6
}

export interface OrderTerms {
  readonly id: number
  readonly handle: number
  /** +1 buys, −1 sells. */
  readonly sign: 1 | -1
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly lots: number
  /** NaN where the type has none. */
  readonly limitTicks: number
  readonly stopTicks: number
  readonly submittedAt: Micros
  /** Latest market event known then. */
  readonly decidedAt: Micros
  readonly tag: string
}

export class WorkingOrder {
  id = 0
  handle = -1
  sign: 1 | -1 = 1
  type: OrderType = 'market'
  timeInForce: TimeInForce = 'GTC'
  submittedAt = Number.NaN
  tag = ''
  lots = Number.NaN
  limitTicks = Number.NaN
  stopTicks = Number.NaN
  state: OrderState = 'submitted'
  reason: Reason | '' = ''
  filledLots = 0
  /** Σ price × lots, for the average. */
  filledValue = Number.NaN
  endedAt = Number.NaN
  /** Fees so far, ledger units: a minimum per order is taken once. */
  feeUnits: Units = 0
  /** A stop that was touched and now is a limit order. */
  triggered = false
  /** Latest market event known when it was decided, µs UTC: only bars that began later may fill it. */
  decidedAt = Number.NaN
  /** Close of the session known then. */
  sessionBefore = Number.NaN
  /** Close of the session in which it may trade first; NaN until that session is known. */
  session = Number.NaN
  /** Cash set aside for it while it works, whole cents. */
  reservedCents = 0

  /** Takes terms and starts a life; objects of ended orders begin again as others. */
  begin(terms: OrderTerms): void {
    this.id = terms.id
    this.handle = terms.handle
    this.sign = terms.sign
    this.type = terms.type
    this.timeInForce = terms.timeInForce
    this.submittedAt = terms.submittedAt
    this.decidedAt = terms.decidedAt
    this.tag = terms.tag
    this.lots = terms.lots
    this.limitTicks = terms.limitTicks
    this.stopTicks = terms.stopTicks
    this.state = 'submitted'
    this.reason = ''
    this.filledLots = 0
    this.filledValue = 0
    this.endedAt = Number.NaN
    this.feeUnits = 0
    this.triggered = false
    this.sessionBefore = Number.NaN
    this.session = Number.NaN
    this.reservedCents = 0
  }

  get open(): boolean {
    return this.state === 'accepted' || this.state === 'partiallyFilled'
  }

  get remainingLots(): number {
    return this.lots - this.filledLots
  }

  /** Moves to the next state; a step that the table does not have is a bug. */
  enter(state: OrderState, now: Micros, reason: Reason | '' = ''): void {
    const code = codeOf(state)
    if (ALLOWED[codeOf(this.state) * 8 + code] === 0)
      assert(false, `order ${this.id} cannot go from ${this.state} to ${state}`)
    this.state = state
    if (reason !== '') this.reason = reason
    if (ENDED[code] === 1) this.endedAt = now
  }
}

/** The order as it is exported. */
export function orderRecord(order: WorkingOrder, instrument: Instrument): OrderRecord {
  return {
    id: order.id,
    instrument: instrumentId(instrument),
    side: order.sign > 0 ? 'buy' : 'sell',
    type: order.type,
    timeInForce: order.timeInForce,
    quantity: order.lots / instrument.lotsPerUnit,
    ...(Number.isNaN(order.limitTicks) ? {} : { limitPrice: order.limitTicks / instrument.ticksPerUnit }),
    ...(Number.isNaN(order.stopTicks) ? {} : { stopPrice: order.stopTicks / instrument.ticksPerUnit }),
    state: order.state,
    filledQuantity: order.filledLots / instrument.lotsPerUnit,
    ...(order.filledLots > 0 ? { averagePrice: order.filledValue / order.filledLots } : {}),
    submittedAt: order.submittedAt,
    ...(Number.isNaN(order.endedAt) ? {} : { endedAt: order.endedAt }),
    ...(order.reason === '' ? {} : { reason: order.reason }),
    ...(order.tag === '' ? {} : { tag: order.tag }),
  }
}
