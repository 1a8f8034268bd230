/**
 * What happens to an account without an order: funding, splits, dividends, new names, delistings, expiry, rolls,
 * interest, conversion. Each posts to the ledger at once, leaves one record in `flows` and returns it; where it
 * touches nothing that is held it does nothing. Rules, examples and when they are wrong:
 * lab/sim/models/accounts.md.
 */
import { unreachable } from '../core/assert.ts'
import { amountUnits, quotientUnits, scaleUnits, type Units, unitsToNumber } from '../core/decimal.ts'
import { borrowCostUnits, type BorrowTerms, type InterestTerms, interestUnits } from '../costs/financing.ts'
import { notionalUnits } from '../costs/notional.ts'
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'
import type { CashFlow, CashFlowKind } from '../domain/cash-flow.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import type { Account } from './account.ts'
import { NO_CELL } from './ledger.ts'

/** What money earns and costs; absent: nothing. */
export interface Financing {
  /** On balances above zero, by currency. */
  readonly credit?: Readonly<Record<string, InterestTerms>>
  /** On balances below zero, by currency. */
  readonly debit?: Readonly<Record<string, InterestTerms>>
  /** On what is sold short. */
  readonly borrow?: (instrument: Instrument) => BorrowTerms | undefined
}

interface Entitlement {
  readonly handle: number
  readonly currency: number
  readonly units: bigint
  readonly payTime: Micros
  readonly quantity: number
  readonly perShare: number
}

export class AccountEvents {
  /** In the order in which they were booked. */
  readonly flows: CashFlow[] = []
  readonly #account: Account
  readonly #financing: Financing
  #entitled: Entitlement[] = []
  #bankrupt = false

  constructor(account: Account, financing: Financing = {}) {
    this.#account = account
    this.#financing = financing
  }

  /**
   * Does what a corporate action asks for.
   * @param toHandle of a new name that the run has as another instrument
   */
  applyAction(handle: number, action: CorporateAction, toHandle?: number): CashFlow | undefined {
    switch (action.kind) {
      case 'split':
        return this.applySplit(handle, action.ratio, Number.NaN, action.time)
      case 'dividend':
        return this.entitle(handle, action.amount, action.payTime, action.time, action.currency)
      case 'symbolChange':
        return this.changeSymbol(handle, action.to, action.time, toHandle)
      case 'delisting':
        return this.delist(handle, action.price ?? Number.NaN, action.time)
      default:
        return unreachable(action)
    }
  }

  /**
   * A perpetual's funding: rate × value of the position at the mark price, longs pay shorts when rate > 0.
   * @param markPrice NaN: the last known price
   */
  applyFunding(handle: number, rate: number, markPrice: number, time: Micros): CashFlow | undefined {
    const account = this.#account
    const { kind } = account.instruments[handle]
    const id = this.#id(handle)
    if (kind !== 'linear' && kind !== 'inverse')
      throw new GordonError(
        'FUNDING_NOT_PERPETUAL',
        `Funding was given for ${id}, which is of kind ${kind ?? 'spot'}; only perpetuals (linear, inverse) have funding.`,
      )
    if (!Number.isFinite(rate))
      throw new GordonError(
        'INVALID_FUNDING',
        `Funding of ${id} has the rate ${rate}; it must be a number, 0.0001 for one basis point.`,
      )
    const lots = account.positionLots[handle]
    if (lots === 0) return undefined
    const price = this.#price(handle, markPrice, 'Funding')
    const { lotsPerUnit, multiplier = 1 } = account.instruments[handle]
    const units = -quotientUnits(
      kind === 'inverse' ? [lots, multiplier, rate] : [price, lots, multiplier, rate],
      kind === 'inverse' ? [lotsPerUnit, price] : [lotsPerUnit],
    )
    this.#post('funding', handle, account.settlement[handle], units)
    return this.#record('funding', time, handle, units, { quantity: lots / lotsPerUnit, price, rate })
  }

  /**
   * New shares for old: position × ratio, the mark rescaled, what is no whole lot paid in cash (shorts pay it).
   * @param ratio 4 for four to one, 0.1 for one to ten
   * @param price what a new share is worth for the cash in lieu; NaN: the last price over ratio
   */
  applySplit(handle: number, ratio: number, price: number, time: Micros): CashFlow | undefined {
    const account = this.#account
    const id = this.#id(handle)
    if (!(ratio > 0 && ratio < Number.POSITIVE_INFINITY))
      throw new GordonError(
        'INVALID_SPLIT',
        `The split of ${id} has ratio ${ratio}; it must be new shares per old one, above zero.`,
      )
    this.#shareOnly(handle, 'A split')
    if (account.keepsMarks) account.mark[handle] /= ratio
    const lots = account.positionLots[handle]
    if (lots === 0) return undefined
    const { lotsPerUnit, multiplier = 1 } = account.instruments[handle]
    const exact = wholeIfNearly(lots * ratio)
    const whole = Math.trunc(exact)
    const rest = Math.round((exact - whole) * 1e9) / 1e9
    let units: Units = 0n
    let paid = price
    if (rest !== 0) {
      paid = this.#price(handle, price, 'The split')
      units = quotientUnits([rest, paid, multiplier], [lotsPerUnit])
      this.#post('split', handle, account.settlement[handle], units)
    }
    account.setLots(handle, whole, account.entryValue[handle] * (whole / exact))
    return this.#record('split', time, handle, units, {
      quantity: lots / lotsPerUnit,
      rate: ratio,
      ...(rest === 0 ? {} : { price: paid }),
    })
  }

  /**
   * A dividend's ex time: who holds now is owed it (shorts owe it), whatever they do until it is paid.
   * @param amount per unit; @param currency absent: the instrument's
   */
  entitle(
    handle: number,
    amount: number,
    payTime: Micros,
    time: Micros,
    currency?: string,
  ): CashFlow | undefined {
    const account = this.#account
    const id = this.#id(handle)
    if (!(amount >= 0 && amount < Number.POSITIVE_INFINITY))
      throw new GordonError(
        'INVALID_DIVIDEND',
        `The dividend of ${id} is ${amount} a share; it must be zero or more.`,
      )
    this.#shareOnly(handle, 'A dividend')
    const place = this.#currency(currency ?? account.instruments[handle].currency, `the dividend of ${id}`)
    const lots = account.positionLots[handle]
    if (lots === 0 || amount === 0) return undefined
    const { lotsPerUnit } = account.instruments[handle]
    const units = quotientUnits([lots, amount], [lotsPerUnit])
    const quantity = lots / lotsPerUnit
    this.#entitled.push({ handle, currency: place, units, payTime, quantity, perShare: amount })
    this.#countReceivable(place)
    return this.#record('entitlement', time, handle, units, { quantity, rate: amount }, place)
  }

  /** Pays every dividend whose time has come, oldest entitlement first. */
  payDividends(now: Micros): CashFlow[] {
    if (!this.#entitled.some(one => one.payTime <= now)) return []
    const due = this.#entitled.filter(one => one.payTime <= now)
    this.#entitled = this.#entitled.filter(one => one.payTime > now)
    return due.map(({ handle, currency, units, payTime, quantity, perShare }) => {
      this.#post('dividend', handle, currency, units)
      this.#countReceivable(currency)
      return this.#record('dividend', payTime, handle, units, { quantity, rate: perShare }, currency)
    })
  }

  /** When the next dividend is paid; Infinity for none. */
  get nextPayTime(): Micros {
    return this.#entitled.reduce((next, one) => Math.min(next, one.payTime), Number.POSITIVE_INFINITY)
  }

  /**
   * A new name. Where that is another instrument of the run the position moves there, at its cost.
   * @param toHandle absent: prices go on under the old handle
   */
  changeSymbol(handle: number, to: string, time: Micros, toHandle?: number): CashFlow | undefined {
    const account = this.#account
    const lots = account.positionLots[handle]
    const { lotsPerUnit } = account.instruments[handle]
    if (toHandle !== undefined && toHandle !== handle) this.#moveTo(handle, toHandle)
    if (lots === 0) return undefined
    return this.#record('symbolChange', time, handle, 0n, {
      quantity: lots / lotsPerUnit,
      to: toHandle === undefined ? to : this.#id(toHandle),
    })
  }

  /** The position is paid out at `price` (NaN: the last known one; 0: worthless) and gone; shorts pay. */
  delist(handle: number, price: number, time: Micros): CashFlow | undefined {
    return this.#settle('delisting', handle, price, time)
  }

  /** A future's final settlement in cash at `price` (NaN: the last known one); the position is gone. */
  expire(handle: number, price: number, time: Micros): CashFlow | undefined {
    return this.#settle('expiry', handle, price, time)
  }

  /**
   * Closes the whole position of one contract and opens as many of another, each at its own price.
   * @param feeUnits of both legs, ledger units
   */
  roll(legs: {
    readonly from: number
    readonly to: number
    readonly fromPrice: number
    readonly toPrice: number
    readonly time: Micros
    readonly feeUnits?: readonly [Units, Units]
  }): CashFlow[] {
    const account = this.#account
    const { from, to, fromPrice, toPrice, time, feeUnits = [0, 0] } = legs
    const lots = account.positionLots[from]
    if (lots === 0) return []
    if (!account.isContract(from) || !account.isContract(to))
      throw new GordonError(
        'ROLL_NOT_A_CONTRACT',
        `${this.#id(from)} cannot be rolled into ${this.#id(to)}: only contracts roll; sell the one and buy the other.`,
      )
    const opened = this.#lotsIn(from, to)
    const quantity = lots / account.instruments[from].lotsPerUnit
    const sign = lots > 0 ? 1 : -1
    const units = account.book(from, sign > 0 ? -1 : 1, Math.abs(lots), fromPrice, feeUnits[0])
    const out = this.#record('rollOut', time, from, units, {
      quantity,
      price: fromPrice,
      fee: unitsToNumber(feeUnits[0]),
      to: this.#id(to),
    })
    account.book(to, sign, Math.abs(opened), toPrice, feeUnits[1])
    return [
      out,
      this.#record('rollIn', time, to, 0n, { quantity, price: toPrice, fee: unitsToNumber(feeUnits[1]) }),
    ]
  }

  /**
   * Interest of some days: on each currency's cash less what shorts brought in (a broker keeps that as
   * collateral), and the cost of borrowing what is sold short. Borrow is charged first, at the last prices.
   * @param days calendar days since the last, 1 or more
   */
  accrue(days: number, time: Micros): CashFlow[] {
    const account = this.#account
    if (!Number.isSafeInteger(days) || days < 1)
      throw new GordonError(
        'INVALID_DAYS',
        `Interest was asked for ${days} days; give whole days, 1 or more.`,
      )
    const { credit, debit, borrow } = this.#financing
    const flows: CashFlow[] = []
    const collateral = account.currencies.map(() => 0n)
    for (let handle = 0; handle < account.instruments.length; handle++) {
      const lots = account.positionLots[handle]
      if (lots >= 0 || account.isContract(handle)) continue
      const instrument = account.instruments[handle]
      const { lotsPerUnit, multiplier = 1 } = instrument
      const currency = account.settlement[handle]
      const price = this.#price(handle, Number.NaN, 'Interest')
      collateral[currency] += BigInt(notionalUnits(price, -lots, instrument))
      const terms = borrow?.(instrument)
      if (terms === undefined) continue
      const units = -borrowCostUnits(price, lots * multiplier, instrument, terms, days)
      if (units === 0n) continue
      this.#post('borrow', handle, currency, units)
      const facts = { quantity: lots / lotsPerUnit, price, rate: terms.rate }
      flows.push(this.#record('borrow', time, handle, units, facts))
    }
    for (const [currency, name] of account.currencies.entries()) {
      const base = account.ledger.balance(currency) - collateral[currency]
      const terms = (base < 0n ? debit : credit)?.[name]
      if (terms === undefined) continue
      const units = interestUnits(base, terms, days) * (base < 0n ? -1n : 1n)
      if (units === 0n) continue
      account.ledger.post('interest', NO_CELL, currency, units)
      account.refreshCash(currency)
      const kind = base < 0n ? 'debitInterest' : 'interest'
      flows.push(this.#record(kind, time, undefined, units, {}, currency))
    }
    return flows
  }

  /**
   * Gives an amount of one currency for another at the rate book's rate, or at one that is given.
   * @param terms.rate units of `to` per unit of `from`
   */
  convert(terms: {
    readonly from: string
    readonly to: string
    readonly amount: number
    readonly time: Micros
    readonly rate?: number
  }): CashFlow[] {
    const account = this.#account
    const [from, to] = [terms.from, terms.to].map(name => this.#currency(name, 'the conversion'))
    account.rates.refresh()
    const rate = terms.rate ?? account.rates.rate[from] / account.rates.rate[to]
    if (!(rate > 0 && rate < Number.POSITIVE_INFINITY) || !(terms.amount > 0))
      throw new GordonError(
        'INVALID_CONVERSION',
        `${terms.amount} ${terms.from} cannot be turned into ${terms.to} at ${rate}; both must be numbers above zero.`,
      )
    const given = amountUnits(terms.amount)
    return (
      [
        [from, -given],
        [to, scaleUnits(given, [rate])],
      ] as const
    ).map(([currency, units]) => {
      account.ledger.post('conversion', NO_CELL, currency, units)
      account.refreshCash(currency)
      return this.#record('conversion', terms.time, undefined, units, { rate }, currency)
    })
  }

  /** Says once that equity, as last valued, is below zero: the account owes its broker. */
  noteBankruptcy(time: Micros): CashFlow | undefined {
    const { equity } = this.#account
    if (!(equity < 0)) {
      if (equity > 0) this.#bankrupt = false
      return undefined
    }
    if (this.#bankrupt) return undefined
    this.#bankrupt = true
    return this.#record('bankruptcy', time, undefined, amountUnits(equity), {})
  }

  // ------------------------------------------------------------------ inside

  #settle(kind: 'delisting' | 'expiry', handle: number, given: number, time: Micros): CashFlow | undefined {
    const account = this.#account
    const lots = account.positionLots[handle]
    if (lots === 0) return undefined
    const price = this.#price(handle, given, kind === 'expiry' ? 'Expiry' : 'The delisting')
    const quantity = lots / account.instruments[handle].lotsPerUnit
    const units = account.book(handle, lots > 0 ? -1 : 1, Math.abs(lots), price, 0)
    return this.#record(kind, time, handle, units, { quantity, price })
  }

  #moveTo(handle: number, to: number): void {
    const account = this.#account
    const old = account.instruments[handle]
    const next = account.instruments[to]
    if (
      account.settlement[handle] !== account.settlement[to] ||
      (old.kind ?? 'spot') !== (next.kind ?? 'spot') ||
      (old.multiplier ?? 1) !== (next.multiplier ?? 1)
    )
      throw new GordonError(
        'SYMBOL_CHANGE_DIFFERS',
        `${this.#id(handle)} cannot become ${this.#id(to)}: kind, currency or multiplier differ; delist the one and buy the other.`,
      )
    if (account.positionLots[to] !== 0)
      throw new GordonError(
        'SYMBOL_CHANGE_HELD',
        `${this.#id(handle)} cannot become ${this.#id(to)}, of which the account holds ${account.position[to]} already.`,
      )
    if (Number.isNaN(account.mark[to])) account.mark[to] = account.mark[handle]
    if (account.positionLots[handle] === 0) return
    const lots = this.#lotsIn(handle, to)
    account.ledger.moveHolding(account.ledger.cell(0, handle), account.ledger.cell(0, to))
    account.setLots(to, lots, account.entryValue[handle])
    account.setLots(handle, 0, 0)
    account.moveCost(handle, to)
  }

  /** The position of one handle on the lot grid of another. */
  #lotsIn(handle: number, to: number): number {
    const { instruments, positionLots } = this.#account
    const lots = (positionLots[handle] / instruments[handle].lotsPerUnit) * instruments[to].lotsPerUnit
    const whole = wholeIfNearly(lots)
    if (Math.trunc(whole) !== whole)
      throw new GordonError(
        'OFF_LOT_GRID',
        `${positionLots[handle] / instruments[handle].lotsPerUnit} of ${this.#id(handle)} is no whole number of lots of ${this.#id(to)}; close the odd part first.`,
      )
    return whole
  }

  #price(handle: number, given: number, what: string): number {
    const { mark, instruments } = this.#account
    const price = Number.isNaN(given) ? mark[handle] : given
    const { kind = 'spot' } = instruments[handle]
    // Futures have settled below zero (crude oil, 20 April 2020); shares and coins have not.
    if (
      kind === 'future' || kind === 'linear'
        ? Number.isFinite(price)
        : kind === 'spot'
          ? price >= 0
          : price > 0
    )
      return price
    throw new GordonError(
      'PRICE_UNKNOWN',
      `${what} of ${this.#id(handle)} needs a price and has ${price}; give one, or load prices from before it.`,
    )
  }

  #shareOnly(handle: number, what: string): void {
    const { kind = 'spot' } = this.#account.instruments[handle]
    if (kind !== 'spot')
      throw new GordonError(
        'NOT_A_SHARE',
        `${what} was given for ${this.#id(handle)}, which is of kind ${kind}; only spot instruments have them.`,
      )
  }

  #currency(name: string, what: string): number {
    const place = this.#account.currencies.indexOf(name)
    if (place < 0)
      throw new GordonError(
        'CURRENCY_UNKNOWN',
        `The account does not know ${name}, the currency of ${what}; open it with a deposit of 0 ${name} and a rate.`,
      )
    return place
  }

  #countReceivable(currency: number): void {
    let units = 0n
    for (const one of this.#entitled) if (one.currency === currency) units += one.units
    this.#account.receivable[currency] = unitsToNumber(units)
  }

  #post(
    kind: 'funding' | 'split' | 'dividend' | 'borrow',
    handle: number,
    currency: number,
    units: bigint,
  ): void {
    const account = this.#account
    account.ledger.post(kind, account.ledger.cell(0, handle), currency, units)
    account.refreshCash(currency)
  }

  #record(
    kind: CashFlowKind,
    time: Micros,
    handle: number | undefined,
    units: Units,
    facts: Partial<CashFlow>,
    currency = handle === undefined ? 0 : this.#account.settlement[handle],
  ): CashFlow {
    const account = this.#account
    account.rates.refresh()
    const flow: CashFlow = {
      kind,
      time,
      ...(handle === undefined ? {} : { instrument: this.#id(handle) }),
      currency: account.currencies[currency],
      amount: unitsToNumber(units),
      ...(currency === 0 ? {} : { accountRate: account.rates.rate[currency] }),
      ...facts,
      afterFills: account.fillCount,
    }
    this.flows.push(flow)
    return flow
  }

  #id(handle: number): string {
    return instrumentId(this.#account.instruments[handle])
  }
}

/** 300 × 0.3333333333333333 means 100: a ratio of thirds has no exact double. */
function wholeIfNearly(lots: number): number {
  const nearest = Math.round(lots)
  return Math.abs(lots - nearest) <= 1e-9 * Math.max(1, Math.abs(lots)) ? nearest : lots
}
