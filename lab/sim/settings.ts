/**
 * How a run is traded: money, costs, account, fills. Settings come from a command line or a notebook as text or
 * as models; here they become one checked shape that backtest and paper share.
 */
import { GordonError } from '../core/errors.ts'
import { type FeeModel, parseFees, parseSlippage, type SlippageModel } from '../costs/index.ts'
import type { RunAssumptions, RunWarning } from '../domain/run-result.ts'
import { type LatencyModel, parseLatency } from './models/latency.ts'
import { type OrderQueue, parseQueue } from './models/queue.ts'
import type { Ambiguity } from './venue/ambiguity.ts'
import type { Financing } from '../portfolio/account-events.ts'
import type { MarginTerms } from '../risk/margin.ts'
import type { Membership } from '../strategy/strategy.ts'

export interface TradingSettings {
  /** Opening cash, account currency; default 100,000. */
  readonly cash?: number
  /** As costs/parse-fees.ts reads it (`10bps`, `interactive-brokers`), or a model; default none, which every result warns of. */
  readonly fees?: string | FeeModel
  /** As costs/parse-slippage.ts reads it (`2bps`, `volume-share:cap=2.5%`), or a model; default none. */
  readonly slippage?: string | SlippageModel
  /** Default: what the strategy declares, else cash. */
  readonly account?: 'cash' | 'margin'
  /** Gross exposure over equity on a margin account; default 2. Instruments may name margins of their own. */
  readonly leverage?: number
  /** Of the account; default: the instruments', where they have one in common. */
  readonly currency?: string
  /** Opening money in other currencies: `{ BTC: 0.5 }`. */
  readonly deposits?: Readonly<Record<string, number>>
  /** What a unit of a currency is worth in the account's, where no traded pair tells: `{ USDT: 1 }`. */
  readonly rates?: Readonly<Record<string, number>>
  /** What cash earns and debt and shorts cost; default nothing. */
  readonly financing?: Financing
  /** How a margin account is looked after, beyond leverage: risk/margin.ts. */
  readonly margin?: Omit<MarginTerms, 'leverage'>
  /** Largest |position| of an instrument, units. */
  readonly maxPosition?: number
  /** Largest |position| of an instrument as a fraction of equity. */
  readonly maxPositionWeight?: number
  /** Largest order, account currency. */
  readonly maxOrderValue?: number
  readonly marketFill?: 'nextOpen' | 'last'
  readonly limitFill?: 'through' | 'touch'
  /** A bar that reaches a stop and a target: stops first (pessimistic, the default) or targets first. */
  readonly ambiguity?: Ambiguity
  /** As models/latency.ts reads it (`5ms`), or a model; default none. */
  readonly latency?: string | LatencyModel
  /** Place in a level's queue, as models/queue.ts reads it (`probabilistic:power:3`), or a model; default risk-averse. */
  readonly queue?: string | OrderQueue
  /** False: what fills on a book, fills whole and leaves the book as it was; for comparison with engines that do so. */
  readonly partialFills?: boolean
  readonly seed?: number
  /** A bar view used after its callback throws, also in the next callback. */
  readonly strict?: boolean
  readonly universe?: readonly Membership[]
}

export interface ResolvedSettings {
  readonly cash: number
  readonly fees: FeeModel
  readonly slippage: SlippageModel
  readonly account: 'cash' | 'margin'
  readonly leverage: number
  readonly currency?: string
  readonly deposits: Readonly<Record<string, number>>
  readonly rates: Readonly<Record<string, number>>
  readonly financing?: Financing
  readonly margin: MarginTerms
  readonly maxPosition?: number
  readonly maxPositionWeight?: number
  readonly maxOrderValue?: number
  readonly marketFill: 'nextOpen' | 'last'
  readonly limitFill: 'through' | 'touch'
  readonly ambiguity: Ambiguity
  readonly latency: LatencyModel
  readonly queue: OrderQueue
  readonly partialFills: boolean
  readonly seed: number
  readonly strict: boolean
  readonly universe?: readonly Membership[]
  readonly warnings: readonly RunWarning[]
}

/** @param declared the account that the strategies ask for */
export function resolveSettings(given: TradingSettings, declared: 'cash' | 'margin'): ResolvedSettings {
  const deposits = given.deposits ?? {}
  for (const [currency, amount] of Object.entries(deposits))
    if (!(amount >= 0 && amount < Number.POSITIVE_INFINITY))
      throw new GordonError(
        'SETTING_INVALID',
        `Setting deposits.${currency} is ${amount}; it must be a number, zero or more.`,
      )
  // Who brings other money may bring none of the account's own.
  const brings = Object.values(deposits).some(amount => amount > 0)
  const cash = given.cash === 0 && brings ? 0 : positive('cash', given.cash ?? 100_000)
  const account = given.account ?? declared
  const leverage = positive('leverage', given.leverage ?? 2)
  const fees = typeof given.fees === 'object' ? given.fees : parseFees(given.fees ?? 'none')
  const slippage =
    typeof given.slippage === 'object' ? given.slippage : parseSlippage(given.slippage ?? 'none')
  const seed = given.seed ?? 1
  if (!Number.isSafeInteger(seed))
    throw new GordonError('SETTING_INVALID', `Setting seed is ${seed}; it must be a whole number.`)
  if (account === 'cash' && declared === 'margin')
    throw new GordonError(
      'ACCOUNT_TOO_SMALL',
      'The strategy declares a margin account (it sells short or borrows) and the run has a cash account; run it with account margin.',
    )
  const marketFill = given.marketFill ?? 'nextOpen'
  const warnings: RunWarning[] = []
  if (account === 'cash' && given.leverage !== undefined && leverage !== 1)
    warnings.push({
      code: 'LEVERAGE_UNUSED',
      text: `Leverage is set to ${leverage} and the account is a cash account, which borrows nothing; set account: margin to use it.`,
    })
  if (marketFill === 'last')
    warnings.push({
      code: 'FILL_AT_SIGNAL_CLOSE',
      text: 'Market orders fill at the close that decided them (marketFill: last): nobody can trade at a price already past; for comparison only.',
    })
  if (fees.description === 'none' && slippage.description === 'none')
    warnings.push({
      code: 'NO_COSTS',
      text: 'The run has neither fees nor slippage; real trading has both. Set fees and slippage to see what is left.',
    })
  return {
    cash,
    fees,
    slippage,
    account,
    leverage: account === 'cash' ? 1 : leverage,
    currency: given.currency,
    deposits,
    rates: given.rates ?? {},
    financing: given.financing,
    margin: { ...given.margin, leverage },
    maxPosition: optionalPositive('maxPosition', given.maxPosition),
    maxPositionWeight: optionalPositive('maxPositionWeight', given.maxPositionWeight),
    maxOrderValue: optionalPositive('maxOrderValue', given.maxOrderValue),
    marketFill,
    limitFill: given.limitFill ?? 'through',
    ambiguity: given.ambiguity ?? 'pessimistic',
    latency: typeof given.latency === 'object' ? given.latency : parseLatency(given.latency ?? 'none'),
    queue: typeof given.queue === 'object' ? given.queue : parseQueue(given.queue ?? 'risk-averse'),
    partialFills: given.partialFills ?? true,
    seed,
    strict: given.strict ?? false,
    universe: given.universe,
    warnings,
  }
}

/** The part of the settings that a result and its digest tell. */
export function describeSettings(settings: ResolvedSettings): {
  assumptions: RunAssumptions
  hashed: Record<string, unknown>
} {
  const assumptions: RunAssumptions = {
    marketFill: settings.marketFill,
    limitFill: settings.limitFill,
    ambiguity: settings.ambiguity,
    fees: settings.fees.description,
    slippage: settings.slippage.description,
    account: settings.account,
  }
  const { cash, leverage, maxPosition, maxPositionWeight, maxOrderValue } = settings
  return {
    assumptions,
    hashed: {
      ...assumptions,
      feeTerms: settings.fees.terms,
      slippageTerms: settings.slippage.terms,
      latencyTerms: settings.latency.terms,
      queueTerms: settings.queue.terms,
      partialFills: settings.partialFills,
      cash,
      leverage,
      currency: settings.currency,
      deposits: settings.deposits,
      rates: settings.rates,
      financing: settings.financing === undefined ? undefined : financingTerms(settings.financing),
      margin: settings.account === 'margin' ? marginTerms(settings.margin) : undefined,
      maxPosition,
      maxPositionWeight,
      maxOrderValue,
    },
  }
}

/** A cost of borrowing is a function of the instrument: what it says is hashed per run, by session.ts. */
function financingTerms({ credit, debit, borrow }: Financing): Record<string, unknown> {
  return { credit, debit, borrow: borrow !== undefined }
}

function marginTerms({ tiers, ...terms }: MarginTerms): Record<string, unknown> {
  return { ...terms, tiers: tiers === undefined ? undefined : [...tiers] }
}

function positive(name: string, value: number): number {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new GordonError('SETTING_INVALID', `Setting ${name} is ${value}; it must be a number above zero.`)
  return value
}

function optionalPositive(name: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : positive(name, value)
}
