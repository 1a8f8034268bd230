/**
 * Looks ahead of the account: brings what risk counts to where a venue's reports will bring it, so that risk can be
 * asked as if they had come, and back again. What fills on their way change of equity is reckoned from their prices:
 *
 *   gain = signed units × (value of one at the mark − at the fill's price) − fee
 *
 * which is what they add whatever the position cost before; of inverse contracts the difference is the other way round.
 */
import { unitsToNumber } from '../core/decimal.ts'
import type { FeeModel } from '../costs/index.ts'
import { notionalOf, notionalUnits } from '../costs/notional.ts'
import type { OrderChange, UnderwayReports } from '../domain/ports/venue.ts'
import type { WorkingOrder } from '../domain/working-order.ts'
import type { Account } from '../portfolio/account.ts'
import type { GroupExposure } from './group-exposure.ts'

/** What risk does when the account is told. */
export interface Counting {
  take(order: WorkingOrder): void
  filled(order: WorkingOrder, lots: number): void
  release(order: WorkingOrder): void
  resize(order: WorkingOrder, lots: number, waitingLots: number): void
}

export interface AheadTerms {
  readonly risk: Counting
  readonly account: Account
  readonly fees: FeeModel
  /** Fills move cash that orders are paid with. */
  readonly cash: boolean
  /** What risk counts per handle and per currency. */
  readonly counts: readonly Float64Array[]
  readonly groups: GroupExposure
}

/** What reports change of an order, as far as risk reads it. */
interface Before {
  readonly order: WorkingOrder
  readonly lots: number
  readonly waitingLots: number
  readonly filledLots: number
  readonly limitTicks: number
  readonly stopTicks: number
  readonly reservedCents: number
  readonly counted: boolean
}

export class Ahead implements UnderwayReports {
  /** What fills change of equity, per handle, settlement currency. */
  readonly gain: Float64Array
  readonly #terms: AheadTerms
  readonly #counts: readonly Float64Array[]
  readonly #lots: Float64Array
  readonly #balance: Float64Array
  readonly #equity: number
  readonly #orders = new Map<WorkingOrder, Before>()

  constructor(terms: AheadTerms) {
    const { account, counts } = terms
    this.#terms = terms
    this.gain = new Float64Array(account.instruments.length)
    this.#counts = counts.map(one => one.slice())
    this.#lots = account.positionLots.slice()
    this.#balance = account.balance.slice()
    this.#equity = account.equity
  }

  /** Everything as it was. */
  back(): void {
    const { account, counts, groups } = this.#terms
    for (const { order, ...before } of this.#orders.values()) Object.assign(order, before)
    for (const order of this.#orders.keys())
      if (order.special.group !== '') groups.update(groups.entry(order), order)
    for (const [k, one] of counts.entries()) one.set(this.#counts[k])
    account.positionLots.set(this.#lots)
    account.balance.set(this.#balance)
    account.equity = this.#equity
  }

  // ------------------------------------------------------------------ what the account will be told

  released(order: WorkingOrder): void {
    this.#keep(order)
    this.#terms.risk.take(order)
  }

  filled(order: WorkingOrder, lots: number, price: number, now: number, maker: boolean): void {
    this.#keep(order)
    const { account, fees, risk, cash } = this.#terms
    const { handle, sign } = order
    const instrument = account.instruments[handle]
    const fee = unitsToNumber(fees.units(price, lots, instrument, order, maker, now))
    if (cash) {
      const value = unitsToNumber(notionalUnits(price, lots, instrument))
      account.balance[account.settlement[handle]] -= sign * value + fee
    }
    const mark = notionalOf(account.mark[handle], lots, instrument)
    const rise = (mark - notionalOf(price, lots, instrument)) * (instrument.kind === 'inverse' ? -1 : 1)
    this.gain[handle] += sign * rise - fee
    account.positionLots[handle] += sign * lots
    order.filledLots += lots
    risk.filled(order, lots)
  }

  ended(order: WorkingOrder): void {
    this.#keep(order)
    this.#terms.risk.release(order)
  }

  resized(order: WorkingOrder, lots: number, waitingLots: number): void {
    this.#keep(order)
    this.#terms.risk.resize(order, lots, waitingLots)
  }

  replaced(order: WorkingOrder, change: OrderChange): void {
    this.#keep(order)
    if (change.lots !== undefined) this.#terms.risk.resize(order, change.lots, order.waitingLots)
    if (change.limitTicks !== undefined) order.limitTicks = change.limitTicks
    if (change.stopTicks !== undefined) order.stopTicks = change.stopTicks
  }

  #keep(order: WorkingOrder): void {
    if (this.#orders.has(order)) return
    const { lots, waitingLots, filledLots, limitTicks, stopTicks, reservedCents, counted } = order
    this.#orders.set(order, {
      order,
      lots,
      waitingLots,
      filledLots,
      limitTicks,
      stopTicks,
      reservedCents,
      counted,
    })
  }
}
