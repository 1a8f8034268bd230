/**
 * Every fee model that this room makes, as one class: engines call `units` once a fill, and models of different
 * shapes would make that call slow from run to run.
 *
 *   charge of a fill = notional × rate(maker or taker, tier) + quantity × perUnit(tier), each rounded once
 *   order's total    = perOrder + Σ charges, at least `minimum`, at most `maximumRate` × value traded (which wins
 *                      where both bind), rounded to cents if so agreed
 *   fee of a fill    = order's total − what it has paid
 *
 * so that the fees of partial fills sum to the fee of one fill. Rounding is half to even, to 1e-9 or to cents.
 */
import {
  addUnits,
  amountUnits,
  divideHalfEvenBig,
  exactUnits,
  scaleUnits,
  type Units,
} from '../core/decimal.ts'
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import { settlementCurrency } from '../domain/settlement-currency.ts'
import type { FeeModel, OrderCharges } from './fee.ts'
import { notionalOf, notionalUnits } from './notional.ts'
import { TradedVolume, type VolumeWindow } from './traded-volume.ts'

const CENT = 10_000_000n

export interface FeeTier {
  /** Volume from which it holds: traded value, or quantity where the schedule is marginal. The first is 0. */
  readonly from: number
  /** Fractions of notional; below zero a rebate. */
  readonly maker: number
  readonly taker: number
  /** Currency per share or contract. */
  readonly perUnit: number
}

export interface FeeTerms {
  /** Ascending by `from`. */
  readonly tiers: readonly FeeTier[]
  /** `month`: tiers are marginal by the quantity of the calendar month, so that a fill may span two of them. */
  readonly volume: VolumeWindow
  /** Currency per order, taken with its first fill. */
  readonly perOrder: number
  readonly minimum?: number
  /** Fraction of the order's traded value. */
  readonly maximumRate?: number
  readonly roundTo?: 'cent'
  /** Of the fixed amounts; absent: whatever the instrument settles in. */
  readonly currency?: string
}

export class FeeSchedule implements FeeModel {
  readonly description: string
  readonly terms: FeeTerms
  readonly watches: boolean
  /** A rate for each side and nothing else. */
  readonly #flat: boolean
  /** Known to trade instruments whose notional is price × quantity. */
  readonly #plain: boolean
  // Of the present tier.
  #maker = Number.NaN
  #taker = Number.NaN
  #perUnit = Number.NaN
  #tier = -1
  readonly #volume: TradedVolume | undefined
  readonly #perOrder: bigint
  readonly #minimum: bigint | undefined

  /** @throws FEES_INVALID for terms that are no schedule */
  constructor(description: string, terms: FeeTerms, instruments: readonly Instrument[] = []) {
    check(description, terms)
    this.description = description
    this.terms = terms
    const { tiers, perOrder, minimum, maximumRate, roundTo } = terms
    this.#perOrder = amountUnits(perOrder)
    this.#minimum = minimum === undefined ? undefined : amountUnits(minimum)
    this.#flat =
      tiers[0].perUnit === 0 &&
      perOrder === 0 &&
      minimum === undefined &&
      maximumRate === undefined &&
      roundTo === undefined &&
      tiers.length === 1
    this.watches = !this.#flat
    this.#volume = tiers.length === 1 ? undefined : new TradedVolume(terms.volume)
    this.#plain =
      instruments.length > 0 &&
      instruments.every(
        one => one.kind !== 'inverse' && (one.multiplier === undefined || one.multiplier === 1),
      )
    this.#enter(0)
  }

  units(
    price: number,
    lots: number,
    instrument: Instrument,
    order: OrderCharges,
    maker: boolean,
    now: Micros,
  ): Units {
    if (!this.#flat) return this.#rest(price, lots, instrument, order, maker, now)
    const rate = maker ? this.#maker : this.#taker
    if (rate > 0 && this.#plain) return exactUnits(price, lots, instrument.lotsPerUnit, rate)
    return this.#share(price, lots, instrument, rate)
  }

  traded(
    price: number,
    lots: number,
    instrument: Instrument,
    order: OrderCharges,
    maker: boolean,
    now: Micros,
  ): void {
    if (this.#flat) return
    order.chargedUnits = addUnits(order.chargedUnits, this.#charge(price, lots, instrument, maker, now))
    order.tradedUnits = addUnits(order.tradedUnits, notionalUnits(price, lots, instrument))
    if (this.#volume === undefined) return
    const marginal = this.terms.volume === 'month'
    this.#volume.add(marginal ? lots / instrument.lotsPerUnit : quotedValue(price, lots, instrument), now)
  }

  estimate(price: number, lots: number, instrument: Instrument): number {
    const value = notionalOf(price, lots, instrument)
    const rate = this.#maker > this.#taker ? this.#maker : this.#taker
    let fee = value * rate + (lots / instrument.lotsPerUnit) * this.#perUnit
    if (this.#flat) return fee > 0 ? fee : 0
    const { perOrder, minimum, maximumRate, roundTo } = this.terms
    fee += perOrder
    if (minimum !== undefined && fee < minimum) fee = minimum
    if (maximumRate !== undefined && fee > value * maximumRate) fee = value * maximumRate
    if (roundTo === 'cent') fee += 0.005
    return fee > 0 ? fee : 0
  }

  session(instruments: readonly Instrument[]): FeeModel {
    const { currency } = this.terms
    if (currency !== undefined)
      for (const one of instruments) refuseOtherCurrency(this.description, currency, one)
    return new FeeSchedule(this.description, this.terms, instruments)
  }

  /** The order's total after this fill, less what it has paid. */
  #rest(
    price: number,
    lots: number,
    instrument: Instrument,
    order: OrderCharges,
    maker: boolean,
    now: Micros,
  ): bigint {
    const { maximumRate, roundTo } = this.terms
    const charge = this.#charge(price, lots, instrument, maker, now)
    let total = BigInt(order.chargedUnits) + BigInt(charge) + this.#perOrder
    if (this.#minimum !== undefined && total < this.#minimum) total = this.#minimum
    if (maximumRate !== undefined) {
      const value = BigInt(order.tradedUnits) + BigInt(notionalUnits(price, lots, instrument))
      const most = scaleUnits(value, [maximumRate])
      if (total > most) total = most
    }
    if (roundTo === 'cent') total = divideHalfEvenBig(total, CENT) * CENT
    return total - BigInt(order.feeUnits)
  }

  /** What the fill alone costs, in the tier of this time. */
  #charge(price: number, lots: number, instrument: Instrument, maker: boolean, now: Micros): Units {
    if (this.#volume === undefined) return this.#inTier(price, lots, instrument, maker)
    const { tiers, volume } = this.terms
    let from = this.#volume.at(now)
    this.#enter(tierAt(tiers, from))
    if (volume !== 'month') return this.#inTier(price, lots, instrument, maker)
    let sum: Units = 0
    let left = lots
    for (let tier = this.#tier; left > 0; tier++) {
      this.#enter(tier)
      const room =
        tier + 1 < tiers.length ? Math.round((tiers[tier + 1].from - from) * instrument.lotsPerUnit) : left
      const part = room < left ? room : left
      sum = addUnits(sum, this.#inTier(price, part, instrument, maker))
      from += part / instrument.lotsPerUnit
      left -= part
    }
    return sum
  }

  #inTier(price: number, lots: number, instrument: Instrument, maker: boolean): Units {
    const rate = maker ? this.#maker : this.#taker
    if (this.#perUnit === 0) return this.#share(price, lots, instrument, rate)
    const each = exactUnits(this.#perUnit, lots, instrument.lotsPerUnit)
    return rate === 0 ? each : addUnits(each, this.#share(price, lots, instrument, rate))
  }

  /** A fraction of notional; a rebate is rounded as its amount is. */
  #share(price: number, lots: number, instrument: Instrument, rate: number): Units {
    if (rate === 0) return 0
    if (rate > 0) return notionalUnits(price, lots, instrument, rate)
    const rebate = notionalUnits(price, lots, instrument, -rate)
    // 0 − x and not −x: of nothing it makes 0.
    return typeof rebate === 'number' ? 0 - rebate : 0n - rebate
  }

  #enter(tier: number): void {
    if (tier === this.#tier) return
    const { maker, taker, perUnit } = this.terms.tiers[tier]
    this.#tier = tier
    this.#maker = maker
    this.#taker = taker
    this.#perUnit = perUnit
  }
}

function tierAt(tiers: readonly FeeTier[], volume: number): number {
  let tier = 0
  while (tier + 1 < tiers.length && volume >= tiers[tier + 1].from) tier++
  return tier
}

/** Traded value in the currency that prices are in, also of inverse contracts: tiers are written in dollars. */
function quotedValue(price: number, lots: number, instrument: Instrument): number {
  const quantity = (lots / instrument.lotsPerUnit) * (instrument.multiplier ?? 1)
  return instrument.kind === 'inverse' ? quantity : quantity * price
}

function refuseOtherCurrency(description: string, currency: string, instrument: Instrument): void {
  const settled = settlementCurrency(instrument)
  if (settled === currency) return
  throw new GordonError(
    'FEES_CURRENCY',
    `The fees (${description}) are amounts in ${currency} and ${instrumentId(instrument)} settles in ${settled}; write the fees in that currency.`,
  )
}

function check(description: string, terms: FeeTerms): void {
  const { tiers, perOrder, minimum = 0, maximumRate = 0 } = terms
  const amounts = [perOrder, minimum, maximumRate, ...tiers.map(tier => tier.perUnit)]
  const rates = tiers.flatMap(tier => [tier.maker, tier.taker])
  const ascending = tiers.every((tier, k) => (k === 0 ? tier.from === 0 : tier.from > tiers[k - 1].from))
  if (
    tiers.length > 0 &&
    ascending &&
    amounts.every(amount => Number.isFinite(amount) && amount >= 0) &&
    rates.every(rate => Math.abs(rate) < 1)
  )
    return
  throw new GordonError(
    'FEES_INVALID',
    `The fees (${description}) are no schedule: amounts must be 0 or more, rates below 100 %, and tiers begin at 0 and ascend.`,
  )
}
