/**
 * What money and borrowed shares cost by the day, in ledger units, rounded once, half to even:
 *
 *   interest = Σ over tiers (part of the balance in the tier × annual rate) × days / day count
 *   borrow   = collateral × annual rate × days / day count
 *
 * Simple interest on the balance of the day's end; what is paid or charged compounds only once it is booked.
 * Nights count by the calendar: Friday's balance earns three days.
 */
import {
  decimalDigits,
  divideHalfEvenBig,
  quotientUnits,
  UNIT_DIGITS,
  UNITS_PER_CURRENCY,
  type Units,
} from '../core/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'

/** Days of a year: 360 for dollars, euros, francs and yen; 365 for sterling and Commonwealth dollars. */
export type DayCount = 360 | 365

export interface InterestTerms {
  readonly dayCount: DayCount
  /** Ascending by `from`, currency, the first 0; each rate holds for the part of the balance above its `from`. */
  readonly tiers: readonly { readonly from: number; readonly rate: number }[]
}

/**
 * Interest on a balance of either sign: the tiers are those of its size, and the result is ≥ 0 for rates ≥ 0.
 * Whoever calls knows whether it is earned on cash or charged on a debit.
 * @param days whole days that the balance stood
 */
export function interestUnits(balance: Units, terms: InterestTerms, days = 1): bigint {
  const size = BigInt(balance) < 0n ? -BigInt(balance) : BigInt(balance)
  const { tiers, dayCount } = terms
  // Over one denominator, so that the sum is rounded and not its parts.
  const digits = Math.max(0, ...tiers.map(tier => -decimalDigits(tier.rate).exponent))
  let sum = 0n
  for (let k = 0; k < tiers.length; k++) {
    const from = currencyUnits(tiers[k].from)
    const to = k + 1 < tiers.length ? currencyUnits(tiers[k + 1].from) : size
    const part = (size < to ? size : to) - from
    if (part > 0n) sum += part * scaled(tiers[k].rate, digits)
  }
  return divideHalfEvenBig(sum * BigInt(days), 10n ** BigInt(digits) * BigInt(dayCount))
}

export interface BorrowTerms {
  /** Annual, a fraction of the collateral: 0.0025 for shares that are easy to find. */
  readonly rate: number
  readonly dayCount: DayCount
  /**
   * What the lender holds: `market` the shares' value; `wholeDollars` 102 % of the price, rounded up to a whole
   * dollar, times the shares, as is the custom for US shares (ibkrguides.com, Borrow Fee Details).
   */
  readonly collateral: 'market' | 'wholeDollars'
}

/** What it costs to have `lots` (of either sign) borrowed for some days. @param price of the day's close */
export function borrowCostUnits(
  price: number,
  lots: number,
  instrument: Pick<Instrument, 'lotsPerUnit'>,
  terms: BorrowTerms,
  days = 1,
): bigint {
  const held = terms.collateral === 'market' ? price : wholeDollars(price)
  return quotientUnits([held, Math.abs(lots), terms.rate, days], [instrument.lotsPerUnit, terms.dayCount])
}

/** 102 % of a price, up to the next whole dollar; of 50 exactly 51. */
function wholeDollars(price: number): number {
  const units = quotientUnits([price, 1.02])
  return Number((units + UNITS_PER_CURRENCY - 1n) / UNITS_PER_CURRENCY)
}

/**
 * Interactive Brokers Pro, US dollars, over a benchmark (the effective federal funds rate): on debits 1.5 %, from
 * 100,000 1 %, from a million 0.75 %, from 50 million 0.5 %; on cash nothing for the first 10,000, then 0.5 %
 * below the benchmark. Blended by tier, 360 days.
 * Source: www.interactivebrokers.com/en/trading/margin-rates.php and interestCharged-Examples.php, read 2025. Left
 * out: less interest on cash where equity is below 100,000, the surcharge on the largest loans.
 */
export function interactiveBrokersRates(benchmark: number): { cash: InterestTerms; debit: InterestTerms } {
  const over = (spread: number) => Number((Math.max(0, benchmark) + spread).toPrecision(12))
  return {
    cash: {
      dayCount: 360,
      tiers: [
        { from: 0, rate: 0 },
        { from: 10_000, rate: Math.max(0, over(-0.005)) },
      ],
    },
    debit: {
      dayCount: 360,
      tiers: [
        { from: 0, rate: over(0.015) },
        { from: 100_000, rate: over(0.01) },
        { from: 1_000_000, rate: over(0.0075) },
        { from: 50_000_000, rate: over(0.005) },
      ],
    },
  }
}

function currencyUnits(amount: number): bigint {
  return scaled(amount, UNIT_DIGITS)
}

/** A decimal × 10^digits, as an integer; digits beyond are cut. */
function scaled(value: number, digits: number): bigint {
  const { mantissa, exponent } = decimalDigits(value)
  const shift = exponent + digits
  return shift >= 0 ? mantissa * 10n ** BigInt(shift) : mantissa / 10n ** BigInt(-shift)
}
