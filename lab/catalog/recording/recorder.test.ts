/** What a session saw is what the store gives back; what was flushed is there, whoever is killed when. */
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { SECOND } from '../../core/time.ts'
import type { HeaderEvent } from '../../domain/ports/journal.ts'
import { backtest } from '../../sim/backtest.ts'
import { PaperSession } from '../../sim/paper-session.ts'
import { sliceSeries } from '../../sim/series.ts'
import type { BarView, Context } from '../../strategy/context.ts'
import { strategy } from '../../strategy/strategy.ts'
import { bundleScript } from '../../testing/child.ts'
import { writtenSession } from '../../testing/feed-entries.ts'
import { randomMarket } from '../../testing/fixtures-random.ts'
import { stressed } from '../../testing/store-stress.ts'
import { openBars } from '../open-bars.ts'
import { openTicks } from '../open-ticks.ts'
import { openStore } from '../store.ts'
import { rowsDigest } from '../upkeep/rows-digest.ts'
import { type RecordedBatch, Recorder, type RecorderTerms } from './recorder.ts'

const folder = mkdtempSync(join(tmpdir(), 'recorder-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
let store = join(folder, 'store-0')
afterEach(() => {
  store = join(folder, `store-${++count}`)
})

const BTC = { venue: 'X', symbol: 'BTC', ticksPerUnit: 10, lotsPerUnit: 1, currency: 'USD', calendar: '24/7' }
const BEGUN = Date.UTC(2024, 4, 1) * 1000

/** Trades from the k-th on, one a second. */
function trades(from: number, length: number): RecordedBatch {
  const column = (of: (k: number) => number) => Float64Array.from({ length }, (_, i) => of(from + i))
  const time = column(k => BEGUN + k * SECOND)
  const price = column(k => 100 + (k % 50) / 10)
  const rows = {
    length,
    eventTime: time,
    receiveTime: time,
    price,
    size: column(k => 1 + (k % 3)),
    side: column(() => 1),
  }
  return { kind: 'trades', instrument: BTC, rows }
}

const terms = (more: Partial<RecorderTerms> = {}): RecorderTerms => ({
  store,
  dataset: 'btc',
  feed: 'wss://feed.example/trades',
  kinds: ['trades'],
  now: () => BEGUN,
  ...more,
})

/** Decides by every column of a bar and by when it was known. */
class Nervous extends strategy({ account: 'margin', history: 3 }) {
  override onBar(bar: BarView, ctx: Context): void {
    const before = ctx.history(bar.instrument, 3)
    if (bar.late) ctx.log(`late ${bar.time}`)
    if (before !== undefined && bar.close > before.close[0]) ctx.target(bar.instrument, 1 + (bar.volume % 7))
    else if (ctx.now % 3 === 0) ctx.target(bar.instrument, -2)
    if (bar.high - bar.low > 0.5)
      ctx.buy(bar.instrument, 2, { limit: ctx.roundPrice(bar.instrument, bar.low, 'down') })
  }
}

test.each([1, 2, 3])(
  'a paper session over a faulty line, recorded, is replayed to its digest (seed %i)',
  async seed => {
    const { session: first, entries } = writtenSession({
      strategy: Nervous,
      bars: randomMarket({ seed, symbols: 3, bars: 150, missing: 0.03 }),
      settings: { fees: '5bps', seed },
      faults: { late: 0.1, lateBy: 7, duplicate: 0.05, wrong: 0.02, swap: 0.1, cut: 0.02, garbage: 0.02 },
      seed,
      barGrace: 2500,
    })
    const { header } = first
    expect(first.counts.late).toBeGreaterThan(0)
    let clock = 0
    const recorder = await Recorder.open(
      terms({
        dataset: 'live',
        feed: header.feed,
        kinds: ['bars'],
        now: () => clock,
        rows: 60,
        wait: 40_000,
        joinAfter: 5,
      }),
    )
    const session = new PaperSession({ strategy: Nervous, header: entries[0].event as HeaderEvent })
    const recorded = header.instruments.map(() => 0)
    const seen = new Set<string>()
    for (const entry of entries) {
      session.apply(entry)
      clock = entry.time
      for (const [i, bars] of session.bars.entries()) {
        if (bars.length === recorded[i]) continue
        const instrument = header.instruments[i]
        const rows = sliceSeries(bars, recorded[i], bars.length)
        recorder.add({ kind: 'bars', interval: header.interval, adjustment: 'raw', instrument, rows })
        recorded[i] = bars.length
      }
      const flushed = await recorder.flushIfDue()
      if (flushed !== undefined) {
        seen.add(flushed.snapshot!)
        expect(flushed).toMatchObject({ dropped: 0, issues: [] })
      }
    }
    await recorder.flush()
    expect(seen.size).toBeGreaterThan(5)
    const run = session.finish()
    expect(run.fills.length).toBeGreaterThan(20)
    const bars = await openBars({ store: await openStore(store), datasets: ['live'] })
    const { strategyFile, codeHash, params, settings } = header
    const again = await backtest({ ...settings, strategy: Nervous, strategyFile, codeHash, params, bars })
    expect(again.decisions).toBe(run.decisions)
    expect(again.digest).toBe(run.digest)
    expect(again.logs).toEqual(run.logs)
  },
)

test('rows go in when enough of them wait, or one has waited for long enough by the clock', async () => {
  let clock = BEGUN
  const recorder = await Recorder.open(terms({ now: () => clock, rows: 100, wait: 5 * SECOND }))
  recorder.add(trades(0, 99))
  expect(await recorder.flushIfDue()).toBeUndefined()
  recorder.add(trades(99, 1))
  expect(await recorder.flushIfDue()).toMatchObject({ rows: 100, dropped: 0 })
  recorder.add(trades(100, 1))
  clock += 4 * SECOND
  recorder.add(trades(101, 1))
  expect(await recorder.flushIfDue()).toBeUndefined()
  expect(recorder.waiting).toBe(2)
  clock += SECOND
  expect(await recorder.flushIfDue()).toMatchObject({ rows: 2 })
  expect(await recorder.flushIfDue()).toBeUndefined()
  expect(await recorder.flush()).toBeUndefined()
})

test('streams of several kinds are one snapshot, and one source however often they were flushed', async () => {
  const recorder = await Recorder.open(terms({ kinds: ['trades', 'funding'], joinAfter: 4 }))
  const funding = (k: number): RecordedBatch => {
    const [time, rate] = [Float64Array.of(BEGUN + k * SECOND), Float64Array.of(0.0001)]
    const rows = { length: 1, eventTime: time, receiveTime: time, rate, markPrice: rate }
    return { kind: 'funding', instrument: BTC, rows: { ...rows, markPrice: Float64Array.of(100) } }
  }
  for (let k = 0; k < 10; k++) {
    recorder.add(trades(k * 10, 10))
    recorder.add(funding(k))
    const flushed = await recorder.flush()
    const datasets = await (await openStore(store, { snapshot: flushed!.snapshot })).datasets()
    expect(datasets.map(({ id, rows }) => [id, rows])).toEqual([
      ['btc/funding', k + 1],
      ['btc/trades', (k + 1) * 10],
    ])
  }
  const [stream] = (await (await openStore(store)).show('btc/trades')).instruments
  expect(stream.sources).toMatchObject([{ name: 'wss://feed.example/trades', bytes: 100 * 5 * 8 }])
  expect(stream.notes).toEqual([
    'recorded from wss://feed.example/trades as it came, from 2024-05-01T00:00:00Z on',
  ])
  // Joined after the fourth and the eighth.
  expect(stream.files.map(({ rows, source }) => [rows, source])).toEqual([
    [80, 0],
    [10, 0],
    [10, 0],
  ])
  // Another recording is another source.
  const later = await Recorder.open(terms({ kinds: ['trades', 'funding'], now: () => BEGUN + 1e9 }))
  expect(await later.recorded(trades(0, 0))).toMatchObject({ rows: 100, last: BEGUN + 99 * SECOND })
  later.add(trades(100, 5))
  await later.flush()
  const manifest = await (await openStore(store)).show('btc/trades')
  expect(manifest.instruments[0].sources.length).toBe(2)
  expect((await (await openStore(store)).check('btc/trades')).whole).toBe(true)
})

test('what cannot be used is left out and told, and so is a bar that is said again', async () => {
  const recorder = await Recorder.open(terms())
  const batch = trades(0, 5)
  batch.rows.receiveTime[2] = Number.NaN
  ;(batch.rows as unknown as { price: Float64Array }).price[3] = -1
  recorder.add(batch)
  expect(await recorder.flush()).toMatchObject({
    rows: 3,
    dropped: 2,
    issues: [
      { code: 'missingTime', count: 1 },
      { code: 'notPositive', count: 1 },
    ],
  })
  recorder.add({ ...trades(0, 1) })
  recorder.add(trades(5, 1))
  expect(await recorder.flush()).toMatchObject({ rows: 1, dropped: 1, issues: [{ code: 'unsorted' }] })
  const [stream] = (await (await openStore(store)).show('btc')).instruments
  expect(stream.issues.map(({ code, count: n }) => [code, n])).toEqual([
    ['missingTime', 1],
    ['notPositive', 1],
    ['unsorted', 1],
  ])
  const { streams } = await openTicks({ store: await openStore(store) })
  expect([...streams[0].series!.receiveTime].map(time => (time - BEGUN) / SECOND)).toEqual([0, 1, 4, 5])
})

test('a flush that fails keeps its rows, in their order, for the next one', async () => {
  const recorder = await Recorder.open(terms())
  recorder.add(trades(0, 10))
  await recorder.flush()
  renameSync(join(store, 'manifests'), join(store, 'away'))
  writeFileSync(join(store, 'manifests'), 'a file where a folder was')
  recorder.add(trades(10, 10))
  const failing = recorder.flush()
  // It is under way when the next rows come.
  await new Promise(resolve => setImmediate(resolve))
  expect(recorder.waiting).toBe(0)
  recorder.add(trades(20, 10))
  await expect(failing).rejects.toThrow()
  await expect(recorder.flush()).rejects.toThrow()
  expect(recorder.waiting).toBe(20)
  rmSync(join(store, 'manifests'))
  renameSync(join(store, 'away'), join(store, 'manifests'))
  expect(await recorder.flush()).toMatchObject({ rows: 20, dropped: 0 })
  const { streams } = await openTicks({ store: await openStore(store) })
  expect([...streams[0].series!.receiveTime].map(time => (time - BEGUN) / SECOND)).toEqual(
    Array.from({ length: 30 }, (_, i) => i),
  )
})

test('killed at random moments it loses what was not flushed, and goes on to the very same rows', async () => {
  const script = await bundleScript(
    'recorder',
    `import { writeSync } from 'node:fs'
     import { Recorder } from '/lab/catalog/recording/recorder.ts'
     const [store] = process.argv.slice(2)
     const begun = ${BEGUN}
     const instrument = ${JSON.stringify(BTC)}
     const recorder = await Recorder.open({ store, dataset: 'btc', feed: 'wss://x', kinds: ['trades'], now: () => begun, rows: 40, joinAfter: 6 })
     const from = (await recorder.recorded({ kind: 'trades', instrument }))?.rows ?? 0
     writeSync(1, 'from ' + from + '\\n')
     for (let k = from; ; k++) {
       const time = Float64Array.of(begun + k * 1e6)
       const rows = { length: 1, eventTime: time, receiveTime: time, price: Float64Array.of(100 + (k % 50) / 10), size: Float64Array.of(1 + (k % 3)), side: Float64Array.of(1) }
       recorder.add({ kind: 'trades', instrument, rows })
       const flushed = await recorder.flushIfDue()
       if (flushed !== undefined) writeSync(1, 'flushed ' + (k + 1) + '\\n')
     }`,
  )
  const random = new Random(7)
  let rows = 0
  let beyond = 0
  for (let moment = 0; moment < stressed(6, 60); moment++) {
    const child = spawn(process.execPath, [script, store], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    const begun = new Promise<void>(resolve =>
      child.stdout.on('data', (piece: Buffer) => {
        said += String(piece)
        if (said.split('flushed').length > moment % 4 && said.includes('from')) resolve()
      }),
    )
    const ended = new Promise(resolve => child.once('close', resolve))
    await begun
    await new Promise(resolve => setTimeout(resolve, random.uniform() * 200))
    child.kill('SIGKILL')
    await ended
    expect(said.split('\n')[0]).toBe(`from ${rows}`)
    const told = Number(/flushed (\d+)\n$/.exec(said)?.[1] ?? rows)
    const datasets = await (await openStore(store)).datasets().catch(() => [])
    rows = datasets[0]?.rows ?? 0
    // All that was told, at most one flush more, and no half of one.
    expect(rows % 40).toBe(0)
    expect([told, told + 40]).toContain(rows)
    if (rows > told) beyond++
  }
  rmSync(script)
  expect(rows).toBeGreaterThan(200)
  const opened = await openStore(store)
  expect((await opened.check('btc')).whole).toBe(true)
  const [stream] = (await opened.show('btc')).instruments
  // The same rows written at once.
  const other = join(folder, 'at-once')
  const recorder = await Recorder.open(terms({ store: other }))
  recorder.add(trades(0, rows))
  await recorder.flush()
  const [whole] = (await (await openStore(other)).show('btc')).instruments
  expect(await rowsDigest(store, 'trades', stream)).toBe(await rowsDigest(other, 'trades', whole))
  if (stressed(0, 1) === 1)
    console.info(
      JSON.stringify({
        rows,
        beyond,
        files: stream.files.length,
        debris: readdirSync(join(store, 'incoming')).length,
      }),
    )
})
