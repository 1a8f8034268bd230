/**
 * The strategies of a session, each with its part of the money: an account, limits and schedules of its own. One
 * alone has all of it. Rules, examples and when they are wrong: models/several-strategies.md.
 */
import { amountUnits } from '../core/decimal.ts'
import { GordonError, isGordonError } from '../core/errors.ts'
import type { FeeModel } from '../costs/index.ts'
import type { MemberSetup } from '../engine/member.ts'
import type { Calendar } from '../domain/calendar/calendar.ts'
import { Universe } from '../engine/universe.ts'
import { Account } from '../portfolio/account.ts'
import { Margin } from '../risk/margin.ts'
import { RiskEngine } from '../risk/risk-engine.ts'
import type { Tradable } from '../strategy/context.ts'
import type { ParamSchema } from '../strategy/params.ts'
import {
  declaredIndicators,
  type Membership,
  type StrategyBase,
  type StrategyClass,
  type StrategyDefinition,
  strategyDefinition,
} from '../strategy/strategy.ts'
import { authorLine } from './author-line.ts'
import { Liquidation } from './liquidation.ts'
import type { ResolvedSettings } from './settings.ts'
import { sessionSchedules, timerSchedules } from './timer-schedules.ts'

// biome-ignore lint/suspicious/noExplicitAny: any strategy class, whatever its parameters and state
export type AnyStrategy = StrategyClass<any, any>

/** One of the strategies of a run. */
export interface StrategyShare {
  readonly strategy: AnyStrategy
  readonly params?: Readonly<Record<string, unknown>>
  /** Its part of the opening money, above 0; those of all add up to 1. Default: equal parts. */
  readonly share?: number
  /** What results call it. Default: its own name, numbered where several have the same. */
  readonly name?: string
  /** Where the class came from, as the loader tells it. */
  readonly strategyFile?: string
  readonly codeHash?: string
}

export interface SessionMember extends MemberSetup {
  readonly instance: StrategyBase<ParamSchema, object>
  readonly share: number
  readonly given: StrategyShare
  /** Bars that must be known before its first decision. */
  readonly warmup: number
  /** Who belongs to its universe when; undefined: all, always. */
  readonly memberships: readonly Membership[] | undefined
  /** Of a margin account. */
  readonly liquidation: Liquidation | undefined
}

/** A strategy's definition, its name in the run and its part of the money, before there are data. */
export interface Enrolled {
  readonly given: StrategyShare
  readonly definition: StrategyDefinition<ParamSchema, object>
  readonly name: string
  readonly share: number
}

/** @throws NOT_A_STRATEGY, NO_STRATEGY, STRATEGY_NAMES, STRATEGY_SHARES */
export function enrol(shares: readonly StrategyShare[]): Enrolled[] {
  if (shares.length === 0)
    throw new GordonError('NO_STRATEGY', 'The run was given no strategy; give it one or more.')
  const definitions = shares.map(({ strategy }) => definitionOf(strategy))
  const own = shares.map(({ name, strategy }, place) => name ?? definitions[place].name ?? strategy.name)
  const names = own.map((name, place) => {
    const before = own.slice(0, place).filter(other => other === name).length
    return before === 0 || shares[place].name !== undefined ? name : `${name} ${before + 1}`
  })
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice !== undefined)
    throw new GordonError(
      'STRATEGY_NAMES',
      `Two strategies of the run are called ${twice}; name one otherwise.`,
    )
  const parts = checkedShares(shares, names)
  return shares.map((given, place) => ({
    given,
    definition: definitions[place],
    name: names[place],
    share: parts[place],
  }))
}

export interface MemberTerms {
  readonly settings: ResolvedSettings
  readonly currency: string
  readonly instruments: readonly Tradable[]
  readonly fees: FeeModel
  readonly calendar: (name: string) => Calendar
}

/** Makes them, accounts and all. */
export function openMembers(enrolled: readonly Enrolled[], terms: MemberTerms): SessionMember[] {
  const { settings, instruments } = terms
  const shares = enrolled.map(one => one.share)
  const cash = parted(settings.cash, shares)
  const deposits = Object.entries(settings.deposits).map(
    ([currency, amount]) => [currency, parted(amount, shares)] as const,
  )
  const members: SessionMember[] = []
  for (const [place, { given, definition, name, share }] of enrolled.entries()) {
    checkSymbols(definition, instruments, name)
    const instance = made(given, name)
    refuseAsync(instance, name)
    const history = depth('history', definition.history, instance.params, name)
    const account = new Account({
      account: 'main',
      strategy: name,
      instruments,
      capitalUnits: cash[place],
      currency: terms.currency,
      deposits: Object.fromEntries(deposits.map(([currency, parts]) => [currency, parts[place]])),
      rates: settings.rates,
      financing: settings.financing,
      mark: members[0]?.account.mark,
    })
    const margin = settings.account === 'margin' ? new Margin(account, settings.margin) : undefined
    const { leverage, maxPosition, maxPositionWeight, maxOrderValue } = settings
    const limits = { account: settings.account, leverage, maxPosition, maxPositionWeight, maxOrderValue }
    const memberships = settings.universe ?? definition.universe
    members.push({
      name,
      strategy: instance,
      instance,
      share,
      given,
      account,
      risk: new RiskEngine(limits, account, terms.fees, margin),
      universe: new Universe(instruments, memberships),
      memberships,
      history,
      warmup: Math.max(
        history,
        depth('warmup', definition.warmup, instance.params, name),
        ...declaredIndicators(instance).map(handle => handle.spec.warmup),
      ),
      schedules: [
        ...(instance.onSession === undefined ? [] : sessionSchedules(instruments, terms.calendar)),
        ...timerSchedules(definition, { instruments, strategy: name, calendar: terms.calendar }),
      ],
      liquidation: margin === undefined ? undefined : new Liquidation(margin),
    })
  }
  return members
}

function definitionOf(strategy: AnyStrategy): StrategyDefinition<ParamSchema, object> {
  const definition = strategyDefinition(strategy)
  if (definition === undefined)
    throw new GordonError(
      'NOT_A_STRATEGY',
      'What was given to run is not a strategy class; write `export default class X extends strategy({ … })`.',
    )
  return definition
}

function checkedShares(shares: readonly StrategyShare[], names: readonly string[]): number[] {
  const given = shares.map(one => one.share)
  if (given.every(share => share === undefined)) return shares.map(() => 1 / shares.length)
  const wrong = given.findIndex(share => !(share !== undefined && share > 0 && share <= 1))
  if (wrong >= 0)
    throw new GordonError(
      'STRATEGY_SHARES',
      `${names[wrong]} is given the share ${given[wrong]} of the money; give each strategy one above 0 and at most 1, or none at all for equal parts.`,
    )
  const sum = given.reduce<number>((total, share) => total + share!, 0)
  if (Math.abs(sum - 1) > 1e-9)
    throw new GordonError(
      'STRATEGY_SHARES',
      `The shares ${given.join(', ')} of the money add up to ${Number(sum.toPrecision(12))}; they must add up to 1.`,
    )
  return given as number[]
}

/** An amount in parts, ledger units; what rounding leaves goes to the last, so that nothing is lost. */
function parted(amount: number, shares: readonly number[]): bigint[] {
  const whole = amountUnits(amount)
  const parts = shares.map(share => amountUnits(amount * share))
  parts[parts.length - 1] = parts.slice(0, -1).reduce((rest, part) => rest - part, whole)
  return parts
}

function checkSymbols(
  definition: StrategyDefinition<ParamSchema, object>,
  instruments: readonly Tradable[],
  name: string,
): void {
  for (const symbol of definition.symbols ?? [])
    if (!instruments.some(one => one.symbol === symbol || one.id === symbol))
      throw new GordonError(
        'MISSING_SYMBOL',
        `Strategy ${name} needs ${symbol} and the data has ${instruments.map(one => one.id).join(', ') || 'nothing'}.`,
      )
}

/** A strategy of its class; what its constructor throws is told with the author's line. */
function made(given: StrategyShare, name: string): StrategyBase<ParamSchema, object> {
  try {
    return new given.strategy(given.params ?? {}) as StrategyBase<ParamSchema, object>
  } catch (cause) {
    if (isGordonError(cause)) throw cause
    const line = authorLine(cause)
    throw new GordonError(
      'STRATEGY_THREW',
      `Strategy ${name} threw "${cause instanceof Error ? cause.message : String(cause)}" in its constructor${line === undefined ? '' : `, ${line}`}.`,
      { cause },
    )
  }
}

/** A declared number of bars, rounded up. */
function depth(
  what: string,
  declared: number | ((params: never) => number) | undefined,
  params: unknown,
  name: string,
): number {
  const bars = Math.ceil(typeof declared === 'function' ? declared(params as never) : (declared ?? 0))
  if (!Number.isSafeInteger(bars) || bars < 0)
    throw new GordonError(
      'STRATEGY_DEPTH',
      `Strategy ${name} declares ${what}: ${bars}; it must be a number of bars, 0 or more.`,
    )
  return bars
}

const CALLBACKS = [
  'onStart',
  'onBar',
  'onTrade',
  'onQuote',
  'onBook',
  'onPoint',
  'onAction',
  'onSession',
  'onTimer',
  'onInstant',
  'onFill',
  'onOrder',
  'onEnd',
] as const

/** What awaits goes on after its instant is over, and a generator's body never runs. */
function refuseAsync(instance: StrategyBase<ParamSchema, object>, name: string): void {
  for (const callback of CALLBACKS) {
    const kind = instance[callback]?.constructor.name
    if (kind !== undefined && kind !== 'Function')
      throw new GordonError(
        'STRATEGY_ASYNC',
        `${callback} of strategy ${name} is asynchronous or a generator; write it without async, await and *, as each instant is decided at once.`,
      )
  }
}
