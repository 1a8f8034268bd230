/**
 * The simulated venue on ticks: one market per instrument, orders on their way there, reports on their way back.
 * Its clock is the venue's: rows happen at their event times, an order arrives its latency after it was sent, and
 * an order that arrives at the time of a row finds that row already happened.
 */
import type { Reason } from '../../domain/order.ts'
import type { ClockedVenue, OrderChange, Venue, VenueReports } from '../../domain/ports/venue.ts'
import { PLAIN_TERMS, type WorkingOrder } from '../../domain/working-order.ts'
import type { LatencyModel } from '../models/latency.ts'
import { Contingencies } from './contingencies.ts'
import type { ReportLine } from './report-line.ts'
import { AtVenue } from './standing.ts'
import { HELD } from './tick-floor.ts'
import type { TickMarket } from './tick-market.ts'

const NEW = 0
const CANCEL = 1
const REPLACE = 2
const RELEASE = 3
/** A child that waited here begins to work: when the rows of that time are over. */
const BEGIN = 4

interface Message {
  kind: number
  time: number
  order: WorkingOrder
  /** Objects of ended orders begin again as others: the id tells. */
  id: number
  /** Reports that the account had had when it was sent. */
  heard: number
  reason: Reason
  change: OrderChange | undefined
}

export interface TickVenueSetup {
  /** By handle, given whom they report to; undefined for instruments whose orders go elsewhere. */
  readonly markets: (reports: VenueReports) => readonly (TickMarket | undefined)[]
  readonly line: ReportLine
  readonly latency: LatencyModel
  readonly reports: VenueReports
}

export class TickVenue implements ClockedVenue {
  starved = -1
  readonly #markets: readonly (TickMarket | undefined)[]
  readonly #line: ReportLine
  readonly #latency: LatencyModel
  readonly #reports: VenueReports
  /** Markets with living orders. */
  readonly #busy: TickMarket[] = []
  readonly #ties: Contingencies
  /** Orders on their way whose group is over: they find that out when they arrive. */
  readonly #outlived = new Set<number>()
  /** The order that arrives is one that the account has as accepted. */
  #known = false
  /** Messages on their way, in order of arrival, from `#first` on. */
  readonly #messages: Message[] = []
  #first = 0
  #arrival = Number.POSITIVE_INFINITY
  #lastArrival = Number.NEGATIVE_INFINITY

  constructor(setup: TickVenueSetup) {
    this.#line = setup.line
    this.#latency = setup.latency
    this.#reports = setup.reports
    let markets: readonly (TickMarket | undefined)[] = []
    this.#ties = new Contingencies(
      setup.line,
      reports => {
        markets = setup.markets(reports)
        return this.#floor()
      },
      new AtVenue(setup.line),
    )
    this.#markets = markets
  }

  get idle(): boolean {
    return this.#busy.length === 0 && this.#arrival === Number.POSITIVE_INFINITY && this.#line.count === 0
  }
  get untoldFills(): number {
    return this.#line.fills
  }

  /** An order that was held at the account rests here already. */
  submit(order: WorkingOrder, now: number): void {
    if (order.state === 'held') {
      this.#reports.accepted(order, now)
      this.#send(RELEASE, order, now, 'byStrategy', undefined, true)
    } else this.#send(NEW, order, now, 'byStrategy', undefined, false)
  }

  cancel(order: WorkingOrder, now: number, reason: Reason): void {
    // What waits for another's fill goes on waiting until its cancel has come.
    if (reason === 'otherOfGroupFilled' && order.venueState === 0) {
      this.#outlived.add(order.id)
      return
    }
    if (reason === 'byStrategy' && order.state !== 'held') this.#reports.cancelPending(order, now)
    this.#send(CANCEL, order, now, reason, undefined, reason !== 'byStrategy')
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#send(REPLACE, order, now, 'byStrategy', change, false)
  }

  /** Nothing happens here in instants of bars. */
  work(): void {}

  report(now: number): void {
    // Objects of orders that the account sees end serve again.
    for (const market of this.#markets) if (market?.struck === true) market.tidy()
    this.#line.deliver(now)
  }

  catchUp(now: number): void {
    for (const market of this.#markets) if (market !== undefined && market.living === 0) market.skipTo(now)
  }

  advance(until: number): number {
    const line = this.#line
    const busy = this.#busy
    // One market alone, and nothing on its way there: row after row.
    if (busy.length === 1) {
      const only = busy[0]
      while (only.next <= until && only.next <= this.#arrival && only.next < line.due) {
        only.step()
        if (only.living === 0) {
          busy.pop()
          break
        }
      }
      if (busy.length === 1 && only.next > until && this.#arrival > until && line.due > until)
        return Number.POSITIVE_INFINITY
    }
    for (;;) {
      let market: TickMarket | undefined
      let next = Number.POSITIVE_INFINITY
      for (let k = 0; k < busy.length; k++) {
        const one = busy[k]
        if (one.next < next) {
          next = one.next
          market = one
        } else if (one.starved >= 0) {
          // It may have been fed since.
          one.peek()
          if (one.starved >= 0) {
            this.starved = one.starved
            return Number.NaN
          }
          k--
        }
      }
      const time = next <= this.#arrival ? next : this.#arrival
      // What comes of a report arrives no earlier than it was due, and what happens at that time comes after it.
      if (line.due <= until && line.due <= time) return line.due
      if (time > until || time === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
      if (market !== undefined && next <= this.#arrival) {
        market.step()
        if (market.living === 0) busy.splice(busy.indexOf(market), 1)
      } else if (!this.#arrive()) return Number.NaN
    }
  }

  /** @param atOnce the venue itself does it: no way to go */
  #send(
    kind: number,
    order: WorkingOrder,
    now: number,
    reason: Reason,
    change: OrderChange | undefined,
    atOnce: boolean,
  ): void {
    const messages = this.#messages
    let place = messages.length
    let time = now
    if (atOnce) while (place > this.#first && messages[place - 1].time > now) place--
    else {
      time += this.#latency.order(this.#markets[order.handle]!.lateness)
      // One line keeps its order.
      if (time < this.#lastArrival) time = this.#lastArrival
      this.#lastArrival = time
    }
    messages.splice(place, 0, { kind, time, order, id: order.id, heard: this.#line.heard, reason, change })
    this.#arrival = messages[this.#first].time
  }

  /** The earliest message arrives. Returns false when its market needs rows first. */
  #arrive(): boolean {
    const message = this.#messages[this.#first]
    const { order, time } = message
    const market = this.#markets[order.handle]!
    if (market.living === 0) {
      if (!market.skipTo(time)) {
        this.starved = market.starved
        return false
      }
    }
    this.#first++
    if (this.#first === this.#messages.length) {
      this.#messages.length = 0
      this.#first = 0
      this.#arrival = Number.POSITIVE_INFINITY
    } else this.#arrival = this.#messages[this.#first].time
    if (order.id !== message.id) return true
    if (message.kind === BEGIN) {
      if (order.venueState === 0) market.arrive(order, time, false)
    } else if (message.kind === NEW || message.kind === RELEASE) {
      this.#known = message.kind === RELEASE
      if (order.venueState !== 0) return true
      const reason = this.#outlived.delete(order.id) ? 'otherOfGroupFilled' : this.#crowded(message)
      if (reason !== undefined) market.strike(order, reason, time)
      else if (order.special === PLAIN_TERMS) market.arrive(order, time, this.#known)
      else this.#ties.submit(order, time)
    } else if (message.kind === CANCEL) market.cancel(order, message.reason, time)
    else market.replace(order, message.change!, time)
    const place = this.#busy.indexOf(market)
    if (place < 0 && market.living > 0) this.#busy.push(market)
    else if (place >= 0 && market.living === 0) this.#busy.splice(place, 1)
    return true
  }

  /**
   * Risk approved it at the account, which did not know of a child at work here: what the two together exceed is
   * refused.
   */
  #crowded({ order, heard }: Message): Reason | undefined {
    if (order.state === 'held' || heard >= this.#line.release(order.strategy)) return undefined
    return this.#line.approveAgain(order)
  }

  /** What contingencies have done to orders in the markets. */
  #floor(): Venue {
    const marketOf = (order: WorkingOrder) => this.#markets[order.handle]!
    return {
      idle: false,
      submit: (order, now) => {
        if (order.venueState !== HELD) marketOf(order).arrive(order, now, this.#known)
        else {
          order.venueState = 0
          this.#send(BEGIN, order, now, 'byStrategy', undefined, true)
        }
      },
      cancel: (order, now, reason) => marketOf(order).strike(order, reason, now),
      replace: (order, change, now) => marketOf(order).replace(order, change, now),
      work: () => {},
    }
  }
}
