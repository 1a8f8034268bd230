/**
 * Made-up markets without a flaw, to be corrupted (corruption.ts): bars of a venue with sessions, half days and, in
 * Hong Kong, lunch; bars around the clock; trades, quotes and a book with ids and with delays on the way. Prices are
 * those of lab/synthetic. Rounded to cents, and moved overnight where there are nights.
 */
import type { CheckedRows, CheckedStream } from '../catalog/quality/check.ts'
import { Random } from '../core/random.ts'
import { DAY, type Micros, MINUTE, SECOND } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { type Calendar, calendarNamed, sessionsBetween } from '../domain/calendar/calendar.ts'
import { dayOf } from '../domain/calendar/civil.ts'
import type { Instrument } from '../domain/instrument.ts'
import { exponential } from '../math/index.ts'
import { garch, orderFlow } from '../synthetic/index.ts'

export interface CleanMarket {
  readonly name: string
  readonly stream: CheckedStream
  readonly rows: CheckedRows
}

const GRID = { ticksPerUnit: 100, lotsPerUnit: 1, currency: 'USD' } as const

function streamOf(kind: CheckedStream['kind'], calendar: Calendar): Omit<CheckedStream, 'interval'> {
  const instrument: Instrument = { venue: 'SYNTHETIC', symbol: 'CLEAN', calendar: calendar.name, ...GRID }
  return { kind, instrument, calendar, adjustment: 'raw' }
}

/** Four years of daily bars in New York. */
export function dailyMarket(seed: number): CleanMarket {
  return sessionBars({ name: 'daily bars', seed, venue: 'XNYS', interval: DAY, days: 4 * 365 })
}

/** Bars of five minutes over a third of a year, from February on: in New York for even seeds, else in Hong Kong. */
export function intradayMarket(seed: number): CleanMarket {
  const venue = seed % 2 === 0 ? 'XNYS' : 'XHKG'
  return sessionBars({ name: '5m bars', seed, venue, interval: 5 * MINUTE, days: 120 })
}

/** Seven weeks of quarters of an hour, around the clock. */
export function roundTheClockMarket(seed: number): CleanMarket {
  const made = garch({ seed, bars: 5000, interval: '15m', stepsPerBar: 8, volatility: 0.6, ...CALM })
  const stream = { ...streamOf('bars', calendarNamed('24/7')), interval: 15 * MINUTE }
  return { name: '15m bars, 24/7', stream, rows: made.series }
}

/** Clusters of volatility and fat tails: what a robust check must not call a fault. */
const CALM = { alpha: 0.05, beta: 0.9, degrees: 6 } as const

interface SessionTerms {
  readonly name: string
  readonly seed: number
  readonly venue: string
  readonly interval: Micros
  readonly days: number
}

function sessionBars({ name, seed, venue, interval, days }: SessionTerms): CleanMarket {
  const calendar = calendarNamed(venue)
  const first = dayOf(2016 + (seed % 7), 2, 1)
  const closes: number[] = []
  const sessions: number[] = []
  for (const session of sessionsBetween(calendar, first, first + days)) {
    if (interval >= DAY) {
      closes.push(session.close)
      sessions.push(session.close)
      continue
    }
    for (let close = session.open + interval; close <= session.close; close += interval) {
      if (session.breaks.some(({ from, to }) => close > from && close <= to)) continue
      closes.push(close)
      sessions.push(session.close)
    }
  }
  const daily = interval >= DAY
  const made = garch({
    seed,
    bars: closes.length,
    interval: daily ? '1d' : '5m',
    stepsPerBar: daily ? 32 : 8,
    volatility: daily ? 0.3 : 0.9,
    ...CALM,
  })
  const series = overnight(made.series, Float64Array.from(sessions), seed)
  const eventTime = Float64Array.from(closes)
  return {
    name,
    stream: { ...streamOf('bars', calendar), interval },
    rows: {
      ...series,
      eventTime,
      receiveTime: eventTime,
      sessionClose: Float64Array.from(sessions),
    } as CheckedRows,
  }
}

/** Every night moves all later prices by a deviation of 0.6 %. */
function overnight(series: BarSeries, sessions: Float64Array, seed: number): BarSeries {
  const random = Random.ofChoice(seed, 91)
  let move = 0
  const factor = sessions.map((session, i) => {
    if (i > 0 && session !== sessions[i - 1]) move += 0.006 * random.normal()
    return Math.exp(move)
  })
  const moved = (column: Float64Array) => column.map((price, i) => Math.round(price * factor[i] * 100) / 100)
  const { open, high, low, close } = series
  return { ...series, open: moved(open), high: moved(high), low: moved(low), close: moved(close) }
}

/** A quarter of an hour of trades, numbered one by one. */
export function tradesMarket(seed: number): CleanMarket {
  const { trades } = orderFlow({ seed, seconds: 900 })
  return {
    name: 'trades',
    stream: streamOf('trades', calendarNamed('24/7')),
    rows: {
      ...trades,
      ...delayed(trades.eventTime, seed),
      venueSequence: trades.eventTime.map((_, i) => 5000 + i),
    },
  }
}

/** The rows of a book, numbered one by one. */
export function bookMarket(seed: number): CleanMarket {
  const { book } = orderFlow({ seed, seconds: 300 })
  return {
    name: 'book',
    stream: streamOf('book', calendarNamed('24/7')),
    rows: {
      ...book,
      ...delayed(book.eventTime, seed),
      venueSequence: book.eventTime.map((_, i) => 90_000 + i),
    },
  }
}

/** Quotes without ids: a walk of the middle, a spread of one to four cents, sizes. */
export function quotesMarket(seed: number): CleanMarket {
  const random = Random.ofChoice(seed, 92)
  const rows = 6000
  const column = () => new Float64Array(rows)
  const [eventTime, bid, ask, bidSize, askSize] = [column(), column(), column(), column(), column()]
  let time = Date.UTC(2021, 2, 1, 15) * 1000
  let ticks = 10_000
  for (let i = 0; i < rows; i++) {
    time += Math.max(1, Math.round((exponential(random) * SECOND) / 5))
    ticks += random.integer(-2, 3)
    eventTime[i] = time
    bid[i] = ticks / 100
    ask[i] = (ticks + random.integer(1, 5)) / 100
    bidSize[i] = random.integer(1, 500)
    askSize[i] = random.integer(1, 500)
  }
  const columns = { bid, ask, bidSize, askSize }
  return {
    name: 'quotes',
    stream: streamOf('quotes', calendarNamed('24/7')),
    rows: { length: rows, ...delayed(eventTime, seed), ...columns } as CheckedRows,
  }
}

/** Received 4 ms later at least, and a random while; never before an earlier row. */
function delayed(eventTime: Float64Array, seed: number): Pick<CheckedRows, 'eventTime' | 'receiveTime'> {
  const random = Random.ofChoice(seed, 93)
  let last = 0
  const receiveTime = eventTime.map(time => {
    last = Math.max(last, time + 4000 + Math.round(3000 * exponential(random)))
    return last
  })
  return { eventTime, receiveTime }
}
