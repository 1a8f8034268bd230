/**
 * Who is traded, and who was still there at the end. The data have dead ones, instruments whose rows end before the
 * others'; a list that leaves all of them out was written by someone who knew. A strategy that chooses by what
 * prices do follows them to another name; a list stays with the names.
 */
import { DAY, isoDate } from '../core/time.ts'
import { instrumentId } from '../domain/instrument.ts'
import { rowAtOrAfter } from '../sim/series.ts'
import type { Membership } from '../strategy/strategy.ts'
import type { VetFinding } from './vet-findings.ts'
import type { Case } from './vet-request.ts'
import { renamed } from './vet-worlds.ts'
import type { Watched } from './vet-watch.ts'

/** Chance of leaving out all the dead, above which a list proves nothing. */
const BY_CHANCE = 0.1
/** Days before its last bar from which on leaving is early. */
const EARLY = 20
/** What leavers lose on average after their day, where it was foreseen. */
const FELL = 0.3
/** Instruments from which on a choice by name is worth a word. */
const MANY = 5

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
    if (handles.length < MANY) return { findings: [], notes: [] }
    const text = `All ${handles.length} instruments live to the end of the data; if these were chosen today, the dead are missing and every result is flattered.`
    const named = universe === undefined ? await chosenByName(given, handles) : []
    return { findings: [], notes: [{ code: 'NO_DEAD', text }, ...named] }
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
    const living = members.filter(handle => alive(handle) && !staysIn(universe, world.instruments[handle]))
    const left = leftEarly(universe, dead, given)
    if (left === undefined) return { findings: [], notes: [] }
    // Leaving is no knowledge; that only those leave who are about to fall and die is.
    const foreseen =
      living.length === 0 &&
      left.move < -FELL &&
      chance(handle => !alive(handle), members, left.count) <= BY_CHANCE
    const text =
      `The universe lets the dead go in good time${foreseen ? ', and nobody else' : ''}: ${left.words}. ` +
      `${foreseen ? 'Who would fall was known only later' : 'vet cannot see whether these days were known'}; take them from a list that was kept at the time.`
    return foreseen
      ? { findings: [{ code: 'SURVIVORS', text }], notes: [] }
      : { findings: [], notes: [{ code: 'MEMBERS_LEFT_EARLY', text }] }
  }
  const traded = tradedIn(given.baseline, handles, given)
  if (traded.length === 0 || !traded.every(alive) || chance(alive, handles, traded.length) > BY_CHANCE)
    return { findings: [], notes: await chosenByName(given, handles) }
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

/** A word on those that a strategy trades by name, where prices do not choose them. */
async function chosenByName(given: Case, handles: readonly number[]): Promise<VetFinding[]> {
  const { world } = given
  const traded = tradedIn(given.baseline, handles, given)
  if (handles.length < MANY || traded.length === 0 || traded.length === handles.length) return []
  const places = handles.map(handle => (handle + 1) % handles.length)
  const still = tradedIn(await given.runIn(renamed(world, places)), handles, given)
  if (still.length === 0 || !still.every(handle => traded.includes(handle))) return []
  const change = (list: readonly number[]) => {
    const moves = list.map(handle => {
      const { close, length } = world.series[handle]
      return length === 0 ? 0 : close[length - 1] / close[0] - 1
    })
    return `${((100 * moves.reduce((sum, move) => sum + move, 0)) / moves.length).toFixed(0)} %`
  }
  const rest = handles.filter(handle => !traded.includes(handle))
  const some = traded.slice(0, 4).map(handle => instrumentId(world.instruments[handle]))
  const text =
    `The strategy trades ${some.join(', ')}${traded.length > 4 ? ' …' : ''} by name, ${traded.length} of ${handles.length} instruments, whatever prices they have: these changed by ${change(traded)} on average, ` +
    `the others by ${change(rest)}. vet cannot see whether the names were chosen before that was known.`
  return [{ code: 'NAMES_IN_CODE', text }]
}

/** What became of the dead between the day on which the universe let them go and their last. */
function leftEarly(
  universe: readonly Membership[],
  dead: readonly number[],
  { world }: Case,
): { words: string; count: number; move: number } | undefined {
  const gone: { handle: number; days: number; move: number }[] = []
  for (const handle of dead) {
    const entries = universe.filter(entry => isNamed([entry], world.instruments[handle]))
    const series = world.series[handle]
    const last = series.length - 1
    if (entries.length === 0 || last < 1 || entries.some(entry => entry.to === undefined)) continue
    const to = Math.max(...entries.map(entry => Date.parse(`${entry.to}T23:59:59Z`) * 1000))
    const row = rowAtOrAfter(series, to) - 1
    const days = Math.round((series.receiveTime[last] - to) / DAY)
    if (row < 0 || days < EARLY) continue
    gone.push({ handle, days, move: series.close[last] / series.close[row] - 1 })
  }
  if (gone.length === 0) return undefined
  const words = gone
    .slice(0, 3)
    .map(
      ({ handle, days, move }) =>
        `${instrumentId(world.instruments[handle])} ${days} days before its last bar (${(100 * move).toFixed(0)} % until then)`,
    )
  return {
    words: words.join(', ') + (gone.length > 3 ? ' …' : ''),
    count: gone.length,
    move: gone.reduce((sum, one) => sum + one.move, 0) / gone.length,
  }
}

/** Whether a member has no day on which it leaves. */
function staysIn(universe: readonly Membership[], instrument: Parameters<typeof instrumentId>[0]): boolean {
  return universe.some(entry => isNamed([entry], instrument) && entry.to === undefined)
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
