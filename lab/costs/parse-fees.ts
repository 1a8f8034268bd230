/**
 * Fees as people write them:
 *
 *   10bps                              of notional
 *   maker:-1bps,taker:5bps             a rebate for makers
 *   10bps;100000=8bps;1e6=maker:5bps,taker:8bps      by what was traded in 30 days
 *   0.005/share  2.25/contract  2.5/order
 *   … :min=1 :max=1% :order=0.3 :round=cent           of the order as a whole
 *   coinbase  interactive-brokers:tiered  …           what known venues charge
 *   none
 */
import { GordonError } from '../core/errors.ts'
import type { FeeModel } from './fee.ts'
import { feeSchedule, NO_FEE, rateOf } from './fee-models.ts'
import { FEE_PRESETS, feePreset } from './fee-presets.ts'
import type { FeeTerms, FeeTier } from './fee-schedule.ts'

const NUMBER = '(\\d+(?:\\.\\d+)?(?:e\\d+)?)'
const BPS = new RegExp(`^${NUMBER}\\s*bps$`)
const MAKER_TAKER = new RegExp(`^maker:(-?)${NUMBER}\\s*bps,\\s*taker:(-?)${NUMBER}\\s*bps$`)
const PER = new RegExp(`^${NUMBER}/(share|contract|unit|order)$`)
const FROM = new RegExp(`^${NUMBER}=(.+)$`)
const OPTION = new RegExp(`:(?:(min|order)=${NUMBER}|(max)=${NUMBER}%|(round)=cent)$`)

/** @throws FEES_UNREADABLE */
export function parseFees(text: string): FeeModel {
  const preset = feePreset(text)
  if (preset !== undefined) return preset
  if (text === 'none' || text === '0') return feeSchedule({})
  const { rest, options } = optionsOf(text)
  const per = PER.exec(rest)
  if (per !== null) {
    const amount = Number(per[1])
    if (per[2] === 'order') return feeSchedule({ ...options, perOrder: amount + (options.perOrder ?? 0) })
    return feeSchedule({ ...options, tiers: [{ ...NO_FEE, perUnit: amount }] }, per[2])
  }
  const tiers = rest.split(';').map((part, k) => tierOf(part.trim(), k === 0))
  if (!tiers.every(tier => tier !== undefined)) throw unreadable(text)
  return feeSchedule({ ...options, tiers })
}

/** Takes the options off the end, the last first. */
function optionsOf(text: string): { rest: string; options: Partial<FeeTerms> } {
  let rest = text
  let options: Partial<FeeTerms> = {}
  for (let found = OPTION.exec(rest); found !== null; found = OPTION.exec(rest)) {
    const [whole, amountName, amount, , percent, round] = found
    if (amountName === 'min') options = { ...options, minimum: Number(amount) }
    else if (amountName === 'order') options = { ...options, perOrder: Number(amount) }
    else if (round !== undefined) options = { ...options, roundTo: 'cent' }
    else options = { ...options, maximumRate: Number((Number(percent) / 100).toPrecision(15)) }
    rest = rest.slice(0, -whole.length)
  }
  return { rest, options }
}

function tierOf(part: string, first: boolean): FeeTier | undefined {
  const from = FROM.exec(part)
  if (from === null && !first) return undefined
  const rates = from === null ? part : from[2]
  const start = from === null ? 0 : Number(from[1])
  const bps = BPS.exec(rates)
  if (bps !== null)
    return { ...NO_FEE, from: start, maker: rateOf(Number(bps[1])), taker: rateOf(Number(bps[1])) }
  const sides = MAKER_TAKER.exec(rates)
  if (sides === null) return undefined
  const [, makerSign, maker, takerSign, taker] = sides
  return {
    ...NO_FEE,
    from: start,
    maker: rateOf(Number(makerSign + maker)),
    taker: rateOf(Number(takerSign + taker)),
  }
}

function unreadable(text: string): GordonError {
  return new GordonError(
    'FEES_UNREADABLE',
    `Fees "${text}" are not understood: write 10bps, maker:-1bps,taker:5bps, 0.005/share:min=1:max=1%, 2.25/contract, 2.5/order, none, or one of ${FEE_PRESETS.join(', ')}.`,
  )
}
