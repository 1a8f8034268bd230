/**
 * Events of every kind: in through an adapter, out as streams, the same numbers. Expected values are what the test
 * itself put in, and what DuckDB's SQL and pyarrow say of the files.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { BOOK_ACTIONS } from '../domain/market-events.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { TickKind, TickSeries, TickSource } from '../domain/ports/store.ts'
import { python } from '../testing/python.ts'
import { ingestSource, type IngestSourceRequest } from './ingest/ingest-source.ts'
import { ingestBars } from './ingest/ingest.ts'
import { openBars } from './open-bars.ts'
import { openTicks } from './open-ticks.ts'
import { readActions, readInstruments } from './reference.ts'
import type { KindRows } from './schema.ts'
import { placeOf } from './sources/place.ts'
import { readStream } from './series-reader.ts'
import type { SourceAdapter, SourceBatch } from './sources/source.ts'
import { openStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'ticks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
/** A store of its own and a file that stands for the source of these batches. */
async function ingest(batches: readonly SourceBatch[], options: Partial<IngestSourceRequest> = {}) {
  const work = join(folder, String(count++))
  mkdirSync(work)
  const path = join(work, 'source.bin')
  writeFileSync(path, `${count}`)
  const store = options.store ?? join(work, 'store')
  const adapter: SourceAdapter = {
    name: 'test',
    kinds: [...new Set(batches.map(({ kind }) => kind))],
    about: '',
    guess: () => ({ confidence: 0, because: '' }),
    async *read() {
      yield* batches
    },
  }
  const result = await ingestSource({ store, place: await placeOf(path), adapter, dataset: 'd', ...options })
  return { result, store: await openStore(store), folder: store }
}

const T = Date.UTC(2024, 0, 2) * 1000
const column = (...values: number[]) => Float64Array.from(values)
const times = (n: number, step = 1000) => Float64Array.from({ length: n }, (_, i) => T + i * step)
const instrument = { venue: 'BINANCE', symbol: 'BTCUSDT' }

function trades(n: number, from = 0): KindRows['trades'] {
  const at = Float64Array.from({ length: n }, (_, i) => T + (from + i) * 1000)
  return {
    length: n,
    eventTime: at,
    receiveTime: at.map(time => time + 250),
    price: at.map((_, i) => 40_000 + ((from + i) % 1000) / 10),
    size: at.map((_, i) => ((from + i) % 7) + 0.5),
    side: at.map((_, i) => [1, -1, 0][(from + i) % 3]),
  }
}

/** All that a stream gives, column by column. */
async function drained(source: TickSource, stream: number, rows: number): Promise<Record<string, number[]>> {
  const all: Record<string, number[]> = {}
  const { next } = source.streams[stream]
  for (let batch = await next(rows); batch !== undefined; batch = await next(rows)) {
    expect(batch.length).toBeLessThanOrEqual(rows)
    for (const [name, values] of Object.entries(batch))
      if (values instanceof Float64Array) (all[name] ??= []).push(...values)
  }
  return all
}

function plain(series: object): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(series).flatMap(([name, values]) =>
      values instanceof Float64Array ? [[name, [...values]]] : [],
    ),
  )
}

test('every kind of event comes back as it went in, held or in batches', async () => {
  const time = times(4)
  const common = { length: 4, eventTime: time, receiveTime: time.map(t => t + 7) }
  const nan = Number.NaN
  const series: { [Kind in TickKind]: TickSeries[Kind] } = {
    trades: {
      ...common,
      price: column(1.5, 2, 2.25, 3),
      size: column(1, 2, 0.5, 4),
      side: column(1, -1, 0, 1),
    },
    quotes: {
      ...common,
      bid: column(1, nan, 2, 2),
      ask: column(2, 3, nan, 2),
      bidSize: column(5, 0, 1, 1),
      askSize: column(6, 1, 0, 1),
    },
    book: {
      ...common,
      action: column(BOOK_ACTIONS.clear, BOOK_ACTIONS.set, BOOK_ACTIONS.gap, BOOK_ACTIONS.clear),
      side: column(1, -1, 1, 1),
      price: column(1, 2, nan, nan),
      size: column(5, 0, nan, nan),
    },
    funding: { ...common, rate: column(0.0001, -0.0002, 0, 1), markPrice: column(40_000, nan, 1, 2) },
    custom: { ...common, name: 'news', value: column(-1, 0.5, nan, 3) },
  }
  const batches = (Object.keys(series) as TickKind[]).map(
    kind =>
      ({ kind, instrument, rows: series[kind], name: kind === 'custom' ? 'news' : undefined }) as SourceBatch,
  )
  const { store, result } = await ingest(batches)
  expect(result.datasets.map(({ id, kind, rows }) => [id, kind, rows])).toEqual([
    ['d/trades', 'trades', 4],
    ['d/quotes', 'quotes', 4],
    ['d/book', 'book', 4],
    ['d/funding', 'funding', 4],
    ['d/custom', 'custom', 4],
  ])
  for (const memoryRows of [undefined, undefined, 0]) {
    const source = await openTicks({ store, memoryRows })
    expect(source.instruments).toEqual([
      { ...instrument, ticksPerUnit: 100, lotsPerUnit: 1e8, currency: 'USD', calendar: '24/7' },
    ])
    expect(source.streams.map(({ kind, rows, name }) => [kind, rows, name]).sort()).toEqual([
      ['book', 4, undefined],
      ['custom', 4, 'news'],
      ['funding', 4, undefined],
      ['quotes', 4, undefined],
      ['trades', 4, undefined],
    ])
    for (const [i, { kind, series: held }] of source.streams.entries()) {
      expect(await drained(source, i, 3), kind).toEqual(plain(series[kind]))
      if (held !== undefined) expect(plain(held), kind).toEqual(plain(series[kind]))
      expect(held === undefined).toBe(memoryRows === 0)
    }
  }
  // An L2 book has no column of orders at all, and what is missing is NULL to others.
  const sql = await store.sql('SELECT count(order_id) AS o, count(price) AS p, count(*) AS n FROM d_book')
  expect(sql.toArray().map(row => [Number(row.o), Number(row.p), Number(row.n)])).toEqual([[0, 2, 4]])
})

test('pyarrow reads the files: names, types, order and nanoseconds', async () => {
  const nanos = Uint16Array.of(0, 100, 999)
  const rows = {
    ...trades(3),
    eventNanos: nanos,
    receiveNanos: Uint16Array.of(0, 900, 1),
    venueSequence: column(2 ** 40, Number.NaN, 7),
  }
  const { store } = await ingest([{ kind: 'trades', instrument, rows }])
  const [file] = (await store.show('d')).instruments[0].files
  const read = (await python(
    `
import json, sys, pyarrow.parquet as pq
t = pq.read_table(json.load(sys.stdin), partitioning=None)
print(json.dumps({
  'types': {f.name: str(f.type) for f in t.schema},
  'columns': {n: t[n].cast('int64').to_pylist() if n.endswith('time') else t[n].to_pylist() for n in t.column_names}}))`,
    join(store.folder, file.path),
  )) as { types: Record<string, string>; columns: Record<string, unknown[]> }
  expect(read.types).toEqual({
    event_time: 'timestamp[us, tz=UTC]',
    receive_time: 'timestamp[us, tz=UTC]',
    price: 'double',
    size: 'double',
    side: 'int16',
    sequence: 'int64',
    event_ns: 'int16',
    receive_ns: 'int16',
    venue_sequence: 'int64',
  })
  expect(read.columns).toEqual({
    event_time: [...rows.eventTime],
    receive_time: [...rows.receiveTime],
    price: [40_000, 40_000.1, 40_000.2],
    size: [0.5, 1.5, 2.5],
    side: [1, -1, 0],
    sequence: [0, 1, 2],
    event_ns: [0, 100, 999],
    receive_ns: [0, 900, 1],
    venue_sequence: [2 ** 40, null, 7],
  })
})

test('whoever looks at the rows gets all columns, and a source that forgot one is told', async () => {
  const rows = { ...trades(3), venueSequence: column(5, Number.NaN, 7) }
  const { store } = await ingest([{ kind: 'trades', instrument, rows }])
  const manifest = await store.show('d')
  const read = await readStream<'trades'>(store, manifest, manifest.instruments[0], {
    bookkeeping: true,
  }).next(10)
  expect(plain(read!)).toEqual({
    ...plain(rows),
    sequence: [0, 1, 2],
    eventNanos: [0, 0, 0],
    receiveNanos: [0, 0, 0],
  })
  const { size: _size, ...rest } = rows
  const forgot = { kind: 'trades', instrument, rows: { ...rest, size: column(1) } } as SourceBatch
  await expect(ingest([forgot])).rejects.toThrow('bug in a source: 3 rows of trades came with 1 rows of size')
})

test('batches of any size make the same files', async () => {
  const whole = trades(9000)
  const cut = (from: number, to: number): SourceBatch => {
    const part = Object.entries(whole).map(([name, values]) => [
      name,
      values instanceof Float64Array ? values.subarray(from, to) : values,
    ])
    return { kind: 'trades', instrument, rows: { ...Object.fromEntries(part), length: to - from } }
  }
  const hash = async (batches: SourceBatch[]) => {
    const { store } = await ingest(batches)
    return (await store.show('d')).instruments[0].files.map(({ sha256, rows }) => [sha256, rows])
  }
  const expected = await hash([cut(0, 9000)])
  expect(expected).toMatchObject([[{}, 9000]])
  expect(await hash([cut(0, 1), cut(1, 2048), cut(2048, 2050), cut(2050, 7000), cut(7000, 9000)])).toEqual(
    expected,
  )
  expect(await hash(Array.from({ length: 90 }, (_, i) => cut(i * 100, i * 100 + 100)))).toEqual(expected)
})

test('a window is cut by receive time, whole or in batches, and years are files', async () => {
  const at = Float64Array.from([-2, -1, 0, 1, 2], i => Date.UTC(2024, 0, 1) * 1000 + i * 60e6)
  const rows = { ...trades(5), eventTime: at, receiveTime: at.map(t => t + 5) }
  const { store } = await ingest([{ kind: 'trades', instrument, rows }])
  expect((await store.show('d')).instruments[0].files.map(({ year, rows: n }) => [year, n])).toEqual([
    [2023, 2],
    [2024, 3],
  ])
  for (const memoryRows of [undefined, 0]) {
    const open = async (from: number | string | undefined, to?: number | string) =>
      (await drained(await openTicks({ store, memoryRows, from, to }), 0, 100)).receiveTime
    expect(await open(at[1] + 5, at[3] + 5)).toEqual([at[1] + 5, at[2] + 5, at[3] + 5])
    expect(await open(at[1] + 6, at[3] + 4)).toEqual([at[2] + 5])
    expect(await open('2024-01-01')).toEqual([at[2] + 5, at[3] + 5, at[4] + 5])
    await expect(open('2025-01-01')).rejects.toMatchObject({ code: 'EMPTY_RANGE' })
  }
})

test('rows that cannot be are refused with their place, or left out and counted', async () => {
  const rows = trades(6)
  rows.price[1] = 0
  rows.size[2] = -1
  rows.receiveTime[3] = T
  rows.side[4] = 2
  const batch: SourceBatch = { kind: 'trades', instrument, rows, rowNumber: row => row + 2 }
  await expect(ingest([batch])).rejects.toMatchObject({
    code: 'BAD_ROWS',
    message:
      'source.bin row 3, column price: price is 0: a price must be above zero and finite; 4 of 6 rows cannot be used ' +
      '(notPositive 1, negativeSize 1, unsorted 1, badSide 1): mend the file, or pass --on-issue drop to leave such rows out',
  })
  const { result, store } = await ingest([batch], { onIssue: 'drop' })
  expect(result).toMatchObject({ dropped: 4, datasets: [{ rows: 2 }] })
  expect(
    (await store.check('d')).issues.map(({ code, severity, place }) => [code, severity, place.row]),
  ).toEqual([
    ['notPositive', 'fatal', 3],
    ['negativeSize', 'fatal', 4],
    ['unsorted', 'fatal', 5],
    ['badSide', 'fatal', 6],
  ])
  const source = await openTicks({ store })
  expect([...(source.streams[0].series as TickSeries['trades']).price]).toEqual([40_000, 40_000.5])
})

test('clocks that differ are counted and told, and no row is lost', async () => {
  const rows = trades(5)
  rows.receiveTime.set(rows.eventTime.map(t => t - 1_270_000))
  const { result } = await ingest([{ kind: 'trades', instrument, rows }])
  expect(result.datasets[0].rows).toBe(5)
  expect(result.issueCounts).toEqual([
    {
      code: 'receivedBefore',
      severity: 'suspect',
      count: 5,
      place: { source: 'source.bin', row: 1, column: 'receiveTime', instrument: 'BINANCE:BTCUSDT' },
      example:
        'source.bin row 1, column receiveTime: happened at 2024-01-02T00:00:00Z and was received before, at 2024-01-01T23:59:58.730000Z',
    },
  ])
})

test('rows in any order are put in order when that is asked for, each with its own number', async () => {
  const whole = trades(1000)
  const nanos = Uint16Array.from(whole.price, (_, i) => i % 1000)
  // 7919 is prime: a permutation that no batch leaves in order. Rows 0 and 1 share a µs and differ in nanoseconds.
  whole.receiveTime[1] = whole.receiveTime[0]
  const order = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000)
  const pick = (from: number, to: number): SourceBatch => {
    const places = order.slice(from, to)
    const rows = Object.fromEntries(
      Object.entries({ ...whole, receiveNanos: nanos.map(n => 999 - n) }).map(([name, values]) => [
        name,
        typeof values === 'number'
          ? places.length
          : values instanceof Uint16Array
            ? Uint16Array.from(places, place => values[place])
            : Float64Array.from(places, place => (values as Float64Array)[place]),
      ]),
    )
    return {
      kind: 'trades',
      instrument,
      rows: rows as unknown as KindRows['trades'],
      rowNumber: row => places[row],
    }
  }
  const batches = [pick(0, 300), pick(300, 301), pick(301, 1000)]
  await expect(ingest(batches)).rejects.toMatchObject({ code: 'BAD_ROWS' })
  const { store } = await ingest(batches, { sort: true })
  expect(await drained(await openTicks({ store }), 0, 333)).toEqual(plain(whole))
  const price = whole.price.slice()
  whole.price[500] = -1
  const told = ingest([pick(0, 1000)], { sort: true })
  await expect(told).rejects.toThrow('source.bin row 500, column price: price is -1')
  whole.price.set(price)
})

test('what comes after is appended, numbered on; what overlaps is refused', async () => {
  const first = await ingest([{ kind: 'trades', instrument, rows: trades(10) }])
  const next = (from: number, mode?: 'append' | 'replace') =>
    ingest([{ kind: 'trades', instrument, rows: trades(10, from) }], { store: first.folder, mode })
  await expect(next(10)).rejects.toMatchObject({ code: 'INSTRUMENT_EXISTS' })
  await expect(next(5, 'append')).rejects.toMatchObject({ code: 'NOT_AFTER' })
  const { store } = await next(10, 'append')
  const [entry] = (await store.show('d')).instruments
  expect([entry.rows, entry.sources.length, entry.files.map(({ source }) => source)]).toEqual([20, 2, [0, 1]])
  expect(await drained(await openTicks({ store }), 0, 7)).toEqual(plain(trades(20)))
  const sql = await store.sql('SELECT list(sequence ORDER BY receive_time)::VARCHAR AS s FROM d')
  expect(sql.toArray()[0].s).toBe(`[${Array.from({ length: 20 }, (_, i) => i).join(', ')}]`)
  const replaced = await next(3, 'replace')
  expect(replaced.result.datasets[0].streams).toMatchObject([{ rows: 10 }])
})

test('an instrument keeps every term, on bars and on ticks', async () => {
  const terms: Instrument = {
    venue: 'BINANCE',
    symbol: 'BTCUSD_240329',
    ticksPerUnit: 10,
    lotsPerUnit: 1,
    currency: 'USD',
    calendar: '24/7',
    kind: 'inverse',
    base: 'BTC',
    settlement: 'BTC',
    multiplier: 100,
    initialMargin: 0.05,
    maintenanceMargin: 0.02,
    expiry: Date.UTC(2024, 2, 29, 8) * 1000,
    minQuantity: 1,
    maxQuantity: 60_000,
    minNotional: 5,
  }
  const { store } = await ingest([{ kind: 'trades', instrument: terms, rows: trades(3) }])
  expect((await openTicks({ store })).instruments).toEqual([terms])
  const file = join(folder, 'BTCUSD_240329.csv')
  writeFileSync(file, 'time,open,high,low,close,volume\n1704153600,1,2,1,2,5\n1704153660,2,3,2,3,6\n')
  const bars = join(folder, 'bars')
  const { venue: _venue, symbol: _symbol, ...rest } = terms
  await ingestBars({
    store: bars,
    path: file,
    venue: 'BINANCE',
    interval: '1m',
    tick: 0.1,
    lot: 1,
    terms: rest,
  })
  expect((await openBars({ store: await openStore(bars) })).instruments).toEqual([terms])
})

test('bars at bid and at ask stand apart', async () => {
  const bars = (price: 'bid' | 'ask', close: number): SourceBatch => ({
    kind: 'bars',
    instrument: { venue: 'OANDA', symbol: 'EUR_USD', calendar: '24/7' },
    interval: '1m',
    price,
    rows: {
      length: 2,
      eventTime: times(2, 60e6),
      receiveTime: times(2, 60e6),
      open: column(1, 1),
      high: column(2, 2),
      low: column(1, 1),
      close: column(close, close),
      volume: column(3, 4),
    },
  })
  const { store } = await ingest([bars('bid', 1.25), bars('ask', 1.5)])
  expect((await store.datasets()).map(({ id, price }) => [id, price])).toEqual([
    ['d/ask', 'ask'],
    ['d/bid', 'bid'],
  ])
  await expect(openBars({ store })).rejects.toMatchObject({ code: 'AMBIGUOUS_DATASET' })
  const { streams } = await openBars({ store, price: 'bid' })
  expect([...streams[0].series!.close]).toEqual([1.25, 1.25])
})

test('actions and terms are read as they were known', async () => {
  const day = (d: number) => Date.UTC(2024, 0, d) * 1000
  const apple: Instrument = {
    venue: 'XNAS',
    symbol: 'AAPL',
    ticksPerUnit: 100,
    lotsPerUnit: 1,
    currency: 'USD',
    calendar: 'XNYS',
  }
  const split = { kind: 'split', instrument: 'XNAS:AAPL', time: day(20), ratio: 4 } as const
  const dividend = {
    kind: 'dividend',
    instrument: 'XNAS:AAPL',
    time: day(10),
    payTime: day(12),
    amount: 0.24,
  } as const
  const { store } = await ingest([
    {
      kind: 'actions',
      rows: [
        { action: dividend, receiveTime: day(3) },
        { action: { ...dividend, amount: 0.25 }, receiveTime: day(5) },
        { action: split, receiveTime: day(15) },
        {
          action: { kind: 'symbolChange', instrument: 'XNAS:FB', time: day(9), to: 'META' },
          receiveTime: day(1),
        },
        { action: { kind: 'delisting', instrument: 'XNAS:OLD', time: day(9) }, receiveTime: day(1) },
        {
          action: { kind: 'delisting', instrument: 'XNAS:OLD2', time: day(9), price: 1.5 },
          receiveTime: day(1),
        },
      ],
    },
    {
      kind: 'instruments',
      rows: [
        { instrument: apple, validFrom: -Infinity, validTo: day(10), receiveTime: -Infinity },
        {
          instrument: { ...apple, ticksPerUnit: 1000, kind: 'spot', minNotional: 5 },
          validFrom: day(10),
          validTo: Infinity,
          receiveTime: day(8),
        },
      ],
    },
  ])
  const actions = (knownAt?: number) => readActions({ store, instruments: [apple], knownAt })
  expect(await actions()).toEqual([{ ...dividend, amount: 0.25 }, split])
  expect(await actions(day(4))).toEqual([dividend])
  expect(await actions(day(2))).toEqual([])
  const others = await readActions({
    store,
    instruments: ['FB', 'OLD', 'OLD2'].map(symbol => ({ ...apple, symbol })),
  })
  expect(others).toEqual([
    { kind: 'symbolChange', instrument: 'XNAS:FB', time: day(9), to: 'META' },
    { kind: 'delisting', instrument: 'XNAS:OLD', time: day(9) },
    { kind: 'delisting', instrument: 'XNAS:OLD2', time: day(9), price: 1.5 },
  ])
  expect(await readInstruments({ store, at: day(9) })).toEqual([apple])
  expect(await readInstruments({ store, at: day(10) })).toEqual([
    { ...apple, ticksPerUnit: 1000, kind: 'spot', minNotional: 5 },
  ])
  // Known too late: nothing is valid that anybody could have known.
  expect(await readInstruments({ store, at: day(10), knownAt: day(7) })).toEqual([])
  expect((await store.check('d/actions')).whole).toBe(true)
  const sql = await store.sql('SELECT action, ratio, kind FROM d_actions WHERE ratio IS NOT NULL')
  expect(sql.toArray().map(row => [row.action, row.ratio, row.kind])).toEqual([['split', 4, 'actions']])
  expect(await store.datasets()).toMatchObject([
    { id: 'd/actions', kind: 'actions', rows: 6, first: day(9), last: day(20), instruments: [] },
    { id: 'd/instruments', kind: 'instruments', rows: 2, first: day(10), last: day(10), instruments: [] },
  ])
})

test('an empty gz is no source, and a folder is its files in order', async () => {
  const work = join(folder, 'days')
  mkdirSync(work)
  for (const [i, name] of ['a-2024-01-02.csv.gz', 'b-2024-01-03.csv.gz'].entries())
    writeFileSync(
      join(work, name),
      gzipSync(
        `timestamp,price,qty,side\n${Date.UTC(2024, 0, 2 + i)},10.5,1,buy\n${Date.UTC(2024, 0, 2 + i) + 5},10.25,2,sell\n`,
      ),
    )
  const { SOURCES, guessSource } = await import('./sources/index.ts')
  const place = await placeOf(work)
  const { adapter, because } = guessSource(place)
  expect([adapter.name, because]).toEqual(['trades-csv', 'columns timestamp, price, qty'])
  expect(SOURCES).toContain(adapter)
  const store = join(folder, 'days-store')
  const request = { store, place, adapter, venue: 'BINANCE', symbol: 'X' }
  await ingestSource(request)
  const source = await openTicks({ store: await openStore(store) })
  expect(plain(source.streams[0].series!)).toMatchObject({
    price: [10.5, 10.25, 10.5, 10.25],
    side: [1, -1, 1, -1],
    size: [1, 2, 1, 2],
  })
  const [entry] = (await (await openStore(store)).show('days')).instruments
  expect(entry.sources.map(({ name }) => name)).toEqual(['a-2024-01-02.csv.gz', 'b-2024-01-03.csv.gz'])
  expect(await ingestSource(request)).toMatchObject({ unchanged: true })
})
