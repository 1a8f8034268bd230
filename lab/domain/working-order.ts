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
const ALLOWED = new Uint8Array(256)
const ENDED = new Uint8Array(16).fill(1)
for (const [from, states] of Object.entries(TRANSITIONS) as [OrderState, readonly OrderState[]][])
  for (const to of states) {
    ALLOWED[codeOf(from) * 16 + codeOf(to)] = 1
    ENDED[codeOf(from)] = 0
  }

/** Comparing words that are each in memory once costs less than a look into an object by name. */
function codeOf(state: OrderState): number {
  if (state === 'submitted') return 0
  if (state === 'accepted') return 1
  if (state === 'filled') return 2
  if (state === 'partiallyFilled') return 3
  if (state === 'canceled') return 4
  if (state === 'expired') return 5
  if (state === 'rejected') return 6
  return state === 'held' ? 7 : 8
}

export interface OrderTerms {
  readonly id: number
  /** Place of its strategy among those of the run; absent: 0. */
  readonly strategy?: number
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
  /** What few orders have; absent: none of it. */
  readonly special?: SpecialTerms
}

/** Terms beyond type, quantity, limit and stop. */
export interface SpecialTerms {
  /** Of a trailing stop: ticks, or a fraction of price; NaN for the other. */
  readonly trailTicks: number
  readonly trailRate: number
  /** How far beyond its stop the limit of a trailing stop-limit lies, ticks. */
  readonly limitOffsetTicks: number
  /** Iceberg: lots shown at a time; NaN shows all. */
  readonly displayLots: number
  /** GTD: the order ends at this time; NaN for others. */
  readonly goodTill: Micros
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  /** Id of the order whose fill sets it to work, 0 for none. */
  readonly parent: number
  /** Group of which one fill cancels the rest, '' for none. */
  readonly group: string
  /** Take-profit or stop-loss of its parent: of the quantity that the parent has filled. */
  readonly bracket: boolean
}

export const PLAIN_TERMS: SpecialTerms = Object.freeze({
  trailTicks: Number.NaN,
  trailRate: Number.NaN,
  limitOffsetTicks: Number.NaN,
  displayLots: Number.NaN,
  goodTill: Number.NaN,
  postOnly: false,
  reduceOnly: false,
  parent: 0,
  group: '',
  bracket: false,
})

/** Terms of an order that can only bring a position nearer to zero. */
export const REDUCE_ONLY: SpecialTerms = Object.freeze({ ...PLAIN_TERMS, reduceOnly: true })

export class WorkingOrder {
  id = 0
  /** Place of its strategy among those of the run. */
  strategy = 0
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
  /** Kept by fee models that ask for them: fees before minimum and maximum, and what it traded, ledger units. */
  chargedUnits: Units = 0
  tradedUnits: Units = 0
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
  /** PLAIN_TERMS for most. */
  special: SpecialTerms = PLAIN_TERMS
  /** Where a cancel that was refused brings it back to. */
  before: OrderState = 'submitted'
  /** At a venue of ticks: size ahead of it in its level's queue, units, and what traded there since it changed. */
  queueAhead = Number.NaN
  queueTraded = Number.NaN
  /** Lots that can still fill there, and of those the lots that are shown: the venue knows before the account. */
  venueLots = 0
  shownLots = 0
  /** Of a bracket's child there: lots that its parent has not filled yet. */
  venueWaiting = 0
  /** What has filled there, and its prices as they stand there. */
  venueFilled = 0
  venueLimit = Number.NaN
  venueStop = Number.NaN
  /** Its place in time among the orders of its level, where the feed tells of each (L3). */
  queueArrival = Number.NaN
  /** Its place among the venue's resting orders of its side. */
  venuePlace = 0
  /** 0 on its way, 1 at the venue, 2 over there, 3 held there for another's fill. */
  venueState = 0
  /** Of a bracket's child: lots that its parent has not filled yet, and which may not trade. */
  waitingLots = Number.NaN
  /** Risk counts it among what works. */
  counted = false
  /** Others wait for it (OTO). */
  leads = false
  /** It has been through a bar's open, and a post-only order rests. */
  rests = false
  /** Bars that it is still on its way for, and the same of its cancel. */
  barsAway = 0
  cancelBarsAway = 0
  /** Latest market event known when its cancel was sent; NaN while none is on its way. */
  cancelAt = Number.NaN
  /** Its number among the orders that a venue of bars was sent, and whether it waits there with those far from bars. */
  arrival = 0
  far = false
  /** Instant of the venue in which a bar works it. */
  worksIn = 0
  /** Round of the inside of a bar in which it was last looked at. */
  workedIn = 0
  /** Its parent filled inside the bar at hand: 1 the bar then went on against it for certain, 2 it may have. */
  bornInside = 0

  /** Takes terms and starts a life; objects of ended orders begin again as others. */
  begin(terms: OrderTerms): void {
    this.beginPlain(terms.id, terms.strategy ?? 0, terms.handle, terms.sign)
    this.type = terms.type
    this.timeInForce = terms.timeInForce
    this.submittedAt = terms.submittedAt
    this.decidedAt = terms.decidedAt
    this.tag = terms.tag
    this.lots = terms.lots
    this.limitTicks = terms.limitTicks
    this.stopTicks = terms.stopTicks
    this.special = terms.special ?? PLAIN_TERMS
  }

  /** Starts the life of a market order without options; lots and times are the caller's to write. */
  beginPlain(id: number, strategy: number, handle: number, sign: 1 | -1): void {
    this.id = id
    this.strategy = strategy
    this.handle = handle
    this.sign = sign
    this.type = 'market'
    this.timeInForce = 'GTC'
    this.tag = ''
    this.limitTicks = Number.NaN
    this.stopTicks = Number.NaN
    this.state = 'submitted'
    this.reason = ''
    this.filledLots = 0
    this.filledValue = 0
    this.endedAt = Number.NaN
    this.feeUnits = 0
    this.chargedUnits = 0
    this.tradedUnits = 0
    this.triggered = false
    this.sessionBefore = Number.NaN
    this.session = Number.NaN
    this.reservedCents = 0
    this.special = PLAIN_TERMS
    this.before = 'submitted'
    this.waitingLots = 0
    this.counted = false
    this.leads = false
    this.rests = false
    this.barsAway = 0
    this.cancelBarsAway = 0
    this.cancelAt = Number.NaN
    this.far = false
    this.worksIn = 0
    this.workedIn = 0
    this.bornInside = 0
    if (this.venueState !== 0) this.#leaveTicks()
  }

  /** Forgets its life at a venue of ticks, where nothing is written before it has come there. */
  #leaveTicks(): void {
    this.queueAhead = Number.NaN
    this.queueTraded = Number.NaN
    this.venueLots = 0
    this.shownLots = 0
    this.venueWaiting = 0
    this.venueFilled = 0
    this.venueLimit = Number.NaN
    this.venueStop = Number.NaN
    this.queueArrival = Number.NaN
    this.venueState = 0
  }

  /** It may fill. */
  get open(): boolean {
    return this.state === 'accepted' || this.state === 'partiallyFilled' || this.state === 'cancelPending'
  }

  /** It has not ended. */
  get living(): boolean {
    return ENDED[codeOf(this.state)] === 0
  }

  /** What may still trade. */
  get remainingLots(): number {
    return this.lots - this.filledLots - this.waitingLots
  }

  /** It waits for a price that may never come, or protects: nobody plans with its fill. */
  get conditional(): boolean {
    if (this.special === PLAIN_TERMS) return !Number.isNaN(this.stopTicks)
    return this.special.bracket || this.trails || !Number.isNaN(this.stopTicks)
  }

  /** Its stop follows the market. */
  get trails(): boolean {
    return !Number.isNaN(this.special.trailTicks) || !Number.isNaN(this.special.trailRate)
  }

  /** Moves to the next state; a step that the table does not have is a bug. */
  enter(state: OrderState, now: Micros, reason: Reason | '' = ''): void {
    const code = codeOf(state)
    if (ALLOWED[codeOf(this.state) * 16 + code] === 0)
      assert(false, `order ${this.id} cannot go from ${this.state} to ${state}`)
    if (state === 'cancelPending' && this.state !== 'cancelPending') this.before = this.state
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
    ...specialRecord(order.special, instrument),
    state: order.state,
    filledQuantity: order.filledLots / instrument.lotsPerUnit,
    ...(order.filledLots > 0 ? { averagePrice: order.filledValue / order.filledLots } : {}),
    submittedAt: order.submittedAt,
    ...(Number.isNaN(order.endedAt) ? {} : { endedAt: order.endedAt }),
    ...(order.reason === '' ? {} : { reason: order.reason }),
    ...(order.tag === '' ? {} : { tag: order.tag }),
  }
}

function specialRecord(terms: SpecialTerms, instrument: Instrument): Partial<OrderRecord> {
  if (terms === PLAIN_TERMS) return {}
  return {
    ...(Number.isNaN(terms.trailTicks) ? {} : { trailAmount: terms.trailTicks / instrument.ticksPerUnit }),
    ...(Number.isNaN(terms.trailRate) ? {} : { trailPercent: terms.trailRate * 100 }),
    ...(Number.isNaN(terms.displayLots)
      ? {}
      : { displayQuantity: terms.displayLots / instrument.lotsPerUnit }),
    ...(Number.isNaN(terms.goodTill) ? {} : { goodTill: terms.goodTill }),
    ...(terms.postOnly ? { postOnly: true } : {}),
    ...(terms.reduceOnly ? { reduceOnly: true } : {}),
    ...(terms.parent === 0 ? {} : { parent: terms.parent }),
    ...(terms.group === '' ? {} : { group: terms.group }),
  }
}
