/** Seeded random markets on a grid: walks with gaps, missing bars and different histories per symbol. */
import { Random } from '../core/random.ts'
import { DAY, type Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { BarSource, BarStream } from '../domain/ports/store.ts'
import { memoryBars, sliceSeries } from '../sim/series.ts'
import { START, share } from './fixtures.ts'

export interface RandomMarket {
  readonly seed: number
  readonly symbols?: number
  readonly bars?: number
  readonly step?: Micros
  readonly interval?: string
  /** Chance that a symbol has no bar at an instant. */
  readonly missing?: number
  /** Whether symbols begin and end at different times. */
  readonly ragged?: boolean
}

/** One walk in cents: gaps between bars, highs and lows beyond both ends. */
export function randomSeries(seed: number, bars: number, terms: Partial<RandomMarket> = {}): BarSeries {
  const { step = DAY, missing = 0 } = terms
  const random = new Random(seed)
  const rows: number[][] = []
  let close = random.integer(1_000, 20_000)
  for (let k = 1; k <= bars; k++) {
    const open = Math.max(100, close + random.integer(-60, 61))
    close = Math.max(100, Math.round(open * (1 + 0.02 * random.normal())))
    const high = Math.max(open, close) + random.integer(0, 80)
    const low = Math.max(50, Math.min(open, close) - random.integer(0, 80))
    if (random.uniform() >= missing)
      rows.push([
        START + k * step,
        open / 100,
        high / 100,
        low / 100,
        close / 100,
        random.integer(100, 10_000),
      ])
  }
  const column = (place: number) => Float64Array.from(rows, row => row[place])
  const time = column(0)
  return {
    length: rows.length,
    eventTime: time,
    receiveTime: time,
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  }
}

/** Symbols S00, S01, … */
export function randomMarket(terms: RandomMarket): BarSource {
  const { seed, symbols = 3, bars = 300, ragged = false } = terms
  const random = new Random(seed)
  return memoryBars(
    Array.from({ length: symbols }, (_, place) => {
      const whole = randomSeries(seed * 1_000 + place, bars, terms)
      const from = ragged ? random.integer(0, Math.floor(whole.length / 3)) : 0
      const to = ragged ? whole.length - random.integer(0, Math.floor(whole.length / 3)) : whole.length
      return {
        instrument: share(`S${String(place).padStart(2, '0')}`),
        series: copied(sliceSeries(whole, from, to)),
      }
    }),
    { interval: terms.interval ?? '1d' },
  )
}

/** The same bars from streams that hand over batches, as a source larger than memory does. */
export function streamed(source: BarSource, batch = Number.POSITIVE_INFINITY): BarSource {
  return { ...source, streams: source.streams.map(stream => batches(stream.series!, batch)) }
}

function batches(series: BarSeries, largest: number): BarStream {
  let at = 0
  return {
    rows: series.length,
    async next(rows) {
      if (at >= series.length) return undefined
      const from = at
      at = Math.min(series.length, at + Math.min(rows, largest))
      return copied(sliceSeries(series, from, at))
    },
  }
}

/** Columns of its own, so that a view's neighbours are not behind it. */
export function copied(series: BarSeries): BarSeries {
  const time = series.eventTime.slice()
  return {
    length: series.length,
    eventTime: time,
    receiveTime: series.receiveTime === series.eventTime ? time : series.receiveTime.slice(),
    open: series.open.slice(),
    high: series.high.slice(),
    low: series.low.slice(),
    close: series.close.slice(),
    volume: series.volume.slice(),
    ...(series.sessionClose === undefined ? {} : { sessionClose: series.sessionClose.slice() }),
  }
}
