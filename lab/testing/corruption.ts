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
    const code = market.rows.venueSequence === undefined && !isBars(market) ? 'repeatedRow' : 'duplicate'
    return injected(market, rows, at, at, [code])
  }),

  disorder: only(['bars', 'trades', 'quotes', 'book'], (market, random) => {
    const at = rising(market, place(market, random))
    const rows = taken(market.rows, (i, out) => out.push(i === at ? at + 1 : i === at + 1 ? at : i))
    return injected(market, rows, at, at + 1, ['unsorted'])
  }),

  'missing session': only(['bars'], (market, random) => {
    const ends = sessionEnds(market)
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
    return injected(market, withNewNumbers(rows), at, end - 1, ['missingBars', 'silence'])
  }),

  'stale run': only(['bars', 'quotes', 'trades'], (market, random) => {
    const at = place(market, random)
    const last = at + random.integer(8, 20)
    const rows = copied(market.rows)
    for (let i = at; i <= last; i++)
      for (const [name, column] of valueColumns(rows, market)) if (name !== 'side') column[i] = column[at - 1]
    return injected(market, rows, at, last, ['staleRun'])
  }),

  'bad print': only(['bars', 'trades', 'quotes'], (market, random) => {
    const at = place(market, random)
    const rows = copied(market.rows)
    const sign = random.uniform() < 0.5 ? -1 : 1
    if (market.stream.kind !== 'bars') {
      const name = market.stream.kind === 'trades' ? 'price' : random.uniform() < 0.5 ? 'bid' : 'ask'
      // Bids that are too low and asks that are too high cross nothing.
      const way = name === 'bid' ? -1 : name === 'ask' ? 1 : sign
      column(rows, name)[at] = cents(column(rows, name)[at] * (1 + way * (0.02 + 0.2 * random.uniform())))
      return injected(market, rows, at, at, ['outlier'])
    }
    const factor = Math.exp(sign * (0.4 + 0.4 * random.uniform()))
    const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(name => column(rows, name))
    const which = random.integer(0, 4)
    if (which === 0) for (const one of [open, high, low, close]) one[at] = cents(one[at] * factor)
    if (which === 1) close[at] = cents(close[at] * factor)
    if (which === 2) open[at] = cents(open[at] * factor)
    if (which === 3 && sign > 0) high[at] = cents(high[at] * factor)
    if (which === 3 && sign < 0) low[at] = cents(low[at] * factor)
    high[at] = Math.max(high[at], open[at], close[at])
    low[at] = Math.min(low[at], open[at], close[at])
    return injected(market, rows, at, at, ['outlier'])
  }),

  'other units': only(['bars'], (market, random) => {
    const at = place(market, random)
    const rows = copied(market.rows)
    const factor = random.uniform() < 0.5 ? 100 : 1000
    for (const name of ['open', 'high', 'low', 'close'])
      for (let i = at; i < rows.length; i++) column(rows, name)[i] = cents(column(rows, name)[i] * factor)
    return injected(market, rows, at, at, ['scaleJump'])
  }),

  'crossed quote': only(['quotes'], (market, random) => {
    const at = place(market, random)
    const rows = copied(market.rows)
    const bid = column(rows, 'bid')[at]
    column(rows, 'bid')[at] = column(rows, 'ask')[at]
    column(rows, 'ask')[at] = bid
    return injected(market, rows, at, at, ['crossedQuote'])
  }),

  'high below low': only(['bars'], (market, random) => {
    let at = place(market, random)
    while (column(market.rows, 'high')[at] === column(market.rows, 'low')[at]) at++
    const rows = copied(market.rows)
    const high = column(rows, 'high')[at]
    column(rows, 'high')[at] = column(rows, 'low')[at]
    column(rows, 'low')[at] = high
    return injected(market, rows, at, at, ['highBelowLow'])
  }),

  'zero price': priced(() => 0),
  'negative price': priced(price => -price),

  volume: only(['bars'], (market, random) => {
    const at = place(market, random)
    const rows = copied(market.rows)
    const volume = column(rows, 'volume')
    const which = random.integer(0, 3)
    if (which === 0) volume[at] *= 1000
    if (which === 1) volume[at] = 0
    if (which === 2) volume[at] *= -1
    return injected(market, rows, at, at, [(['volumeSpike', 'zeroVolume', 'negativeVolume'] as const)[which]])
  }),

  'time zone': only(['bars'], (market, random) => {
    if (isDaily(market) || market.stream.calendar.continuous) return undefined
    const ends = sessionEnds(market)
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
    return shifted(market, from, to, (random.uniform() < 0.5 ? -1 : 1) * HOUR, 'dstShift')
  }),

  split: only(['bars'], (market, random) => {
    if (market.stream.calendar.continuous) return undefined
    const ends = sessionEnds(market)
    const at = ends[random.integer(Math.min(20, ends.length >> 1), ends.length - 3)] + 1
    const ratio = [1 / 2, 1 / 3, 2 / 3, 1 / 4, 1 / 5, 1 / 10, 2, 5, 10][random.integer(0, 9)]
    const rows = copied(market.rows)
    for (const name of ['open', 'high', 'low', 'close'])
      for (let i = at; i < rows.length; i++) column(rows, name)[i] = cents(column(rows, name)[i] * ratio)
    return injected(market, rows, at, at, ['unlistedSplit'])
  }),

  // The receiver's clock goes slow for a while, so that rows are received before they happen.
  'received before': only(['trades', 'quotes', 'book'], (market, random) => {
    const at = place(market, random)
    const last = at + random.integer(20, 200)
    const ahead = (0.05 + random.uniform()) * SECOND
    const rows = copied(market.rows)
    for (let i = at; i <= last; i++) rows.eventTime[i] += Math.round(ahead)
    return { rows, from: rows.eventTime[at], to: rows.eventTime[last], codes: ['receivedBefore'] }
  }),

  // The venue's clock is set back for good: every delay seems longer by as much.
  'clock set': only(['trades', 'quotes', 'book'], (market, random) => {
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
  while (zone.offsetAt(time) === zone.offsetAt(after)) time += MINUTE * 30
  return time
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

/** Last row of every session. */
function sessionEnds({ rows, stream }: CleanMarket): number[] {
  const day = (i: number) => localDay(stream.calendar.zone, rows.eventTime[i] - 1)
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
  return { rows, from: eventTime[first], to: eventTime[last], codes }
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

function cents(price: number): number {
  return Math.round(price * 100) / 100
}
