/**
 * Double-entry books in integer ledger units, keyed (account, strategy, instrument). A fill moves the same
 * integer out of one balance and into another, so every posting sums to zero and cash is exact for ever.
 *
 *   buy:   cash −(notional + fee)    holding +notional    fees +fee
 *   sell:  cash +(notional − fee)    holding −notional    fees +fee
 *
 * `holding` is what the position has cost so far, not what it is worth.
 */
import { assert } from '../core/assert.ts'
import { ExactSum, type Units } from '../core/decimal.ts'

export interface LedgerKeys {
  readonly account: string
  readonly strategies: readonly string[]
  readonly instruments: readonly string[]
}

export class Ledger {
  readonly keys: LedgerKeys
  readonly #capital: bigint
  readonly #cash: ExactSum
  readonly #holding: ExactSum[]
  readonly #fees: ExactSum[]

  /** @param capitalUnits the deposit that opens the account, ledger units */
  constructor(keys: LedgerKeys, capitalUnits: bigint) {
    this.keys = keys
    this.#capital = capitalUnits
    this.#cash = new ExactSum(capitalUnits)
    const cells = keys.strategies.length * keys.instruments.length
    this.#holding = Array.from({ length: cells }, () => new ExactSum(0n))
    this.#fees = Array.from({ length: cells }, () => new ExactSum(0n))
  }

  get cash(): bigint {
    return this.#cash.units
  }

  /** Cash as a double. */
  get cashNumber(): number {
    return this.#cash.number
  }

  /** Row of a (strategy, instrument) in the balances. */
  cell(strategy: number, instrument: number): number {
    return strategy * this.keys.instruments.length + instrument
  }

  /** @param notional ledger units, ≥ 0; @param fee ledger units, negative for a rebate */
  postFill(cell: number, sign: 1 | -1, notional: Units, fee: Units): void {
    if (sign > 0) {
      this.#cash.subtract(notional)
      this.#holding[cell].add(notional)
    } else {
      this.#cash.add(notional)
      this.#holding[cell].subtract(notional)
    }
    this.#cash.subtract(fee)
    this.#fees[cell].add(fee)
  }

  holding(cell: number): bigint {
    return this.#holding[cell].units
  }

  fees(cell: number): bigint {
    return this.#fees[cell].units
  }

  totalFees(): bigint {
    return this.#fees.reduce((sum, fee) => sum + fee.units, 0n)
  }

  /** The books balance: what came in is cash, holdings at cost and fees. */
  verify(): void {
    const spent = this.#holding.reduce((sum, value) => sum + value.units, 0n)
    assert(this.cash + spent + this.totalFees() === this.#capital, 'the ledger does not balance')
  }
}
