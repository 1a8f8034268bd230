/** A disk that is full at any step, one that may not be written to, one that may not be read: a sentence, and no harm. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleScript } from '../testing/child.ts'
import { stateOf } from '../testing/store-work.ts'
import { ingestBars } from './ingest/ingest.ts'
import { retainSnapshots } from './upkeep/retain.ts'

const folder = mkdtempSync(join(tmpdir(), 'trouble-'))
/** Root may do everything: then the work is done by nobody. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined
let script = ''

beforeAll(async () => {
  chmodSync(folder, 0o755)
  script = await bundleScript(
    'trouble',
    `import { openBars, openStore, retainSnapshots } from '/lab/catalog/index.ts'
     import { workOn } from '/lab/testing/store-work.ts'
     const [store, files, what] = process.argv.slice(2)
     const now = Date.now() * 1000
     try {
       if (what === 'read') {
         const opened = await openStore(store)
         const { streams } = await openBars({ store: opened, datasets: ['replaced'], memoryRows: 0 })
         const { whole } = await opened.check('replaced')
         console.log((await streams[0].next(1e6)).length + (whole ? ' whole' : ' damaged'))
       } else if (what === 'retain') console.log((await retainSnapshots(store, { keep: 1, grace: 0, now })).removed.length)
       else console.log((await workOn(store, files, Number(what))) ?? 'done')
     } catch (error) {
       console.log(error.name === 'GordonError' ? error.code + ': ' + error.message : 'RAW ' + error.stack)
     }`,
  )
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(script, { force: true })
})

const MARKET = { venue: 'X', symbol: 'A', calendar: '24/7', dataset: 'replaced' } as const

async function makeStore(name: string): Promise<string> {
  const store = join(folder, name)
  const path = join(folder, `${name}.csv`)
  for (const price of [100, 101]) {
    const lines = Array.from({ length: 30 }, (_, day) => {
      const time = new Date(Date.UTC(2012, 0, 1) + day * 86_400_000).toISOString()
      return `${time},${price},${price},${price},${price},1`
    })
    writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`)
    await ingestBars({ ...MARKET, store, path, interval: '1d', replace: true })
  }
  return store
}

/** @param limit of any file's size, in blocks of 1024 bytes: beyond it the system fails a write as a full disk does */
function work(store: string, what: string | number, limit?: number): string {
  const files = join(folder, `files-${readdirSync(folder).length}`)
  mkdirSync(files)
  // Sources are outside the store, and written before it fills.
  const argv = [script, store, files, String(what)]
  if (NOBODY !== undefined && limit === undefined) {
    chownSync(files, NOBODY, NOBODY)
    return spawnSync(process.execPath, argv, { uid: NOBODY, gid: NOBODY, encoding: 'utf8' }).stdout.trim()
  }
  const command = `ulimit -f ${limit ?? 'unlimited'}; exec "$0" "$@"`
  return spawnSync('bash', ['-c', command, process.execPath, ...argv], { encoding: 'utf8' }).stdout.trim()
}

test('a file that finds no room, whichever it is, leaves the store as it was', async () => {
  const store = await makeStore('full')
  const known = new Map<string, string>()
  const before = await stateOf(store, known)
  // The old snapshot has gone by the second time; it takes no room to take it away.
  expect(['retain', 'retain'].map(what => work(store, what, 0))).toEqual(['1', '0'])
  expect(await stateOf(store, known)).toBe(before)
  const ingest = await bundleScript(
    'trouble-ingest',
    `import { ingestBars } from '/lab/catalog/index.ts'
     const [request] = process.argv.slice(2)
     try { console.log((await ingestBars(JSON.parse(request))).snapshot) } catch (error) { console.log(error.code + ' ' + error.message) }`,
  )
  try {
    const lines = Array.from({ length: 2000 }, (_, day) => {
      const price = 100 + ((day * 7919) % 1013) / 100
      return `${new Date(Date.UTC(2012, 0, 1) + day * 86_400_000).toISOString()},${price},${price},${price},${price},${(day * 7907) % 1009}`
    })
    const path = join(folder, 'large.csv')
    writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`)
    const request = JSON.stringify({ ...MARKET, store, path, interval: '1d', replace: true, now: 1.7e15 })
    const sentence = `DISK_FULL no room left in ${store}: nothing was ingested and the store is as it was; free some space and run it again`
    let refused = 0
    for (const limit of [0, 2, 4, 64]) {
      const command = `ulimit -f ${limit}; exec "$0" "$@"`
      const { stdout } = spawnSync('bash', ['-c', command, process.execPath, ingest, request], {
        encoding: 'utf8',
      })
      if (stdout.startsWith('snapshot-3-')) break
      refused++
      expect(stdout.trim(), `${limit} KiB`).toBe(sentence)
      expect(await stateOf(store, known)).toBe(before)
      expect(readdirSync(join(store, 'incoming'))).toEqual([])
    }
    expect(refused).toBeGreaterThan(1)
    expect(await stateOf(store, known)).not.toBe(before)
  } finally {
    rmSync(ingest, { force: true })
  }
})

/** Takes the right to write, or to read, from a whole store. */
function close(store: string, mode: { readonly folders: number; readonly files: number }): void {
  for (const name of ['', ...(readdirSync(store, { recursive: true }) as string[])].reverse()) {
    const path = join(store, name)
    chmodSync(path, /\.\w+$/.test(name) ? mode.files : mode.folders)
  }
}

test('a store that may not be written to is read, and refuses all else in a sentence', async () => {
  const store = await makeStore('closed')
  close(store, { folders: 0o555, files: 0o444 })
  try {
    expect(work(store, 'read')).toBe('30 whole')
    // Append, record, retain.
    for (const step of [0, 1, 5])
      expect(work(store, step), `step ${step}`).toMatch(
        /^STORE_FORBIDDEN: you may not touch .*: the store is as it was; ask whoever owns it for permission, or use a store elsewhere, with --store$/,
      )
  } finally {
    close(store, { folders: 0o755, files: 0o644 })
  }
  const nowhere = join(folder, 'owned-by-another')
  mkdirSync(nowhere, { mode: 0o555 })
  expect(work(join(nowhere, 'store'), 0)).toMatch(/^STORE_FORBIDDEN: you may not touch .*owned-by-another/)
})

test('a store that may not be read is told so', async () => {
  const store = await makeStore('unread')
  for (const part of ['snapshots', 'datasets']) {
    chmodSync(join(store, part), 0)
    expect(work(store, 'read'), part).toMatch(new RegExp(`^STORE_FORBIDDEN: you may not touch .*${part}`))
    chmodSync(join(store, part), 0o755)
  }
  expect(work(store, 'read')).toBe('30 whole')
})

test('a store at the place of a file is refused', async () => {
  const file = join(folder, 'plain.txt')
  writeFileSync(file, 'not a store')
  for (const place of [file, join(file, 'below')]) {
    const sentence = `NOT_A_FOLDER: there is a file where the store ${place} should be: name another place with --store`
    expect(work(place, 0)).toBe(sentence)
  }
  await expect(retainSnapshots(file, { keep: 1, grace: 0, now: 0 })).rejects.toMatchObject({
    code: 'STORE_NOT_FOUND',
  })
})
