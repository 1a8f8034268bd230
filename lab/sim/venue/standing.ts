/**
 * How orders stand where contingencies act. With bars that is the account, which learns of everything at once. A venue
 * of ticks keeps groups, brackets and children of its own orders itself: it knows of a fill before the account does, and
 * acts on what it knows. What is tied across a venue of ticks and one of bars waits at the account.
 */
import type { AccountReports } from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { ReportLine } from './report-line.ts'
import { HELD, HERE, OVER } from './tick-floor.ts'
import { haveTerms } from './tick-orders.ts'

export interface Standing {
  living(order: WorkingOrder): boolean
  /** It waits for its parent. */
  held(order: WorkingOrder): boolean
  /** It may fill. */
  open(order: WorkingOrder): boolean
  filled(order: WorkingOrder): number
  /** Lots that may trade, and of a bracket's child those that its parent has not filled. */
  left(order: WorkingOrder): number
  waiting(order: WorkingOrder): number
  /** It waits at the account, and no venue knows it. */
  atHome(order: WorkingOrder): boolean
  /** A child that has come has not been let go. */
  comesWaiting(order: WorkingOrder): boolean
  /** What it would wait for is known to have happened: it is an order like any other. */
  sendsOn(order: WorkingOrder, lead: WorkingOrder): boolean
  /** Its terms are known, before it works. */
  meet(order: WorkingOrder): void
  /** It begins to wait for its parent. */
  hold(order: WorkingOrder, lots: number, waiting: number, now: number): void
  /** Its parent has filled, and it waits for fewer lots. */
  waits(order: WorkingOrder, waiting: number, now: number): void
  resized(order: WorkingOrder, lots: number, waiting: number, now: number): void
  /** It is let go. */
  begins(order: WorkingOrder, now: number): void
  /** It ends without having worked. */
  over(order: WorkingOrder): void
  /** Number of the newest report, and whether it has reached the account. */
  report(): number
  told(report: number): boolean
  /** Whether it is here that the child waits, the reduce-only order is cut, the one's fill cuts the other. */
  keepsChild(order: WorkingOrder): boolean
  /** Whether what becomes of its parent is seen from here first. */
  minds(order: WorkingOrder, lead: WorkingOrder): boolean
  /** It ended here without its venue having known it, which keeps what waits for it. */
  orphans(order: WorkingOrder): boolean
  keepsReducing(order: WorkingOrder): boolean
  keepsPair(order: WorkingOrder, other: WorkingOrder): boolean
}

export class AtAccount implements Standing {
  readonly #account: AccountReports
  readonly #ticking: ReadonlySet<number>

  /** @param ticking handles of instruments whose venue keeps what is tied within it */
  constructor(account: AccountReports, ticking: ReadonlySet<number> = new Set()) {
    this.#account = account
    this.#ticking = ticking
  }

  living(order: WorkingOrder): boolean {
    return order.living
  }
  held(order: WorkingOrder): boolean {
    return order.state === 'held' && this.keepsChild(order)
  }
  atHome(order: WorkingOrder): boolean {
    return this.held(order)
  }
  open(order: WorkingOrder): boolean {
    return order.open
  }
  filled(order: WorkingOrder): number {
    return order.filledLots
  }
  left(order: WorkingOrder): number {
    return order.remainingLots
  }
  waiting(order: WorkingOrder): number {
    return order.waitingLots
  }
  comesWaiting(order: WorkingOrder): boolean {
    return order.state === 'submitted'
  }
  sendsOn(order: WorkingOrder, lead: WorkingOrder): boolean {
    return this.#ticking.has(order.handle) && !order.special.bracket && !lead.living
  }
  meet(): void {}
  hold(order: WorkingOrder, lots: number, waiting: number, now: number): void {
    order.lots = lots
    order.waitingLots = waiting
    this.#account.held(order, now)
  }
  waits(order: WorkingOrder, waiting: number): void {
    order.waitingLots = waiting
  }
  resized(order: WorkingOrder, lots: number, waiting: number, now: number): void {
    this.#account.resized(order, lots, waiting, now)
  }
  /** No bar that began before the report of its parent's ticks fills it. */
  begins(order: WorkingOrder, now: number): void {
    if (this.#ticking.size === 0 || this.#ticking.has(order.handle)) return
    if (this.#ticking.has(this.#account.find(order.special.parent)!.handle)) order.decidedAt = now
  }
  over(): void {}
  report(): number {
    return 0
  }
  told(): boolean {
    return true
  }
  keepsChild(order: WorkingOrder): boolean {
    if (!this.#ticking.has(order.handle)) return true
    if (order.special.bracket) return false
    const lead = this.#account.find(order.special.parent)
    return lead === undefined || !this.#ticking.has(lead.handle)
  }
  minds(order: WorkingOrder, lead: WorkingOrder): boolean {
    return this.keepsChild(order) || this.held(lead)
  }
  orphans(order: WorkingOrder): boolean {
    return this.#ticking.has(order.handle) && order.venueState === 0
  }
  keepsReducing(order: WorkingOrder): boolean {
    return !this.#ticking.has(order.handle)
  }
  keepsPair(order: WorkingOrder, other: WorkingOrder): boolean {
    if (!this.#ticking.has(order.handle) || !this.#ticking.has(other.handle)) return true
    // Its venue has not seen it.
    return other.venueState === 0 && other.venueLots === 0
  }
}

export class AtVenue implements Standing {
  readonly #line: ReportLine

  constructor(line: ReportLine) {
    this.#line = line
  }

  /** What the account has seen end has ended here before: it may be a copy, which knows nothing of the venue. */
  living(order: WorkingOrder): boolean {
    return order.living && order.venueState !== OVER
  }
  held(order: WorkingOrder): boolean {
    return order.venueState === HELD
  }
  atHome(): boolean {
    return false
  }
  comesWaiting(order: WorkingOrder): boolean {
    return order.state === 'held'
  }
  sendsOn(): boolean {
    return false
  }
  meet(order: WorkingOrder): void {
    haveTerms(order, order.lots, 0)
  }
  open(order: WorkingOrder): boolean {
    return order.venueState === HERE
  }
  filled(order: WorkingOrder): number {
    return order.living ? order.venueFilled : order.filledLots
  }
  left(order: WorkingOrder): number {
    return order.venueLots
  }
  waiting(order: WorkingOrder): number {
    return order.venueWaiting
  }
  hold(order: WorkingOrder, lots: number, waiting: number, now: number): void {
    haveTerms(order, lots, waiting)
    order.venueState = HELD
    if (lots !== order.lots || waiting !== order.waitingLots) this.#line.resized(order, lots, waiting, now)
  }
  waits(order: WorkingOrder, waiting: number, now: number): void {
    order.venueLots += order.venueWaiting - waiting
    order.venueWaiting = waiting
    this.#line.waits(order, waiting, now)
  }
  resized(order: WorkingOrder, lots: number, waiting: number, now: number): void {
    order.venueLots = lots - waiting - order.venueFilled
    order.venueWaiting = waiting
    this.#line.resized(order, lots, waiting, now)
  }
  begins(): void {}
  over(order: WorkingOrder): void {
    order.venueState = OVER
    order.venueLots = 0
  }
  report(): number {
    return this.#line.sent
  }
  told(report: number): boolean {
    return report <= this.#line.heard
  }
  keepsChild(): boolean {
    return true
  }
  minds(): boolean {
    return true
  }
  orphans(): boolean {
    return false
  }
  keepsReducing(): boolean {
    return true
  }
  keepsPair(): boolean {
    return true
  }
}
