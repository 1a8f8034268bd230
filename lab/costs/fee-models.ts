/** The schedules that people mostly mean, and the words for any schedule. */
import type { FeeModel } from './fee.ts'
import { FeeSchedule, type FeeTerms, type FeeTier } from './fee-schedule.ts'

/** A fraction of the notional. @param bps hundredths of a percent, ≥ 0 */
export function bpsFee(bps: number): FeeModel {
  return makerTakerFee({ makerBps: bps, takerBps: bps })
}

/** Below zero is a rebate: −1 bps for makers is paid to them. */
export function makerTakerFee(bps: { readonly makerBps: number; readonly takerBps: number }): FeeModel {
  return feeSchedule({ tiers: [{ ...NO_FEE, maker: rateOf(bps.makerBps), taker: rateOf(bps.takerBps) }] })
}

/** One amount per order, taken with its first fill. @param amount currency, ≥ 0 */
export function fixedFee(amount: number): FeeModel {
  return feeSchedule({ perOrder: amount })
}

/** As US brokers charge: max(minimum, perShare × filled), but at most a part of the trade's value. */
export function perShareFee(terms: {
  readonly perShare: number
  readonly minimum?: number
  /** Fraction of the order's traded value. */
  readonly maximumRate?: number
}): FeeModel {
  return feeSchedule({
    tiers: [{ ...NO_FEE, perUnit: terms.perShare }],
    minimum: terms.minimum === 0 ? undefined : terms.minimum,
    maximumRate: terms.maximumRate,
  })
}

/** Of futures, with what the exchange takes once per order. */
export function perContractFee(terms: {
  readonly perContract: number
  readonly perOrder?: number
  readonly minimum?: number
}): FeeModel {
  const { perContract, perOrder, minimum } = terms
  return feeSchedule({ tiers: [{ ...NO_FEE, perUnit: perContract }], perOrder, minimum }, 'contract')
}

export const NO_FEE: FeeTier = { from: 0, maker: 0, taker: 0, perUnit: 0 }

/** Any schedule; what is absent costs nothing. @throws FEES_INVALID */
export function feeSchedule(terms: Partial<FeeTerms>, unit = 'share', description?: string): FeeModel {
  const whole: FeeTerms = { tiers: [NO_FEE], volume: 'trailing30days', perOrder: 0, ...defined(terms) }
  return new FeeSchedule(description ?? words(whole, unit), whole)
}

/** bps → fraction, as the decimal that was written. */
export function rateOf(bps: number): number {
  return Number((bps / 10_000).toPrecision(15))
}

function words(terms: FeeTerms, unit: string): string {
  const { tiers, perOrder, minimum, maximumRate, roundTo } = terms
  const parts = [
    ...(tiers.length === 1 ? tierWords(tiers[0], unit) : [tiersWords(terms, unit)]),
    ...(perOrder > 0 ? [`${perOrder} per order`] : []),
    ...(minimum !== undefined ? [`at least ${minimum} per order`] : []),
    ...(maximumRate !== undefined ? [`at most ${percent(maximumRate)} of its value`] : []),
  ]
  if (parts.length === 0) return 'none'
  return parts.join(', ') + (roundTo === 'cent' ? ', rounded to cents' : '')
}

function tierWords(tier: FeeTier, unit: string): string[] {
  const { maker, taker, perUnit } = tier
  const rates =
    maker !== taker
      ? [`maker ${bpsOf(maker)} bps, taker ${bpsOf(taker)} bps of notional`]
      : taker !== 0
        ? [`${bpsOf(taker)} bps of notional`]
        : []
  return perUnit === 0 ? rates : [...rates, `${perUnit} per ${unit}`]
}

function tiersWords(terms: FeeTerms, unit: string): string {
  const of = terms.volume === 'month' ? `${unit}s in the month` : 'traded in 30 days'
  return terms.tiers
    .map(tier => `${tierWords(tier, unit).join(', ') || 'nothing'} from ${tier.from}`)
    .join('; ')
    .concat(` ${of}`)
}

function bpsOf(rate: number): number {
  return Number((rate * 10_000).toPrecision(12))
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(12))} %`
}

/** Without the fields that are undefined, so that equal schedules have equal terms. */
function defined(terms: Partial<FeeTerms>): Partial<FeeTerms> {
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined))
}
