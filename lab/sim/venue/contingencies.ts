/**
 * Orders that depend on each other, for any venue: it stands between the account and the venue, behind the same
 * port, and the venue reports to it.
 *
 *   OTO      a child is held until its parent has filled whole, or has ended with a part filled; of a parent that
 *            ends without a fill it ends too (parentEnded)
 *   OCO      one order of a group filled cancels the others (otherOfGroupFilled); a part filled cuts each to the
 *            same part of what it has left, rounded down to lots, as native OCO does
 *   bracket  two reduce-only children in one group; they work from the parent's first fill on, for as much as it
 *            has filled, and go on while it fills
 *   reduce-only   cut to the position at each fill; cancelled when none is left to reduce
 *
 * All of it happens at the venue, within the instant of the fill, and takes no latency.
 */
import type { Units } from '../../core/decimal.ts'
import type { Reason } from '../../domain/order.ts'
import type { AccountReports, OrderChange, Venue, VenueReports } from '../../domain/ports/venue.ts'
import { PLAIN_TERMS, type WorkingOrder } from '../../domain/working-order.ts'

export class Contingencies implements Venue, VenueReports {
  readonly #account: AccountReports
  readonly #venue: Venue
  /** Living members by group, living children by parent, living reduce-only orders. */
  readonly #groups = new Map<string, WorkingOrder[]>()
  readonly #children = new Map<number, WorkingOrder[]>()
  readonly #reducers: WorkingOrder[] = []
  /** How many orders are in any of them. */
  #count = 0
  /** The reduce-only order whose fill the position has just cut. */
  #cut: WorkingOrder | undefined

  /** @param venue makes the venue, given whom it reports to */
  constructor(account: AccountReports, venue: (reports: VenueReports) => Venue) {
    this.#account = account
    this.#venue = venue(this)
  }

  get idle(): boolean {
    return this.#venue.idle
  }

  // ------------------------------------------------------------------ commands

  submit(order: WorkingOrder, now: number): void {
    if (order.special !== PLAIN_TERMS) this.#admit(order, now)
    else this.#venue.submit(order, now)
  }

  cancel(order: WorkingOrder, now: number, reason: Reason): void {
    if (order.state === 'held') this.canceled(order, reason, now)
    else this.#venue.cancel(order, now, reason)
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    if (order.state === 'held') this.replaced(order, change, now)
    else this.#venue.replace(order, change, now)
  }

  work(active: Uint32Array, count: number, now: number): void {
    this.#venue.work(active, count, now)
  }

  // ------------------------------------------------------------------ reports

  accepted(order: WorkingOrder, now: number): void {
    this.#account.accepted(order, now)
  }

  cancelPending(order: WorkingOrder, now: number): void {
    this.#account.cancelPending(order, now)
  }

  rejected(order: WorkingOrder, reason: Reason, now: number): void {
    this.#account.rejected(order, reason, now)
    if (this.#count > 0) this.#afterEnd(order, now)
  }

  canceled(order: WorkingOrder, reason: Reason, now: number): void {
    const cut = this.#cut === order && reason === 'insufficientCash'
    this.#account.canceled(order, cut ? 'reduceOnlyWouldIncrease' : reason, now)
    if (this.#count > 0) this.#afterEnd(order, now)
  }

  expired(order: WorkingOrder, reason: Reason, now: number): void {
    this.#account.expired(order, reason, now)
    if (this.#count > 0) this.#afterEnd(order, now)
  }

  replaced(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#account.replaced(order, change, now)
    if (this.#count > 0) this.#followParent(order, now)
  }

  filled(
    order: WorkingOrder,
    lots: number,
    price: number,
    slippage: number,
    now: number,
    maker?: boolean,
  ): void {
    const before = order.remainingLots
    this.#account.filled(order, lots, price, slippage, now, maker)
    if (this.#count > 0) this.#afterFill(order, before, now)
  }

  payableLots(order: WorkingOrder, lots: number, price: number, maker?: boolean, spent?: Units): number {
    this.#cut = undefined
    if (!order.special.reduceOnly) return this.#account.payableLots(order, lots, price, maker, spent)
    const room = this.#room(order)
    if (room < lots) this.#cut = order
    return room === 0 ? 0 : this.#account.payableLots(order, Math.min(room, lots), price, maker, spent)
  }

  // ------------------------------------------------------------------ inside

  #admit(order: WorkingOrder, now: number): void {
    const { parent, group, reduceOnly } = order.special
    if (parent === 0 && group === '' && !reduceOnly) {
      this.#venue.submit(order, now)
      return
    }
    this.#count++
    if (group !== '') listed(this.#groups, group).push(order)
    if (parent !== 0) listed(this.#children, parent).push(order)
    if (reduceOnly) this.#reducers.push(order)
    const lead = parent === 0 ? undefined : this.#account.find(parent)
    if (parent === 0) this.#venue.submit(order, now)
    else if (lead === undefined) this.rejected(order, 'unknownOrder', now)
    else if (!lead.living && lead.filledLots === 0) this.rejected(order, 'parentEnded', now)
    else {
      lead.leads = true
      if (order.special.bracket) {
        if (lead.living) order.waitingLots = lead.lots - lead.filledLots
        else order.lots = lead.filledLots
      }
      this.#account.held(order, now)
      if (!lead.living || (order.special.bracket && lead.filledLots > 0)) this.#release(order, now)
    }
  }

  #release(order: WorkingOrder, now: number): void {
    if (order.special.goodTill <= now) {
      this.expired(order, 'goodTillPassed', now)
      return
    }
    const reason = this.#account.approve(order)
    if (reason === undefined) this.#venue.submit(order, now)
    else this.rejected(order, reason, now)
  }

  /** @param before what could still trade of it before the fill */
  #afterFill(order: WorkingOrder, before: number, now: number): void {
    for (const other of this.#groupOf(order))
      this.#cutSibling(other, order.living ? order.remainingLots / before : -1, now)
    for (const child of this.#childrenOf(order)) {
      if (!child.living) continue
      if (child.special.bracket) child.waitingLots = order.lots - order.filledLots
      if (child.state === 'held' && (child.special.bracket || !order.living)) this.#release(child, now)
    }
    for (const reducer of [...this.#reducers])
      if (
        reducer.open &&
        reducer.handle === order.handle &&
        reducer.waitingLots === 0 &&
        this.#room(reducer) === 0
      )
        this.#venue.cancel(reducer, now, 'reduceOnlyWouldIncrease')
    if (order.state === 'filled') this.#forget(order)
  }

  /** @param part of what it has left that it keeps; −1 where another has filled whole */
  #cutSibling(order: WorkingOrder, part: number, now: number): void {
    if (!order.living) return
    const kept = part < 0 ? 0 : Math.floor(order.remainingLots * part + 1e-6)
    if (part < 0 || (kept === 0 && order.waitingLots === 0)) {
      this.cancel(order, now, 'otherOfGroupFilled')
      return
    }
    const lots = order.filledLots + order.waitingLots + kept
    if (lots === order.lots) return
    this.#account.resized(order, lots, order.waitingLots, now)
    this.#followParent(order, now)
  }

  #afterEnd(order: WorkingOrder, now: number): void {
    for (const child of this.#childrenOf(order)) {
      if (!child.living) continue
      if (order.filledLots === 0) this.cancel(child, now, 'parentEnded')
      else if (!child.special.bracket) {
        if (child.state === 'held') this.#release(child, now)
      } else if (child.waitingLots > 0) {
        if (child.remainingLots === 0) this.#venue.cancel(child, now, 'parentEnded')
        else this.#account.resized(child, child.lots - child.waitingLots, 0, now)
      }
    }
    this.#forget(order)
  }

  /** Its quantity was changed: a bracket's children wait for the new rest of it. */
  #followParent(order: WorkingOrder, now: number): void {
    const waiting = order.lots - order.filledLots
    for (const child of this.#childrenOf(order))
      if (child.special.bracket && child.waitingLots !== waiting)
        this.#account.resized(child, child.lots + waiting - child.waitingLots, waiting, now)
  }

  /** Lots by which a reduce-only order may bring the position nearer to zero. */
  #room(order: WorkingOrder): number {
    return Math.max(0, -order.sign * this.#account.positionLots(order.handle))
  }

  /** Copies of the lists, since what is done to one order may end others of them. */
  #groupOf(order: WorkingOrder): WorkingOrder[] {
    if (order.special.group === '') return []
    return (this.#groups.get(order.special.group) ?? []).filter(other => other !== order && other.living)
  }

  #childrenOf(order: WorkingOrder): WorkingOrder[] {
    return (this.#children.get(order.id) ?? []).filter(child => child.living)
  }

  /** An order that has ended is in no list any more: its object will serve another. */
  #forget(order: WorkingOrder): void {
    const { parent, group, reduceOnly } = order.special
    if (parent === 0 && group === '' && !reduceOnly) return
    this.#count--
    if (group !== '') struck(this.#groups, group, order)
    if (parent !== 0) struck(this.#children, parent, order)
    if (reduceOnly) this.#reducers.splice(this.#reducers.indexOf(order), 1)
  }
}

function listed<Key>(lists: Map<Key, WorkingOrder[]>, key: Key): WorkingOrder[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

function struck<Key>(lists: Map<Key, WorkingOrder[]>, key: Key, order: WorkingOrder): void {
  const list = lists.get(key)
  if (list === undefined) return
  const place = list.indexOf(order)
  if (place >= 0) list.splice(place, 1)
  if (list.length === 0) lists.delete(key)
}
