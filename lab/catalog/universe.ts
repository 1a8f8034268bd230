/**
 * Members of a universe by date, as a run knows them: where a spell of membership was told anew, each version counts from
 * the day after it was known to the day on which the next one was. Days are UTC, both included, as in strategy({ universe }).
 */
import { GordonError } from '../core/errors.ts'
import { DAY, isoDate, type Micros } from '../core/time.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import { allActions, allMembers, lastWords, ownerOf, type ReferenceRequest } from './reference.ts'
import type { KnownMember } from './schema.ts'

/** As TradingSettings.universe has it. */
export interface MemberSpell {
  /** `XNAS:AAPL` */
  readonly symbol: string
  readonly from?: string
  readonly to?: string
}

/**
 * @param request.universe its name; the only one of the datasets unless said
 * @param request.instruments of the run: a member that they know by a later name is told by that
 * @param request.actions datasets that tell of new names; all that the store has unless said
 * @throws GordonError NO_DATASET, UNKNOWN_UNIVERSE
 */
export async function readUniverse(
  request: ReferenceRequest & {
    readonly universe?: string
    readonly instruments?: readonly Instrument[]
    readonly actions?: readonly string[]
  },
): Promise<readonly MemberSpell[]> {
  const { store, universe, instruments = [] } = request
  const rows = await allMembers(request)
  const names = [...new Set(rows.map(row => row.universe))]
  const name = universe ?? (names.length === 1 ? names[0] : undefined)
  if (name === undefined || !names.includes(name)) {
    throw new GordonError(
      'UNKNOWN_UNIVERSE',
      `${universe === undefined ? 'no universe is named' : `there is no universe ${universe}`}: the data know ${names.join(', ') || 'none'}`,
    )
  }
  const renames = lastWords(await allActions({ store, datasets: request.actions })).flatMap(({ action }) =>
    action.kind === 'symbolChange' ? [action] : [],
  )
  const owner = ownerOf(instruments, renames)
  return spellsOf(rows.filter(row => row.universe === name)).map(({ id, from, below }) => {
    const start = Math.max(from, 0)
    return {
      symbol: owner(id, start) ?? id,
      ...(from === Number.NEGATIVE_INFINITY ? {} : { from: isoDate(from) }),
      ...(below === Number.POSITIVE_INFINITY ? {} : { to: isoDate(below - DAY) }),
    }
  })
}

interface Spell {
  readonly id: string
  /** Midnights: first day of membership, first day after it. */
  readonly from: Micros
  readonly below: Micros
}

/** Spells of one universe, in order of their instruments and times. */
export function spellsOf(rows: readonly KnownMember[]): readonly Spell[] {
  const versions = new Map<string, KnownMember[]>()
  for (const row of rows) {
    const key = `${instrumentId(row)} ${row.validFrom}`
    const before = versions.get(key)
    if (before === undefined) versions.set(key, [row])
    else before.push(row)
  }
  const spells: Spell[] = []
  for (const all of versions.values()) {
    const ordered = [...all].sort((a, b) => order(a.receiveTime, b.receiveTime))
    for (const [at, row] of ordered.entries()) {
      const next = ordered[at + 1]
      const from = Math.max(day(row.validFrom), day(row.receiveTime))
      const below = Math.min(
        day(row.validTo),
        next === undefined ? Number.POSITIVE_INFINITY : day(next.receiveTime),
      )
      if (from < below) spells.push({ id: instrumentId(row), from, below })
    }
  }
  return spells.sort((a, b) => (a.id === b.id ? order(a.from, b.from) : a.id < b.id ? -1 : 1))
}

function order(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** The midnight at or after an instant: what becomes known on a day counts from the next one on. */
function day(time: Micros): Micros {
  return Math.ceil(time / DAY) * DAY
}
