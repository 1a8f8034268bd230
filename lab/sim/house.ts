/**
 * What happens to an account at known times without an order: corporate actions, dividends paid, contracts that
 * expire, interest at the end of each UTC day. lab/sim/models/accounts.md has the rules.
 */
import { GordonError } from '../core/errors.ts'
import { DAY, isoDate } from '../core/time.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import type { Engine } from '../engine/engine.ts'
import type { Tradable } from '../strategy/context.ts'

export interface HouseTerms {
  readonly instruments: readonly Tradable[]
  readonly actions: readonly CorporateAction[]
  /** Cash earns, or debt and shorts cost, something. */
  readonly accrues: boolean
}

/** Puts actions and expiries on the engine's agendas. */
export function openHouse(engine: Engine, { instruments, actions }: HouseTerms): void {
  const { account, desk, house, settlements } = engine
  for (const action of [...actions].sort((a, b) => a.time - b.time)) {
    const handle = handleOf(action.instrument, instruments, action)
    const to =
      action.kind === 'symbolChange' ? instruments.find(one => isNamed(one, action.to))?.handle : undefined
    if (action.kind === 'split' && action.ratio > 0) engine.splits(handle, action.time, action.ratio)
    house.add(action.time, now => {
      // Resting prices mean another thing from here on.
      if (action.kind === 'split') desk.cancelAll(handle, 'split')
      if (action.kind === 'delisting' || action.kind === 'symbolChange') desk.cancelAll(handle, 'delisted')
      account.events.applyAction(handle, action, to)
      if (action.kind === 'dividend')
        settlements.add(Math.max(now, action.payTime), time => account.events.payDividends(time))
      engine.tellAction(action)
    })
  }
  for (const { handle, expiry } of instruments) {
    if (expiry === undefined) continue
    settlements.add(expiry, now => {
      desk.cancelAll(handle, 'contractExpired')
      account.events.expire(handle, Number.NaN, now)
    })
  }
}

/** Interest at every end of a day from the first instant of decisions on. */
export function beginAccruals(engine: Engine, now: number): void {
  const arm = (midnight: number): void =>
    engine.settlements.add(midnight, () => {
      engine.account.events.accrue(1, midnight)
      arm(midnight + DAY)
    })
  arm(Math.floor(now / DAY) * DAY + DAY)
}

function handleOf(name: string, instruments: readonly Tradable[], action: CorporateAction): number {
  const found = instruments.find(one => isNamed(one, name))
  if (found !== undefined) return found.handle
  throw new GordonError(
    'ACTION_INSTRUMENT',
    `A ${action.kind} of ${isoDate(action.time)} is for ${name}, and the run has ${instruments.map(one => one.id).join(', ')}; leave it out or add the instrument.`,
  )
}

function isNamed(instrument: Tradable, name: string): boolean {
  return instrument.id === name || instrument.symbol === name
}
