/**
 * What has happened at a venue and is not reported yet, beside what the account knows: the lots and the money of
 * fills on their way back. A venue may not let the same cash be spent twice, nor the same position be closed twice,
 * because the news of the first time takes a few milliseconds.
 */
import { addUnits, type Units } from '../../core/decimal.ts'
import { type FeeModel, notionalUnits } from '../../costs/index.ts'
import type { Reason } from '../../domain/order.ts'
import type { AccountReports, OrderChange, Underway } from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { Tradable } from '../../strategy/context.ts'

export interface InFlightTerms {
  readonly account: AccountReports
  readonly instruments: readonly Tradable[]
  /** How many strategies trade, each with an account of its own. */
  readonly strategies: number
  readonly fees: FeeModel
  /** Money is reckoned where the account may run out of it. */
  readonly cash: boolean
}

export class InFlight implements AccountReports {
  readonly #account: AccountReports
  readonly #instruments: readonly Tradable[]
  readonly #fees: FeeModel
  readonly #cash: boolean
  /** Signed lots by strategy and handle. */
  readonly #lots: Float64Array
  /**
   * Place of each instrument's settlement currency among `#currencies`, and what fills on their way have taken from
   * it, by strategy and currency.
   */
  readonly #currency: Int32Array
  readonly #currencies: number
  readonly #spent: Units[]

  constructor({ account, instruments, strategies, fees, cash }: InFlightTerms) {
    this.#account = account
    this.#instruments = instruments
    this.#fees = fees
    this.#cash = cash
    this.#lots = new Float64Array(strategies * instruments.length)
    const currencies = [...new Set(instruments.map(settled))]
    this.#currency = Int32Array.from(instruments, one => currencies.indexOf(settled(one)))
    this.#currencies = currencies.length
    this.#spent = new Array<Units>(strategies * currencies.length).fill(0)
  }

  /** A fill has happened. Returns what it takes from the account, ledger units, for `leave`. */
  enter(order: WorkingOrder, lots: number, price: number, maker: boolean, due: number): Units {
    this.#lots[this.#cell(order)] += order.sign * lots
    if (!this.#cash) return 0
    const instrument = this.#instruments[order.handle]
    // Fees as if each fill were the first of its order: a minimum taken twice errs to the safe side.
    const fee = this.#fees.units(price, lots, instrument, order, maker, due)
    const value = notionalUnits(price, lots, instrument)
    const taken = addUnits(order.sign > 0 ? value : -value, fee)
    this.#add(order, taken)
    return taken
  }

  /** Its report is about to reach the account. */
  leave(order: WorkingOrder, lots: number, taken: Units): void {
    this.#lots[this.#cell(order)] -= order.sign * lots
    if (taken !== 0) this.#add(order, -taken)
  }

  positionLots(order: WorkingOrder): number {
    return this.#account.positionLots(order) + this.#lots[this.#cell(order)]
  }

  payableLots(order: WorkingOrder, lots: number, price: number, maker?: boolean): number {
    return this.#account.payableLots(
      order,
      lots,
      price,
      maker,
      this.#spent[this.#purse(order)],
      this.#lots[this.#cell(order)],
    )
  }

  /** What may trade at the venue changes with it, at once. */
  resized(order: WorkingOrder, lots: number, waitingLots: number, now: number): void {
    if (order.venueState === 1)
      order.venueLots = Math.max(0, order.venueLots + lots - waitingLots - (order.lots - order.waitingLots))
    this.#account.resized(order, lots, waitingLots, now)
  }

  accepted(order: WorkingOrder, now: number): void {
    this.#account.accepted(order, now)
  }
  rejected(order: WorkingOrder, reason: Reason, now: number): void {
    this.#account.rejected(order, reason, now)
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
  }
  canceled(order: WorkingOrder, reason: Reason, now: number): void {
    this.#account.canceled(order, reason, now)
  }
  expired(order: WorkingOrder, reason: Reason, now: number): void {
    this.#account.expired(order, reason, now)
  }
  cancelPending(order: WorkingOrder, now: number): void {
    this.#account.cancelPending(order, now)
  }
  replaced(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#account.replaced(order, change, now)
  }
  held(order: WorkingOrder, now: number): void {
    this.#account.held(order, now)
  }
  approve(order: WorkingOrder, underway?: Underway): Reason | undefined {
    return this.#account.approve(order, underway)
  }
  find(id: number): WorkingOrder | undefined {
    return this.#account.find(id)
  }

  #cell(order: WorkingOrder): number {
    return order.strategy * this.#instruments.length + order.handle
  }

  #purse(order: WorkingOrder): number {
    return order.strategy * this.#currencies + this.#currency[order.handle]
  }

  #add(order: WorkingOrder, units: Units): void {
    const place = this.#purse(order)
    this.#spent[place] = addUnits(this.#spent[place], units)
  }
}

function settled(instrument: Tradable): string {
  return instrument.settlement ?? instrument.currency
}
