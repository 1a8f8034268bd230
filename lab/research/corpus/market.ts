/**
 * Markets that the corpus is tried on: seeded random walks with clustered volatility, weekdays at 21:00 UTC, on a
 * grid of cents. The tables in cheating/tables/ were made from these very rows.
 *
 *   one       A
 *   alive     A B C, all to the end
 *   dead      A to F, of which D E F fall and end on the way
 *   adjusted  A to D, split adjusted; A and B split after they had risen
 *   both      A as it was printed and A.ADJ, the same share split adjusted
 *   news      A and NEWS, a score that is stamped a day before it was known
 *   intraday  A in hours and A.DAY, the day's bar stamped with its first hour
 */
import { Random } from '../../core/random.ts'
import { DAY, HOUR } from '../../core/time.ts'
import type { Adjustment, BarSeries } from '../../domain/bar.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BarSource } from '../../domain/ports/store.ts'
import { memoryBars } from '../../sim/series.ts'

export type MarketName = 'one' | 'alive' | 'dead' | 'adjusted' | 'both' | 'news' | 'intraday'

const DAYS = 640
const MONDAY = Date.UTC(2018, 0, 1) * 1000

export function corpusMarket(name: MarketName): BarSource {
  switch (name) {
    case 'one':
      return source({ A: walk(1) })
    case 'alive':
      return source({ A: walk(1), B: walk(2), C: walk(3) })
    case 'dead':
      return source({
        ...{ A: walk(1), B: walk(2), C: walk(3) },
        ...{ D: walk(4, 300, -0.006), E: walk(5, 380, -0.005), F: walk(6, 460, -0.004) },
      })
    case 'adjusted':
      return source(
        {
          A: scaled(walk(11, DAYS, 0.002), 400, 4),
          B: scaled(walk(12, DAYS, 0.002), 450, 10),
          C: walk(13),
          D: walk(14),
        },
        'split',
      )
    case 'both': {
      const printed = walk(21, DAYS, 0.001)
      const later = (row: number) => (row < 200 ? 8 : row < 420 ? 2 : 1)
      return source({ A: printed, 'A.ADJ': perRow(printed, later) })
    }
    case 'news': {
      const share = walk(31)
      return source({ A: share, NEWS: scores(share) })
    }
    case 'intraday':
      return intraday()
  }
}

type Rows = { time: number; open: number; high: number; low: number; close: number; volume: number }[]

/** Weekdays from 2018-01-01, closing at 21:00 UTC. */
function walk(seed: number, days = DAYS, drift = 0.0002): Rows {
  const random = new Random(seed)
  let price = 60 + 40 * random.uniform()
  let volatility = 0.015
  return Array.from({ length: days }, (_, row) => {
    volatility = 0.015 * 0.05 + 0.95 * volatility * Math.exp(0.12 * random.normal())
    volatility = Math.min(0.04, Math.max(0.006, volatility))
    const open = price * Math.exp(0.3 * volatility * random.normal())
    const close = open * Math.exp(drift + volatility * random.normal())
    const high = Math.max(open, close) * Math.exp(0.4 * volatility * random.uniform())
    const low = Math.min(open, close) * Math.exp(-0.4 * volatility * random.uniform())
    price = close
    const time = MONDAY + (Math.floor(row / 5) * 7 + (row % 5)) * DAY + 21 * HOUR
    return { time, open, high, low, close, volume: Math.round(1e6 * Math.exp(0.4 * random.normal())) }
  })
}

/** As a vendor adjusts today: rows before the split are divided by its factor. */
function scaled(rows: Rows, split: number, factor: number): Rows {
  return perRow(rows, row => (row < split ? factor : 1))
}

function perRow(rows: Rows, factorAt: (row: number) => number): Rows {
  return rows.map((bar, row) => {
    const factor = factorAt(row)
    return {
      time: bar.time,
      open: bar.open / factor,
      high: bar.high / factor,
      low: bar.low / factor,
      close: bar.close / factor,
      volume: bar.volume * factor,
    }
  })
}

/** What the press wrote about tomorrow's move, filed under today. */
function scores(share: Rows): Rows {
  const random = new Random(99)
  return share.map(({ time }, row) => {
    const next = share[row + 1] ?? share[row]
    const score = 100 + 1000 * (next.close / share[row].close - 1) + random.normal()
    const value = Math.max(1, score)
    return { time, open: value, high: value, low: value, close: value, volume: 1 }
  })
}

function intraday(): BarSource {
  const hours: Rows = []
  const days: Rows = []
  const random = new Random(41)
  let price = 80
  for (let day = 0; day < 130; day++) {
    const first = MONDAY + (Math.floor(day / 5) * 7 + (day % 5)) * DAY + 15 * HOUR
    const drift = 0.004 * random.normal()
    const own: Rows = []
    for (let hour = 0; hour < 7; hour++) {
      const open = price * Math.exp(0.001 * random.normal())
      const close = open * Math.exp(drift + 0.004 * random.normal())
      const volume = Math.round(1e5 * Math.exp(40 * Math.abs(drift) + 0.3 * random.normal()))
      own.push({
        ...{ time: first + hour * HOUR, open, close, volume },
        high: Math.max(open, close) * 1.0005,
        low: Math.min(open, close) * 0.9995,
      })
      price = close
    }
    hours.push(...own)
    days.push({
      time: first,
      open: own[0].open,
      close: own[6].close,
      high: Math.max(...own.map(bar => bar.high)),
      low: Math.min(...own.map(bar => bar.low)),
      volume: own.reduce((sum, bar) => sum + bar.volume, 0),
    })
  }
  return source({ A: hours, 'A.DAY': days })
}

function source(table: Readonly<Record<string, Rows>>, adjustment: Adjustment = 'raw'): BarSource {
  return memoryBars(
    Object.entries(table).map(([symbol, rows]) => ({ instrument: share(symbol), series: columns(rows) })),
    { id: 'corpus', snapshot: 'corpus', adjustment },
  )
}

function share(symbol: string): Instrument {
  return { venue: 'XNAS', symbol, ticksPerUnit: 100, lotsPerUnit: 1, currency: 'USD', calendar: 'XNYS' }
}

function columns(rows: Rows): BarSeries {
  const column = (of: (bar: Rows[number]) => number) => Float64Array.from(rows, of)
  const cents = (price: number) => Math.max(1, Math.round(price * 100)) / 100
  const time = column(bar => bar.time)
  return {
    length: rows.length,
    eventTime: time,
    receiveTime: time,
    open: column(bar => cents(bar.open)),
    high: column(bar => cents(bar.high)),
    low: column(bar => cents(bar.low)),
    close: column(bar => cents(bar.close)),
    volume: column(bar => bar.volume),
    sessionClose: column(bar => Math.floor(bar.time / DAY) * DAY + 21 * HOUR),
  }
}
