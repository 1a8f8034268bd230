/** A store in a bucket, on a real SeaweedFS: the same rows and decisions, no commit lost, nothing half seen. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect, createServer as createRelay } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { backtest } from '../../sim/index.ts'
import SmaCross from '../../../strategies/sma-cross.ts'
import { bundleScript, runChild } from '../../testing/child.ts'
import { stressed } from '../../testing/store-stress.ts'
import { Random } from '../../core/random.ts'
import { SEAWEED_CREDENTIALS, type Seaweed, startSeaweed } from '../../testing/seaweed.ts'
import { adoptStore } from '../adopt.ts'
import { ingestBars } from '../ingest/ingest.ts'
import { traceDataset } from '../lineage/trace.ts'
import { openBars } from '../open-bars.ts'
import { openStore } from '../store.ts'
import { compactDataset } from '../upkeep/compact.ts'
import { retainSnapshots } from '../upkeep/retain.ts'
import { rowsDigest } from '../upkeep/rows-digest.ts'
import { S3Storage } from './s3-storage.ts'
import type { StorePlace } from './storage.ts'

vi.setConfig({ testTimeout: stressed(120_000, 1_800_000) })
const folder = mkdtempSync(join(tmpdir(), 's3-'))
let server: Seaweed
let script = ''

beforeAll(async () => {
  server = await startSeaweed()
  await server.makeBucket('lab')
  script = await bundleScript(
    's3-ingest',
    `import { ingestBars, s3Storage } from '/lab/catalog/index.ts'
     const [settings, path, symbol, times] = process.argv.slice(2)
     const store = await s3Storage(JSON.parse(settings))
     for (let i = 0; i < Number(times); i++)
       console.log((await ingestBars({ store, path, venue: 'OTC', calendar: '24/7', symbol: symbol + i, dataset: 'race' })).snapshot)`,
  )
})
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
  rmSync(script, { force: true })
})

const settings = (name: string, more: object = {}) => ({
  url: `s3://lab/${name}`,
  endpoint: server.endpoint,
  credentials: SEAWEED_CREDENTIALS,
  cacheFolder: join(folder, 'copies'),
  ...more,
})

/** As another process sees it: a storage of its own over the same copies. */
const bucket = (name: string, more?: object) => new S3Storage(settings(name, more))

function csv(name: string, rows: number, first = 0): string {
  const path = join(folder, name)
  const lines = Array.from({ length: rows }, (_, i) => {
    const price = 100 + Math.round(Math.sin((first + i) / 9) * 1000 + (((first + i) * 7919) % 100)) / 100
    return `${new Date(Date.UTC(2020, 0, 1) + (first + i) * 60_000).toISOString()},${price},${price + 1},${price - 1},${price},${i}`
  })
  writeFileSync(path, ['time,open,high,low,close,volume', ...lines].join('\n') + '\n')
  return path
}

const market = { venue: 'OTC', symbol: 'BTC/USD +x', calendar: '24/7', interval: '1m', dataset: 'bars' }

async function run(place: StorePlace, memoryRows?: number) {
  const store = await openStore(place)
  const bars = await openBars({ store, datasets: ['bars'], memoryRows })
  return backtest({ strategy: SmaCross, bars, cash: 100_000, fees: '10bps' })
}

/** Every Parquet file among the copies of a store. */
function copies(storage: S3Storage): string[] {
  return readdirSync(storage.folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.parquet') && !name.startsWith('incoming'))
    .map(name => join(storage.folder, name))
}

test('a run reads from a bucket what it reads from a folder, to the last bit', async () => {
  const path = csv('minutes.csv', 3000)
  const here = join(folder, 'here')
  const there = bucket('same')
  const [first, second] = [
    await ingestBars({ store: here, path, ...market }),
    await ingestBars({ store: there, path, ...market }),
  ]
  expect(second.snapshot).toBe(first.snapshot)
  const expected = await run(here)
  expect(expected.fills.length).toBeGreaterThan(20)
  // With what the ingest left here, without it, in batches, and from columns that were kept.
  expect((await run(there)).digest).toBe(expected.digest)
  for (const memoryRows of [0, undefined, undefined]) {
    const elsewhere = bucket('same', { cacheFolder: join(folder, 'elsewhere') })
    expect((await run(elsewhere, memoryRows)).digest).toBe(expected.digest)
  }
  const sql = 'SELECT count(*) AS n, sum(volume) AS v, min(symbol) AS s FROM bars'
  const [a, b] = await Promise.all(
    [here, there].map(async place => (await (await openStore(place)).sql(sql)).toArray().map(String)),
  )
  expect(b).toEqual(a)
  expect(await (await openStore(there)).check('bars')).toMatchObject({ whole: true, damage: [], files: 1 })
  // The very same is stored once.
  expect(await ingestBars({ store: there, path, ...market })).toMatchObject({ unchanged: true })
  // No secret, and no place of this machine, is written.
  for (const key of await server.keys('lab')) {
    const text = Buffer.from((await server.object('lab', key))!).toString()
    expect(text).not.toContain(SEAWEED_CREDENTIALS.secretAccessKey)
    expect(text).not.toContain(folder)
  }
  expect(inspect(there, { depth: 9, showHidden: true })).not.toContain(SEAWEED_CREDENTIALS.secretAccessKey)
})

test('a whole store moves into a bucket and out of it', async () => {
  const here = join(folder, 'moved')
  const { snapshot } = await ingestBars({ store: here, path: csv('moved.csv', 50), ...market })
  const there = bucket('moved')
  expect((await adoptStore(here, there)).snapshot).toBe(snapshot)
  expect(await adoptStore(here, there)).toMatchObject({ unchanged: true })
  const back = join(folder, 'back')
  expect((await adoptStore(bucket('moved', { cacheFolder: join(folder, 'out') }), back)).snapshot).toBe(
    snapshot,
  )
  expect((await (await openStore(back)).check('bars')).whole).toBe(true)
})

test('two processes that commit to one dataset at once lose no commit', async () => {
  const path = csv('race.csv', 5)
  const names = ['A', 'B']
  const commits = stressed(15, 300)
  const ended = await Promise.all(
    names.map(name => {
      const own = settings('race', { cacheFolder: join(folder, `copies-${name}`) })
      return runChild('node', [script, JSON.stringify(own), path, name, String(commits)])
    }),
  )
  expect(ended.map(({ code, err }) => [code, err])).toEqual([
    [0, ''],
    [0, ''],
  ])
  const { instruments } = await (await openStore(bucket('race'))).show('race')
  const expected = names.flatMap(name => Array.from({ length: commits }, (_, i) => name + i))
  expect(instruments.map(({ symbol }) => symbol)).toEqual(expected.sort())
  // Each published one snapshot of its own.
  const numbers = ended.flatMap(({ out }) => out.trim().split('\n')).map(id => Number(id.split('-')[1]))
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 2 * commits }, (_, i) => i + 1))
})

test('an open store keeps its snapshot while others write', async () => {
  const place = bucket('steady')
  await ingestBars({ store: place, path: csv('one.csv', 10), ...market })
  const before = await openStore(place)
  await ingestBars({ store: bucket('steady'), path: csv('two.csv', 10, 10), ...market, append: true })
  expect((await before.show('bars')).rows).toBe(10)
  expect((await before.datasets()).map(({ rows }) => rows)).toEqual([10])
  expect((await (await openStore(place)).show('bars')).rows).toBe(20)
  expect((await openStore(place, { snapshot: '1' })).snapshot).toBe(before.snapshot)
})

test('an ingest that is killed leaves nothing that is seen', async () => {
  const small = csv('small.csv', 5)
  const large = csv('large.csv', 60_000)
  await ingestBars({ store: bucket('killed'), path: small, ...market })
  const own = JSON.stringify(settings('killed', { cacheFolder: join(folder, 'copies-killed') }))
  const random = new Random(7)
  const moments = stressed(6, 200)
  let stored = 0
  for (let moment = 0; moment < moments; moment++) {
    const seconds = (0.4 + random.uniform() * 0.8).toFixed(3)
    await runChild('bash', [
      '-c',
      `timeout -s KILL ${seconds} node ${script} '${own}' ${large} K${moment}x 1`,
    ])
    const store = await openStore(bucket('killed'))
    const { instruments } = store.ids.includes('race') ? await store.show('race') : { instruments: [] }
    expect(instruments.every(one => one.rows === 60_000)).toBe(true)
    expect(instruments.length).toBeGreaterThanOrEqual(stored)
    stored = instruments.length
  }
  // Whatever it left in the bucket does not stand in the way of the next.
  expect((await runChild('node', [script, own, large, 'K', '1'])).code).toBe(0)
  const store = await openStore(bucket('killed'))
  for (const id of store.ids) expect((await store.check(id)).whole).toBe(true)
  expect(stored).toBeLessThan(moments)
  if (moments > 100) console.info(JSON.stringify({ moments, stored }))
})

test('copies serve until they are damaged, and only then the bucket is asked again', async () => {
  await ingestBars({ store: bucket('copies'), path: csv('copies.csv', 500), ...market })
  const rows = async (storage: S3Storage) => {
    const bars = await openBars({ store: await openStore(storage), datasets: ['bars'], memoryRows: 0 })
    return (await bars.streams[0].next(1000))?.length
  }
  const warm = bucket('copies')
  expect(await rows(warm)).toBe(500)
  // The header, the names of the snapshots, the newest of them, its manifest; the rows are here since the ingest.
  expect(warm.counts).toEqual({ hits: 1, misses: 0, damaged: 0, requests: 4 })
  const [copy] = copies(warm)
  const bytes = readFileSync(copy)
  bytes[bytes.length >> 1] ^= 1
  writeFileSync(copy, bytes)
  const careful = bucket('copies')
  expect(await rows(careful)).toBe(500)
  expect(careful.counts).toEqual({ hits: 0, misses: 0, damaged: 1, requests: 4 })
  const manifest = join(warm.folder, 'manifests', readdirSync(join(warm.folder, 'manifests'))[0])
  writeFileSync(manifest, '{}')
  rmSync(copy)
  const again = bucket('copies')
  expect(await rows(again)).toBe(500)
  expect(again.counts).toEqual({ hits: 0, misses: 1, damaged: 0, requests: 5 })
})

test('copies take no more room than they may, the longest unused go first', async () => {
  const place = bucket('limit')
  for (const [i, symbol] of ['A', 'B', 'C'].entries())
    await ingestBars({ store: place, path: csv(`limit-${i}.csv`, 2000, i), ...market, symbol })
  const sizes = copies(place).map(path => statSync(path).size)
  const cacheFolder = join(folder, 'narrow')
  const narrow = bucket('limit', { cacheFolder, cacheBytes: Math.max(...sizes) * 2.5 })
  const store = await openStore(narrow)
  for (const symbol of ['A', 'B', 'A', 'C']) {
    const bars = await openBars({ store, datasets: ['bars'], symbols: [symbol], memoryRows: 0 })
    let rows = 0
    for (let batch = await bars.streams[0].next(1000); batch; batch = await bars.streams[0].next(1000))
      rows += batch.length
    expect(rows).toBe(2000)
  }
  const left = copies(narrow).map(path => /symbol=(.)/.exec(path)![1])
  expect(left.sort()).toEqual(['A', 'C'])
})

test('small files are joined in the bucket, and what no kept snapshot names goes from it', async () => {
  const place = bucket('upkeep')
  for (let part = 0; part < 6; part++)
    await ingestBars({
      ...{ store: place, path: csv(`part-${part}.csv`, 40, part * 40), ...market },
      ...{ append: true, now: 1.7e15 },
    })
  const digest = async (storage: S3Storage, snapshot?: string) => {
    const { instruments } = await (await openStore(storage, { snapshot })).show('bars')
    return rowsDigest(storage, 'bars', instruments[0])
  }
  const before = await digest(place)
  const done = await compactDataset(bucket('upkeep'), 'bars')
  expect(done).toMatchObject({ rows: 240, before: { files: 6 }, after: { files: 1 }, unchanged: false })
  // Another machine has the same rows, of both snapshots.
  const other = () => bucket('upkeep', { cacheFolder: join(folder, 'copies-upkeep') })
  expect(await digest(other())).toBe(before)
  expect(await digest(other(), '6')).toBe(before)
  const hour = 3_600_000_000
  const soon = { keep: 1, grace: hour, now: Date.now() * 1000 }
  expect(await retainSnapshots(other(), soon)).toMatchObject({ removed: [], waiting: 6, files: 0 })
  await expect(retainSnapshots(other(), { ...soon, grace: 0 })).rejects.toMatchObject({ code: 'BAD_GRACE' })
  const late = { ...soon, now: soon.now + 2 * hour }
  const plan = await retainSnapshots(other(), { ...late, dryRun: true })
  expect(await retainSnapshots(other(), late)).toEqual(plan)
  expect(plan).toMatchObject({ kept: [done.snapshot], removed: { length: 6 }, files: 12 })
  const left = (await server.keys('lab'))
    .filter(key => key.startsWith('upkeep/'))
    .map(key => key.split('/')[1])
  expect(left.sort()).toEqual([
    'conditional.txt',
    'datasets',
    'manifests',
    ...Array.from({ length: 6 }, () => 'readings'),
    'snapshots',
    'store.json',
  ])
  expect(await digest(other())).toBe(before)
  expect((await (await openStore(other())).check('bars')).whole).toBe(true)
  expect(await retainSnapshots(other(), late)).toMatchObject({ removed: [], files: 0 })
})

test('bytes that changed in the bucket are named', async () => {
  const place = bucket('changed')
  await ingestBars({ store: place, path: csv('changed.csv', 100), ...market })
  const key = (await server.keys('lab')).find(one => one.startsWith('changed/') && one.endsWith('.parquet'))!
  const bytes = (await server.object('lab', key))!
  bytes[100] ^= 1
  await server.putObject('lab', key, bytes)
  const path = key.slice('changed/'.length)
  expect(await (await openStore(place)).check('bars')).toMatchObject({
    whole: false,
    damage: [`${path} was changed after it was written`],
  })
  expect((await traceDataset(await openStore(place), 'bars')).damage).toHaveLength(1)
  const fresh = await openStore(bucket('changed', { cacheFolder: join(folder, 'fresh') }))
  await expect(openBars({ store: fresh, datasets: ['bars'] })).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
    message: `${path} in s3://lab/changed was changed after it was written: restore it from a copy, or ingest its sources into a new store`,
  })
})

test('wrong credentials, no bucket, no store, no address: one sentence each', async () => {
  const path = csv('nothing.csv', 5)
  const { endpoint } = server
  const refused = async (place: S3Storage) => {
    const tellings = [openStore(place), ingestBars({ store: place, path, ...market })].map(work =>
      work.then(
        () => 'done',
        ({ code, message }) => `${code}: ${message}`,
      ),
    )
    return Promise.all(tellings)
  }
  const stranger = bucket('x', { credentials: { accessKeyId: 'nobody', secretAccessKey: 'hush-hush' } })
  const forbidden = `STORE_FORBIDDEN: ${endpoint} does not let these credentials into s3://lab/x (InvalidAccessKeyId): check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what they may do`
  expect(await refused(stranger)).toEqual([forbidden, forbidden])
  const mistyped = bucket('x', { credentials: { ...SEAWEED_CREDENTIALS, secretAccessKey: 'hush-hush' } })
  expect(await refused(mistyped)).toEqual(
    [forbidden, forbidden].map(one => one.replace('InvalidAccessKeyId', 'SignatureDoesNotMatch')),
  )
  const nowhere = bucket('x', { url: 's3://no-such-bucket/x' })
  const missing = `BUCKET_NOT_FOUND: there is no bucket for s3://no-such-bucket/x at ${endpoint}: make it, or name another`
  expect(await refused(nowhere)).toEqual([missing, missing])
  await expect(openStore(bucket('empty'))).rejects.toMatchObject({
    code: 'STORE_NOT_FOUND',
    message:
      'there is no store at s3://lab/empty: make one with gordon ingest, for example gordon ingest data/sample',
  })
  for (const url of ['s3://', 's3://Lab/x', 's3:lab/x', 's3://lab/a/../b', 's3://lab//x'])
    expect(() => bucket('', { url })).toThrow(expect.objectContaining({ code: 'BAD_STORE_URL' }))
  for (const address of ['localhost:8333', 'http://a:b@host', 'ftp://host'])
    expect(() => bucket('x', { endpoint: address })).toThrow(
      expect.objectContaining({ code: 'BAD_STORE_URL' }),
    )
  await expect(openStore('s3://lab/x')).rejects.toMatchObject({ code: 'STORE_NOT_CONNECTED' })
})

test('a server that lets two writers have one name is refused before anything is written', async () => {
  const kept: string[] = []
  const careless = createServer((request, response) => {
    request.resume()
    if (request.method === 'PUT') kept.push(request.url!)
    const list = request.url!.includes('list-type')
    response.statusCode = request.method === 'PUT' || list ? 200 : 404
    response.end(list ? '<ListBucketResult></ListBucketResult>' : '')
  })
  await new Promise<void>(resolve => careless.listen(0, '127.0.0.1', resolve))
  const { port } = careless.address() as { port: number }
  const place = bucket('x', { endpoint: `http://127.0.0.1:${port}` })
  await expect(ingestBars({ store: place, path: csv('c.csv', 5), ...market })).rejects.toMatchObject({
    code: 'STORE_NOT_CONDITIONAL',
  })
  expect(new Set(kept)).toEqual(new Set(['/lab/x/conditional.txt']))
  careless.closeAllConnections()
  careless.close()
})

test('an answer that is lost on the way is no lost commit, and no second one', async () => {
  const upstream = new URL(server.endpoint)
  let lost = 0
  const relay = createRelay(near => {
    const far = connect(Number(upstream.port), upstream.hostname)
    let publishes = false
    near.on('data', part => {
      publishes = /^PUT \S*snapshot-1\.json/.test(String(part))
      far.write(part)
    })
    far.on('data', part => {
      if (!publishes || lost > 0) return near.write(part)
      lost++
      return near.destroy()
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>(resolve => relay.listen(0, '127.0.0.1', resolve))
  const { port } = relay.address() as { port: number }
  const place = bucket('lossy', { endpoint: `http://127.0.0.1:${port}` })
  const { snapshot } = await ingestBars({ store: place, path: csv('l.csv', 5), ...market })
  expect(lost).toBe(1)
  expect(snapshot).toMatch(/^snapshot-1-/)
  expect((await openStore(bucket('lossy'))).snapshot).toBe(snapshot)
  relay.close()
})

test('a server that goes away in the middle: the sentence, and the old snapshot when it is back', async () => {
  const place = bucket('away')
  await ingestBars({ store: place, path: csv('before.csv', 10), ...market })
  const { snapshot } = await openStore(place)
  const large = csv('away.csv', 200_000, 10)
  const work = ingestBars({ store: place, path: large, ...market, append: true }).then(
    () => 'done',
    ({ code, message }) => `${code}: ${message}`,
  )
  // The header has been read, and the rows are being written aside.
  while (readdirSync(join(place.folder, 'incoming')).length === 0)
    await new Promise(resolve => setTimeout(resolve, 10))
  await server.stop()
  const sentence = `STORE_UNREACHABLE: ${server.endpoint} cannot be reached for s3://lab/away (ECONNREFUSED): the store is as it was; check the network and AWS_ENDPOINT_URL, and run it again`
  expect(await work).toBe(sentence)
  await expect(openStore(place)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', kind: 'failure' })
  expect(readdirSync(join(place.folder, 'incoming'))).toEqual([])
  await server.start()
  expect((await openStore(place)).snapshot).toBe(snapshot)
  expect((await ingestBars({ store: place, path: large, ...market, append: true })).rows).toBe(200_000)
})

test('a download that breaks off begins again, and one that always does leaves nothing behind', async () => {
  await ingestBars({ store: bucket('cut'), path: csv('cut.csv', 20_000), ...market })
  const upstream = new URL(server.endpoint)
  let cuts = 0
  let most = 0
  const relay = createRelay(near => {
    const far = connect(Number(upstream.port), upstream.hostname)
    let given = Number.POSITIVE_INFINITY
    near.on('data', part => {
      if (/^GET \S*\.parquet/.test(String(part)) && cuts < most) given = 3000
      far.write(part)
    })
    far.on('data', (part: Buffer) => {
      if (given <= 0) return
      near.write(part.subarray(0, Math.min(part.length, given)))
      given -= part.length
      if (given > 0) return
      cuts++
      near.destroy()
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>(resolve => relay.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(relay.address() as { port: number }).port}`
  const read = async (cacheFolder: string) => {
    const store = await openStore(bucket('cut', { endpoint, cacheFolder: join(folder, cacheFolder) }))
    const { streams } = await openBars({ store, datasets: ['bars'], memoryRows: 0 })
    let rows = 0
    for (let batch = await streams[0].next(5000); batch; batch = await streams[0].next(5000))
      rows += batch.length
    return rows
  }
  most = 2
  expect(await read('cut-twice')).toBe(20_000)
  expect(cuts).toBe(2)
  most = Number.POSITIVE_INFINITY
  await expect(read('cut-always')).rejects.toMatchObject({
    code: 'STORE_UNREACHABLE',
    message: expect.stringMatching(
      /^http:\S+ cannot be reached for s3:\/\/lab\/cut \([^)]+\): the store is as it was; check/,
    ),
  })
  const left = readdirSync(join(folder, 'cut-always'), { recursive: true }) as string[]
  expect(left.filter(name => /\.(part|parquet)$/.test(name))).toEqual([])
  relay.close()
})

test('a clock that is not the server’s is told as what it is', async () => {
  await ingestBars({ store: bucket('clock'), path: csv('clock.csv', 5), ...market })
  for (const hours of [-2, 2, 48]) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 })
    try {
      await expect(openStore(bucket('clock'))).rejects.toMatchObject({
        code: 'CLOCK_SKEW',
        message: `${server.endpoint} refuses requests for s3://lab/clock since the clock of this machine is not the server's (RequestTimeTooSkewed): set the clock, and run it again`,
      })
    } finally {
      vi.useRealTimers()
    }
  }
  expect((await (await openStore(bucket('clock'))).show('bars')).rows).toBe(5)
})
