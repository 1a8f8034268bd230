/**
 * Orders that depend on each other, for any venue: it stands between the account and the venue, behind the same
 * port, and the venue reports to it. Before ticks there are two: one at the venue, for what the venue itself keeps
 * (standing.ts), and one at the account for the rest.
 *
 *   OTO      a child is held until its parent has filled whole, or has ended with a part filled; then risk looks at it,
 *            and it works. Of a parent that ends without a fill it ends too (parentEnded)
 *   OCO      one order of a group filled cancels the others (otherOfGroupFilled); a part filled cuts each to the
 *            same part of what it has left, rounded down to lots, as native OCO does
 *   bracket  two reduce-only children in one group; they work from the parent's first fill on, for as much as it
 *            has filled, and go on while it fills
 *   reduce-only   cut to the position at each fill; cancelled when none is left to reduce
 *
 * All of it happens within the instant of the fill, and takes no latency. What lies in two markets of which only one
 * has ticks (a group, a parent and its child) shares no venue and is tied at the account, as a broker ties what it
 * routes to two venues: with the report.
 */
import type { Units } from '../../core/decimal.ts'
import type { Reason } from '../../domain/order.ts'
import type { AccountReports, OrderChange, Venue, VenueReports } from '../../domain/ports/venue.ts'
import { PLAIN_TERMS, type WorkingOrder } from '../../domain/working-order.ts'
import type { Standing } from './standing.ts'
import { groupOf, listed, Ties } from './ties.ts'

/** Who is told of what happens, and answers. */
export type Outlet = VenueReports & Pick<AccountReports, 'approve' | 'find' | 'positionLots'>

/** A fill of a group that the account has not been told of: it may have sent another member meanwhile. */
interface Untold {
  readonly report: number
  /** What the others keep of what they had left; −1 nothing. */
  readonly part: number
}

export class Contingencies implements Venue, VenueReports {
  readonly #account: Outlet
  readonly #standing: Standing
  readonly #venue: Venue
  readonly #ties = new Ties()
  readonly #untold = new Map<string, Untold[]>()
  /** The reduce-only order whose fill the position has just cut. */
  #cut: WorkingOrder | undefined

  /** @param venue makes the venue, given whom it reports to */
  constructor(account: Outlet, venue: (reports: VenueReports) => Venue, standing: Standing) {
    this.#account = account
    this.#standing = standing
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
    if (this.#standing.atHome(order)) this.canceled(order, reason, now)
    else this.#venue.cancel(order, now, reason)
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    if (this.#standing.atHome(order)) this.replaced(order, change, now)
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
    if (this.#ties.any) this.#afterEnd(order, now)
  }

  canceled(order: WorkingOrder, reason: Reason, now: number): void {
    const cut = this.#cut === order && reason === 'insufficientCash'
    this.#account.canceled(order, cut ? 'reduceOnlyWouldIncrease' : reason, now)
    if (this.#ties.any) this.#afterEnd(order, now)
  }

  expired(order: WorkingOrder, reason: Reason, now: number): void {
    this.#account.expired(order, reason, now)
    if (this.#ties.any) this.#afterEnd(order, now)
  }

  replaced(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#account.replaced(order, change, now)
    if (this.#ties.any) this.#followParent(order, now)
  }

  filled(
    order: WorkingOrder,
    lots: number,
    price: number,
    slippage: number,
    now: number,
    maker?: boolean,
  ): void {
    this.#account.filled(order, lots, price, slippage, now, maker)
    if (this.#ties.any) this.#afterFill(order, this.#standing.left(order) + lots, now)
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
    const { parent, reduceOnly } = order.special
    const group = groupOf(order)
    if (parent === 0 && group === '' && !reduceOnly) {
      this.#venue.submit(order, now)
      return
    }
    const standing = this.#standing
    const lead = parent === 0 ? undefined : this.#account.find(parent)
    let waits = parent !== 0 && standing.comesWaiting(order)
    if (waits && this.#refused(order, lead, now)) return
    if (waits && standing.sendsOn(order, lead!)) {
      const reason = this.#account.approve(order)
      if (reason !== undefined) {
        this.rejected(order, reason, now)
        return
      }
      waits = false
    }
    this.#ties.add(order, {
      child: waits && standing.minds(order, lead!),
      reducer: reduceOnly && standing.keepsReducing(order),
    })
    if (waits) this.#hold(order, lead!, now)
    if (this.#untold.size > 0 && group !== '') this.#catchUp(order, now)
    if (!standing.living(order)) return
    if (!waits) this.#venue.submit(order, now)
    else if (standing.keepsChild(order) && this.#due(order, lead!)) this.#release(order, now)
  }

  /** No parent, or one that ended without a fill. */
  #refused(order: WorkingOrder, lead: WorkingOrder | undefined, now: number): boolean {
    const standing = this.#standing
    if (lead !== undefined && (standing.living(lead) || standing.filled(lead) > 0)) return false
    standing.over(order)
    // One that the account has as held was taken in, and ends as those do that have waited a while.
    if (order.state === 'held') this.canceled(order, 'parentEnded', now)
    else this.rejected(order, lead === undefined ? 'unknownOrder' : 'parentEnded', now)
    return true
  }

  #hold(order: WorkingOrder, lead: WorkingOrder, now: number): void {
    const standing = this.#standing
    const { bracket } = order.special
    const living = standing.living(lead)
    lead.leads = true
    // It goes there like any other, and waits there.
    if (!standing.keepsChild(order)) this.#venue.submit(order, now)
    standing.hold(
      order,
      bracket && !living ? standing.filled(lead) : order.lots,
      bracket && living ? this.#rest(lead) : 0,
      now,
    )
  }

  /** What it waits for has happened. */
  #due(order: WorkingOrder, lead: WorkingOrder): boolean {
    return !this.#standing.living(lead) || (order.special.bracket && this.#standing.filled(lead) > 0)
  }

  /** What others of its group filled before it came; what the account was told meanwhile it has acted on. */
  #catchUp(order: WorkingOrder, now: number): void {
    for (const [group, fills] of this.#untold) {
      const untold = fills.filter(({ report }) => !this.#standing.told(report))
      if (untold.length === 0) this.#untold.delete(group)
      else this.#untold.set(group, untold)
    }
    const untold = this.#untold.get(groupOf(order))
    if (untold === undefined) return
    if (!this.#standing.held(order)) this.#standing.meet(order)
    for (const { part } of untold) this.#cutSibling(order, part, now)
  }

  #release(order: WorkingOrder, now: number): void {
    if (order.special.goodTill <= now) {
      this.#standing.over(order)
      this.expired(order, 'goodTillPassed', now)
      return
    }
    const reason = this.#account.approve(order)
    if (reason === undefined) {
      this.#standing.begins(order, now)
      this.#venue.submit(order, now)
    } else {
      this.#standing.over(order)
      this.rejected(order, reason, now)
    }
  }

  /** @param before what could still trade of it before the fill */
  #afterFill(order: WorkingOrder, before: number, now: number): void {
    const standing = this.#standing
    const living = standing.living(order)
    const group = groupOf(order)
    if (group !== '') {
      const part = living ? standing.left(order) / before : -1
      const report = standing.report()
      if (!standing.told(report) && !order.special.bracket) listed(this.#untold, group).push({ report, part })
      for (const other of this.#ties.others(order))
        if (standing.living(other) && standing.keepsPair(order, other)) this.#cutSibling(other, part, now)
    }
    for (const child of this.#ties.children(order)) {
      if (!standing.living(child) || !standing.keepsChild(child)) continue
      if (child.special.bracket) standing.waits(child, this.#rest(order), now)
      if (standing.held(child) && (child.special.bracket || !living)) this.#release(child, now)
    }
    for (const reducer of this.#ties.reducers(order))
      if (standing.open(reducer) && standing.waiting(reducer) === 0 && this.#room(reducer) === 0)
        this.#venue.cancel(reducer, now, 'reduceOnlyWouldIncrease')
    if (!standing.living(order)) this.#ties.forget(order)
  }

  /** @param part of what it has left that it keeps; −1 where another has filled whole */
  #cutSibling(order: WorkingOrder, part: number, now: number): void {
    const standing = this.#standing
    if (!standing.living(order)) return
    const left = standing.left(order)
    const waiting = standing.waiting(order)
    const kept = part < 0 ? 0 : Math.floor(left * part + 1e-6)
    if (part < 0 || (kept === 0 && waiting === 0)) {
      this.cancel(order, now, 'otherOfGroupFilled')
      return
    }
    if (kept === left) return
    standing.resized(order, standing.filled(order) + waiting + kept, waiting, now)
    this.#followParent(order, now)
  }

  #afterEnd(order: WorkingOrder, now: number): void {
    const standing = this.#standing
    for (const child of this.#ties.children(order)) {
      if (!standing.living(child) || !(standing.keepsChild(child) || standing.orphans(order))) continue
      if (standing.filled(order) === 0) this.cancel(child, now, 'parentEnded')
      else if (!child.special.bracket) {
        if (standing.held(child)) this.#release(child, now)
      } else if (standing.waiting(child) > 0) {
        if (standing.left(child) === 0) this.#venue.cancel(child, now, 'parentEnded')
        else standing.resized(child, standing.filled(child) + standing.left(child), 0, now)
      }
    }
    this.#ties.forget(order)
  }

  /** Its quantity was changed: a bracket's children wait for the new rest of it. */
  #followParent(order: WorkingOrder, now: number): void {
    const standing = this.#standing
    const waiting = this.#rest(order)
    for (const child of this.#ties.children(order)) {
      if (!standing.living(child) || !child.special.bracket || !standing.keepsChild(child)) continue
      if (standing.waiting(child) !== waiting)
        standing.resized(child, standing.filled(child) + standing.left(child) + waiting, waiting, now)
    }
  }

  /** Lots that it has not filled. */
  #rest(order: WorkingOrder): number {
    return this.#standing.left(order) + this.#standing.waiting(order)
  }

  /** Lots by which a reduce-only order may bring the position nearer to zero. */
  #room(order: WorkingOrder): number {
    return Math.max(0, -order.sign * this.#account.positionLots(order))
  }
}
