/**
 * Other markets made of one: futures that never were, pasts that never were, other dates, other units. Prices stay
 * on the grid, high and low stay outside open and close, times stay those of the sessions.
 *
 * A made-up bar takes the shape of a real one (open against the close before, high, low and close against the
 * open, volume), in runs of about ten bars (Künsch, The Jackknife and the Bootstrap for General Stationary
 * Observations, 1989), so that it looks like the market that it stands in for.
 */
import { Random } from '../core/random.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { GordonError } from '../core/errors.ts'
import { memoryBars, rowAtOrAfter, sliceSeries } from '../sim/series.ts'

export interface World {
  readonly instruments: readonly Instrument[]
  readonly series: readonly BarSeries[]
  readonly source: BarSource
}

/** A source whose rows are all in memory. */
export function worldOf(source: BarSource): World {
  const series = source.streams.map((stream, handle) => {
    if (stream.series !== undefined) return stream.series
    throw new GordonError(
      'VET_TOO_LARGE',
      `${source.instruments[handle].symbol} has ${stream.rows} bars, more than fit in memory at once; vet fewer symbols or a shorter range.`,
    )
  })
  return { instruments: source.instruments, series, source }
}

/** The same instruments with other rows. */
export function withSeries(
  world: World,
  series: readonly BarSeries[],
  instruments: readonly Instrument[] = world.instruments,
): World {
  const source = memoryBars(
    instruments.map((instrument, handle) => ({ instrument, series: series[handle] })),
    { ...world.source.datasets[0], snapshot: 'vet' },
  )
  return {
    instruments,
    series,
    source: { ...source, intervals: world.source.intervals, datasets: world.source.datasets },
  }
}

type Columns = { -readonly [Name in keyof BarSeries]: BarSeries[Name] }

function copyOf(series: BarSeries): Columns {
  return {
    ...series,
    open: series.open.slice(),
    high: series.high.slice(),
    low: series.low.slice(),
    close: series.close.slice(),
    volume: series.volume.slice(),
  }
}

/** Writes a bar onto the grid, its extremes outside its ends. */
function put(
  into: Columns,
  row: number,
  bar: readonly [number, number, number, number],
  ticksPerUnit: number,
): void {
  const grid = (price: number) => Math.max(1, Math.min(1e14, Math.round(price * ticksPerUnit))) / ticksPerUnit
  const [open, high, low, close] = bar
  into.open[row] = grid(open)
  into.close[row] = grid(close)
  into.high[row] = grid(Math.max(open, high, low, close))
  into.low[row] = grid(Math.min(open, high, low, close))
}

export type Future = 'crash' | 'boom' | 'other' | 'wild' | 'gaps' | 'cut'
export const FUTURES: readonly Future[] = ['crash', 'boom', 'other', 'wild', 'gaps', 'cut']

/** In words, for sentences. */
export const FUTURE_WORDS: Readonly<Record<Future, string>> = {
  crash: 'replaced by a fall and what might follow one',
  boom: 'replaced by a rise and what might follow one',
  other: 'replaced by other ones',
  wild: 'replaced by wilder ones',
  gaps: 'partly left out',
  cut: 'cut off',
}

/** Everything known from `time` on is changed; what was known before is left as it is. */
export function perturbFuture(world: World, time: number, kind: Future, seed: number): World {
  const random = new Random(seed)
  const series = world.series.map((one, handle) => {
    const from = rowAtOrAfter(one, time)
    if (from === one.length) return one
    if (kind === 'cut') return sliceSeries(one, 0, from)
    const made = copyOf(one)
    const { ticksPerUnit } = world.instruments[handle]
    const drift = kind === 'crash' ? -1 : kind === 'boom' ? 1 : 0
    const gap = drift * (0.04 + 0.12 * random.uniform()) + 0.02 * random.normal()
    const stretch = kind === 'wild' ? 3 : 0.6 + random.uniform()
    const flip = random.uniform() < 0.5 ? -1 : 1
    reshape(made, one, from, { random, ticksPerUnit, stretch, flip, gap, drift: 0.002 * drift })
    if (kind !== 'gaps') return made
    // The first bar stays away at every other place: that there is one is knowledge too.
    const first = random.uniform() < 0.5
    const kept = Array.from({ length: made.length }, (_, row) => row).filter(
      row => row < from || (row === from ? !first : random.uniform() > 0.3),
    )
    return picked(made, kept)
  })
  return withSeries(world, series)
}

interface Reshaping {
  readonly random: Random
  readonly ticksPerUnit: number
  readonly stretch: number
  readonly flip: number
  readonly gap: number
  readonly drift: number
}

/** Fills rows from `from` on with the shapes of rows drawn in runs from all of the series. */
function reshape(into: Columns, like: BarSeries, from: number, terms: Reshaping): void {
  const { random, ticksPerUnit, stretch, flip } = terms
  let price = from > 0 ? like.close[from - 1] : like.open[0]
  let source = 0
  let left = 0
  for (let row = from; row < like.length; row++) {
    if (left-- <= 0) {
      source = random.integer(1, Math.max(2, like.length))
      left = random.integer(5, 16)
    } else source++
    if (source >= like.length) source = Math.min(1, like.length - 1)
    const before = like.close[Math.max(0, source - 1)]
    const move = (to: number, base: number) => flip * stretch * Math.log(to / base)
    const open =
      price * Math.exp(move(like.open[source], before) + terms.drift + (row === from ? terms.gap : 0))
    const reach = (to: number) => bounded(open * Math.exp(move(to, like.open[source])), open)
    const close = reach(like.close[source])
    put(into, row, [open, reach(like.high[source]), reach(like.low[source]), close], ticksPerUnit)
    into.volume[row] = Math.round(like.volume[source] * (0.5 + random.uniform()) * 1e8) / 1e8
    price = into.close[row]
  }
}

function bounded(price: number, base: number): number {
  return Number.isFinite(price) && price > 0 ? price : base
}

function picked(series: BarSeries, rows: readonly number[]): BarSeries {
  const pick = (column: Float64Array) => Float64Array.from(rows, row => column[row])
  const eventTime = pick(series.eventTime)
  return {
    length: rows.length,
    eventTime,
    receiveTime: series.receiveTime === series.eventTime ? eventTime : pick(series.receiveTime),
    open: pick(series.open),
    high: pick(series.high),
    low: pick(series.low),
    close: pick(series.close),
    volume: pick(series.volume),
    ...(series.sessionClose === undefined ? {} : { sessionClose: pick(series.sessionClose) }),
  }
}

/**
 * The same market begun elsewhere: bar shapes from `time` on come first, those before it after them, on the old
 * dates. All that a market has by itself (trends, reversals, seasons of volatility) is still there; what was
 * tied to a date, a number of bars or a level is not.
 */
export function rotated(world: World, time: number): World {
  const common = Math.max(...world.series.map(one => one.length))
  const longest = world.series.find(one => one.length === common)!
  const part = rowAtOrAfter(longest, time) / common
  const series = world.series.map((one, handle) => {
    const exact = rowAtOrAfter(one, time)
    const offset = exact > 0 && exact < one.length ? exact : Math.floor(part * one.length)
    const made = copyOf(one)
    let price = one.open[0]
    for (let row = 0; row < one.length; row++) {
      const source = (row + offset) % one.length
      const before = source === 0 ? one.open[0] : one.close[source - 1]
      const scale = price / before
      put(
        made,
        row,
        [
          one.open[source] * scale,
          one.high[source] * scale,
          one.low[source] * scale,
          one.close[source] * scale,
        ],
        world.instruments[handle].ticksPerUnit,
      )
      made.volume[row] = one.volume[source]
      price = made.close[row]
    }
    return made
  })
  return withSeries(world, series)
}

/**
 * The same market, seen through a haze: every move a little longer or shorter, other levels, other volumes. A rough
 * haze leaves 0.8 of each move and adds 0.6 of the bar's usual one by chance: as restless as before, and less itself.
 */
export function hazy(world: World, seed: number, rough = false): World {
  const random = new Random(seed)
  const scale = 0.6 + random.uniform()
  const series = world.series.map((one, handle) => {
    const made = copyOf(one)
    let price = one.open[0] * scale
    const usual = rough ? usualMove(one) : 0
    for (let row = 0; row < one.length; row++) {
      const before = row === 0 ? one.open[0] : one.close[row - 1]
      const factor = rough ? 0.8 : 1 + 0.12 * random.normal()
      const open = price * (one.open[row] / before) ** factor
      const push = rough ? Math.exp(0.6 * usual * random.normal()) : 1
      const reach = (to: number) => bounded(open * push * (to / one.open[row]) ** factor, open)
      put(
        made,
        row,
        [open, reach(one.high[row]), reach(one.low[row]), reach(one.close[row])],
        world.instruments[handle].ticksPerUnit,
      )
      made.volume[row] = Math.round(one.volume[row] * (0.9 + 0.2 * random.uniform()) * 1e8) / 1e8
      price = made.close[row]
    }
    return made
  })
  return withSeries(world, series)
}

/** Root of the mean square of a bar's moves from open to close, as logarithms. */
function usualMove(series: BarSeries): number {
  let squares = 0
  for (let row = 0; row < series.length; row++) squares += Math.log(series.close[row] / series.open[row]) ** 2
  return Math.sqrt(squares / Math.max(1, series.length))
}

/** All prices of some instruments divided by a whole number, exactly, on a grid as much finer: a split to come. */
export function splitLater(world: World, factors: readonly number[]): World {
  const series = world.series.map((one, handle) => {
    if (factors[handle] === 1) return one
    const { ticksPerUnit } = world.instruments[handle]
    const finer = ticksPerUnit * factors[handle]
    const divide = (column: Float64Array) => column.map(price => Math.round(price * ticksPerUnit) / finer)
    return {
      ...one,
      open: divide(one.open),
      high: divide(one.high),
      low: divide(one.low),
      close: divide(one.close),
      volume: one.volume.map(volume => volume * factors[handle]),
    }
  })
  const instruments = world.instruments.map((one, handle) => ({
    ...one,
    ticksPerUnit: one.ticksPerUnit * factors[handle],
  }))
  return withSeries(world, series, instruments)
}

/** The same bars on dates further off. */
export function shifted(world: World, by: number): World {
  const move = (column: Float64Array) => column.map(time => time + by)
  const series = world.series.map(one => {
    const eventTime = move(one.eventTime)
    return {
      ...one,
      eventTime,
      receiveTime: one.receiveTime === one.eventTime ? eventTime : move(one.receiveTime),
      ...(one.sessionClose === undefined ? {} : { sessionClose: move(one.sessionClose) }),
    }
  })
  return withSeries(world, series)
}

/** Without what was known before `time`. */
export function startingAt(world: World, time: number): World {
  return withSeries(
    world,
    world.series.map(one => sliceSeries(one, Math.min(one.length, rowAtOrAfter(one, time)), one.length)),
  )
}

/** Rows of instruments under each other's names. */
export function renamed(world: World, from: readonly number[]): World {
  const series = world.instruments.map((_, handle) => world.series[from[handle]])
  const instruments = world.instruments.map((one, handle) => ({
    ...world.instruments[from[handle]],
    venue: one.venue,
    symbol: one.symbol,
  }))
  return withSeries(world, series, instruments)
}

/** All instants, in order, each once. */
export function instantsOf(world: World): Float64Array {
  const all = new Set<number>()
  for (const one of world.series) for (const time of one.receiveTime.subarray(0, one.length)) all.add(time)
  return Float64Array.from(all).sort()
}
