/**
 * Knowledge that lies in the code: it reads no row too far, and yet it was made from this sample. It shows when what
 * it hangs on is moved. The same bars 28 years off have the same weekdays, month ends and leap years, so whoever
 * goes by the calendar decides the same and whoever knows dates does not; without the first bars a counted
 * table slips; begun elsewhere the market keeps all its habits and loses its dates; in a haze it loses its very
 * prices.
 *
 * Going by dates or counting bars is no leak in itself: meetings are announced, rebalancing has a rhythm. A leak is
 * a table of numbers by date, or a gain from the timing that chance would not give: 3.5 spreads
 * where only dates were moved, 4.5 where the whole market was made anew. One well-chosen date or two stay below that.
 */
import { DAY, isoDate } from '../core/time.ts'
import { Random } from '../core/random.ts'
import type { Membership } from '../strategy/strategy.ts'
import type { VetFinding } from './vet-findings.ts'
import { deviations, excess, type Gains, gainsOf, standing } from './vet-gains.ts'
import type { Case } from './vet-request.ts'
import { agreement, at, orderKeys, termKeys } from './vet-compare.ts'
import type { Watched } from './vet-watch.ts'
import { hazy, rotated, shifted, startingAt, type World } from './vet-worlds.ts'

/** 28 years are 1,461 weeks and hold seven leap days: the calendar of 1990 is that of 2018. */
const CALENDAR_ROUND = 10_227 * DAY
const BY_DATES = 3.5
const BY_MARKET = 4.5
const BY_BARS = 4
/** A list this long may hold a sample. */
export const TABLE = 20
export const SEQUENCE = 30
/** A table or a model this large may know each day by its rough shape. */
const LARGE = 60
const ROTATIONS = 12
const HAZES = 8

export interface KnowledgeResult {
  readonly findings: readonly VetFinding[]
  readonly notes: readonly VetFinding[]
}

export interface RunRange {
  readonly from?: number
  readonly to?: number
  readonly universe?: readonly Membership[]
}

export async function vetKnowledge(given: Case, range: RunRange): Promise<KnowledgeResult> {
  const { baseline, world } = given
  const real = gainsOf(baseline, world)
  const orders = orderKeys(baseline)
  if (real === undefined || orders.size === 0) return { findings: [], notes: [] }
  const dates = await byDates(given, range, real, termKeys(baseline))
  const bars = await byBars(given, range, real, orders)
  const market = await byMarkets(given, real, orders)
  const findings: VetFinding[] = []
  const notes: VetFinding[] = []
  const { datedNumbers, longestList } = given.literals
  const ended = endNamed(given) ? (dates.endsAt ?? bars.endsAt) : undefined
  if (ended !== undefined) {
    findings.push({
      code: 'END_KNOWN',
      text:
        `The strategy knows when the data end: ${dates.endsAt === undefined ? 'without the first bars' : 'on other dates'} ` +
        `its decisions stay the same until ${at(ended)} and differ in the last instants only; take the last day, or the number of bars, out of the code.`,
    })
  } else if (dates.changed !== undefined) {
    if (datedNumbers >= TABLE) findings.push(knownByDate(datedNumbers, dates.changed))
    else if ((dates.gain > BY_DATES && deviations(real.gain) > 2) || market.rotation > BY_MARKET)
      findings.push({
        code: 'KNOWN_BY_DATE',
        text:
          `The dates in the code were picked by what happened after them: ${byDate(dates.changed)}, and what the dates add to the gain lies ` +
          `${Math.max(dates.gain, market.rotation).toFixed(1)} spreads above chance; leave out dates that nobody knew beforehand.`,
      })
    else
      notes.push(
        datesInCode(
          dates.changed,
          ' whether these were known beforehand; their gain is no more than chance would give.',
        ),
      )
  }
  const byPrice = market.haze > BY_MARKET
  if (ended === undefined && dates.changed === undefined) {
    const counted =
      bars.changed !== undefined &&
      longestList >= SEQUENCE &&
      market.alike > 0.9 &&
      Math.max(bars.gain, market.rotation) > 1.5
    if (counted) findings.push(knownByBar(bars.changed!, longestList, market.alike))
    else if (bars.gain > BY_BARS)
      findings.push(
        byBarFinding(
          bars.changed!,
          `and counting from the very first bar adds ${bars.gain.toFixed(1)} spreads more to the gain than chance would`,
        ),
      )
    else if (market.rotation > BY_MARKET && !byPrice)
      findings.push({
        code: 'KNOWN_BY_DATE',
        text:
          `The gain hangs on where in the calendar this market lay: begun elsewhere, with all its habits kept, the same market gives the strategy ` +
          `${market.rotation.toFixed(1)} spreads less than it had; a table of seasons or days that was made from the sample does that, so leave it out.`,
      })
  }
  if (byPrice)
    findings.push({
      code: 'KNOWN_BY_PRICE',
      text:
        `The strategy knows these very prices: when every move is a little longer or shorter and the levels are others, its gain falls by ` +
        `${market.haze.toFixed(1)} spreads; decide by what prices do, not by a table of the prices that were.`,
    })
  else if (market.blur > BY_MARKET && findings.length === 0)
    findings.push({
      code: 'KNOWN_BY_PRICE',
      text:
        `The code holds a table of ${given.literals.largestTable} entries that was fitted to these very moves: when each of them is blurred its gain falls by ` +
        `${market.blur.toFixed(1)} spreads; fit on bars before those of the run, or in the strategy on bars that are past (ctx.history).`,
    })
  return { findings, notes }
}

function byDate(changed: number): string {
  return `from ${at(changed)} on decisions differ once the same rows lie 28 years off, on equal weekdays and days of the month`
}

/** @param changed first decision that is another on other dates */
export function knownByDate(datedNumbers: number, changed: number): VetFinding {
  return {
    code: 'KNOWN_BY_DATE',
    text:
      `The code holds ${datedNumbers} numbers by date and decides by them: ${byDate(changed)}. Nobody can tell when they were known; ` +
      `bring them in as data with the time at which each was known, not as a table made from the sample.`,
  }
}

export function datesInCode(changed: number, what = ' whether these were known beforehand.'): VetFinding {
  const text = `Decisions depend on dates in the code: ${byDate(changed)}. vet cannot see${what}`
  return { code: 'DATES_IN_CODE', text }
}

/** @param changed first decision that is another without the first bars */
export function knownByBar(changed: number, longestList: number, alike: number): VetFinding {
  const much = alike === 1 ? 'nothing' : 'next to nothing'
  return byBarFinding(
    changed,
    `while another market on the same dates changes ${much}, and the code holds a list of ${longestList}`,
  )
}

function byBarFinding(changed: number, because: string): VetFinding {
  return {
    code: 'KNOWN_BY_BAR',
    text:
      `The strategy knows what comes after which bar: from ${at(changed)} on its decisions differ once the data begin a few bars later, ${because}` +
      `; decide by prices, not by a table over the number of the bar.`,
  }
}

interface Moved {
  /** First decision that is other than it was. */
  readonly changed: number | undefined
  /** The same, where it lies in the last instants. */
  readonly endsAt: number | undefined
  /** What the dates or the first bar added, in spreads. */
  readonly gain: number
}

async function byDates(
  given: Case,
  range: RunRange,
  real: Gains,
  terms: ReadonlySet<string>,
): Promise<Moved> {
  const { world } = given
  let changed: number | undefined
  let endsAt: number | undefined
  let gain = 0
  for (const by of [CALENDAR_ROUND, -CALENDAR_ROUND]) {
    const other = shifted(world, by)
    const run = await given.runIn(other, {
      ...(range.from === undefined ? {} : { from: range.from + by }),
      ...(range.to === undefined ? {} : { to: range.to + by }),
      ...(range.universe === undefined ? {} : { universe: shiftMembers(range.universe, by) }),
    })
    const first = firstChange(terms, termKeys(run, by))
    if (first === undefined) continue
    if (isLate(first, given.instants)) endsAt = first
    changed = Math.min(changed ?? first, first)
    const gains = gainsOf(run, other)
    if (gains !== undefined) gain = Math.max(gain, deviations(excess(real, gains, by)))
  }
  return { changed, endsAt, gain }
}

async function byBars(
  given: Case,
  range: RunRange,
  real: Gains,
  orders: ReadonlySet<string>,
): Promise<Moved> {
  const firsts: number[] = []
  // What the missing bars themselves had decided is no slip.
  const settled = given.instants[Math.floor(given.instants.length * 0.05)]
  const gains: number[] = []
  for (const skip of [1, 2, 3, 5]) {
    if (skip >= given.instants.length) break
    // Where a run begins inside the data, it begins later; the bars before still warm it up.
    const begin = given.instants[skip]
    const other = range.from === undefined ? startingAt(given.world, begin) : given.world
    const run = await given.runIn(other, range.from === undefined ? {} : { from: begin })
    const first = firstChange(later(orders, settled), later(orderKeys(run), settled))
    const own = gainsOf(run, other)
    if (own !== undefined) gains.push(first === undefined ? 0 : deviations(excess(real, own)))
    if (first !== undefined) firsts.push(first)
  }
  if (firsts.length === 0) return { changed: undefined, endsAt: undefined, gain: 0 }
  const changed = Math.min(...firsts)
  // By chance one of them may be high; knowledge is lost whichever bars are missing.
  const endsAt = isLate(changed, given.instants) ? changed : undefined
  return { changed, endsAt, gain: Math.min(...gains) }
}

interface Markets {
  /** Spreads by which the real gain lies above that of the market begun elsewhere, and of the one in a haze. */
  readonly rotation: number
  readonly haze: number
  /** The same in a rough haze, asked only of code that holds a large table. */
  readonly blur: number
  /** Part of the orders that stay the same whatever the market does. */
  readonly alike: number
}

async function byMarkets(given: Case, real: Gains, orders: ReadonlySet<string>): Promise<Markets> {
  const random = new Random(given.vetSeed + 1)
  const gains = (run: Watched, world: World) => gainsOf(run, world) ?? []
  const rotations: Gains[] = []
  let alike = 1
  const days = firstInstantsOfDays(given.instants)
  for (let k = 0; k < ROTATIONS; k++) {
    const part = 0.1 + (0.8 * (k + random.uniform())) / ROTATIONS
    const world = rotated(given.world, days[Math.floor(part * days.length)])
    const run = await given.runIn(world)
    alike = Math.min(alike, agreement(orders, orderKeys(run)))
    rotations.push(...[gains(run, world)].flat())
  }
  const hazes: Gains[] = []
  for (let k = 0; k < HAZES; k++) {
    const world = hazy(given.world, random.integer(1, 2 ** 30))
    hazes.push(...[gains(await given.runIn(world), world)].flat())
  }
  const blurs: Gains[] = []
  if (given.literals.largestTable >= LARGE && deviations(real.gain) >= BY_MARKET)
    for (let k = 0; k < HAZES; k++) {
      const world = hazy(given.world, random.integer(1, 2 ** 30), true)
      blurs.push(...[gains(await given.runIn(world), world)].flat())
    }
  const blur = standing(real, blurs)
  return { rotation: standing(real, rotations), haze: standing(real, hazes), blur, alike }
}

function firstInstantsOfDays(instants: Float64Array): number[] {
  const found: number[] = []
  let day = Number.NaN
  for (const time of instants) {
    if (Math.floor(time / DAY) === day) continue
    day = Math.floor(time / DAY)
    found.push(time)
  }
  return found
}

/** Whether the code names a day, or a number of bars, in the last fiftieth of the data, and no other but a beginning. */
function endNamed({ instants, literals }: Case): boolean {
  const last = instants[instants.length - 1]
  const early = (time: number) => time <= instants[0] + 7 * DAY
  const late = (time: number) => isLate(time + DAY, instants) && time <= last + 7 * DAY
  const count = (value: number) => value >= 0.98 * instants.length - 1 && value <= instants.length + 1
  const { dates, numbers } = literals
  if (dates.some(late) && dates.every(time => late(time) || early(time))) return true
  return numbers.some(({ value }) => late(value * DAY) || count(value))
}

function later(orders: ReadonlySet<string>, than: number): Set<string> {
  return new Set([...orders].filter(key => Number.parseInt(key, 10) >= than))
}

/** Time of the first order that only one of two runs has. */
export function firstChange(a: ReadonlySet<string>, b: ReadonlySet<string>): number | undefined {
  let first: number | undefined
  for (const [one, other] of [
    [a, b],
    [b, a],
  ])
    for (const key of one)
      if (!other.has(key)) {
        first = Math.min(first ?? Number.POSITIVE_INFINITY, Number.parseInt(key, 10))
        break
      }
  return first
}

/** In the last fiftieth of the data. */
function isLate(time: number, instants: Float64Array): boolean {
  return time >= instants[Math.floor(instants.length * 0.98)]
}

export function shiftMembers(members: readonly Membership[], by: number): Membership[] {
  const move = (day: string | undefined) =>
    day === undefined ? undefined : isoDate(Date.parse(`${day}T00:00:00Z`) * 1000 + by)
  return members.map(({ symbol, from, to }) => ({ symbol, from: move(from), to: move(to) }))
}
