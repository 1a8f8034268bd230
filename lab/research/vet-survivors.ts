/**
 * Who is traded, and who was still there at the end. The data have dead ones, instruments whose rows end before the
 * others'; a list that leaves all of them out was written by someone who knew. A strategy that chooses by what
 * prices do follows them to another name; a list stays with the names.
 */
import { DAY, isoDate } from '../core/time.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { Membership } from '../strategy/strategy.ts'
import type { VetFinding } from './vet-findings.ts'
import type { Case } from './vet-request.ts'
import { renamed } from './vet-worlds.ts'
import type { Watched } from './vet-watch.ts'

/** Chance of leaving out all the dead, above which a list proves nothing. */
const BY_CHANCE = 0.1

export async function vetSurvivors(
  given: Case,
  universe: readonly Membership[] | undefined,
): Promise<{ findings: VetFinding[]; notes: VetFinding[] }> {
  const { world } = given
  const ends = world.series.map(one => (one.length === 0 ? Number.NaN : one.receiveTime[one.length - 1]))
  const begin = Math.min(...world.series.filter(one => one.length > 0).map(one => one.receiveTime[0]))
  const end = Math.max(...ends.filter(Number.isFinite))
  const alive = (handle: number) => ends[handle] >= end - Math.max(10 * DAY, 0.02 * (end - begin))
  const handles = world.instruments.map((_, handle) => handle)
  const dead = handles.filter(handle => !alive(handle))
  const names = (list: readonly number[]) => {
    const some = list.slice(0, 4).map(handle => instrumentId(world.instruments[handle]))
    return some.join(', ') + (list.length > 4 ? ' …' : '')
  }
  if (dead.length === 0) {
    if (handles.length < 5) return { findings: [], notes: [] }
    const text = `All ${handles.length} instruments live to the end of the data; if these were chosen today, the dead are missing and every result is flattered.`
    return { findings: [], notes: [{ code: 'NO_DEAD', text }] }
  }
  const deadWords = `${names(dead)}, which ended ${dead.length === 1 ? 'on' : 'from'} ${isoDate(Math.min(...dead.map(handle => ends[handle])))}${dead.length === 1 ? '' : ' on'}`
  if (universe !== undefined) {
    const members = handles.filter(handle => isNamed(universe, world.instruments[handle]))
    if (members.length > 0 && members.every(alive) && chance(alive, handles, members.length) <= 0.5) {
      const text =
        `The universe (${names(members)}) holds only instruments that live to the end of the data, and leaves out ${deadWords}: who would survive was known only then; ` +
        `list the dead too, each member with the days from and to which it belonged.`
      return { findings: [{ code: 'SURVIVORS', text }], notes: [] }
    }
    return { findings: [], notes: [] }
  }
  const traded = tradedIn(given.baseline, handles, given)
  if (traded.length === 0 || !traded.every(alive) || chance(alive, handles, traded.length) > BY_CHANCE)
    return { findings: [], notes: [] }
  const living = handles.filter(alive)
  const places = [...handles]
  dead.forEach((handle, place) => {
    const other = living[place % living.length]
    if (places[other] !== other) return
    places[other] = handle
    places[handle] = other
  })
  const renamedRun = await given.runIn(renamed(world, places))
  const still = tradedIn(renamedRun, handles, given)
  if (!still.every(handle => traded.includes(handle))) return { findings: [], notes: [] }
  const text =
    `The strategy trades ${names(traded)} and never ${deadWords}, also when they have each other's prices: it names those who survived; ` +
    `choose among all that could be traded at the time (ctx.universe with dated members), not from a list made today.`
  return { findings: [{ code: 'SURVIVORS', text }], notes: [] }
}

function isNamed(universe: readonly Membership[], instrument: Parameters<typeof instrumentId>[0]): boolean {
  return universe.some(
    entry => entry.symbol === instrument.symbol || entry.symbol === instrumentId(instrument),
  )
}

function tradedIn(run: Watched, handles: readonly number[], { world }: Case): number[] {
  const ids = new Set(run.decisions.flatMap(one => (one.order === '' ? [] : [one.order.split(' ')[1]])))
  return handles.filter(handle => ids.has(instrumentId(world.instruments[handle])))
}

/** Chance that so many, drawn blindly, are all alive (hypergeometric). */
function chance(alive: (handle: number) => boolean, handles: readonly number[], count: number): number {
  const living = handles.filter(alive).length
  let value = 1
  for (let k = 0; k < count; k++) value *= Math.max(0, living - k) / (handles.length - k)
  return value
}
