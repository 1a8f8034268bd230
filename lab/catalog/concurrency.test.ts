/** Several processes, one store: nobody's work is lost, nothing is half-written, nothing waits for a lock. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleScript, runChild } from '../testing/child.ts'
import { ingestBars } from './ingest/ingest.ts'
import { openStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'concurrency-'))
let script = ''

beforeAll(async () => {
  script = await bundleScript(
    'ingest',
    `import { ingestBars } from '/lab/catalog/index.ts'
     const [store, path, symbol, dataset, times] = process.argv.slice(2)
     for (let i = 0; i < Number(times); i++) {
       try {
         const { snapshot } = await ingestBars({ store, path, venue: symbol === 'X' ? 'OTC' : 'XNYS', symbol: symbol + i, dataset })
         console.log(snapshot)
       } catch (error) {
         console.log(JSON.stringify({ code: error.code, message: error.message, kind: error.kind }))
         process.exitCode = 1
       }
     }`,
  )
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(script, { force: true })
})

function csv(name: string, rows: number): string {
  const path = join(folder, name)
  const lines = Array.from({ length: rows }, (_, i) => {
    // Squares modulo a prime: what follows no rule does not shrink to nothing in a file.
    const price = 10 + ((i * i) % 999_983) / 100
    return `${new Date(Date.UTC(2020, 0, 1) + i * 60_000).toISOString()},${price},${price + 1},${price - 1},${price},${i}`
  })
  writeFileSync(path, ['time,open,high,low,close,volume', ...lines].join('\n') + '\n')
  return path
}

test('three processes that ingest into one dataset at once leave every instrument of each', async () => {
  const store = join(folder, 'shared')
  const daily = join(folder, 'daily.csv')
  writeFileSync(daily, 'Date,Open,High,Low,Close,Volume\n2012-07-09,1,2,1,2,5\n2012-07-10,2,3,2,3,6\n')
  const names = ['A', 'B', 'C']
  const ended = await Promise.all(
    names.map(name => runChild('node', [script, store, daily, name, 'race', '8'])),
  )
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0])
  const { instruments } = await (await openStore(store)).show('race')
  const expected = names.flatMap(name => Array.from({ length: 8 }, (_, i) => name + i))
  expect(instruments.map(({ symbol }) => symbol)).toEqual(expected.sort())
  // Each ingest published exactly one snapshot, and each named its own.
  const snapshots = ended.flatMap(({ out }) => out.trim().split('\n'))
  expect(new Set(snapshots).size).toBe(24)
  const numbers = snapshots.map(id => Number(id.split('-')[1])).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 24 }, (_, i) => i + 1))
  expect(readdirSync(join(store, 'incoming'))).toEqual([])
  expect((await (await openStore(store)).check('race')).whole).toBe(true)
})

test('an open store does not see what others publish, and can be opened again as it was', async () => {
  const store = join(folder, 'steady')
  const daily = join(folder, 'steady.csv')
  writeFileSync(daily, 'Date,Open,High,Low,Close,Volume\n2012-07-09,1,2,1,2,5\n')
  await ingestBars({ store, path: daily, venue: 'XNYS', symbol: 'A', dataset: 'one' })
  const before = await openStore(store)
  await ingestBars({ store, path: daily, venue: 'XNYS', symbol: 'B', dataset: 'two' })
  expect((await before.datasets()).map(({ id }) => id)).toEqual(['one'])
  const after = await openStore(store)
  expect((await after.datasets()).map(({ id }) => id)).toEqual(['one', 'two'])
  for (const name of [before.snapshot, 'snapshot-1', '1']) {
    expect((await openStore(store, { snapshot: name })).snapshot).toBe(before.snapshot)
  }
  await expect(openStore(store, { snapshot: 'snapshot-9' })).rejects.toMatchObject({
    code: 'UNKNOWN_SNAPSHOT',
    message: `the store at ${store} has no snapshot snapshot-9: it has snapshot-1, snapshot-2`,
  })
})

test('a disk that is full while ingesting leaves the store as it was', async () => {
  const store = join(folder, 'full')
  const small = join(folder, 'small.csv')
  writeFileSync(small, 'Date,Open,High,Low,Close,Volume\n2012-07-09,1,2,1,2,5\n')
  await ingestBars({ store, path: small, venue: 'XNYS', symbol: 'A', dataset: 'bars' })
  const before = readdirSync(store, { recursive: true }).sort()
  // No file may grow beyond 256 KiB, in blocks of 1024 bytes: the kernel then fails the write as a full disk does.
  const large = csv('large.csv', 60_000)
  const command = `ulimit -f 256; exec node ${script} ${store} ${large} X bars2 1`
  const { code, out } = await runChild('bash', ['-c', command])
  expect(JSON.parse(out)).toEqual({
    code: 'DISK_FULL',
    kind: 'failure',
    message: `no room left in ${store}: nothing was ingested and the store is as it was; free some space and run it again`,
  })
  expect(code).toBe(1)
  expect(readdirSync(store, { recursive: true }).sort()).toEqual(before)
  // With room it goes through, over what the failure left.
  const again = await runChild('node', [script, store, large, 'X', 'bars2', '1'])
  expect(again.code).toBe(0)
})

test('a process killed while ingesting leaves the store as it was', async () => {
  const store = join(folder, 'killed')
  const small = join(folder, 'small.csv')
  await ingestBars({ store, path: small, venue: 'XNYS', symbol: 'A', dataset: 'bars' })
  const large = csv('large.csv', 60_000)
  for (const seconds of ['0.15', '0.25', '0.35', '0.45', '0.6']) {
    await runChild('bash', ['-c', `timeout -s KILL ${seconds} node ${script} ${store} ${large} X killed 1`])
    const opened = await openStore(store)
    for (const { id } of await opened.datasets()) expect((await opened.check(id)).whole).toBe(true)
  }
})
