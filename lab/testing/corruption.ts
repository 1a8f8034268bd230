/**
 * Faults that data have, put into clean ones at random places: each a function from a market and chance to its rows
 * with one fault in them, the time of it, and the codes of which one must be found there. How large a fault is, is
 * said in the terms of its cause (a price off by a third, volume in other units, a clock set by a second), never in
 * those of the check that is to find it.
 */
import type { CheckedRows } from '../catalog/quality/check.ts'
import type { IssueCode } from '../catalog/quality/issue.ts'
import type { Random } from '../core/random.ts'
import { DAY, HOUR, type Micros, MINUTE, SECOND } from '../core/time.ts'
import { localDay } from '../domain/calendar/calendar.ts'
import { zoneNamed } from '../domain/calendar/zone.ts'
import { BOOK_ACTIONS } from '../domain/market-events.ts'
import type { CleanMarket } from './clean-markets.ts'

export interface Injected {
  readonly rows: CheckedRows
  /** First and last instant of the fault. */
  readonly from: Micros
  readonly to: Micros
  /** One of these must be found there. */
  readonly codes: readonly IssueCode[]
  /** How many places of the market itself are as this one: a hole among many as long is none that anybody can tell. */
  readonly alike?: () => number
}

/** @returns undefined where that market cannot have such a fault */
export type Fault = (market: CleanMarket, random: Random) => Injected | undefined

type Columns = Record<string, Float64Array>
type MarketKind = CleanMarket['stream']['kind']

/** By what they are called in quality.md. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  duplicate: only(['bars', 'trades', 'quotes'], (market, random) => {
    const at = place(market, random)
    const rows = taken(market.rows, (i, out) => (i === at ? out.push(i, i) : out.push(i)))
    return injected(market, rows, at, at, [hasIds(market) || isBars(market) ? 'duplicate' : 'repeatedRow'])
  }),

  disorder: only(['bars', 'trades', 'quotes', 'book'], (market, random) => {
    const at = rising(market, place(market, random))
    if (at + 1 >= market.rows.length) return undefined
    const rows = taken(market.rows, (i, out) => out.push(i === at ? at + 1 : i === at + 1 ? at : i))
    return injected(market, rows, at, at + 1, ['unsorted'])
  }),

  'missing session': only(['bars'], (market, random) => {
    const ends = sessionEnds(market)
    if (ends.length < 10) return undefined
    const first = random.integer(Math.min(10, ends.length - 6), ends.length - 5)
    const last = first + random.integer(0, 3)
    const [from, to] = [ends[first - 1] + 1, ends[last]]
    const rows = taken(market.rows, (i, out) => void ((i < from || i > to) && out.push(i)))
    return injected(market, rows, from, to, ['missingSession'])
  }),

  'hole in a session': only(['bars', 'trades', 'quotes'], (market, random) => {
    if (isDaily(market)) return undefined
    const at = place(market, random)
    // Of bars at least two; of events three minutes.
    const end = isBars(market)
      ? at + random.integer(2, 6)
      : firstAfter(market.rows.eventTime, market.rows.eventTime[at] + 180 * SECOND)
    if (end >= market.rows.length) return undefined
    const rows = taken(market.rows, (i, out) => void ((i < at || i >= end) && out.push(i)))
    const { eventTime } = market.rows
    const hole = eventTime[end] - eventTime[at - 1]
    // Of ticks nothing lacks over a night.
    if (!isBars(market) && !isInside(market, eventTime[at - 1], eventTime[end])) return undefined
    const alike = () =>
      count(
        market.rows,
        i =>
          i > 0 &&
          eventTime[i] - eventTime[i - 1] >= hole &&
          isInside(market, eventTime[i - 1], eventTime[i]),
      )
    return { ...injected(market, withNewNumbers(rows), at, end - 1, ['missingBars', 'silence']), alike }
  }),

  'stale run': only(['bars', 'quotes', 'trades'], (market, random) => {
    const at = place(market, random)
    const last = Math.min(market.rows.length - 1, at + random.integer(8, 20))
    const rows = copied(market.rows)
    for (let i = at; i <= last; i++)
      for (const [name, column] of valueColumns(rows, market)) if (name !== 'side') column[i] = column[at - 1]
    const alike = () => staleRuns(market, stepsOf(market.rows.eventTime, at, last))
    return { ...injected(market, rows, at, last, ['staleRun']), alike }
  }),

  'bad print': only(['bars', 'trades', 'quotes'], (market, random) => {
    const at = place(market, random)
    const rows = copied(market.rows)
    const sign = random.uniform() < 0.5 ? -1 : 1
    if (market.stream.kind !== 'bars') {
      const name = market.stream.kind === 'trades' ? 'price' : random.uniform() < 0.5 ? 'bid' : 'ask'
      // Bids that are too low and asks that are too high cross nothing.
      const way = name === 'bid' ? -1 : name === 'ask' ? 1 : sign
      column(rows, name)[at] = onGrid(
        market,
        column(rows, name)[at] * (1 + way * (0.02 + 0.2 * random.uniform())),
      )
      return injected(market, rows, at, at, ['outlier'])
    }
    const factor = Math.exp(sign * (0.4 + 0.4 * random.uniform()))
    const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(name => column(rows, name))
    const which = random.integer(0, 4)
    if (which === 0) for (const one of [open, high, low, close]) one[at] = onGrid(market, one[at] * factor)
    if (which === 1) close[at] = onGrid(market, close[at] * factor)
    if (which === 2) open[at] = onGrid(market, open[at] * factor)
    if (which === 3 && sign > 0) high[at] = onGrid(market, high[at] * factor)
    if (which === 3 && sign < 0) low[at] = onGrid(market, low[at] * factor)
    high[at] = Math.max(high[at], open[at], close[at])
    low[at] = Math.min(low[at], open[at], close[at])
    return injected(market, rows, at, at, ['outlier'])
  }),

  'other units': only(['bars'], (market, random) => {
    const at = place(market, random)
    const rows = copied(market.rows)
    const factor = random.uniform() < 0.5 ? 100 : 1000
    for (const name of ['open', 'high', 'low', 'close'])
      for (let i = at; i < rows.length; i++)
        column(rows, name)[i] = onGrid(market, column(rows, name)[i] * factor)
    return injected(market, rows, at, at, ['scaleJump'])
  }),

  'crossed quote': only(['quotes'], (market, random) => {
    let at = place(market, random)
    while (at + 1 < market.rows.length && !(column(market.rows, 'bid')[at] < column(market.rows, 'ask')[at]))
      at++
    const rows = copied(market.rows)
    const bid = column(rows, 'bid')[at]
    column(rows, 'bid')[at] = column(rows, 'ask')[at]
    column(rows, 'ask')[at] = bid
    return injected(market, rows, at, at, ['crossedQuote'])
  }),

  'high below low': only(['bars'], (market, random) => {
    let at = place(market, random)
    while (!hasMoved(market, at)) if (++at >= market.rows.length) return undefined
    const rows = copied(market.rows)
    const high = column(rows, 'high')[at]
    column(rows, 'high')[at] = column(rows, 'low')[at]
    column(rows, 'low')[at] = high
    return injected(market, rows, at, at, ['highBelowLow'])
  }),

  'zero price': priced(() => 0),
  'negative price': priced(price => -price),

  volume: only(['bars'], (market, random) => {
    let at = place(market, random)
    const was = column(market.rows, 'volume')
    while (!(was[at] > 0 && hasMoved(market, at))) if (++at >= market.rows.length) return undefined
    const rows = copied(market.rows)
    const volume = column(rows, 'volume')
    const which = random.integer(0, 3)
    if (which === 0) volume[at] *= 1000
    if (which === 1) volume[at] = 0
    if (which === 2) volume[at] *= -1
    const code = (['volumeSpike', 'zeroVolume', 'negativeVolume'] as const)[which]
    const alike = () =>
      which === 0
        ? variesThousandfold(was, at)
        : count(market.rows, i => which === 1 && was[i] === 0 && hasMoved(market, i))
    return { ...injected(market, rows, at, at, [code]), alike }
  }),

  'time zone': only(['bars'], (market, random) => {
    if (isDaily(market) || market.stream.calendar.continuous) return undefined
    const ends = stretchEnds(market)
    if (ends.length < 14) return undefined
    const first = random.integer(1, ends.length - 12)
    const last = first + random.integer(2, 10)
    const hours = random.integer(2, 8) * (random.uniform() < 0.5 ? -1 : 1)
    return shifted(market, ends[first - 1] + 1, ends[last], hours * HOUR, 'zoneShift')
  }),

  // New York's summer time kept for the weeks in which London's has not begun: or not kept, by those who forget.
  'summer time': only(['bars'], (market, random) => {
    if (isDaily(market) || market.stream.calendar.continuous) return undefined
    const { eventTime } = market.rows
    const from = firstAfter(eventTime, changeOf('America/New_York', eventTime[0]))
    const to = firstAfter(eventTime, changeOf('Europe/London', eventTime[0])) - 1
    if (from === 0 || to >= market.rows.length - 1) return undefined
    return shifted(market, from, to, (random.uniform() < 0.5 ? -1 : 1) * HOUR, 'dstShift')
  }),

  split: only(['bars'], (market, random) => {
    // Currencies are not split.
    if (market.stream.calendar.continuous || market.stream.calendar.overnight) return undefined
    const ends = sessionEnds(market)
    if (ends.length < 10) return undefined
    const at = ends[random.integer(Math.min(20, ends.length >> 1), ends.length - 3)] + 1
    const ratio = [1 / 2, 1 / 3, 2 / 3, 1 / 4, 1 / 5, 1 / 10, 2, 5, 10][random.integer(0, 9)]
    const rows = copied(market.rows)
    for (const name of ['open', 'high', 'low', 'close'])
      for (let i = at; i < rows.length; i++)
        column(rows, name)[i] = onGrid(market, column(rows, name)[i] * ratio)
    return injected(market, rows, at, at, ['unlistedSplit'])
  }),

  // The receiver's clock goes slow for a while, so that rows are received before they happen.
  'received before': only(['trades', 'quotes', 'book'], (market, random) => {
    if (!hasDelays(market)) return undefined
    const at = place(market, random)
    const last = Math.min(market.rows.length - 1, at + random.integer(20, 200))
    const ahead = (0.05 + random.uniform()) * SECOND
    const rows = copied(market.rows)
    for (let i = at; i <= last; i++) rows.eventTime[i] += Math.round(ahead)
    // Of a long way a slow clock takes only a part.
    if (
      count(rows, i => rows.receiveTime[i] < rows.eventTime[i]) ===
      count(market.rows, i => market.rows.receiveTime[i] < market.rows.eventTime[i])
    )
      return undefined
    return { rows, from: rows.eventTime[at], to: rows.eventTime[last], codes: ['receivedBefore'] }
  }),

  // The venue's clock is set back for good: every delay seems longer by as much.
  'clock set': only(['trades', 'quotes', 'book'], (market, random) => {
    if (!hasDelays(market) || market.rows.length < 2000) return undefined
    const at = random.integer(800, market.rows.length - 800)
    const back = Math.round((0.02 + random.uniform()) * SECOND)
    const rows = copied(market.rows)
    for (let i = at; i < rows.length; i++) rows.eventTime[i] -= back
    return { ...injected(market, rows, at, at + 512, ['clockStep']), from: rows.eventTime[at] }
  }),

  'sequence gap': only(['trades', 'book'], (market, random) => {
    const at = place(market, random)
    if (market.stream.kind === 'book' && random.uniform() < 0.5) {
      const rows = copied(market.rows)
      column(rows, 'action')[at] = BOOK_ACTIONS.gap
      return injected(market, rows, at, at, ['sequenceGap'])
    }
    const last = at + random.integer(0, 10)
    if (!countsByOne(market)) return undefined
    const rows = taken(market.rows, (i, out) => void ((i < at || i > last) && out.push(i)))
    return injected(market, rows, at, last, ['sequenceGap'])
  }),
}

function only(kinds: readonly MarketKind[], fault: Fault): Fault {
  return (market, random) => (kinds.includes(market.stream.kind) ? fault(market, random) : undefined)
}

function priced(bad: (price: number) => number): Fault {
  return only(['bars', 'trades', 'quotes'], (market, random) => {
    const at = place(market, random)
    const rows = copied(market.rows)
    const names = { bars: ['open', 'high', 'low', 'close'], trades: ['price'], quotes: ['bid', 'ask'] }
    const choices = names[market.stream.kind as 'bars' | 'trades' | 'quotes']
    const prices = column(rows, choices[random.integer(0, choices.length)])
    prices[at] = bad(prices[at])
    return injected(market, rows, at, at, ['notPositive'])
  })
}

function shifted(
  market: CleanMarket,
  from: number,
  to: number,
  by: Micros,
  code: 'zoneShift' | 'dstShift',
): Injected {
  const rows = copied(market.rows)
  for (let i = from; i <= to; i++) rows.eventTime[i] += by
  const moved = { ...rows, receiveTime: rows.eventTime }
  return { rows: moved, from: rows.eventTime[from], to: rows.eventTime[to], codes: [code] }
}

/** First instant of summer time after one. */
function changeOf(zoneName: string, after: Micros): Micros {
  const zone = zoneNamed(zoneName)
  let time = after
  // From winter time to summer time.
  while (zone.offsetAt(time) >= zone.offsetAt(time + MINUTE * 30)) time += MINUTE * 30
  return time + MINUTE * 30
}

function isBars({ stream }: CleanMarket): boolean {
  return stream.kind === 'bars'
}

function isDaily({ stream }: CleanMarket): boolean {
  return stream.kind === 'bars' && stream.interval! >= DAY
}

/** A row with neighbours on both sides. */
function place({ rows }: CleanMarket, random: Random): number {
  return random.integer(1, rows.length - 25)
}

/** The first row from there on whose successor came later. */
function rising({ rows, stream }: CleanMarket, at: number): number {
  const time = stream.kind === 'bars' ? rows.eventTime : rows.receiveTime
  let row = at
  while (time[row] === time[row + 1]) row++
  return row
}

function firstAfter(times: Float64Array, time: Micros): number {
  const row = times.findIndex(one => one > time)
  return row < 0 ? times.length : row
}

function count(rows: CheckedRows, is: (i: number) => boolean): number {
  let found = 0
  for (let i = 0; i < rows.length; i++) if (is(i)) found++
  return found
}

function hasMoved({ rows }: CleanMarket, at: number): boolean {
  return column(rows, 'high')[at] > column(rows, 'low')[at]
}

/** Without bound where a thousand times as much is nothing unusual among the last hundred. */
function variesThousandfold(volume: Float64Array, at: number): number {
  const before = volume.slice(Math.max(0, at - 100), at).filter(one => one > 0)
  return before.length > 0 && Math.max(...before) >= 1000 * Math.min(...before) ? Number.POSITIVE_INFINITY : 0
}

function hasIds({ rows, stream }: CleanMarket): boolean {
  return stream.kind === 'trades' && rows.venueSequence !== undefined && !Number.isNaN(rows.venueSequence[0])
}

/** Rows are received a while after they happen: most of them, as far as the two clocks tell. */
function hasDelays({ rows }: CleanMarket): boolean {
  if (rows.receiveTime === rows.eventTime) return false
  return count(rows, i => rows.receiveTime[i] > rows.eventTime[i]) > 0.99 * rows.length
}

function countsByOne({ rows }: CleanMarket): boolean {
  const { venueSequence } = rows
  if (venueSequence === undefined) return false
  return count(rows, i => i > 0 && venueSequence[i] === venueSequence[i - 1] + 1) > 0.97 * rows.length
}

/** Whether two instants lie in one session without a pause between them. */
function isInside({ stream }: CleanMarket, from: Micros, to: Micros): boolean {
  const { calendar } = stream
  if (calendar.continuous) return true
  const session = calendar.sessionAt(from)
  if (session === undefined || !(to <= session.close)) return false
  return !session.breaks.some(pause => pause.from < to && pause.to > from)
}

/** How many different times there are in rows. */
function stepsOf(times: Float64Array, from: number, to: number): number {
  let steps = 0
  for (let i = from; i <= to; i++) if (times[i] !== times[i - 1]) steps++
  return steps
}

/** How often a market stands still for so many times; of no time at all: as often as it likes. */
function staleRuns(market: CleanMarket, steps: number): number {
  if (steps < 3) return Number.POSITIVE_INFINITY
  const { eventTime, length } = market.rows
  const columns = valueColumns(market.rows, market).filter(([name]) => name !== 'side' && name !== 'volume')
  let runs = 0
  let run = 0
  for (let i = 1; i < length; i++) {
    if (columns.every(([, values]) => values[i] === values[i - 1])) {
      if (eventTime[i] !== eventTime[i - 1] && ++run === steps) runs++
    } else run = 0
  }
  return runs
}

/** Last row of every stretch of sessions without a pause between them: of currencies a week, else a day. */
function stretchEnds(market: CleanMarket): number[] {
  const { eventTime } = market.rows
  if (!market.stream.calendar.overnight) return sessionEnds(market)
  return sessionEnds(market).filter(end => !(eventTime[end + 1] - eventTime[end] < DAY))
}

/** Last row of every session. */
function sessionEnds({ rows, stream }: CleanMarket): number[] {
  const { calendar } = stream
  const day = (i: number) => {
    const time = rows.eventTime[i]
    const session = calendar.continuous ? undefined : calendar.sessionAt(time)
    return session?.day ?? localDay(calendar.zone, time - 1)
  }
  const ends: number[] = []
  for (let i = 0; i < rows.length; i++) if (i + 1 === rows.length || day(i + 1) !== day(i)) ends.push(i)
  return ends
}

function injected(
  market: CleanMarket,
  rows: CheckedRows,
  first: number,
  last: number,
  codes: readonly IssueCode[],
): Injected {
  const { eventTime } = market.rows
  const [from, to] = [eventTime[first], eventTime[last]]
  return { rows, from: Math.min(from, to), to: Math.max(from, to), codes }
}

function column(rows: CheckedRows, name: string): Float64Array {
  return (rows as unknown as Columns)[name]
}

/** What a row says beside its times, its session and its number. */
function valueColumns(rows: CheckedRows, market: CleanMarket): [string, Float64Array][] {
  const names = {
    bars: ['open', 'high', 'low', 'close', 'volume'],
    trades: ['price', 'size', 'side'],
    quotes: ['bid', 'ask', 'bidSize', 'askSize'],
  }[market.stream.kind as 'bars' | 'trades' | 'quotes']
  return names.map(name => [name, column(rows, name)])
}

function copied(rows: CheckedRows): CheckedRows {
  const made: Record<string, unknown> = { ...rows }
  for (const [name, old] of Object.entries(rows)) if (old instanceof Float64Array) made[name] = old.slice()
  if (rows.receiveTime === rows.eventTime) made.receiveTime = made.eventTime
  return made as unknown as CheckedRows
}

/** Rows at chosen places, in new columns. */
function taken(rows: CheckedRows, choose: (i: number, out: number[]) => unknown): CheckedRows {
  const places: number[] = []
  for (let i = 0; i < rows.length; i++) choose(i, places)
  const made: Record<string, unknown> = { ...rows, length: places.length }
  for (const [name, old] of Object.entries(rows)) {
    if (!(old instanceof Float64Array)) continue
    const column = new Float64Array(places.length)
    for (let k = 0; k < places.length; k++) column[k] = old[places[k]]
    made[name] = column
  }
  if (rows.receiveTime === rows.eventTime) made.receiveTime = made.eventTime
  return made as unknown as CheckedRows
}

/** A feed that was down counts on as though nothing had been. */
function withNewNumbers(rows: CheckedRows): CheckedRows {
  const { venueSequence } = rows
  if (venueSequence === undefined) return rows
  return { ...rows, venueSequence: venueSequence.map((_, i) => venueSequence[0] + i) }
}

function onGrid({ stream }: CleanMarket, price: number): number {
  const { ticksPerUnit } = stream.instrument
  return Math.round(price * ticksPerUnit) / ticksPerUnit
}
