/**
 * The market of order-flow.ts as it lives: arrivals and cancels in their order, what each does to the orders that
 * rest, and the rows that tell of it once it is recorded.
 */
import { GordonError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { type Micros, SECOND } from '../core/time.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import { exponential } from '../math/index.ts'
import type { FlowRows } from './flow-rows.ts'
import { Arrivals, requireArrivals } from './hawkes.ts'
import { chance } from './label.ts'
import type { OrderFlowTerms } from './order-flow.ts'
import { RestingOrders, type Side } from './resting-orders.ts'
import { requireNumber } from './terms.ts'

const NAME = 'order-flow'

export class FlowMarket {
  readonly #random: Random
  readonly #resting = new RestingOrders()
  readonly #arrivals: Arrivals
  readonly #instrument: Instrument
  readonly #rows: FlowRows
  readonly #start: Micros
  readonly #seconds: number
  readonly #warmUp: number
  readonly #cancelRate: number
  readonly #meanLots: number
  /** Chance that a limit order comes at most so far: place 0 is one tick. */
  readonly #within: Float64Array
  /** Ticks of the last best price of each side, for a side that is empty now. */
  #lastBid: number
  #lastAsk: number
  #recording = false
  #now: Micros

  constructor(terms: OrderFlowTerms, instrument: Instrument, rows: FlowRows) {
    const {
      seed,
      seconds,
      start = Date.UTC(2020, 0, 1) * 1000,
      price = 100,
      limitRate = 10,
      marketRate = 2,
    } = terms
    const { cancelRate = 0.2, levels = 20, placement = 0.52, lots = 5, excitation } = terms
    this.#random = chance(NAME, seed)
    requireNumber(NAME, 'seconds', seconds, { above: 0 })
    requireNumber(NAME, 'start', start, { whole: true })
    requireNumber(NAME, 'price', price, { above: 0 })
    requireNumber(NAME, 'limitRate', limitRate, { above: 0 })
    requireNumber(NAME, 'marketRate', marketRate, { from: 0 })
    requireNumber(NAME, 'cancelRate', cancelRate, { above: 0 })
    requireNumber(NAME, 'levels', levels, { from: 1, whole: true })
    requireNumber(NAME, 'placement', placement)
    requireNumber(NAME, 'lots', lots, { from: 1 })
    const baseline = [limitRate, limitRate, marketRate, marketRate]
    requireArrivals(NAME, baseline, excitation)
    this.#warmUp = terms.warmUp ?? 10 / cancelRate
    requireNumber(NAME, 'warmUp', this.#warmUp, { from: 0 })
    this.#arrivals = new Arrivals(baseline, excitation, chance(NAME, seed, 1))
    this.#instrument = instrument
    this.#rows = rows
    this.#start = this.#now = start
    this.#seconds = seconds
    this.#cancelRate = cancelRate
    this.#meanLots = lots
    this.#within = cumulated(levels, placement)
    this.#lastBid = Math.round(price * instrument.ticksPerUnit)
    this.#lastAsk = this.#lastBid + 1
    for (let away = 0; away < levels; away++) {
      this.#rest(1, this.#lastBid - away)
      this.#rest(-1, this.#lastAsk + away)
    }
  }

  play(): void {
    this.#until(this.#warmUp)
    this.#rows.snapshot(this.#start, this.#resting)
    this.#recording = true
    this.#until(this.#warmUp + this.#seconds)
  }

  /** Cancels and arrivals compete: neither remembers how long it has waited. */
  #until(horizon: number): void {
    let cancel = this.#nextCancel()
    for (;;) {
      const arrived = this.#arrivals.next(Math.min(cancel, horizon))
      if (!arrived && cancel >= horizon) return
      if (this.#recording) this.#tick()
      if (!arrived) this.#cancel()
      else if (this.#arrivals.type < 2) this.#limit(this.#arrivals.type === 0 ? 1 : -1)
      else this.#market(this.#arrivals.type === 2 ? 1 : -1)
      cancel = this.#nextCancel()
    }
  }

  #nextCancel(): number {
    const rate = this.#cancelRate * this.#resting.count
    return rate > 0 ? this.#arrivals.time + exponential(this.#random) / rate : Number.POSITIVE_INFINITY
  }

  /** The event's microsecond, later than the one before. */
  #tick(): void {
    const time = this.#start + Math.ceil((this.#arrivals.time - this.#warmUp) * SECOND)
    this.#now = Math.max(this.#now + 1, time)
  }

  #limit(side: Side): void {
    const across = side > 0 ? this.#lastAsk : this.#lastBid
    const draw = this.#random.uniform()
    let away = 1
    while (away < this.#within.length && draw >= this.#within[away - 1]) away++
    this.#rest(side, across - side * away)
  }

  #rest(side: Side, ticks: number): void {
    if (!(ticks >= 1 && Number.isSafeInteger(ticks)))
      throw new GordonError(
        'SYNTHETIC_PRICE',
        `Synthetic market ${NAME} takes ${instrumentId(this.#instrument)} to a price of ${ticks} ticks after ${this.#arrivals.time} seconds; choose another price or another grid.`,
      )
    const order = this.#resting.add(side, ticks, this.#lots())
    this.#remember()
    if (this.#recording) this.#rows.changed(this.#now, 'add', order, this.#resting)
  }

  #market(taker: Side): void {
    const side: Side = taker > 0 ? -1 : 1
    const ticks = this.#resting.best(side)
    for (let wanted = this.#lots(); wanted > 0; ) {
      const maker = this.#resting.first(side)
      if (maker === undefined || maker.ticks !== ticks) break
      const lots = Math.min(wanted, maker.lots)
      wanted -= lots
      this.#resting.take(maker, lots)
      if (!this.#recording) continue
      this.#rows.trade(this.#now, taker, ticks, lots)
      this.#rows.changed(this.#now, maker.lots > 0 ? 'change' : 'remove', maker, this.#resting)
    }
    this.#remember()
  }

  #cancel(): void {
    const order = this.#resting.at(this.#random.integer(0, this.#resting.count))
    this.#resting.take(order, order.lots)
    this.#remember()
    if (this.#recording) this.#rows.changed(this.#now, 'remove', order, this.#resting)
  }

  /** Where the best prices are; of an empty side, where it was last, which the other never reaches. */
  #remember(): void {
    const bid = this.#resting.best(1)
    const ask = this.#resting.best(-1)
    if (!Number.isNaN(bid)) this.#lastBid = bid
    if (!Number.isNaN(ask)) this.#lastAsk = ask
  }

  /** Geometric from 1 on. */
  #lots(): number {
    if (this.#meanLots === 1) return 1
    return 1 + Math.floor(-exponential(this.#random) / Math.log1p(-1 / this.#meanLots))
  }
}

/** Chances of d^−placement, added up; the last is 1. */
function cumulated(levels: number, placement: number): Float64Array {
  const within = new Float64Array(levels)
  let total = 0
  for (let away = 1; away <= levels; away++) within[away - 1] = total += away ** -placement
  return within.map(sum => sum / total)
}
