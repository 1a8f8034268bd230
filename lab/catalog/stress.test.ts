/** Killed at any moment, raced by anybody: the store has what was stored, whole. GORDON_STRESS=full runs all moments. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { isoTime } from '../core/time.ts'
import { killIngests, killWork, raceWriters, stressed } from '../testing/store-stress.ts'
import { partsOf } from './manifest.ts'
import { openStore } from './store.ts'
import { retainSnapshots } from './upkeep/retain.ts'
import { rowsDigest } from './upkeep/rows-digest.ts'

vi.setConfig({ testTimeout: stressed(120_000, 1_800_000) })
const folder = mkdtempSync(join(tmpdir(), 'stress-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A bar at noon of each day from 2012 on. */
function csv(name: string, days: number): { path: string; rows: number } {
  const path = join(folder, name)
  const lines = Array.from({ length: days }, (_, day) => {
    const price = (100 + (day % 50) / 10).toFixed(2)
    return `${isoTime((Date.UTC(2012, 0, 1, 12) + day * 86_400_000) * 1000)},${price},${price},${price},${price},${day}`
  })
  writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`)
  return { path, rows: days }
}

test('an ingest that is killed at a random moment leaves the old snapshot or the new one', async () => {
  const store = join(folder, 'killed')
  const { path, rows } = csv('killed.csv', 2500)
  const moments = stressed(6, 200)
  const found = await killIngests({ store, csv: path, rows, moments, seed: 20_261_121 })
  if (moments > 100) console.info(JSON.stringify(found))
  expect(found.torn).toEqual([])
  expect(found.before + found.after).toBeGreaterThan(moments / 3)
  expect(found.before).toBeGreaterThan(0)
  // What was left half-way is taken away, and no row with it.
  const opened = await openStore(store)
  const digests = async () =>
    Promise.all(partsOf(await opened.show('killed')).map(part => rowsDigest(store, 'bars', part)))
  const before = await digests()
  expect(new Set(before).size).toBe(1)
  await retainSnapshots(store, { keep: 1, grace: 0, now: (Date.now() + 60_000) * 1000 })
  expect(readdirSync(join(store, 'incoming'))).toEqual([])
  expect(await digests()).toEqual(before)
  expect((await opened.check('killed')).whole).toBe(true)
})

test('whatever writes and is killed leaves the rows of before or of after, and nothing that stays', async () => {
  const moments = stressed(4, 200)
  const found = await killWork({ folder: join(folder, 'work'), moments, seed: 20_261_122 })
  if (moments > 100) console.info(JSON.stringify(found))
  expect(found.torn).toEqual([])
  expect(found.left).toBe(0)
  // Of few moments none may have met a step that changes rows.
  if (moments > 100) expect(found.before + found.after).toBeGreaterThan(moments / 5)
})

test('two writers lose no commit of each other, and a reader keeps what it opened', async () => {
  const { path } = csv('race.csv', 4)
  const commits = stressed(10, 300)
  const terms = { store: join(folder, 'race'), csv: path, writers: 2, commits, graceMs: 1500 }
  const found = await raceWriters(terms)
  if (commits > 100) console.info(JSON.stringify(found))
  expect(found).toMatchObject({
    commits: 2 * commits,
    stored: 2 * commits,
    snapshots: 2 * commits,
    troubles: [],
    whole: true,
  })
  expect(found.reads).toBeGreaterThan(0)
})
