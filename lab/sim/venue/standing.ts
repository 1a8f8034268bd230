/**
 * How orders stand where contingencies act. With bars that is the account, which learns of everything at once. A venue
 * of ticks keeps groups and brackets itself: it knows of a fill before the account does, and acts on what it knows.
 * A child that is no bracket's waits at the account, as risk looks at it before it may work.
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
  /** Its terms are known, before it works. */
  meet(order: WorkingOrder): void
  /** It begins to wait for its parent. */
  hold(order: WorkingOrder, lots: number, waiting: number, now: number): void
  /** Its parent has filled, and it waits for fewer lots. */
  waits(order: WorkingOrder, waiting: number, now: number): void
  resized(order: WorkingOrder, lots: number, waiting: number, now: number): void
  /** It ends without having worked. */
  over(order: WorkingOrder): void
  /** Number of the newest report, and whether it has reached the account. */
  report(): number
  told(report: number): boolean
  /** Whether it is here that the child waits, the reduce-only order is cut, the one's fill cuts the other. */
  keepsChild(order: WorkingOrder): boolean
  keepsReducing(order: WorkingOrder): boolean
  keepsPair(order: WorkingOrder, other: WorkingOrder): boolean
}

export class AtAccount implements Standing {
  readonly #account: AccountReports
  readonly #ticking: ReadonlySet<number>

  /** @param ticking handles of instruments whose venue keeps groups and brackets */
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
  over(): void {}
  report(): number {
    return 0
  }
  told(): boolean {
    return true
  }
  keepsChild(order: WorkingOrder): boolean {
    return !order.special.bracket || !this.#ticking.has(order.handle)
  }
  keepsReducing(order: WorkingOrder): boolean {
    return !this.#ticking.has(order.handle)
  }
  keepsPair(order: WorkingOrder, other: WorkingOrder): boolean {
    if (!this.#ticking.has(order.handle) || !this.#ticking.has(other.handle)) return true
    // Its venue has not seen it.
    return other.venueState === 0 && this.keepsChild(other)
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
  over(order: WorkingOrder): void {
    order.venueState = OVER
    order.venueLots = 0
  }
  report(): number {
    return this.#line.sent
  }
  told(report: number): boolean {
    return report <= this.#line.sent - this.#line.count
  }
  keepsChild(order: WorkingOrder): boolean {
    return order.special.bracket
  }
  keepsReducing(): boolean {
    return true
  }
  keepsPair(): boolean {
    return true
  }
}
