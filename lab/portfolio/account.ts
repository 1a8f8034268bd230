/**
 * Positions, cash and marks of one account: what the strategy, the risk engine and the equity curve read.
 * equity = cash + Σ position × mark, where a mark is the last known close.
 */
import { exactUnits, type Units, unitsToNumber } from '../core/decimal.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import { Ledger } from './ledger.ts'

export interface AccountTerms {
  readonly account: string
  readonly strategy: string
  readonly instruments: readonly Instrument[]
  /** Opening deposit, ledger units. */
  readonly capitalUnits: bigint
}

export class Account {
  readonly ledger: Ledger
  readonly instruments: readonly Instrument[]
  /** Signed lots per instrument handle. */
  readonly positionLots: Float64Array
  /** The same in units. */
  readonly position: Float64Array
  /** Last close per handle, NaN before the first. */
  readonly mark: Float64Array
  /** Handles with a position, unordered; the first `heldCount` count. */
  readonly held: Uint32Array
  heldCount = 0
  /** The exact cash as a double. */
  cash: number
  /** As of the last `valuate`. */
  equity: number
  grossExposure = Number.NaN
  readonly #lotsPerUnit: Float64Array

  constructor(terms: AccountTerms) {
    const count = terms.instruments.length
    this.instruments = terms.instruments
    this.ledger = new Ledger(
      {
        account: terms.account,
        strategies: [terms.strategy],
        instruments: terms.instruments.map(instrumentId),
      },
      terms.capitalUnits,
    )
    this.positionLots = new Float64Array(count)
    this.position = new Float64Array(count)
    this.mark = new Float64Array(count).fill(Number.NaN)
    this.held = new Uint32Array(count)
    this.#lotsPerUnit = Float64Array.from(terms.instruments, instrument => instrument.lotsPerUnit)
    this.cash = unitsToNumber(terms.capitalUnits)
    this.equity = this.cash
    this.grossExposure = 0
  }

  /** Books a fill; the notional is rounded once, the same integer on both legs. */
  applyFill(handle: number, sign: 1 | -1, lots: number, price: number, feeUnits: Units): void {
    const notional = exactUnits(price, lots, this.#lotsPerUnit[handle])
    this.ledger.postFill(this.ledger.cell(0, handle), sign, notional, feeUnits)
    this.cash = this.ledger.cashNumber
    const before = this.positionLots[handle]
    const after = before + sign * lots
    this.positionLots[handle] = after
    this.position[handle] = after / this.#lotsPerUnit[handle]
    if (before === 0) this.held[this.heldCount++] = handle
    else if (after === 0) this.#release(handle)
  }

  /** Equity and gross exposure at the present marks. Sums run in handle order, so that no history decides a digit. */
  valuate(): void {
    let net = 0
    let gross = 0
    if (this.heldCount === 1) {
      const handle = this.held[0]
      net = this.position[handle] * this.mark[handle]
      gross = Math.abs(net)
    } else if (this.heldCount > 1) {
      const { position, mark } = this
      for (let handle = 0; handle < position.length; handle++) {
        if (position[handle] === 0) continue
        const value = position[handle] * mark[handle]
        net += value
        gross += Math.abs(value)
      }
    }
    this.equity = this.cash + net
    this.grossExposure = gross
  }

  #release(handle: number): void {
    let at = 0
    while (this.held[at] !== handle) at++
    this.held[at] = this.held[--this.heldCount]
  }
}
