/**
 * Paper sessions whose bars go into the store while they run: real sockets, real processes, a real disk. What must
 * come out of the store is what the strategy saw, so that a backtest of the same file decides the same; whatever was
 * killed, cut or full on the way. Seeds are in the names.
 */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStore, rowsDigest } from '../lab/catalog/index.ts'
import { backtestCommand } from '../lab/cli/backtest.ts'
import { ingestCommand } from '../lab/cli/ingest.ts'
import { journalRecord } from '../lab/cli/journal-record.ts'
import { parityCommand } from '../lab/cli/journal.ts'
import { Random } from '../lab/core/random.ts'
import type { FeedFaults } from '../lab/testing/feed-faults.ts'
import { type FeedServer, startFeedServer } from '../lab/testing/feed-server.ts'
import { buildCommand, type Finished, gordon, startGordon } from '../lab/testing/feed-session.ts'
import { randomMarket } from '../lab/testing/fixtures-random.ts'
import { stressed } from '../lab/testing/store-stress.ts'
import { type PaperOptions, paperCommand } from './paper.ts'

const BARS = 160
const ALL = 3 * BARS
const DATASET = 'live/nosy'
const ALL_FAULTS: FeedFaults = {
  ...{ late: 0.05, lateBy: 7, duplicate: 0.1, wrong: 0.03 },
  ...{ swap: 0.2, cut: 0.02, garbage: 0.02 },
}

const STRATEGY = `
import { type BarView, type Context, sma, strategy } from 'gordon/strategy'

/** Decides by prices, by volume, by chance, and by whether a bar came late. */
export default class Nosy extends strategy({ history: 3 }) {
  mean = this.indicator(sma(4))

  override onBar(bar: BarView, ctx: Context): void {
    const mean = this.mean.at(bar)
    if (bar.late) ctx.log('late ' + bar.instrument.symbol)
    if (mean === undefined) return
    const held = ctx.position(bar.instrument)
    if (bar.close > mean && held === 0 && ctx.openOrders(bar.instrument).length === 0) {
      ctx.buy(bar.instrument, bar.late ? 1 : 3 + (bar.volume % 5))
      if (ctx.random() < 0.5) ctx.buy(bar.instrument, 2, { limit: ctx.roundPrice(bar.instrument, bar.low, 'down') })
    } else if (bar.close < mean && held > 0) {
      for (const id of ctx.openOrders(bar.instrument)) ctx.cancel(id)
      ctx.close(bar.instrument)
    }
  }
}
`

let folder: string
let strategyFile: string
let journal: string
let store: string
let feed: FeedServer | undefined

beforeAll(buildCommand)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gordon-record-'))
  strategyFile = join(folder, 'nosy.ts')
  journal = join(folder, 'session.jsonl')
  store = join(folder, 'store')
  writeFileSync(strategyFile, STRATEGY)
})
afterEach(async () => {
  await feed?.close()
  feed = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function serve(
  seed: number,
  faults: FeedFaults,
  closesPerSecond: number,
  symbols = 3,
): Promise<string> {
  const market = randomMarket({ seed, symbols, bars: BARS })
  feed = await startFeedServer({
    bars: market.instruments.map((instrument, place) => ({
      instrument,
      series: market.streams[place].series!,
    })),
    ...{ interval: '1d', closesPerSecond, faults, seed },
  })
  return feed.url
}

const words = (url: string, ...more: string[]) => [
  ...['paper', strategyFile, '--feed', url, '--journal', journal, '--fees', '5bps'],
  ...['--record', DATASET, '--store', store, '--record-every', '0.05', ...more],
]

/** The JSON document of a command that went well. */
function document(end: Finished) {
  expect(end.err + end.out.slice(0, 200)).not.toMatch(/gordon: |"error"/)
  expect(end.code).toBe(0)
  return JSON.parse(end.out)
}

/** The store against the session: a backtest over it, parity with it, and the same rows out of the journal alone. */
async function proofs(session: { decisions: string; fills: unknown[]; recording: Record<string, unknown> }) {
  const { recording } = session
  expect(recording).toMatchObject({ stored: recording.bars, leftOut: 0, missing: 0 })
  const over = { store, data: [DATASET], json: true }
  const backtest = JSON.parse(await backtestCommand([strategyFile], { ...over, fees: '5bps' }))
  expect(backtest.decisions).toBe(session.decisions)
  expect(backtest.fills).toEqual(session.fills)
  const parity = JSON.parse(await parityCommand(journal, over))
  expect(parity.recorded).toEqual({
    ...{ equal: true, session: session.decisions, backtest: session.decisions, bars: recording.bars },
  })
  const other = join(folder, 'from-journal')
  const record = async (place: string) =>
    JSON.parse(await journalRecord(journal, { dataset: DATASET, store: place, json: true }))
  expect(await record(other)).toMatchObject({ stored: recording.bars, brought: recording.bars, missing: 0 })
  const digests = await digestsOf(store)
  expect(await digestsOf(other)).toEqual(digests)
  // Nothing is left to bring to a dataset that is whole.
  const again = await record(store)
  expect(again).toMatchObject({ stored: recording.bars, brought: 0, leftOut: 0, missing: 0 })
  expect(again.snapshot).toBeUndefined()
  expect(await digestsOf(store)).toEqual(digests)
}

async function digestsOf(place: string): Promise<Record<string, string>> {
  const opened = await openStore(place)
  expect((await opened.check(DATASET)).whole).toBe(true)
  const { instruments } = await opened.show(DATASET)
  const found: Record<string, string> = {}
  for (const one of instruments) found[one.symbol] = await rowsDigest(place, 'bars', one)
  return found
}

describe('a recorded paper session', () => {
  it('over a line with every fault is in the store as the strategy saw it (seed 72)', async () => {
    const url = await serve(72, ALL_FAULTS, 60)
    const session = document(await gordon(...words(url, '--bar-grace', '10', '--json')))
    expect(session.orders.length).toBeGreaterThan(30)
    expect(session.counts.late + session.counts.stale).toBeGreaterThan(0)
    await proofs(session)
    const [{ sources, notes }] = (await (await openStore(store)).show(DATASET)).instruments
    expect(sources.map(({ name }) => name)).toEqual([url])
    expect(notes).toEqual([expect.stringMatching(/^recorded from ws:\/\/127.* from \d{4}-.*session\.jsonl$/)])
  })

  it.each([81, 82].slice(0, stressed(1, 2)))(
    'killed again and again over a faulty line has every bar once (seed %i)',
    async seed => {
      const url = await serve(seed, ALL_FAULTS, 50)
      const random = new Random(seed)
      const kills = stressed(3, 25)
      for (let k = 0; k < kills; k++) {
        const run = startGordon(words(url, '--bar-grace', '12'))
        await run.says(k === 0 ? 'writing' : 'going on with')
        await new Promise(resolve => setTimeout(resolve, random.integer(100, 600)))
        while (k === kills - 1 && !existsSync(join(store, 'snapshots', 'snapshot-1.json')))
          await new Promise(resolve => setTimeout(resolve, 20))
        run.child.kill('SIGKILL')
        await run.finished
      }
      const session = document(await gordon(...words(url, '--bar-grace', '12', '--json')))
      expect(session.counts.restarts).toBeGreaterThan(1)
      expect(session.counts.late + session.counts.stale).toBeGreaterThan(0)
      // Some of it was there before the last start.
      expect(session.recording.brought).toBeLessThan(session.recording.bars)
      await proofs(session)
      const [{ sources }] = (await (await openStore(store)).show(DATASET)).instruments
      expect(sources.length).toBe(1)
    },
  )

  it('goes on trading while the store takes nothing, and stores what waited', async () => {
    const url = await serve(91, { late: 0.03, lateBy: 4 }, 60)
    const run = startGordon(words(url, '--bar-grace', '10', '--json'))
    await run.says('instants of')
    while (!existsSync(join(store, 'manifests'))) await new Promise(resolve => setTimeout(resolve, 20))
    renameSync(join(store, 'manifests'), join(store, 'away'))
    writeFileSync(join(store, 'manifests'), 'a file where a folder was')
    await run.says('not recorded for now')
    rmSync(join(store, 'manifests'))
    renameSync(join(store, 'away'), join(store, 'manifests'))
    await run.says('recorded again')
    await proofs(JSON.parse((await run.finished).out))
  })

  it('says at its end what the store did not take, and the journal brings it', async () => {
    const url = await serve(92, {}, 200)
    const run = startGordon(words(url))
    await run.says('instants of')
    while (!existsSync(join(store, 'manifests'))) await new Promise(resolve => setTimeout(resolve, 20))
    renameSync(join(store, 'manifests'), join(store, 'away'))
    writeFileSync(join(store, 'manifests'), 'a file where a folder was')
    const end = await run.finished
    expect(end.code).toBe(0)
    expect(end.out).toMatch(/ {2}recorded {6}\d+ of 480 bars, as the session saw them, in live\/nosy of /)
    const [told] = /gordon journal record (.*) \[NOT_RECORDED\]/.exec(end.out)!
    rmSync(join(store, 'manifests'))
    renameSync(join(store, 'away'), join(store, 'manifests'))
    const brought = await gordon(...told.replace(' [NOT_RECORDED]', '').split(' ').slice(1))
    expect([brought.code, brought.out]).toEqual([
      0,
      expect.stringMatching(/^recorded 480 of 480 bars, as the session saw them, in live\/nosy of .*\n$/),
    ])
    const replayed = document(await gordon('journal', 'replay', journal, '--json'))
    await proofs({ ...replayed, recording: { bars: ALL, stored: ALL, leftOut: 0, missing: 0 } })
  })

  it('on a bucket that is away is refused at its start, and is no reason to leave one that has begun', async () => {
    const url = await serve(93, {}, 200)
    const bucket = ['--record', DATASET, '--store', 's3://away/prefix']
    const away = [
      ...['export AWS_ENDPOINT_URL=http://127.0.0.1:9 AWS_ACCESS_KEY_ID=k AWS_SECRET_ACCESS_KEY=secret'],
      `export GORDON_CACHE=${folder}/cache`,
    ].join('; ')
    const plain = ['paper', strategyFile, '--feed', url, '--journal', journal, '--fees', '5bps', '--json']
    const refused = await startGordon([...plain, ...bucket], away).finished
    expect([refused.code, JSON.parse(refused.out).error.code]).toEqual([1, 'STORE_UNREACHABLE'])
    expect(existsSync(journal)).toBe(false)
    document(await gordon(...plain, '--max-instants', '40'))
    const end = await startGordon([...plain, ...bucket], away).finished
    expect(end.err).toMatch(/not recorded for now: http:\/\/127\.0\.0\.1:9 cannot be reached for s3:\/\/away/)
    expect(end.err + end.out).not.toContain('secret')
    const session = JSON.parse(end.out)
    expect([end.code, session.counts.instants]).toEqual([0, BARS])
    expect(session.recording).toMatchObject({ store: 's3://away/prefix', bars: ALL, stored: 0, missing: ALL })
  })

  it('is told from another session that was recorded into the same dataset', async () => {
    const first = document(await gordon(...words(await serve(94, {}, 400), '--json')))
    expect(first.recording).toMatchObject({ stored: ALL, leftOut: 0 })
    const before = await digestsOf(store)
    journal = join(folder, 'second.jsonl')
    const end = await gordon(...words(feed!.url))
    expect(end.out).toContain('0 of 480 bars, as the session saw them')
    expect(end.out).toMatch(/! 480 bars were left out of live\/nosy, .*\[RECORDING_DIFFERS\]/)
    expect(await digestsOf(store)).toEqual(before)
    const parity = JSON.parse(await parityCommand(journal, { store, data: [DATASET], json: true }))
    expect(parity.recorded).toMatchObject({
      equal: false,
      firstDifference: expect.stringMatching(/^bar TEST:S00 of .* was worked at .* and in the store at /),
    })
  })

  it.each<[Partial<PaperOptions>, string]>([
    [{ record: '../x' }, 'BAD_DATASET_ID'],
    [{ recordEvery: 'soon' }, 'FLAG_NOT_A_NUMBER'],
    [{ recordEvery: '-1' }, 'SETTING_INVALID'],
    [{ store: 'data/sample' }, 'STORE_READ_ONLY'],
    [{ record: undefined }, 'FLAG_UNUSED'],
  ])('with %j is refused before the feed is asked', async (more, code) => {
    const options = { feed: 'ws://127.0.0.1:9', journal, record: DATASET, store, ...more }
    await expect(paperCommand(strategyFile, options)).rejects.toMatchObject({ code })
    expect(existsSync(journal)).toBe(false)
  })

  it('does not fit into a dataset of other bars', async () => {
    const feedUrl = await serve(95, {}, 400)
    await ingestCommand('data/sample', { store })
    const options = { feed: feedUrl, journal, record: 'us-daily/total-return', store }
    await expect(paperCommand(strategyFile, options)).rejects.toMatchObject({
      code: 'DATASET_DIFFERS',
      message:
        'dataset us-daily/total-return holds total-return bars of 1d and the session has raw bars of 1d: choose another one with --record',
    })
    expect(existsSync(journal)).toBe(false)
  })
})
