/**
 * What Gordon and DuckDB do in the bench of the store, each in a process of its own: a contestant makes ready, and its
 * work is then repeated and timed. Sums come after the clock has stopped, but where they are the work.
 */
import { openSync, readdirSync, readFileSync, readSync, closeSync, rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ingestSource, openStore, placeOf, SOURCES } from '../catalog/index.ts'
import { sqlText } from '../catalog/duckdb.ts'
import { loadTicks } from '../catalog/open-ticks.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { backtest, memoryBars } from '../sim/index.ts'
import { type BarView, strategy } from '../strategy/index.ts'
import { type MarketKind, START, type Sums, TIME_MODULUS } from './market-file.ts'
import { benchInstrument } from './peers-data.ts'

/** One repetition: what is timed, and what it found, asked for when the clock has stopped. */
export type Work = () => Promise<() => Promise<Found> | Found>
export type Found = Readonly<Record<string, number>>

export interface WorkTerms {
  readonly folder: string
  readonly kind: MarketKind
  readonly symbols: number
}

/** By bench and name, for `--as`. */
export const CONTESTANTS: Readonly<Record<string, (terms: WorkTerms) => Promise<Work>>> = {
  'csv:gordon ingest': async ({ folder, kind }) => {
    const path = join(folder, `${kind}.csv`)
    const store = join(folder, 'ingested')
    return async () => {
      rmSync(store, { recursive: true, force: true })
      await ingest(path, store, kind)
      return async () => storedSums(store, kind)
    }
  },
  'csv:duckdb read_csv': async ({ folder, kind }) => {
    const connection = await ownDuckDb()
    const query = sumsQuery(kind, typedCsv(folder, kind))
    return async () => {
      const rows = (await connection.runAndReadAll(query)).getRows()
      return () => sumsOf(rows[0])
    }
  },
  'csv:duckdb COPY to Parquet': async ({ folder, kind }) => {
    const connection = await ownDuckDb()
    const to = sqlText(join(folder, `${kind}.parquet`))
    return async () => {
      await connection.run(
        `COPY (FROM ${typedCsv(folder, kind)}) TO ${to} (FORMAT parquet, COMPRESSION zstd)`,
      )
      return async () => {
        const rows = (await connection.runAndReadAll(sumsQuery(kind, `read_parquet(${to})`))).getRows()
        return sumsOf(rows[0])
      }
    }
  },
  'parquet:gordon from Parquet': ({ folder }) => loading(join(folder, 'store'), false),
  'parquet:gordon from its cache': ({ folder }) => loading(join(folder, 'store'), true),
  'cache:gordon to shared memory': ({ folder }) => loading(join(folder, 'store'), true),
  'cache:a plain read, readFile': async ({ folder }) => {
    const path = cacheFile(folder)
    return async () => {
      const { length } = await readFile(path)
      return () => ({ bytes: length })
    }
  },
  'cache:a plain read, one call into shared memory': async ({ folder }) => {
    const path = cacheFile(folder)
    return async () => {
      const { size } = statSync(path)
      const file = openSync(path, 'r')
      const bytes = readSync(file, new Uint8Array(new SharedArrayBuffer(size)), 0, size, 0)
      closeSync(file)
      return () => ({ bytes })
    }
  },
  'align:gordon backtest': async ({ folder, symbols }) => {
    const bars = panelOf(join(folder, 'align.f64'), symbols)
    return async () => {
      Object.assign(TALLY, { instants: 0, rows: 0, sum: 0 })
      await backtest({ strategy: Instants, bars, cash: 1_000_000 })
      const found = { ...TALLY }
      return () => found
    }
  },
}

/** Brings a file of the bench's markets into a store. */
export async function ingest(path: string, store: string, kind: MarketKind): Promise<void> {
  const name = kind === 'trades' ? 'trades-csv' : 'bars-table'
  await ingestSource({
    store,
    place: await placeOf(path),
    adapter: SOURCES.find(source => source.name === name)!,
    dataset: kind,
    venue: 'BINANCE',
    symbol: 'BTCUSDT',
  })
}

function cacheFile(folder: string): string {
  const cache = join(folder, 'store', 'cache')
  return join(cache, readdirSync(cache).find(name => name.endsWith('.arrow'))!)
}

async function loading(place: string, cached: boolean): Promise<Work> {
  const opened = await openStore(place)
  // Nothing is left for the next repetition, and nothing found, where the cache is not to be used.
  const store = cached ? opened : { ...opened, readOnly: true, folder: join(place, 'no-cache-here') }
  const [instrument] = (await store.show('trades')).instruments
  return async () => {
    const { length, eventTime, price, size, side } = await loadTicks(store, 'trades', instrument)
    return () => {
      const sums = { rows: length, time: 0, price: 0, size: 0, side: 0 }
      for (let row = 0; row < length; row++) {
        sums.time += (eventTime[row] - START) % TIME_MODULUS
        sums.price += Math.round(price[row] * 100)
        sums.size += Math.round(size[row] * 1000)
        sums.side += side[row]
      }
      return sums
    }
  }
}

/** Instants, rows, and closes in cents, each times the number of its instant modulo 1009. */
const TALLY = { instants: 0, rows: 0, sum: 0 }

class Instants extends strategy() {
  cents = 0
  rows = 0

  override onBar(bar: BarView): void {
    this.cents += Math.round(bar.close * 100)
    this.rows++
  }

  override onInstant(): void {
    TALLY.instants++
    TALLY.rows += this.rows
    TALLY.sum += this.cents * (TALLY.instants % 1009)
    this.cents = 0
    this.rows = 0
  }
}

/** Columns symbol, time and close, by symbol and then by time. */
function panelOf(path: string, symbols: number): BarSource {
  const bytes = readFileSync(path)
  const values = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
  const rows = values.length / 3
  const entries = []
  for (let from = 0, symbol = 0; symbol < symbols; symbol++) {
    let to = from
    while (to < rows && values[to] === symbol) to++
    const time = values.slice(rows + from, rows + to)
    const close = values.slice(2 * rows + from, 2 * rows + to)
    const volume = new Float64Array(to - from).fill(1)
    const series = {
      length: to - from,
      eventTime: time,
      receiveTime: time,
      open: close,
      high: close,
      low: close,
    }
    entries.push({
      instrument: benchInstrument(`A${String(symbol).padStart(4, '0')}`),
      series: { ...series, close, volume },
    })
    from = to
  }
  return memoryBars(entries, { id: 'align', interval: '1d' })
}

async function ownDuckDb() {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  // As it comes: all cores.
  return (await DuckDBInstance.create(':memory:')).connect()
}

function typedCsv(folder: string, kind: MarketKind): string {
  const types: Readonly<Record<MarketKind, string>> = {
    trades: "time: 'BIGINT', price: 'DOUBLE', size: 'DOUBLE', side: 'VARCHAR', id: 'BIGINT'",
    bars: "time: 'TIMESTAMP', open: 'DOUBLE', high: 'DOUBLE', low: 'DOUBLE', close: 'DOUBLE', volume: 'DOUBLE'",
  }
  return `read_csv(${sqlText(join(folder, `${kind}.csv`))}, header = true, columns = {${types[kind]}})`
}

/** Sums of the columns as a source names them, or as the store does. */
function sumsQuery(kind: MarketKind, from: string, stored = false): string {
  const micros = stored ? 'epoch_us(event_time)' : kind === 'bars' ? 'epoch_us(time)' : 'time'
  const [price, size] = kind === 'bars' ? ['close', 'volume'] : ['price', 'size']
  const side = kind === 'bars' ? '0' : stored ? 'side' : "CASE side WHEN 'buy' THEN 1 ELSE -1 END"
  return (
    `SELECT count(*), sum((${micros} - ${START}) % ${TIME_MODULUS}), sum(round(${price} * 100)::BIGINT), ` +
    `sum(round(${size} * 1000)::BIGINT), sum(${side}) FROM ${from}`
  )
}

function sumsOf(row: readonly unknown[]): Sums & Found {
  const [rows, time, price, size, side] = row.map(Number)
  return { rows, time, price, size, side }
}

async function storedSums(place: string, kind: MarketKind): Promise<Found> {
  const store = await openStore(place)
  const table = await store.sql(sumsQuery(kind, kind, true))
  return sumsOf(table.schema.fields.map((_, i) => table.getChildAt(i)!.get(0)))
}
