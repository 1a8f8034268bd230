/**
 * Double-entry books in integer ledger units, keyed (account, strategy, instrument, currency). Every posting
 * moves one integer out of one balance and into another of the same currency, so that each currency sums to
 * zero and cash is exact for ever.
 *
 *   buy        cash −(notional + fee)    holding +notional    fees +fee
 *   sell       cash +(notional − fee)    holding −notional    fees +fee
 *   contract   cash +(profit − fee)      profit  −profit      fees +fee
 *   event      cash +amount              its kind −amount     (funding, dividends, interest, …)
 *
 * `holding` is what the position has cost so far, not what it is worth. A conversion is two events of opposite
 * sign in two currencies.
 */
import { assert } from '../core/assert.ts'
import { ExactSum, type Units } from '../core/decimal.ts'

export interface LedgerKeys {
  readonly account: string
  readonly strategies: readonly string[]
  readonly instruments: readonly string[]
  /** The account's own first; absent: one without a name. */
  readonly currencies?: readonly string[]
}

const KINDS = ['funding', 'dividend', 'split', 'interest', 'borrow', 'conversion'] as const
export type PostingKind = (typeof KINDS)[number]

/** In place of a cell, for what belongs to no instrument. */
export const NO_CELL = -1

export class Ledger {
  readonly keys: LedgerKeys
  readonly #currencies: number
  readonly #capital: readonly bigint[]
  readonly #cash: ExactSum[]
  /** Currency that a cell's fills are paid in, and the cash of it. */
  readonly #currency: Uint16Array
  readonly #cashOf: ExactSum[]
  readonly #holding: ExactSum[]
  readonly #profit: ExactSum[]
  readonly #fees: ExactSum[]
  /** Other sides of event postings, by (kind, cell, currency). */
  readonly #events = new Map<number, ExactSum>()

  /**
   * @param deposits what opens the account, ledger units, per currency
   * @param settlement currency of each instrument's fills, by place in `currencies`; absent: the first
   */
  constructor(keys: LedgerKeys, deposits: bigint | readonly bigint[], settlement?: ArrayLike<number>) {
    this.keys = keys
    this.#currencies = keys.currencies?.length ?? 1
    const given = typeof deposits === 'bigint' ? [deposits] : deposits
    this.#capital = Array.from({ length: this.#currencies }, (_, currency) => given[currency] ?? 0n)
    this.#cash = this.#capital.map(units => new ExactSum(units))
    const cells = keys.strategies.length * keys.instruments.length
    this.#currency = Uint16Array.from(
      { length: cells },
      (_, cell) => settlement?.[cell % keys.instruments.length] ?? 0,
    )
    this.#cashOf = Array.from(this.#currency, currency => this.#cash[currency])
    this.#holding = Array.from({ length: cells }, () => new ExactSum(0n))
    this.#profit = Array.from({ length: cells }, () => new ExactSum(0n))
    this.#fees = Array.from({ length: cells }, () => new ExactSum(0n))
  }

  /** Cash in the account's currency. */
  get cash(): bigint {
    return this.#cash[0].units
  }

  /** The same as a double. */
  get cashNumber(): number {
    return this.#cash[0].number
  }

  balance(currency: number): bigint {
    return this.#cash[currency].units
  }

  balanceNumber(currency: number): number {
    return this.#cash[currency].number
  }

  /** Row of a (strategy, instrument) in the balances. */
  cell(strategy: number, instrument: number): number {
    return strategy * this.keys.instruments.length + instrument
  }

  /** @param notional ledger units of the cell's currency; @param fee the same, negative for a rebate */
  postFill(cell: number, sign: 1 | -1, notional: Units, fee: Units): void {
    const cash = this.#cashOf[cell]
    if (sign > 0) {
      cash.subtract(notional)
      this.#holding[cell].add(notional)
    } else {
      cash.add(notional)
      this.#holding[cell].subtract(notional)
    }
    cash.subtract(fee)
    this.#fees[cell].add(fee)
  }

  /** A fill of a contract: nothing is paid but the profit of what it closed, and the fee. */
  postProfit(cell: number, profit: Units, fee: Units): void {
    const cash = this.#cashOf[cell]
    cash.add(profit)
    this.#profit[cell].subtract(profit)
    cash.subtract(fee)
    this.#fees[cell].add(fee)
  }

  /** Pays `units` into the cash of a currency, out of it when negative. */
  post(kind: PostingKind, cell: number, currency: number, units: Units): void {
    const key = this.#key(kind, cell, currency)
    let other = this.#events.get(key)
    if (other === undefined) this.#events.set(key, (other = new ExactSum(0n)))
    this.#cash[currency].add(units)
    other.subtract(units)
  }

  /** What a holding has cost goes to another name of it. */
  moveHolding(from: number, to: number): void {
    assert(this.#currency[from] === this.#currency[to], 'a holding moves within its currency')
    const units = this.#holding[from].units
    this.#holding[from].subtract(units)
    this.#holding[to].add(units)
  }

  holding(cell: number): bigint {
    return this.#holding[cell].units
  }

  fees(cell: number): bigint {
    return this.#fees[cell].units
  }

  /** Profits that contracts of a cell have paid, less losses, before fees. */
  profit(cell: number): bigint {
    return -this.#profit[cell].units
  }

  /** Sum of event postings of one kind: received, negative when paid. */
  received(kind: PostingKind, cell: number, currency = 0): bigint {
    return -(this.#events.get(this.#key(kind, cell, currency))?.units ?? 0n)
  }

  /** Fees that were paid in a currency. */
  totalFees(currency = 0): bigint {
    return this.#sum(this.#fees, currency)
  }

  /** The books balance: in each currency what came in is cash, holdings at cost, losses, fees and payments. */
  verify(): void {
    for (let currency = 0; currency < this.#currencies; currency++) {
      let sum =
        this.#cash[currency].units +
        this.#sum(this.#holding, currency) +
        this.#sum(this.#profit, currency) +
        this.#sum(this.#fees, currency)
      for (const [key, other] of this.#events) if (key % this.#currencies === currency) sum += other.units
      assert(
        sum === this.#capital[currency],
        `the ledger does not balance in ${this.keys.currencies?.[currency] ?? 'its currency'}`,
      )
    }
  }

  #sum(balances: readonly ExactSum[], currency: number): bigint {
    let sum = 0n
    for (let cell = 0; cell < balances.length; cell++)
      if (this.#currency[cell] === currency) sum += balances[cell].units
    return sum
  }

  #key(kind: PostingKind, cell: number, currency: number): number {
    const cells = this.#currency.length + 1
    return (KINDS.indexOf(kind) * cells + cell + 1) * this.#currencies + currency
  }
}
