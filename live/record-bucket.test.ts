/** A paper session that records into a bucket of a real S3 server, which goes away and comes back meanwhile. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBars, openStore, s3Storage } from '../lab/catalog/index.ts'
import { backtest } from '../lab/sim/index.ts'
import { loadStrategy } from '../lab/sim/loader.ts'
import type { AnyStrategy } from '../lab/sim/members.ts'
import { type FeedServer, startFeedServer } from '../lab/testing/feed-server.ts'
import { buildCommand, startGordon } from '../lab/testing/feed-session.ts'
import { randomMarket } from '../lab/testing/fixtures-random.ts'
import { SEAWEED_CREDENTIALS, type Seaweed, startSeaweed } from '../lab/testing/seaweed.ts'

const STRATEGY = `
import { type BarView, type Context, strategy } from 'gordon/strategy'
export default class Holds extends strategy({ history: 2 }) {
  override onBar(bar: BarView, ctx: Context): void {
    const before = ctx.history(bar.instrument, 2)
    if (before !== undefined && bar.close > before.close[0]) ctx.target(bar.instrument, bar.late ? 1 : 3)
    else ctx.close(bar.instrument)
  }
}
`

const folder = mkdtempSync(join(tmpdir(), 'gordon-bucket-'))
let server: Seaweed
let feed: FeedServer
beforeAll(async () => {
  buildCommand()
  server = await startSeaweed()
  await server.makeBucket('live')
}, 120_000)
afterAll(async () => {
  await feed?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

it('trades on while the bucket is away, and the bucket has every bar in the end', async () => {
  const market = randomMarket({ seed: 61, symbols: 2, bars: 2000 })
  feed = await startFeedServer({
    bars: market.instruments.map((instrument, i) => ({ instrument, series: market.streams[i].series! })),
    ...{ interval: '1d', closesPerSecond: 25, faults: { late: 0.05, lateBy: 5, duplicate: 0.1 }, seed: 61 },
  })
  const strategyFile = join(folder, 'holds.ts')
  writeFileSync(strategyFile, STRATEGY)
  const { accessKeyId, secretAccessKey } = SEAWEED_CREDENTIALS
  const variables = [
    ...[`AWS_ENDPOINT_URL=${server.endpoint}`, `AWS_ACCESS_KEY_ID=${accessKeyId}`],
    ...[`AWS_SECRET_ACCESS_KEY=${secretAccessKey}`, `GORDON_CACHE=${folder}/cache`],
  ]
  const run = startGordon(
    [
      ...['paper', strategyFile, '--feed', feed.url, '--journal', join(folder, 'session.jsonl'), '--json'],
      ...['--bar-grace', '10', '--record', 'holds', '--store', 's3://live/store', '--record-every', '0.2'],
    ],
    `export ${variables.join(' ')}`,
  )
  const storage = await s3Storage({
    ...{ url: 's3://live/store', endpoint: server.endpoint, credentials: SEAWEED_CREDENTIALS },
    cacheFolder: join(folder, 'reader'),
  })
  await run.says('instants of')
  while ((await storage.names('snapshots')).length === 0)
    await new Promise(resolve => setTimeout(resolve, 50))
  await server.stop()
  await run.says('not recorded for now')
  await server.start()
  await run.says('recorded again')
  run.child.kill('SIGINT')
  const end = await run.finished
  expect(end.code).toBe(0)
  const session = JSON.parse(end.out)
  expect(session.counts).toMatchObject({ disconnects: 0, restarts: 0 })
  expect(session.recording).toMatchObject({ store: 's3://live/store', leftOut: 0, missing: 0 })
  expect(session.recording.stored).toBe(session.recording.bars)
  const bars = await openBars({ store: await openStore(storage), datasets: ['holds'] })
  const { strategy, codeHash } = await loadStrategy(strategyFile)
  const again = await backtest({ strategy: strategy as AnyStrategy, strategyFile, codeHash, bars })
  expect(again.decisions).toBe(session.decisions)
  expect(again.fills.length).toBeGreaterThan(20)
}, 60_000)
