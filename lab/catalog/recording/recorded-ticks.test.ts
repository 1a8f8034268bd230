/**
 * Ticks of every kind through the recorder: message by message and flush by flush they are the rows that one ingest
 * of all would have stored, and a run over them decides what it decides over the same ticks in memory.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { SECOND } from '../../core/time.ts'
import { backtest } from '../../sim/index.ts'
import { cutTicks, randomTicks, Restless } from '../../testing/fixtures-ticks.ts'
import type { SeriesKind } from '../series-reader.ts'
import { openTicks } from '../open-ticks.ts'
import { folderStorage } from '../storage/folder-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { openStore } from '../store.ts'
import { compactDataset } from '../upkeep/compact.ts'
import { rowsDigest } from '../upkeep/rows-digest.ts'
import { type RecordedBatch, Recorder, type RecorderTerms } from './recorder.ts'

const folder = mkdtempSync(join(tmpdir(), 'recorded-ticks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const BTC = { venue: 'X', symbol: 'BTC', ticksPerUnit: 10, lotsPerUnit: 1, currency: 'USD', calendar: '24/7' }
const BEGUN = Date.UTC(2024, 4, 1) * 1000
const terms = (more: Partial<RecorderTerms> & { store: Storage | string }): RecorderTerms => ({
  ...{ dataset: 'btc', feed: 'wss://feed.example', kinds: ['trades'], now: () => BEGUN },
  ...more,
})

function trades(from: number, length: number): RecordedBatch {
  const column = (of: (k: number) => number) => Float64Array.from({ length }, (_, i) => of(from + i))
  const time = column(k => BEGUN + k * SECOND)
  const rows = { length, eventTime: time, receiveTime: time, price: column(k => 100 + (k % 50) / 10) }
  return {
    ...{ kind: 'trades', instrument: BTC },
    rows: { ...rows, size: column(k => 1 + (k % 3)), side: column(() => 1) },
  }
}

async function digests(store: string): Promise<Record<string, string>> {
  const opened = await openStore(store)
  const found: Record<string, string> = {}
  for (const id of opened.ids) {
    expect((await opened.check(id)).whole).toBe(true)
    const { kind, instruments } = await opened.show(id)
    for (const one of instruments) found[`${id} ${one.symbol}`] = await rowsDigest(store, kind, one)
  }
  return found
}

test('trades, quotes and books, message by message, replay to the decisions over ticks in memory', async () => {
  for (const seed of [1, 2]) {
    const kinds = ['book', 'trades', 'quotes'] as const
    const market = randomTicks({ seed, events: 500, symbols: 2, kinds })
    const store = join(folder, `market-${seed}`)
    const recorder = await Recorder.open(terms({ store, dataset: 'm', kinds, rows: 150, joinAfter: 5 }))
    const random = new Random(seed)
    // Messages of one to four rows, over all streams by the time of their receipt.
    const messages = market.streams.flatMap(({ kind, instrument, series }, stream) => {
      const pieces: { at: number; stream: number; batch: RecordedBatch }[] = []
      for (let row = 0; row < series!.length; ) {
        const end = Math.min(series!.length, row + random.integer(1, 5))
        const batch = { kind, instrument: market.instruments[instrument], rows: cutTicks(series!, row, end) }
        pieces.push({ at: series!.receiveTime[end - 1], stream, batch: batch as RecordedBatch })
        row = end
      }
      return pieces
    })
    messages.sort((a, b) => a.at - b.at || a.stream - b.stream)
    let flushes = 0
    for (const { batch } of messages) {
      recorder.add(batch)
      const flushed = await recorder.flushIfDue()
      if (flushed === undefined) continue
      flushes++
      expect(flushed).toMatchObject({ dropped: 0, issues: [], rows: expect.any(Number) })
    }
    await recorder.flush()
    expect(flushes).toBeGreaterThan(8)
    const datasets = kinds.map(kind => `m/${kind}`)
    const ticks = await openTicks({ store: await openStore(store), datasets })
    const expected = await backtest({ strategy: Restless, ticks: market, seed })
    const run = await backtest({ strategy: Restless, ticks, seed })
    expect(expected.fills.length).toBeGreaterThan(30)
    expect(run.decisions, `seed ${seed}`).toBe(expected.decisions)
    // At once, the same rows to the last bit.
    const whole = join(folder, `whole-${seed}`)
    const other = await Recorder.open(terms({ store: whole, dataset: 'm', kinds }))
    for (const { kind, instrument, series } of market.streams)
      other.add({ kind, instrument: market.instruments[instrument], rows: series } as RecordedBatch)
    await other.flush()
    expect(await digests(store)).toEqual(await digests(whole))
  }
})

test('funding and a series of one’s own, with nanoseconds that come later than the first rows', async () => {
  const store = join(folder, 'others')
  const kinds: SeriesKind[] = ['funding', 'custom', 'trades']
  const recorder = await Recorder.open(terms({ store, kinds }))
  for (let k = 0; k < 6; k++) {
    const time = Float64Array.of(BEGUN + k * SECOND)
    const [at, value] = [{ length: 1, eventTime: time, receiveTime: time }, Float64Array.of(k)]
    recorder.add({
      ...{ kind: 'funding', instrument: BTC },
      rows: { ...at, rate: Float64Array.of(k / 1e4), markPrice: Float64Array.of(Number.NaN) },
    })
    recorder.add({ kind: 'custom', name: 'mood', instrument: BTC, rows: { ...at, name: 'mood', value } })
    recorder.add({ kind: 'custom', name: 'heat', instrument: BTC, rows: { ...at, name: 'heat', value } })
    const { rows } = trades(k, 1) as Extract<RecordedBatch, { kind: 'trades' }>
    const late = k < 3 ? {} : { receiveNanos: Uint16Array.of(k), venueSequence: Float64Array.of(1000 + k) }
    recorder.add({ kind: 'trades', instrument: BTC, rows: { ...rows, ...late } })
    if (k === 4) await recorder.flush()
  }
  await recorder.flush()
  const opened = await openStore(store)
  const query = async (sql: string) =>
    (await opened.sql(sql)).toArray().map(row => Object.values(row.toJSON()))
  expect(await query('SELECT rate FROM btc_funding ORDER BY 1')).toEqual(
    [0, 1, 2, 3, 4, 5].map(k => [k / 1e4]),
  )
  expect(await query('SELECT name, sum(value) FROM btc_custom GROUP BY 1 ORDER BY 1')).toEqual([
    ['heat', 15],
    ['mood', 15],
  ])
  expect(
    await query('SELECT receive_ns::INT, venue_sequence::DOUBLE FROM btc_trades ORDER BY sequence'),
  ).toEqual([
    ...[
      [0, null],
      [0, null],
      [0, null],
    ],
    ...[
      [3, 1003],
      [4, 1004],
      [5, 1005],
    ],
  ])
})

/** A folder that can be full, or slow to be asked. */
function troubled(store: string): { storage: Storage; full: (is: boolean) => void } {
  const plain = folderStorage(store)
  let isFull = false
  const take: Storage['take'] = async (staged, file) => {
    if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    return plain.take(staged, file)
  }
  return { storage: { ...plain, take }, full: is => void (isFull = is) }
}

test('on a full disk rows wait up to a bound, and what is lost beyond it is told for good', async () => {
  const store = join(folder, 'full')
  const { storage, full } = troubled(store)
  let clock = BEGUN
  const recorder = await Recorder.open(terms({ store: storage, mostRows: 100, now: () => clock }))
  recorder.add(trades(0, 10))
  await recorder.flush()
  full(true)
  for (let k = 10; k < 130; k += 20) {
    clock = BEGUN + k * SECOND
    recorder.add(trades(k, 20))
    const failing = recorder.flush()
    // What is under way counts: it may come back.
    await new Promise(resolve => setImmediate(resolve))
    if (k === 110) recorder.add(trades(200, 1))
    await expect(failing).rejects.toMatchObject({ code: 'DISK_FULL' })
  }
  expect([recorder.waiting, recorder.lost]).toEqual([100, 21])
  full(false)
  expect(await recorder.flush()).toMatchObject({ rows: 100, dropped: 0 })
  clock = BEGUN + 130 * SECOND
  recorder.add(trades(130, 10))
  await recorder.flush()
  const [stream] = (await (await openStore(store)).show('btc')).instruments
  expect(stream.rows).toBe(120)
  expect(stream.notes).toEqual([
    'recorded from wss://feed.example as it came, from 2024-05-01T00:00:00Z on',
    '21 rows came between 2024-05-01T00:01:50Z and 2024-05-01T00:01:50Z and are lost: the store took none for too long',
  ])
})

test('rows of which none can be used are told with the first that can', async () => {
  const store = join(folder, 'unusable')
  const recorder = await Recorder.open(terms({ store }))
  const bad = () => {
    const batch = trades(0, 3)
    ;(batch.rows as unknown as { price: Float64Array }).price.fill(-1)
    return batch
  }
  recorder.add(bad())
  const told = { rows: 0, dropped: 3, issues: [{ code: 'notPositive', count: 3 }] }
  const first = await recorder.flush()
  expect(first).toMatchObject(told)
  expect(first!.snapshot).toBeUndefined()
  recorder.add(bad())
  expect(await recorder.flush()).toMatchObject(told)
  recorder.add(trades(10, 2))
  expect(await recorder.flush()).toMatchObject({ rows: 2, dropped: 0 })
  recorder.add(trades(20, 2))
  await recorder.flush()
  const [stream] = (await (await openStore(store)).show('btc')).instruments
  expect([stream.rows, stream.dropped]).toEqual([4, 6])
  expect(stream.issues.map(({ code, count }) => [code, count])).toEqual([['notPositive', 6]])
})

test('files are joined and another writer appends while it records: no row is lost or doubled', async () => {
  const store = join(folder, 'beside')
  const recorder = await Recorder.open(terms({ store, joinAfter: 3 }))
  const OTHER = { ...BTC, symbol: 'ETH' }
  const other = await Recorder.open(terms({ store, joinAfter: 1000 }))
  let ended = false
  const joining = (async () => {
    let joined = 0
    while (!ended) {
      const done = await compactDataset(store, 'btc').catch(error => {
        if (error.code !== 'UNKNOWN_DATASET') throw error
      })
      if (done?.unchanged === false) joined++
    }
    return joined
  })()
  const flushAll = async (one: Recorder): Promise<void> => {
    // Another writer was first: the rows wait, and go in behind.
    while (one.waiting > 0)
      await one.flush().catch(error => {
        if (error.code !== 'APPEND_CONFLICT') throw error
      })
  }
  for (let k = 0; k < 25; k++) {
    recorder.add(trades(k * 4, 4))
    other.add({ ...trades(k * 4, 4), instrument: OTHER } as RecordedBatch)
    await Promise.all([flushAll(recorder), flushAll(other)])
  }
  ended = true
  expect(await joining).toBeGreaterThan(1)
  const whole = join(folder, 'beside-whole')
  const once = await Recorder.open(terms({ store: whole }))
  for (const instrument of [BTC, OTHER]) once.add({ ...trades(0, 100), instrument } as RecordedBatch)
  await once.flush()
  expect(await digests(store)).toEqual(await digests(whole))
})

test('files that cannot be joined are told, and their rows are stored all the same', async () => {
  const store = join(folder, 'not-joined')
  const recorder = await Recorder.open(terms({ store, joinAfter: 3 }))
  for (let k = 0; k < 2; k++) {
    recorder.add(trades(k, 1))
    await recorder.flush()
  }
  const [stream] = (await (await openStore(store)).show('btc')).instruments
  rmSync(join(store, stream.files[0].path))
  recorder.add(trades(2, 1))
  const flushed = await recorder.flush()
  expect(flushed).toMatchObject({ rows: 1, snapshot: expect.stringMatching(/^snapshot-3-/) })
  expect(flushed!.notJoined).toBeInstanceOf(Error)
  expect(recorder.waiting).toBe(0)
})
