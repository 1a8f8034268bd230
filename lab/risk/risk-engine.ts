/**
 * Approves or refuses the orders of one callback, reductions first: `open` the batch, `decide` each order in the
 * order that it then has, `close`. A refusal comes back as its reason.
 *
 * Funding (cash accounts): a buy is approved when its cost at the last price (or its own limit or stop) plus
 * fees fits into cash, less what working buys have reserved, plus the proceeds less fees of the batch's
 * reducing market orders. What the next price then makes unaffordable is cut at the fill.
 * Exposure (margin accounts, position limits): every working order counts as filled, the worst case; only the
 * batch's reducing market orders are taken as done. Orders of one group count as the largest of them
 * (group-exposure.ts). Reduce-only orders and the children of brackets count as nothing, for they are cut to the
 * position when they fill; so a resting stop that is one of these does not stand in the way of another sale.
 * What waits for another order's fill is looked at when its time comes: at the account when it is told of the fill, or
 * ahead of it at a venue that keeps such orders itself (ahead.ts).
 */
import type { FeeModel } from '../costs/index.ts'
import { notionalOf } from '../costs/notional.ts'
import type { Reason } from '../domain/order.ts'
import type { Underway } from '../domain/ports/venue.ts'
import { PLAIN_TERMS, type WorkingOrder } from '../domain/working-order.ts'
import type { Account } from '../portfolio/account.ts'
import { Ahead } from './ahead.ts'
import { GroupExposure } from './group-exposure.ts'
import type { RiskLimits } from './limits.ts'
import type { Margin } from './margin.ts'

export class RiskEngine {
  readonly #limits: RiskLimits
  readonly #account: Account
  readonly #fees: FeeModel
  /** Lots of working buys and sells per handle: what a worst case would add. */
  readonly #buying: Float64Array
  readonly #selling: Float64Array
  /** Signed lots of what waits for no trigger, reduce-only orders among them. */
  readonly #planned: Float64Array
  /** Bounds of one order per handle: lots, and value. */
  readonly #fewest: Float64Array
  readonly #most: Float64Array
  readonly #leastValue: Float64Array
  /** Some instrument has such bounds. */
  readonly #bounded: boolean
  readonly #groups = new GroupExposure()
  readonly #margin: Margin | undefined
  /** Set aside for working buys, whole cents, by settlement currency. */
  readonly #reserved: Float64Array
  /** Of the open batch's reducing market sells, after fees, by settlement currency. */
  readonly #proceeds: Float64Array
  /** Lots in the worst case, per handle. */
  readonly #worst: Float64Array
  /** What the batch's reducing market orders will have done, per handle, while a batch is decided. */
  readonly #batchLots: Float64Array
  /** A cash account without limits of its own. */
  readonly #simple: boolean
  /** What backs the pool of the order at hand while its venue is ahead of the account. */
  #equityAhead: number | undefined
  /** The order at hand was approved before: what it cannot pay for is cut at its fills. */
  #again = false

  /** @param margin of a margin account; absent for a cash account */
  constructor(limits: RiskLimits, account: Account, fees: FeeModel, margin?: Margin) {
    this.#limits = limits
    this.#margin = margin
    this.#reserved = new Float64Array(account.currencies.length)
    this.#proceeds = new Float64Array(account.currencies.length)
    this.#worst = new Float64Array(account.instruments.length)
    this.#account = account
    this.#fees = fees
    const count = account.instruments.length
    this.#buying = new Float64Array(count)
    this.#selling = new Float64Array(count)
    this.#planned = new Float64Array(count)
    this.#batchLots = new Float64Array(count)
    this.#fewest = Float64Array.from(account.instruments, one => (one.minQuantity ?? 0) * one.lotsPerUnit)
    this.#most = Float64Array.from(
      account.instruments,
      one => (one.maxQuantity ?? Number.POSITIVE_INFINITY) * one.lotsPerUnit,
    )
    this.#simple =
      limits.account === 'cash' &&
      margin === undefined &&
      limits.maxOrderValue === undefined &&
      limits.maxPosition === undefined &&
      limits.maxPositionWeight === undefined
    this.#leastValue = Float64Array.from(account.instruments, one => one.minNotional ?? 0)
    this.#bounded = account.instruments.some(
      one => one.minQuantity !== undefined || one.maxQuantity !== undefined || one.minNotional !== undefined,
    )
  }

  /** Money of the account's currency that is neither spent nor set aside for working buys. */
  get freeCash(): number {
    return this.#account.cash - this.#reserved[0] / 100
  }

  /** What may still be bought in the account's currency: free cash, or what leverage leaves of equity. */
  get buyingPower(): number {
    if (this.#margin === undefined) return Math.max(0, this.freeCash)
    const { equity } = this.#account
    return Math.max(0, (equity - this.#worstInitial(0)) * this.#limits.leverage)
  }

  /** Signed lots approved and not yet filled, without stops: those wait for something that may never come. */
  workingLots(handle: number): number {
    return this.#planned[handle]
  }

  /** Begins a batch: puts it into the order in which it shall be decided and sent, reductions first. */
  open(batch: WorkingOrder[]): void {
    this.#clearProceeds()
    this.#value()
    if (batch.length === 1) return
    const reducing = batch.filter(order => this.#reduces(order))
    const others = batch.filter(order => !this.#reduces(order))
    for (let i = 0; i < batch.length; i++)
      batch[i] = i < reducing.length ? reducing[i] : others[i - reducing.length]
  }

  /** Approves the batch's next order (undefined), or says why not. */
  decide(order: WorkingOrder): Reason | undefined {
    if (order.special.parent !== 0) return undefined
    const reducing = this.#reduces(order)
    const price = this.#price(order)
    const reason = this.#refusal(order, reducing, price)
    if (reason !== undefined) return reason
    if (reducing && order.type === 'market') {
      const instrument = this.#account.instruments[order.handle]
      if (order.sign < 0)
        this.#proceeds[this.#account.settlement[order.handle]] +=
          notionalOf(price, order.lots, instrument) - this.#fees.estimate(price, order.lots, instrument)
      this.#batchLots[order.handle] += order.sign * order.lots
    }
    this.#reserve(order, price)
    return undefined
  }

  /** Begins a batch of one order, and approves it or says why not. */
  decideAlone(order: WorkingOrder): Reason | undefined {
    if (this.#simple && order.special === PLAIN_TERMS) return this.#decideSimple(order)
    this.#clearProceeds()
    this.#value()
    return this.decide(order)
  }

  /** `decide` for a plain order of a cash account without limits, alone in its batch: nothing is worked out twice. */
  #decideSimple(order: WorkingOrder): Reason | undefined {
    const { handle, lots } = order
    const price = this.#price(order)
    if (!(price > 0)) return 'noPrice'
    const instrument = this.#account.instruments[handle]
    const value = notionalOf(price, lots, instrument)
    if (lots < this.#fewest[handle]) return 'belowMinimum'
    if (lots > this.#most[handle]) return 'tooLarge'
    if (value < this.#leastValue[handle]) return 'belowMinimum'
    const cost = value + this.#fees.estimate(price, lots, instrument)
    const currency = this.#account.settlement[handle]
    const free = this.#account.balance[currency] - this.#reserved[currency] / 100
    if (order.sign < 0) {
      if (this.#account.positionLots[handle] - this.#selling[handle] < lots) return 'shortNotAllowed'
      // A sale may cost more than it brings: a fee per order on a small one.
      if (2 * value - cost + free < 0) return 'insufficientCash'
      this.#selling[handle] += lots
      if (!order.conditional) this.#planned[handle] -= lots
    } else {
      if (cost > free) return 'insufficientCash'
      order.reservedCents = Math.ceil(cost * 100)
      this.#reserved[currency] += order.reservedCents
      this.#buying[handle] += lots
      if (!order.conditional) this.#planned[handle] += lots
    }
    order.counted = true
    return undefined
  }

  /**
   * Decides an order that has waited for another one's fill. @param underway what its venue knows ahead of the account
   * counts as known, and the order itself when the account is told that it works (`take`)
   */
  approve(order: WorkingOrder, underway?: Underway): Reason | undefined {
    if (order.special.bracket) return undefined
    this.#value()
    if (underway !== undefined) return this.#approveAhead(order, underway)
    const price = this.#price(order)
    const reason = this.#refusal(order, this.#reduces(order), price)
    if (reason === undefined) this.#reserve(order, price)
    return reason
  }

  /** Counts an order that was approved ahead of the account. */
  take(order: WorkingOrder): void {
    if (!order.counted) this.#reserve(order, this.#price(order))
  }

  /** Ends a batch: its reductions count as working orders like any other from here. */
  close(batch: readonly WorkingOrder[]): void {
    this.#clearProceeds()
    for (let i = 0; i < batch.length; i++) this.#batchLots[batch[i].handle] = 0
  }

  /** Checks a change of a working order as if the order were new with those terms. */
  refuseReplace(order: WorkingOrder, lots: number, price: number): Reason | undefined {
    if (!order.counted) {
      // What waits is looked at when its time comes; a bracket's child weighs nothing.
      order.lots = lots
      return undefined
    }
    const { lots: before, reservedCents } = order
    this.#value()
    this.release(order)
    order.lots = lots
    const reason = this.#refusal(order, this.#reduces(order), price)
    order.lots = reason === undefined ? lots : before
    if (reason === undefined) this.#reserve(order, price)
    else {
      order.reservedCents = reservedCents
      this.#count(order)
    }
    return reason
  }

  /** A working order filled some lots: they are no longer outstanding. */
  filled(order: WorkingOrder, lots: number): void {
    if (!order.counted) return
    const before = order.remainingLots + lots
    const kept =
      order.remainingLots === 0 ? 0 : order.reservedCents - Math.floor((order.reservedCents * lots) / before)
    if (order.special.group !== '') {
      order.reservedCents = kept
      order.counted = order.remainingLots > 0
      this.#regroup(order)
      return
    }
    this.#working(order, -lots)
    this.#reserved[this.#account.settlement[order.handle]] -= order.reservedCents - kept
    order.reservedCents = kept
  }

  /** Its quantity changes with what happened to others. */
  resize(order: WorkingOrder, lots: number, waitingLots: number): void {
    const before = order.remainingLots
    const { counted, reservedCents } = order
    this.release(order)
    order.lots = lots
    order.waitingLots = waitingLots
    if (!counted) return
    order.reservedCents = Math.ceil((reservedCents * order.remainingLots) / before)
    this.#count(order)
  }

  /**
   * Its cancel is on its way, ahead of whatever is sent after it: the cash that it held back may be planned with.
   * It may still fill, so that it goes on counting as exposure, and what is then not payable is cut at its fill.
   */
  cancelling(order: WorkingOrder): void {
    if (!order.counted || order.reservedCents === 0) return
    if (order.special.group === '')
      this.#reserved[this.#account.settlement[order.handle]] -= order.reservedCents
    order.reservedCents = 0
    if (order.special.group !== '') this.#regroup(order)
  }

  /** An order ended, or is about to be looked at anew: what it held back is free. */
  release(order: WorkingOrder): void {
    if (!order.counted) return
    order.counted = false
    if (order.special.group !== '') {
      order.reservedCents = 0
      this.#regroup(order)
      return
    }
    this.#working(order, -order.remainingLots)
    this.#reserved[this.#account.settlement[order.handle]] -= order.reservedCents
    order.reservedCents = 0
  }

  /** As if the account had been told all that is underway. */
  #approveAhead(order: WorkingOrder, underway: Underway): Reason | undefined {
    const account = this.#account
    const margin = this.#margin
    const pool = margin?.poolOf(order.handle)
    const equity = pool === undefined ? undefined : margin!.poolEquity(pool)
    const ahead = new Ahead({
      risk: this,
      account,
      fees: this.#fees,
      cash: margin === undefined,
      counts: [this.#buying, this.#selling, this.#planned, this.#reserved],
      groups: this.#groups,
    })
    underway.tell(ahead, order.strategy)
    let gained = 0
    for (let handle = 0; handle < ahead.gain.length; handle++) {
      if (ahead.gain[handle] === 0) continue
      const own = ahead.gain[handle] * account.rates.rate[account.settlement[handle]]
      account.equity += own
      if (margin?.poolOf(handle) === pool) gained += pool === 0 ? own : ahead.gain[handle]
    }
    this.#equityAhead = equity === undefined ? undefined : equity + gained
    const again = order.counted
    this.#again = again
    if (again) ahead.ended(order)
    const reason = this.#refusal(order, this.#reduces(order), this.#price(order))
    ahead.back()
    this.#equityAhead = undefined
    this.#again = false
    return again && reason !== 'positionLimit' && reason !== 'buyingPower' ? undefined : reason
  }

  /** A loop: calling `fill` costs more than the one or two currencies of a run. */
  #clearProceeds(): void {
    const proceeds = this.#proceeds
    for (let k = 0; k < proceeds.length; k++) proceeds[k] = 0
  }

  /** Brings equity to the present marks, where a limit is a part of it. */
  #value(): void {
    const { account, maxPositionWeight, maxOrderValue } = this.#limits
    if (account === 'margin' || maxPositionWeight !== undefined || maxOrderValue !== undefined)
      this.#account.valuate()
  }

  #reserve(order: WorkingOrder, price: number): void {
    if (order.special.bracket) return
    if (this.#limits.account === 'cash' && order.sign > 0 && !order.special.reduceOnly)
      order.reservedCents = Math.ceil(this.#cost(order, price) * 100)
    this.#count(order)
  }

  /** Takes it and what it reserved among what works. */
  #count(order: WorkingOrder): void {
    order.counted = true
    if (order.special.group !== '') this.#regroup(order)
    else {
      this.#working(order, order.remainingLots)
      this.#reserved[this.#account.settlement[order.handle]] += order.reservedCents
    }
  }

  #working(order: WorkingOrder, lots: number): void {
    if (!order.conditional) this.#planned[order.handle] += order.sign * lots
    if (order.special.reduceOnly) return
    if (order.sign > 0) this.#buying[order.handle] += lots
    else this.#selling[order.handle] += lots
  }

  /** A member of a group came, changed or went. */
  #regroup(order: WorkingOrder): void {
    const { handle } = order
    const entry = this.#groups.entry(order)
    const { buying, selling, planned, reservedCents } = entry
    this.#groups.update(entry, order)
    this.#buying[handle] += entry.buying - buying
    this.#selling[handle] += entry.selling - selling
    this.#planned[handle] += entry.planned - planned
    this.#reserved[this.#account.settlement[handle]] += entry.reservedCents - reservedCents
  }

  /** Lots by which an order makes the worst case worse: less where others of its group do already. */
  #added(order: WorkingOrder): number {
    if (order.special === PLAIN_TERMS) return order.remainingLots
    if (order.special.reduceOnly) return 0
    if (order.special.group === '') return order.remainingLots
    const { buying, selling } = this.#groups.entry(order)
    return Math.max(0, order.remainingLots - (order.sign > 0 ? buying : selling))
  }

  #refusal(order: WorkingOrder, reducing: boolean, price: number): Reason | undefined {
    const handle = order.handle
    if (!(price > 0)) return 'noPrice'
    const instrument = this.#account.instruments[handle]
    const value = notionalOf(price, order.remainingLots, instrument)
    if (this.#bounded && order.lots < this.#fewest[handle]) return 'belowMinimum'
    if (this.#bounded && order.lots > this.#most[handle]) return 'tooLarge'
    if (order.special !== PLAIN_TERMS && order.special.reduceOnly) {
      const lots = this.#account.positionLots[handle]
      return order.sign * lots < 0 ? undefined : 'reduceOnlyWouldIncrease'
    }
    if (this.#bounded && value < this.#leastValue[handle]) return 'belowMinimum'
    const { maxOrderValue } = this.#limits
    const rate = this.#account.rates.rate[this.#account.settlement[handle]]
    // Said this way round so that what nobody knows refuses.
    if (maxOrderValue !== undefined && !reducing && !(value * rate <= maxOrderValue)) return 'tooLarge'
    const lots = this.#added(order)
    const longest = this.#longest(handle) + (order.sign > 0 ? lots : 0)
    const shortest = this.#shortest(handle) - (order.sign < 0 ? lots : 0)
    if (this.#limits.account === 'cash' && this.#again === false) {
      if (order.sign < 0 && shortest < 0) return 'shortNotAllowed'
      // A sale may cost more than it brings: a fee per order on a small one.
      const currency = this.#account.settlement[handle]
      const free = this.#account.balance[currency] - this.#reserved[currency] / 100 + this.#proceeds[currency]
      if (order.sign < 0 && 2 * value - this.#cost(order, price) + free < 0) return 'insufficientCash'
      if (order.sign > 0 && this.#cost(order, price) > free + this.#spared(order)) return 'insufficientCash'
    }
    if (reducing) return undefined
    const worst = Math.max(Math.abs(longest), Math.abs(shortest)) / instrument.lotsPerUnit
    const { maxPosition, maxPositionWeight } = this.#limits
    if (maxPosition !== undefined && worst > maxPosition) return 'positionLimit'
    const mark = this.#account.mark[handle]
    const before = this.#worstLots(handle) / instrument.lotsPerUnit
    // What the order adds weighs at its own price, what was there before at the market's.
    if (maxPositionWeight !== undefined) {
      const added = (worst - before) * this.#account.unitValue(handle, price)
      const weight = before * this.#account.unitValue(handle, mark > 0 ? mark : price) + added
      if (!(weight <= maxPositionWeight * this.#account.equity)) return 'positionLimit'
    }
    if (this.#margin === undefined) return undefined
    if (!(mark > 0)) return 'noPrice'
    // What the order adds is backed at its own price, what was there before at the market's.
    const lotsBefore = before * instrument.lotsPerUnit
    const needed =
      this.#margin.initialOf(handle, worst * instrument.lotsPerUnit, price) -
      this.#margin.initialOf(handle, lotsBefore, price)
    const pool = this.#margin.poolOf(handle)
    // Said this way round so that what nobody knows refuses.
    const equity = this.#equityAhead ?? this.#margin.poolEquity(pool)
    const backed = this.#worstInitial(pool) + needed <= equity * (1 + 1e-12)
    return backed ? undefined : 'buyingPower'
  }

  /** An order that can only bring its position nearer to zero, whatever else works. */
  #reduces(order: WorkingOrder): boolean {
    if (order.special.parent !== 0 && !order.counted && order.state === 'submitted') return false
    const lots = this.#account.positionLots[order.handle]
    if (order.sign < 0) return lots > 0 && this.#added(order) + this.#selling[order.handle] <= lots
    return lots < 0 && this.#added(order) + this.#buying[order.handle] <= -lots
  }

  /** Cash that others of its group have set aside already. */
  #spared(order: WorkingOrder): number {
    return order.special === PLAIN_TERMS || order.special.group === ''
      ? 0
      : this.#groups.entry(order).reservedCents / 100
  }

  #price(order: WorkingOrder): number {
    const scale = this.#account.instruments[order.handle].ticksPerUnit
    if (!Number.isNaN(order.limitTicks)) return order.limitTicks / scale
    return Number.isNaN(order.stopTicks) ? this.#account.mark[order.handle] : order.stopTicks / scale
  }

  #cost(order: WorkingOrder, price: number): number {
    const instrument = this.#account.instruments[order.handle]
    const lots = order.remainingLots
    return notionalOf(price, lots, instrument) + this.#fees.estimate(price, lots, instrument)
  }

  /** The position if every working buy filled and, of the sells, only the batch's reducing market orders. */
  #longest(handle: number): number {
    return this.#account.positionLots[handle] + Math.min(0, this.#batchLots[handle]) + this.#buying[handle]
  }

  #shortest(handle: number): number {
    return this.#account.positionLots[handle] + Math.max(0, this.#batchLots[handle]) - this.#selling[handle]
  }

  #worstLots(handle: number): number {
    return Math.max(Math.abs(this.#longest(handle)), Math.abs(this.#shortest(handle)))
  }

  /** Initial margin of a pool if the worst came of all that works. */
  #worstInitial(pool: number): number {
    for (let handle = 0; handle < this.#worst.length; handle++) this.#worst[handle] = this.#worstLots(handle)
    return this.#margin!.poolInitial(pool, this.#worst)
  }
}
