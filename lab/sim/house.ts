/**
 * What happens to an account at known times without an order: corporate actions, dividends paid, contracts that
 * expire, interest at the end of each UTC day. lab/sim/models/accounts.md has the rules.
 */
import { GordonError } from '../core/errors.ts'
import { DAY, isoDate, isoTime } from '../core/time.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import type { Engine } from '../engine/engine.ts'
import type { Tradable } from '../strategy/context.ts'

const KINDS: readonly CorporateAction['kind'][] = ['split', 'dividend', 'symbolChange', 'delisting']

export interface HouseTerms {
  readonly instruments: readonly Tradable[]
  readonly actions: readonly CorporateAction[]
}

/**
 * Puts actions and expiries on the engine's agendas.
 * @throws ACTION_KIND, ACTION_INSTRUMENT, ACTION_TIME, INVALID_SPLIT, INVALID_DIVIDEND, INVALID_DELISTING, NOT_A_SHARE,
 *   CURRENCY_UNKNOWN
 */
export function openHouse(engine: Engine, { instruments, actions }: HouseTerms): void {
  const { members, house, settlements } = engine
  const { currencies } = members[0].account
  for (const action of actions)
    if (!KINDS.includes(action.kind))
      throw new GordonError(
        'ACTION_KIND',
        `An action of ${day(action)} is of kind ${(action as { kind: unknown }).kind}; it is one of ${KINDS.join(', ')}.`,
      )
  // Of one time, in the order in which they are given.
  for (const action of [...actions].sort((a, b) => a.time - b.time)) {
    const { handle } = instrumentOf(action.instrument, instruments, action)
    checkAction(action, instruments[handle], currencies)
    const to =
      action.kind === 'symbolChange' ? instruments.find(one => isNamed(one, action.to))?.handle : undefined
    if (action.kind === 'split') engine.streams.splits(handle, action.time, action.ratio)
    house.add(action.time, now => {
      for (const { account, desk } of members) {
        // Resting prices mean another thing from here on.
        if (action.kind === 'split') desk.cancelAll(handle, 'split')
        else if (action.kind === 'delisting' || to !== undefined) desk.endTrading(handle, 'delisted')
        else if (action.kind === 'symbolChange') desk.cancelAll(handle, 'delisted')
        account.events.applyAction(handle, action, to)
        if (action.kind === 'dividend')
          settlements.add(Math.max(now, action.payTime), time => account.events.payDividends(time))
      }
      engine.tellAction(action)
    })
  }
  for (const { handle, expiry } of instruments) {
    if (expiry === undefined) continue
    settlements.add(expiry, now => {
      for (const { account, desk } of members) {
        desk.endTrading(handle, 'contractExpired')
        account.events.expire(handle, Number.NaN, now)
      }
    })
  }
}

/** Interest at every end of a day from the first instant of decisions on. */
export function beginAccruals(engine: Engine, now: number): void {
  const arm = (midnight: number): void =>
    engine.settlements.add(midnight, () => {
      for (const { account } of engine.members) account.events.accrue(1, midnight)
      arm(midnight + DAY)
    })
  arm(Math.floor(now / DAY) * DAY + DAY)
}

function instrumentOf(name: string, instruments: readonly Tradable[], action: CorporateAction): Tradable {
  const found = instruments.filter(one => isNamed(one, name))
  if (found.length === 1) return found[0]
  throw new GordonError(
    'ACTION_INSTRUMENT',
    found.length > 1
      ? `A ${action.kind} of ${day(action)} is for ${name}, which may be ${found.map(one => one.id).join(' or ')}; name the venue with it.`
      : `A ${action.kind} of ${day(action)} is for ${name}, and the run has ${instruments.map(one => one.id).join(', ')}; leave it out or add the instrument.`,
  )
}

/** What cannot be is refused before the run begins, whether or not its time would come. */
function checkAction(action: CorporateAction, instrument: Tradable, currencies: readonly string[]): void {
  const { id, kind = 'spot' } = instrument
  const refuse = (code: string, what: string, mend: string): never => {
    throw new GordonError(code, `The ${action.kind} of ${id} on ${day(action)} ${what}; ${mend}.`)
  }
  if (!Number.isFinite(action.time)) refuse('ACTION_TIME', `has the time ${action.time}`, 'give it in µs UTC')
  if ((action.kind === 'split' || action.kind === 'dividend') && kind !== 'spot')
    refuse('NOT_A_SHARE', `is of an instrument of kind ${kind}`, 'only spot instruments have them')
  switch (action.kind) {
    case 'split':
      if (!(action.ratio > 0 && action.ratio < Number.POSITIVE_INFINITY))
        refuse('INVALID_SPLIT', `has ratio ${action.ratio}`, 'it must be new shares per old one, above zero')
      return
    case 'dividend': {
      const { amount, payTime, currency = instrument.currency } = action
      if (!(amount >= 0 && amount < Number.POSITIVE_INFINITY))
        refuse('INVALID_DIVIDEND', `is ${amount} a share`, 'it must be zero or more')
      if (!(payTime >= action.time))
        refuse(
          'ACTION_TIME',
          `is paid on ${Number.isFinite(payTime) ? isoTime(payTime) : payTime}`,
          'it is paid at its ex time or later',
        )
      if (!currencies.includes(currency))
        refuse(
          'CURRENCY_UNKNOWN',
          `is paid in ${currency}, which the account does not know`,
          `open it with a deposit of 0 ${currency} and a rate`,
        )
      return
    }
    case 'delisting':
      if (action.price !== undefined && !(action.price >= 0 && action.price < Number.POSITIVE_INFINITY))
        refuse('INVALID_DELISTING', `pays ${action.price} a share`, 'give zero or more, or leave it out')
      return
    default:
  }
}

function isNamed(instrument: Tradable, name: string): boolean {
  return instrument.id === name || instrument.symbol === name
}

function day({ time }: CorporateAction): string {
  return Number.isFinite(time) ? isoDate(time) : String(time)
}
