/**
 * Strategies wired to an engine, their accounts, risk engines and the simulated venue. Backtest and paper build the
 * same session and differ in who feeds its windows.
 */
import { GordonError } from '../core/errors.ts'
import type { BorrowTerms } from '../costs/financing.ts'
import { type Calendar, calendarNamed } from '../domain/calendar/calendar.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import { compareInstruments, type Instrument, instrumentId } from '../domain/instrument.ts'
import { settlementCurrency } from '../domain/settlement-currency.ts'
import { Engine } from '../engine/engine.ts'
import type { StreamTerms } from '../engine/streams.ts'
import type { Tradable } from '../strategy/context.ts'
import { checkFunding, checkGrid } from './checked-instruments.ts'
import { beginAccruals, openHouse } from './house.ts'
import { MarginGuard } from './liquidation.ts'
import { sealColumns } from './loading/seal.ts'
import { enrol, openMembers, type SessionMember, type StrategyShare } from './members.ts'
import { type ResolvedSettings, resolveSettings, type TradingSettings } from './settings.ts'
import { makeVenue } from './venue/make-venue.ts'

export interface SessionRequest {
  /** Those that trade together; one alone has all the money. */
  readonly strategies: readonly StrategyShare[]
  readonly settings: TradingSettings
  /** In canonical order. */
  readonly instruments: readonly Instrument[]
  /** In order of delivery. */
  readonly streams: readonly StreamTerms[]
  /** Decisions begin here; −Infinity for at once. */
  readonly from: number
  /** Splits, dividends, new names, delistings of its instruments. */
  readonly actions?: readonly CorporateAction[]
  /** Calendars by name; the project's own unless said. */
  readonly calendar?: (name: string) => Calendar
}

export interface Session {
  readonly engine: Engine
  readonly members: readonly SessionMember[]
  readonly settings: ResolvedSettings
  readonly instruments: readonly Tradable[]
  readonly currency: string
  /** Bars that must be known before the first decision. */
  readonly warmup: number
  /** What each member's account is worth when decisions begin, in its currency. */
  readonly opening: { readonly equity: Float64Array }
  /** What each instrument costs to borrow, where the run says so. */
  readonly borrow?: readonly (BorrowTerms | undefined)[]
}

export function openSession(request: SessionRequest): Session {
  sealColumns()
  const { calendar = calendarNamed } = request
  const enrolled = enrol(request.strategies)
  const settings = resolveSettings(
    request.settings,
    enrolled.some(one => one.definition.account === 'margin') ? 'margin' : 'cash',
  )
  const instruments = tradables(request.instruments)
  const currency = accountCurrency(instruments, settings)
  refuseContracts(instruments, settings.account)
  checkFunding(instruments, request.streams)
  const fees = settings.fees.session(instruments)
  const members = openMembers(enrolled, { settings, currency, instruments, fees, calendar })
  const accounts = members.map(one => one.account)
  const opening = { equity: Float64Array.from(accounts, account => account.equity) }
  const engine: Engine = new Engine({
    members,
    instruments,
    accountKind: settings.account,
    fees,
    from: request.from,
    strict: settings.strict,
    seed: settings.seed,
    streams: request.streams,
    funding: (handle, rate, markPrice, now) => {
      for (const account of accounts) account.events.applyFunding(handle, rate, markPrice, now)
    },
    guard: settings.account === 'cash' ? undefined : new MarginGuard(members.map(one => one.liquidation!)),
    begin:
      accounts[0].currencies.length === 1 && settings.financing === undefined
        ? undefined
        : now => {
            for (const [place, account] of accounts.entries()) {
              account.valuate()
              account.requireRates()
              opening.equity[place] = account.equity
            }
            if (settings.financing !== undefined) beginAccruals(engine, now)
          },
    venue: seat => makeVenue(seat, { settings, instruments, streams: request.streams, fees, calendar }),
  })
  const actions = request.actions ?? []
  const { financing } = settings
  const borrow = financing?.borrow && instruments.map(one => financing.borrow!(one))
  openHouse(engine, { instruments, actions })
  if (
    members.length > 1 ||
    accounts[0].currencies.length > 1 ||
    actions.length > 0 ||
    settings.financing !== undefined ||
    request.streams.some(stream => stream.kind === 'funding') ||
    instruments.some(({ handle, expiry }) => accounts[0].isContract(handle) || expiry !== undefined)
  )
    engine.recorder.curve.keepMoney(engine.holdings)
  const warmup = Math.max(...members.map(one => one.warmup))
  return { engine, members, settings, instruments, currency, warmup, opening, borrow }
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
