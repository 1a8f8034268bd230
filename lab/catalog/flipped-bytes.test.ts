/**
 * One byte of any file of a store is another one: looked for, it is found, and nobody is given rows that were not
 * stored. GORDON_STRESS=full flips 200 bytes of each file.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { isGordonError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { stressed } from '../testing/store-stress.ts'
import { ingestBars } from './ingest/ingest.ts'
import { ingestSource } from './ingest/ingest-source.ts'
import { traceDataset } from './lineage/trace.ts'
import { openBars } from './open-bars.ts'
import { openTicks } from './open-ticks.ts'
import { allActions } from './reference.ts'
import { placeOf } from './sources/place.ts'
import type { SourceAdapter } from './sources/source.ts'
import { TRADES_CSV } from './sources/trades-csv.ts'
import { openStore } from './store.ts'

vi.setConfig({ testTimeout: stressed(120_000, 1_800_000) })
const folder = mkdtempSync(join(tmpdir(), 'flipped-'))
const clean = join(folder, 'clean')
const store = join(folder, 'store')
const IDS = ['acts', 'bars', 'ticks']
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SPLIT: SourceAdapter = {
  name: 'made',
  kinds: ['actions'],
  about: 'one split',
  guess: () => ({ confidence: 0, because: '' }),
  async *read() {
    const action = { kind: 'split' as const, instrument: 'XNYS:A', time: 5, ratio: 2 }
    yield { kind: 'actions' as const, rows: [{ action, receiveTime: 3 }] }
  },
}

beforeAll(async () => {
  const bars = Array.from({ length: 300 }, (_, i) => {
    const price = (100 + (i % 17) / 4).toFixed(2)
    return `${new Date(Date.UTC(2019, 10, 1) + i * 86_400_000).toISOString()},${price},${price},${price},${price},${i}`
  })
  const path = join(folder, 'A.csv')
  writeFileSync(path, `time,open,high,low,close,volume\n${bars.join('\n')}\n`)
  await ingestBars({ store: clean, path, venue: 'X', calendar: '24/7', dataset: 'bars', now: 1.7e15 })
  const trades = Array.from(
    { length: 300 },
    (_, i) => `${1.6e12 + i * 1000},${100 + (i % 9)},${1 + (i % 3)},buy`,
  )
  const ticks = join(folder, 't.csv')
  writeFileSync(ticks, `time,price,qty,side\n${trades.join('\n')}\n`)
  const terms = { store: clean, venue: 'X', symbol: 'T', now: 1.7e15 }
  await ingestSource({ ...terms, dataset: 'ticks', adapter: TRADES_CSV, place: await placeOf(ticks) })
  await ingestSource({ ...terms, dataset: 'acts', adapter: SPLIT, place: await placeOf(ticks) })
  await rows(clean)
  cpSync(clean, store, { recursive: true })
})

/** Every value that a run or a question could get, held and in batches; or the code of the refusal. */
async function rows(from: string): Promise<Record<string, string>> {
  const told: Record<string, string> = {}
  const ask = async (name: string, work: () => Promise<unknown>) => {
    try {
      told[name] = JSON.stringify(await work())
    } catch (error) {
      if (!isGordonError(error)) throw error
      expect(error.message).not.toContain('\n')
      told[name] = error.code
    }
  }
  for (const memoryRows of [undefined, 0]) {
    await ask(`bars ${memoryRows}`, async () => {
      const { streams } = await openBars({ store: await openStore(from), datasets: ['bars'], memoryRows })
      return all(await streams[0].next(1000))
    })
    await ask(`ticks ${memoryRows}`, async () => {
      const { streams } = await openTicks({ store: await openStore(from), datasets: ['ticks'], memoryRows })
      return all(await streams[0].next(1000))
    })
  }
  await ask('acts', async () => allActions({ store: await openStore(from), datasets: ['acts'] }))
  await ask('sql', async () => {
    const sums =
      'SELECT (SELECT sum(close * volume) FROM bars) AS b, (SELECT sum(price * size) FROM ticks) AS t'
    return (await (await openStore(from)).sql(sums)).toArray()
  })
  return told
}

function all(series: object | undefined): string[] {
  return Object.entries(series ?? {}).map(([name, column]) => `${name} ${Array.from(column as number[])}`)
}

/** Whether anything is said of damage by those who look for it. */
async function noticed(): Promise<boolean> {
  try {
    const opened = await openStore(store)
    for (const id of IDS) {
      if (!(await opened.check(id)).whole) return true
      const { damage, code } = await traceDataset(opened, id)
      if (damage.length > 0) {
        expect(code).toBe('CHECKSUM_MISMATCH')
        return true
      }
    }
    return false
  } catch (error) {
    if (!isGordonError(error)) throw error
    return true
  }
}

const REFUSALS = ['CHECKSUM_MISMATCH', 'STORE_DAMAGED', 'STORE_VERSION', 'UNKNOWN_DATASET']

test('no byte of a store can be another one and change what is read, and each that matters is noticed', async () => {
  const random = new Random(5)
  const sound = await rows(clean)
  expect(Object.values(sound).filter(told => !told.startsWith('['))).toEqual([])
  const files = (readdirSync(clean, { recursive: true }) as string[]).filter(name => /\.\w+$/.test(name))
  const kinds = new Set(files.map(name => name.split('/')[0]))
  expect([...kinds].sort()).toEqual(['cache', 'datasets', 'manifests', 'readings', 'snapshots', 'store.json'])
  const counts = { flips: 0, noticed: 0, harmless: 0, refused: 0 }
  for (const name of files) {
    const path = join(store, name)
    const bytes = readFileSync(path)
    for (let flip = 0; flip < stressed(4, 200); flip++) {
      const other = Buffer.from(bytes)
      const at = Math.floor(random.uniform() * bytes.length)
      other[at] ^= 1 << Math.floor(random.uniform() * 8)
      writeFileSync(path, other)
      const place = `byte ${at} of ${name} is ${other[at]} and was ${bytes[at]}`
      const found = await noticed()
      counts.flips++
      if (found) counts.noticed++
      else counts.harmless++
      // Older snapshots are nobody's concern; caches are made again, and the header says nothing of rows.
      const newest = name !== 'snapshots/snapshot-1.json' && name !== 'snapshots/snapshot-2.json'
      if (/^(datasets|manifests|readings|snapshots)\//.test(name) && newest && isNamed(name))
        expect(found, place).toBe(true)
      for (const [what, told] of Object.entries(await rows(store))) {
        if (told === sound[what]) continue
        expect(REFUSALS, `${what}: ${place}`).toContain(told)
        counts.refused++
      }
      if (name.startsWith('cache/')) expect(found, place).toBe(false)
    }
    writeFileSync(path, bytes)
    // A cache that was damaged was made again in its place.
    expect(await rows(store)).toEqual(sound)
  }
  expect(await noticed()).toBe(false)
  if (counts.flips > 500) console.info(JSON.stringify(counts))
})

/** By the newest snapshot; manifests of older ones are looked at by those who open these. */
function isNamed(name: string): boolean {
  const newest = readFileSync(join(clean, 'snapshots/snapshot-3.json'), 'utf8')
  return !name.startsWith('manifests/') || newest.includes(name.split(/[/.]/)[1])
}
