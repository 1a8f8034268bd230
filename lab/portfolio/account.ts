/**
 * Positions, money and marks of one account: what the strategy, the risk engine and the equity curve read.
 *
 *   equity = Σ balance × rate + dividends earned and not yet paid × rate + Σ worth of positions × rate
 *   worth    spot      position × mark × multiplier
 *            linear    position × mark × multiplier − cost     (fx, perpetuals, futures: what closing would pay)
 *            inverse   cost − position × multiplier / mark     in coin
 *
 * where a mark is the last known close, a rate what the rate book says of a currency, and the cost of a contract
 * position its average one, signed. What is not known makes equity NaN; `unknowns` says what. Models and
 * examples: lab/sim/models/accounts.md.
 */
import { type Units, addUnits, exactUnits, shareUnits, unitsToNumber } from '../core/decimal.ts'
import { GordonError } from '../core/errors.ts'
import { notionalUnits } from '../costs/notional.ts'
import { settlementCurrency } from '../domain/settlement-currency.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import { AccountEvents, type Financing } from './account-events.ts'
import { Ledger } from './ledger.ts'
import { RateBook } from './rate-book.ts'

export interface AccountTerms {
  readonly account: string
  readonly strategy: string
  readonly instruments: readonly Instrument[]
  /** Opening deposit in the account's currency, ledger units. */
  readonly capitalUnits: bigint
  /** Of the account; absent: the first instrument's. */
  readonly currency?: string
  /** Opening deposits in other currencies, ledger units. */
  readonly deposits?: Readonly<Record<string, bigint>>
  /** What one unit of a currency is worth in the account's, where no traded pair tells. */
  readonly rates?: Readonly<Record<string, number>>
  /** What cash earns, and debt and shorts cost; absent: nothing. */
  readonly financing?: Financing
  /** Last prices, of another account that keeps them for this one too; absent: its own. */
  readonly mark?: Float64Array
}

/** Spot without multiplier in the account's currency, other spot, contracts that pay price or 1 / price. */
const PLAIN = 0
const SPOT = 1
const LINEAR = 2
const INVERSE = 3

export class Account {
  readonly ledger: Ledger
  readonly instruments: readonly Instrument[]
  /** The account's own first, the others by name. */
  readonly currencies: readonly string[]
  readonly rates: RateBook
  /** What corporate actions, funding, settlement and interest do. */
  readonly events: AccountEvents
  /** Signed lots per instrument handle. */
  readonly positionLots: Float64Array
  /** The same in units. */
  readonly position: Float64Array
  /** Last close per handle, NaN before the first. */
  readonly mark: Float64Array
  /** The marks are its own: a split changes them with its positions. */
  readonly keepsMarks: boolean
  /** Handles with a position, unordered; the first `heldCount` count. */
  readonly held: Uint32Array
  heldCount = 0
  /** What the position cost at its average price, in settlement currency; of shorts as positive as of longs. */
  readonly entryValue: Float64Array
  /** Place in `currencies` of what a handle's fills are paid in. */
  readonly settlement: Uint16Array
  /** Cash per currency, as doubles. */
  readonly balance: Float64Array
  /** Dividends earned and not yet paid, per currency. */
  readonly receivable: Float64Array
  /** Cash in the account's currency, exact, as a double. */
  cash: number
  /** As of the last `valuate`, account currency. */
  equity: number
  grossExposure = Number.NaN
  /** Longs less shorts. */
  netExposure = Number.NaN
  /** Balances and dividends to come, without positions. */
  money = Number.NaN
  /** Fills so far. */
  fillCount = 0
  readonly #style: Uint8Array
  readonly #lotsPerUnit: Float64Array
  readonly #multiplier: Float64Array
  /** fx: profit is turned into the account's currency as it is realised. */
  readonly #converts: Uint8Array
  /** Exact cost of contract positions, ledger units. */
  readonly #cost: Units[]
  /** One currency and nothing but plain spot in it. */
  readonly #simple: boolean
  /** Rate of the settlement currency at each fill, where there are several currencies. */
  readonly #fillRates: number[] = []
  /** Fees in other currencies, in the account's at the rates of their fills. */
  #foreignFees = 0
  /** The same paid before a rate was known, per currency. */
  readonly #unratedFees: Float64Array

  /** @throws RATE_MISSING, RATE_INVALID, SETTLEMENT_UNKNOWN, QUANTO_CONTRACT, INVALID_MULTIPLIER */
  constructor(terms: AccountTerms) {
    const { instruments } = terms
    const count = instruments.length
    this.instruments = instruments
    const own = terms.currency ?? instruments[0]?.currency ?? ''
    const paid = instruments.map(settlementCurrency)
    const deposits = terms.deposits ?? {}
    this.currencies = [
      own,
      ...[...new Set([...paid, ...Object.keys(deposits)])].filter(c => c !== own).sort(),
    ]
    this.settlement = Uint16Array.from(paid, currency => this.currencies.indexOf(currency))
    this.ledger = new Ledger(
      {
        account: terms.account,
        strategies: [terms.strategy],
        instruments: instruments.map(instrumentId),
        currencies: this.currencies,
      },
      this.currencies.map(
        currency => (deposits[currency] ?? 0n) + (currency === own ? terms.capitalUnits : 0n),
      ),
      this.settlement,
    )
    this.positionLots = new Float64Array(count)
    this.position = new Float64Array(count)
    this.mark = terms.mark ?? new Float64Array(count).fill(Number.NaN)
    this.keepsMarks = terms.mark === undefined
    this.held = new Uint32Array(count)
    this.entryValue = new Float64Array(count)
    this.#lotsPerUnit = Float64Array.from(instruments, one => one.lotsPerUnit)
    this.#multiplier = Float64Array.from(instruments, checkedMultiplier)
    this.#style = Uint8Array.from(instruments, one => styleOf(one, own))
    this.#converts = Uint8Array.from(instruments, one =>
      one.kind === 'fx' && one.settlement !== one.currency && one.currency !== own ? 1 : 0,
    )
    this.#cost = new Array<Units>(count).fill(0)
    this.#simple = this.currencies.length === 1 && this.#style.every(style => style === PLAIN)
    this.rates = new RateBook({
      currencies: this.currencies,
      instruments,
      mark: this.mark,
      fixed: terms.rates,
    })
    this.balance = Float64Array.from(this.currencies, (_, currency) => this.ledger.balanceNumber(currency))
    this.receivable = new Float64Array(this.currencies.length)
    this.#unratedFees = new Float64Array(this.currencies.length)
    this.cash = this.ledger.cashNumber
    this.equity = this.cash
    this.grossExposure = 0
    this.netExposure = 0
    this.money = this.cash
    this.events = new AccountEvents(this, terms.financing)
    if (!this.#simple) this.valuate()
  }

  /** One currency and nothing but plain spot in it: only fills move money, and what is held is worth its marks. */
  get simple(): boolean {
    return this.#simple
  }

  /**
   * Books a fill; each amount is rounded once, the same integer on both legs.
   * @param lots above zero; @param feeUnits in the settlement currency
   */
  applyFill(handle: number, sign: 1 | -1, lots: number, price: number, feeUnits: Units): void {
    this.fillCount++
    if (this.#style[handle] === PLAIN) {
      const notional = exactUnits(price, lots, this.#lotsPerUnit[handle])
      this.ledger.postFill(this.ledger.cell(0, handle), sign, notional, feeUnits)
      this.cash = this.ledger.cashNumber
      this.balance[0] = this.cash
      this.#move(handle, sign * lots, (price * lots) / this.#lotsPerUnit[handle])
    } else this.book(handle, sign, lots, price, feeUnits)
    if (this.currencies.length > 1) this.#noteRate(handle, feeUnits)
  }

  /** Books what is bought and sold without being a fill: settlements and rolls. @returns cash received, units */
  book(handle: number, sign: 1 | -1, lots: number, price: number, feeUnits: Units): Units {
    const currency = this.settlement[handle]
    const cell = this.ledger.cell(0, handle)
    let received: Units = 0
    if (this.#style[handle] <= SPOT) {
      const notional = notionalUnits(price, lots, this.instruments[handle])
      this.ledger.postFill(cell, sign, notional, feeUnits)
      this.#move(handle, sign * lots, unitsToNumber(notional))
      received = sign > 0 ? -notional : notional
    } else {
      received = this.#trade(handle, sign, lots, price)
      this.ledger.postProfit(cell, received, feeUnits)
      if (this.#converts[handle] === 1) this.#convert(cell, currency, addUnits(received, -feeUnits))
    }
    this.refreshCash(currency)
    return received
  }

  /** Equity and exposures at the present marks. Sums run in handle order, so that no history decides a digit. */
  valuate(): void {
    if (this.#simple === false) {
      this.#valuateAll()
      return
    }
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
    this.money = this.cash + this.receivable[0]
    this.equity = this.money + net
    this.grossExposure = gross
    this.netExposure = net
  }

  /** Average price of what is held, multiplier taken out; undefined when flat. */
  averagePrice(handle: number): number | undefined {
    const size = Math.abs(this.position[handle]) * this.#multiplier[handle]
    if (size === 0) return undefined
    return this.#style[handle] === INVERSE ? size / this.entryValue[handle] : this.entryValue[handle] / size
  }

  /** Value of the position at its mark in settlement currency, negative when short; NaN without a mark. */
  value(handle: number): number {
    const size = this.position[handle] * this.#multiplier[handle]
    if (size === 0) return 0
    return this.#style[handle] === INVERSE ? size / this.mark[handle] : size * this.mark[handle]
  }

  /** What one unit is worth at a price in account currency, at the rates last looked up; NaN where one is not known. */
  unitValue(handle: number, price: number): number {
    return this.unitValueAt(handle, price, this.rates.rate[this.settlement[handle]])
  }

  /** The same at a rate of the settlement currency that is given. */
  unitValueAt(handle: number, price: number, rate: number): number {
    const style = this.#style[handle]
    if (style === PLAIN) return price
    const size = this.#multiplier[handle]
    return (style === INVERSE ? size / price : price * size) * rate
  }

  /** What closing at the mark would earn on the average price, in settlement currency, before fees. */
  unrealised(handle: number): number {
    const lots = this.positionLots[handle]
    if (lots === 0) return 0
    const cost = lots > 0 ? this.entryValue[handle] : -this.entryValue[handle]
    return this.#style[handle] === INVERSE ? cost - this.value(handle) : this.value(handle) - cost
  }

  /** What a handle's position adds to equity beside balances, in settlement currency. */
  worth(handle: number): number {
    return this.#style[handle] <= SPOT ? this.value(handle) : this.unrealised(handle)
  }

  /** Profit and loss only, no exchange of notional: fx, perpetuals, futures. */
  isContract(handle: number): boolean {
    return this.#style[handle] > SPOT
  }

  /** Its profit is turned into the account's currency as it is realised. */
  convertsProfit(handle: number): boolean {
    return this.#converts[handle] === 1
  }

  /** Cash in the currency that a handle's fills are paid in: what a buy may spend. */
  cashOf(handle: number): number {
    return this.balance[this.settlement[handle]]
  }

  /** The same in ledger units. */
  cashUnitsOf(handle: number): bigint {
    return this.ledger.balance(this.settlement[handle])
  }

  /** Fees paid so far in account currency, those in others at the rates of their fills. */
  totalFees(): number {
    let fees = unitsToNumber(this.ledger.totalFees()) + this.#foreignFees
    for (let currency = 1; currency < this.currencies.length; currency++)
      if (this.#unratedFees[currency] !== 0) fees += this.#unratedFees[currency] * this.rates.rate[currency]
    return fees
  }

  /** Rate of its settlement currency at the k-th fill, from 0; 1 where the account has one currency. */
  fillRate(fill: number): number {
    return this.currencies.length === 1 ? 1 : this.#fillRates[fill]
  }

  /** What keeps equity from being known: currencies held without a rate, instruments without a price. */
  unknowns(): string[] {
    this.rates.refresh()
    const { rate } = this.rates
    const settled = new Set(
      Array.from(this.held.subarray(0, this.heldCount), handle => this.settlement[handle]),
    )
    const currencies = this.currencies.filter(
      (_, currency) =>
        Number.isNaN(rate[currency]) &&
        (this.balance[currency] + this.receivable[currency] !== 0 || settled.has(currency)),
    )
    const held = this.instruments.filter(
      (_, handle) => this.positionLots[handle] !== 0 && Number.isNaN(this.mark[handle]),
    )
    return [...currencies, ...held.map(instrumentId)]
  }

  /** For the first decision. @throws RATE_UNKNOWN when equity cannot be told */
  requireRates(): void {
    const unknown = this.unknowns()
    if (unknown.length > 0)
      throw new GordonError(
        'RATE_UNKNOWN',
        `Nothing has told yet what ${unknown.join(' and ')} ${unknown.length > 1 ? 'are' : 'is'} worth in ${this.currencies[0]} when decisions begin; begin after the first price of the pair, or set rates: { ${unknown[0]}: … }, --rate ${unknown[0]}=… on the command line.`,
      )
  }

  // ------------------------------------------------------------------ for account-events.ts

  /** Reads a balance after a posting. */
  refreshCash(currency: number): void {
    this.balance[currency] = this.ledger.balanceNumber(currency)
    if (currency === 0) this.cash = this.balance[0]
  }

  /** Other lots for the same cost: splits and new names. */
  setLots(handle: number, lots: number, entryValue: number): void {
    const before = this.positionLots[handle]
    this.positionLots[handle] = lots
    this.position[handle] = lots / this.#lotsPerUnit[handle]
    this.entryValue[handle] = lots === 0 ? 0 : entryValue
    if (before === 0 && lots !== 0) this.held[this.heldCount++] = handle
    else if (before !== 0 && lots === 0) this.#release(handle)
  }

  /** Takes the exact cost of a contract position to another name of it. */
  moveCost(from: number, to: number): void {
    this.#cost[to] = this.#cost[from]
    this.#cost[from] = 0
  }

  // ------------------------------------------------------------------ inside

  #valuateAll(): void {
    this.rates.refresh()
    const { balance, receivable, position, entryValue, mark } = this
    const { rate } = this.rates
    let equity = 0
    for (let currency = 0; currency < balance.length; currency++) {
      const money = balance[currency] + receivable[currency]
      // Nothing of a currency is nothing, whether or not its rate is known.
      if (money !== 0) equity += money * rate[currency]
    }
    this.money = equity
    let net = 0
    let gross = 0
    if (this.heldCount > 0)
      for (let handle = 0; handle < position.length; handle++) {
        if (position[handle] === 0) continue
        const style = this.#style[handle]
        const size = position[handle] * this.#multiplier[handle]
        const value = style === INVERSE ? size / mark[handle] : size * mark[handle]
        const cost = size > 0 ? entryValue[handle] : -entryValue[handle]
        const worth = style <= SPOT ? value : style === LINEAR ? value - cost : cost - value
        const one = rate[this.settlement[handle]]
        equity += worth * one
        net += value * one
        gross += Math.abs(value) * one
      }
    this.equity = equity
    this.grossExposure = gross
    this.netExposure = net
  }

  /** Moves a spot position by signed lots; `value` is what they cost. */
  #move(handle: number, lots: number, value: number): void {
    const before = this.positionLots[handle]
    const after = before + lots
    this.positionLots[handle] = after
    this.position[handle] = after / this.#lotsPerUnit[handle]
    if (before * lots >= 0) this.entryValue[handle] += value
    else if (before * after > 0) this.entryValue[handle] *= after / before
    else this.entryValue[handle] = after === 0 ? 0 : value * (after / lots)
    if (before === 0) this.held[this.heldCount++] = handle
    else if (after === 0) this.#release(handle)
  }

  /** Moves a contract position; what it closes leaves at its share of the average cost. @returns profit, units */
  #trade(handle: number, sign: 1 | -1, lots: number, price: number): Units {
    const before = this.positionLots[handle]
    const after = before + sign * lots
    const closing = before * sign < 0 ? Math.min(lots, Math.abs(before)) : 0
    let cost = this.#cost[handle]
    let profit: Units = 0
    if (closing > 0) {
      const paid = shareUnits(cost, closing, Math.abs(before))
      const worth = notionalUnits(price, closing, this.instruments[handle])
      // A long earns what price has risen by; in coin, what 1 / price has fallen by.
      const rises = this.#style[handle] === INVERSE ? before < 0 : before > 0
      profit = rises ? addUnits(worth, -paid) : addUnits(paid, -worth)
      cost = addUnits(cost, -paid)
    }
    if (lots > closing) cost = addUnits(cost, notionalUnits(price, lots - closing, this.instruments[handle]))
    this.#cost[handle] = cost
    this.setLots(handle, after, unitsToNumber(cost))
    return profit
  }

  /** Takes an amount of another currency into the account's; while no rate is known it stays what it is. */
  #convert(cell: number, currency: number, units: Units): void {
    if (units === 0 || units === 0n) return
    const own = this.rates.convert(currency, units)
    if (own === undefined) return
    this.ledger.post('conversion', cell, currency, -units)
    this.ledger.post('conversion', cell, 0, own)
    this.refreshCash(0)
  }

  #noteRate(handle: number, feeUnits: Units): void {
    this.rates.refresh()
    const currency = this.settlement[handle]
    const rate = this.rates.rate[currency]
    this.#fillRates.push(rate)
    if (currency === 0 || feeUnits === 0 || feeUnits === 0n) return
    const fee = unitsToNumber(feeUnits)
    if (Number.isNaN(rate)) this.#unratedFees[currency] += fee
    else this.#foreignFees += fee * rate
  }

  #release(handle: number): void {
    let at = 0
    while (this.held[at] !== handle) at++
    this.held[at] = this.held[--this.heldCount]
  }
}

function styleOf(instrument: Instrument, own: string): number {
  const { kind = 'spot', multiplier = 1, currency } = instrument
  if (kind === 'inverse') return INVERSE
  if (kind !== 'spot') return LINEAR
  return multiplier === 1 && currency === own ? PLAIN : SPOT
}

function checkedMultiplier(instrument: Instrument): number {
  const { multiplier = 1 } = instrument
  if (!(multiplier > 0 && multiplier < Number.POSITIVE_INFINITY))
    throw new GordonError(
      'INVALID_MULTIPLIER',
      `Instrument ${instrumentId(instrument)} has multiplier ${multiplier}; a contract's size is a number above zero.`,
    )
  return multiplier
}
