/**
 * The peer benchmark's markets as bar series, read from `$PEERS_DATA` outside the clock: raw little-endian
 * columns, `w1.f64` and `w1.ts.i64` for one symbol, `w3.f64` for a panel of symbols (matrices [day, symbol]).
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { GordonError } from '../core/errors.ts'
import { DAY } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { BarSource, TickSource } from '../domain/ports/store.ts'
import { memoryBars, memoryTicks } from '../sim/index.ts'

const COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const
/** 2015-01-01T00:00Z: the panel has no times of its own, so day d closes d + 1 days later. */
const PANEL_START = 1_420_070_400_000_000
/** 2020-01-01T00:00Z */
const TICKS_START = 1_577_836_800_000_000

/** Bars of the one-symbol market. */
export function minuteRows(folder: string): number {
  return statSync(existing(folder, 'w1.f64')).size / (COLUMNS.length * 8)
}

/** @param bars how many of the first bars; all of them when absent */
export function readMinuteBars(folder: string, bars?: number): BarSeries {
  const rows = minuteRows(folder)
  const length = bars ?? rows
  if (!Number.isInteger(rows) || length > rows) {
    throw new GordonError(
      'BENCH_DATA',
      `${folder}/w1.f64 holds ${rows} bars, not ${length}: make it again or lower --n`,
    )
  }
  const file = openSync(join(folder, 'w1.f64'), 'r')
  const read = (column: number) => {
    const values = new Float64Array(length)
    readSync(file, new Uint8Array(values.buffer), 0, length * 8, column * rows * 8)
    return values
  }
  const [open, high, low, close, volume] = COLUMNS.map((_, column) => read(column))
  closeSync(file)
  const time = microsOf(readFileSync(existing(folder, 'w1.ts.i64')).subarray(0, length * 8))
  return { length, eventTime: time, receiveTime: time, open, high, low, close, volume }
}

/** One series per symbol. @param symbols columns of the matrices */
function readPanel(folder: string, symbols: number): BarSeries[] {
  const bytes = readFileSync(existing(folder, 'w3.f64'))
  const values = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
  const days = values.length / (COLUMNS.length * symbols)
  if (!Number.isInteger(days)) {
    throw new GordonError('BENCH_DATA', `${folder}/w3.f64 is no panel of ${symbols} symbols: give --symbols`)
  }
  const time = Float64Array.from({ length: days }, (_, day) => PANEL_START + (day + 1) * DAY)
  const column = (index: number, symbol: number) => {
    const start = index * days * symbols + symbol
    return Float64Array.from({ length: days }, (_, day) => values[start + day * symbols])
  }
  return Array.from({ length: symbols }, (_, symbol) => {
    const [open, high, low, close, volume] = COLUMNS.map((_, index) => column(index, symbol))
    return { length: days, eventTime: time, receiveTime: time, open, high, low, close, volume }
  })
}

/** What W1 and W2 run on. */
export function minuteSource(folder: string, bars?: number): BarSource {
  return memoryBars([{ instrument: benchInstrument('W1'), series: readMinuteBars(folder, bars) }], {
    id: 'peers-w1',
    interval: '1m',
  })
}

/** What W3 runs on; symbols are named so that canonical order is their order in the file. */
export function panelSource(folder: string, symbols: number): BarSource {
  const entries = readPanel(folder, symbols).map((series, place) => ({
    instrument: benchInstrument(`W3-${String(place).padStart(4, '0')}`),
    series,
  }))
  return memoryBars(entries, { id: 'peers-w3', interval: '1d' })
}

/** What W4 runs on: trades on cents ten milliseconds apart, and a book that stands still far from them. */
export function tradeSource(folder: string, rows?: number): { source: TickSource; lastPrice: number } {
  const [price, size, side] = readColumns(folder, 'w4.f64', 3, rows)
  const { eventTime, receiveTime } = tickTimes(price.length)
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const one of price) {
    if (one < least) least = one
    if (one > most) most = one
  }
  const before = Float64Array.of(eventTime[0] - 1, eventTime[0] - 1)
  return {
    source: memoryTicks([
      {
        instrument: benchInstrument('W4'),
        trades: { length: price.length, eventTime, receiveTime, price, size, side },
        book: {
          length: 2,
          eventTime: before,
          receiveTime: before,
          price: Float64Array.of(cents(least - 1), cents(most + 1)),
          size: Float64Array.of(100, 100),
          side: Float64Array.of(1, -1),
          action: new Float64Array(2),
        },
      },
    ]),
    lastPrice: price[price.length - 1],
  }
}

/** What W5 runs on: changes of levels, ten milliseconds apart, never crossed. */
export function bookSource(folder: string, rows?: number): { source: TickSource; lastPrice: number } {
  const [side, price, size] = readColumns(folder, 'w5.f64', 3, rows)
  const times = tickTimes(price.length)
  return {
    source: memoryTicks([
      {
        instrument: benchInstrument('W5'),
        book: { length: price.length, ...times, price, size, side, action: new Float64Array(price.length) },
      },
    ]),
    lastPrice: price[price.length - 1],
  }
}

/** Event k happens (k + 1) × 10 ms after the start and is known a millisecond later. */
function tickTimes(length: number): { eventTime: Float64Array; receiveTime: Float64Array } {
  const eventTime = Float64Array.from({ length }, (_, row) => TICKS_START + 10_000 * (row + 1))
  return { eventTime, receiveTime: eventTime.map(time => time + 1000) }
}

function readColumns(folder: string, name: string, columns: number, rows?: number): Float64Array[] {
  const bytes = readFileSync(existing(folder, name))
  const values = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
  const all = values.length / columns
  const length = rows ?? all
  if (!Number.isInteger(all) || length > all)
    throw new GordonError('BENCH_DATA', `${folder}/${name} holds ${all} rows, not ${length}: lower --n`)
  return Array.from({ length: columns }, (_, column) => values.slice(column * all, column * all + length))
}

function cents(price: number): number {
  return Math.round(price * 100) / 100
}

/** A made-up share on a grid of cents that trades around the clock, as the peers' engines see it. */
export function benchInstrument(symbol: string): Instrument {
  return { venue: 'PEERS', symbol, ticksPerUnit: 100, lotsPerUnit: 1, currency: 'USD', calendar: '24/7' }
}

function existing(folder: string, name: string): string {
  const path = join(folder, name)
  if (existsSync(path)) return path
  throw new GordonError(
    'BENCH_DATA',
    `There is no ${name} in ${folder}; make the peers' data there, or point PEERS_DATA to them.`,
  )
}

/** int64 nanoseconds → µs, rounded down, without a BigInt per row: 2³² ≡ 4 294 967 296 splits into the two words. */
function microsOf(nanos: Uint8Array): Float64Array {
  const view = new DataView(nanos.buffer, nanos.byteOffset, nanos.byteLength)
  const micros = new Float64Array(nanos.byteLength / 8)
  for (let row = 0; row < micros.length; row++) {
    const low = view.getUint32(row * 8, true)
    const high = view.getInt32(row * 8 + 4, true)
    const rest = high % 1000
    micros[row] = ((high - rest) / 1000) * 2 ** 32 + Math.floor((rest * 2 ** 32 + low) / 1000)
  }
  return micros
}
