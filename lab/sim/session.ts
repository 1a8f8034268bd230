/**
 * One strategy wired to an engine, an account, a risk engine and the simulated venue. Backtest and paper build
 * the same session and differ in who feeds its windows.
 */
import { amountUnits } from '../core/decimal.ts'
import { GordonError, isGordonError } from '../core/errors.ts'
import type { BorrowTerms } from '../costs/financing.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import { compareInstruments, type Instrument, instrumentId } from '../domain/instrument.ts'
import { settlementCurrency } from '../domain/settlement-currency.ts'
import { Engine } from '../engine/engine.ts'
import type { StreamTerms } from '../engine/streams.ts'
import { Universe } from '../engine/universe.ts'
import { Account } from '../portfolio/account.ts'
import { Margin } from '../risk/margin.ts'
import { RiskEngine } from '../risk/risk-engine.ts'
import type { Tradable } from '../strategy/context.ts'
import {
  declaredIndicators,
  type StrategyBase,
  type StrategyClass,
  strategyDefinition,
} from '../strategy/strategy.ts'
import type { ParamSchema } from '../strategy/params.ts'
import { authorLine } from './author-line.ts'
import { checkFunding, checkGrid } from './checked-instruments.ts'
import { beginAccruals, openHouse } from './house.ts'
import { Liquidation } from './liquidation.ts'
import { sealColumns } from './loading/seal.ts'
import { type ResolvedSettings, resolveSettings, type TradingSettings } from './settings.ts'
import { timerSchedules } from './timer-schedules.ts'
import { makeVenue } from './venue/make-venue.ts'

// biome-ignore lint/suspicious/noExplicitAny: any strategy class, whatever its parameters and state
export type AnyStrategy = StrategyClass<any, any>

export interface SessionRequest {
  readonly strategy: AnyStrategy
  readonly params?: Readonly<Record<string, unknown>>
  readonly settings: TradingSettings
  /** In canonical order. */
  readonly instruments: readonly Instrument[]
  /** In order of delivery. */
  readonly streams: readonly StreamTerms[]
  /** Decisions begin here; −Infinity for at once. */
  readonly from: number
  /** Splits, dividends, new names, delistings of its instruments. */
  readonly actions?: readonly CorporateAction[]
}

export interface Session {
  readonly engine: Engine
  readonly instance: StrategyBase<ParamSchema, object>
  readonly name: string
  readonly settings: ResolvedSettings
  readonly instruments: readonly Tradable[]
  readonly currency: string
  /** Bars that must be known before the first decision. */
  readonly warmup: number
  /** What the account is worth when decisions begin, in its currency. */
  readonly opening: { readonly equity: number }
  /** What each instrument costs to borrow, where the run says so. */
  readonly borrow?: readonly (BorrowTerms | undefined)[]
}

export function openSession(request: SessionRequest): Session {
  sealColumns()
  const definition = strategyDefinition(request.strategy)
  if (definition === undefined)
    throw new GordonError(
      'NOT_A_STRATEGY',
      'What was given to run is not a strategy class; write `export default class X extends strategy({ … })`.',
    )
  const name = definition.name ?? request.strategy.name
  const settings = resolveSettings(request.settings, definition)
  const instruments = tradables(request.instruments)
  for (const symbol of definition.symbols ?? [])
    if (!instruments.some(one => one.symbol === symbol || one.id === symbol))
      throw new GordonError(
        'MISSING_SYMBOL',
        `Strategy ${name} needs ${symbol} and the data has ${instruments.map(one => one.id).join(', ') || 'nothing'}.`,
      )
  const currency = accountCurrency(instruments, settings)
  refuseContracts(instruments, settings.account)
  checkFunding(instruments, request.streams)
  const fees = settings.fees.session(instruments)
  const instance = made(request, name)
  refuseAsync(instance, name)
  const history = depth('history', definition.history, instance.params, name)
  const warmup = Math.max(
    history,
    depth('warmup', definition.warmup, instance.params, name),
    ...declaredIndicators(instance).map(handle => handle.spec.warmup),
  )
  const account = new Account({
    account: 'main',
    strategy: name,
    instruments,
    capitalUnits: amountUnits(settings.cash),
    currency,
    deposits: Object.fromEntries(
      Object.entries(settings.deposits).map(([name, amount]) => [name, amountUnits(amount)]),
    ),
    rates: settings.rates,
    financing: settings.financing,
  })
  const margin = settings.account === 'margin' ? new Margin(account, settings.margin) : undefined
  const liquidation = margin === undefined ? undefined : new Liquidation(margin)
  const risk = new RiskEngine(
    {
      account: settings.account,
      leverage: settings.leverage,
      maxPosition: settings.maxPosition,
      maxPositionWeight: settings.maxPositionWeight,
      maxOrderValue: settings.maxOrderValue,
    },
    account,
    fees,
    margin,
  )
  const opening = { equity: account.equity }
  const engine: Engine = new Engine({
    strategy: instance,
    instruments,
    account,
    accountKind: settings.account,
    risk,
    fees,
    universe: new Universe(instruments, settings.universe),
    from: request.from,
    history,
    strict: settings.strict,
    seed: settings.seed,
    streams: request.streams,
    schedules: timerSchedules(definition, instruments, name),
    funding: (handle, rate, markPrice, now) => account.events.applyFunding(handle, rate, markPrice, now),
    guard: liquidation === undefined ? undefined : now => liquidation.check(engine, now),
    begin:
      account.currencies.length === 1 && settings.financing === undefined
        ? undefined
        : now => {
            account.valuate()
            account.requireRates()
            opening.equity = account.equity
            if (settings.financing !== undefined) beginAccruals(engine, now)
          },
    venue: seat => makeVenue(seat, { settings, instruments, streams: request.streams, fees }),
  })
  const actions = request.actions ?? []
  const { financing } = settings
  const borrow = financing?.borrow && instruments.map(one => financing.borrow!(one))
  openHouse(engine, { instruments, actions })
  if (
    account.currencies.length > 1 ||
    actions.length > 0 ||
    settings.financing !== undefined ||
    request.streams.some(stream => stream.kind === 'funding') ||
    instruments.some(({ handle, expiry }) => account.isContract(handle) || expiry !== undefined)
  )
    engine.recorder.curve.keepMoney(account)
  return { engine, instance, name, settings, instruments, currency, warmup, opening, borrow }
}

function tradables(instruments: readonly Instrument[]): readonly Tradable[] {
  const sorted = [...instruments].sort(compareInstruments)
  for (const instrument of sorted) checkGrid(instrument)
  // Frozen, list and all: strategies are handed it, and a careless sort would change every handle.
  return Object.freeze(sorted.map((instrument, handle) => Object.freeze(tradable(instrument, handle))))
}

/** Field by field: a spread object has a shape of its own in every run, and each load from it is a search. */
function tradable(instrument: Instrument, handle: number): Tradable {
  const { venue, symbol, ticksPerUnit, lotsPerUnit, currency, calendar } = instrument
  const id = instrumentId(instrument)
  return {
    venue,
    symbol,
    ticksPerUnit,
    lotsPerUnit,
    currency,
    calendar,
    kind: instrument.kind,
    base: instrument.base,
    settlement: instrument.settlement,
    multiplier: instrument.multiplier,
    initialMargin: instrument.initialMargin,
    maintenanceMargin: instrument.maintenanceMargin,
    expiry: instrument.expiry,
    minQuantity: instrument.minQuantity,
    maxQuantity: instrument.maxQuantity,
    minNotional: instrument.minNotional,
    id,
    handle,
    slot: handle,
  }
}

/** A strategy of its class; what its constructor throws is told with the author's line. */
function made(request: SessionRequest, name: string): StrategyBase<ParamSchema, object> {
  try {
    return new request.strategy(request.params ?? {}) as StrategyBase<ParamSchema, object>
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

/** The account's currency: as set, or the one that all instruments pay in. */
function accountCurrency(instruments: readonly Instrument[], settings: ResolvedSettings): string {
  if (instruments.length === 0)
    throw new GordonError('NO_INSTRUMENTS', 'The data has no instrument; choose a dataset that has one.')
  if (settings.currency !== undefined) return settings.currency
  const currencies = [...new Set(instruments.map(settlementCurrency))]
  if (currencies.length > 1)
    throw new GordonError(
      'MIXED_CURRENCIES',
      `The instruments pay in ${currencies.join(' and ')}; set the account's currency: currency: '${currencies[0]}', and rates or a traded pair for the others.`,
    )
  return currencies[0]
}

/** Contracts are backed by margin, which a cash account does not know. */
function refuseContracts(instruments: readonly Instrument[], account: 'cash' | 'margin'): void {
  const contract = instruments.find(({ kind }) => kind !== undefined && kind !== 'spot')
  if (account === 'margin' || contract === undefined) return
  throw new GordonError(
    'ACCOUNT_TOO_SMALL',
    `${instrumentId(contract)} is a contract (${contract.kind}) and the account a cash account; run it with account: margin.`,
  )
}
