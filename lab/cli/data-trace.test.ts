/** Hashes of sources are those of node's own crypto over the files that the test wrote. */
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { backtestCommand } from './backtest.ts'
import { dataTrace } from './data-trace.ts'
import { ingestCommand } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'data-trace-'))
const store = join(folder, 'store')
const downloads = join(folder, 'downloads')
const report = join(folder, 'report.html')
const document = join(folder, 'run.json')
const strategy = fileURLToPath(new URL('../../strategies/sma-cross.ts', import.meta.url))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  process.exitCode = undefined
})

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const trace = async (what: string, options = {}) =>
  JSON.parse(await dataTrace(what, { store, json: true, ...options }))

beforeAll(async () => {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const day = new Date(Date.UTC(2020, 0, 1) + i * 86_400_000).toISOString().slice(0, 10)
    const price = 100 + 20 * Math.sin(i / 15)
    return `${day},${price.toFixed(2)},${(price + 1).toFixed(2)},${(price - 1).toFixed(2)},${price.toFixed(2)},${i}`
  })
  const { mkdirSync } = await import('node:fs')
  mkdirSync(downloads)
  for (const name of ['BTC', 'ETH'])
    writeFileSync(join(downloads, `${name}.csv`), `time,open,high,low,close,volume\n${rows.join('\n')}\n`)
  await ingestCommand(downloads, { store, dataset: 'coins', venue: 'X', calendar: '24/7', tick: '0.01' })
  const run = await backtestCommand([strategy], { store, data: ['coins'], report, json: true } as never)
  writeFileSync(document, run)
})

test('a report leads to its run, the snapshot, the manifest, the files and the sources', async () => {
  const run = JSON.parse(readFileSync(document, 'utf8'))
  const found = await trace(report, { source: downloads })
  expect(found).toMatchObject({ of: 'report', store, whole: true, damage: [], tables: [] })
  const { digest, inputs, decisions, codeHash } = run
  expect(found.run).toEqual({ digest, inputs, decisions, codeHash })
  const [dataset] = found.datasets
  expect(dataset).toMatchObject({ id: 'coins', kind: 'bars', rows: 800, snapshot: run.dataset.snapshot })
  expect(sha256(join(store, 'manifests', `${dataset.manifest}.json`))).toBe(dataset.manifest)
  expect(dataset.streams.map((one: { id: string }) => one.id)).toEqual(['X:BTC', 'X:ETH'])
  for (const [i, name] of ['BTC.csv', 'ETH.csv'].entries()) {
    const { sources, files } = dataset.streams[i]
    expect(sources).toMatchObject([{ name, sha256: sha256(join(downloads, name)), now: 'same' }])
    expect(sources[0].read.options).toMatchObject({ venue: 'X', calendar: '24/7', tick: '0.01' })
    expect(Math.abs(sources[0].read.at / 1000 - Date.now())).toBeLessThan(600_000)
    for (const file of files) {
      expect(file).toMatchObject({ sources: [name], now: 'same' })
      expect(file.sha256).toBe(sha256(join(store, file.path)))
    }
  }
  // The run's own document says the same, and so does the snapshot that it names, and the dataset.
  expect(await trace(document)).toMatchObject({ of: 'run', run: found.run, whole: true })
  for (const what of [run.dataset.snapshot, 'snapshot-1', '1', 'coins']) {
    const { of, datasets } = await trace(what, { source: downloads })
    expect(of).toBe(what === 'coins' ? 'dataset' : 'snapshot')
    expect(datasets).toEqual(found.datasets)
  }
  expect(process.exitCode).toBeUndefined()
})

test('in words, with what was said when it was read', async () => {
  const words = (await dataTrace(report, { store })).split('\n')
  const { digest } = JSON.parse(readFileSync(document, 'utf8'))
  expect(words[0]).toBe(`${report} is of the run ${digest}`)
  expect(words).toContainEqual(expect.stringMatching(/^coins in snapshot-1-[0-9a-f]{16}: 800 bars$/))
  expect(words).toContainEqual(expect.stringMatching(/^ {12}read 20\d\d-.*Z with \{.*"venue":"X".*\}$/))
  expect(words).toContainEqual(
    expect.stringMatching(
      /^ {2}stream {4}X:BTC, 400 rows, 2020-01-01 to 2021-02-03: 2 files of \d+ bytes, each/,
    ),
  )
  expect(words.at(-1)).toBe('Every byte that was looked at is what it was.')
})

test('a changed source is noticed, and so is one that is gone', async () => {
  const path = join(downloads, 'ETH.csv')
  const before = readFileSync(path)
  appendFileSync(path, ' ')
  const changed = await trace('coins', { source: downloads })
  expect(changed.damage).toEqual([`ETH.csv in ${downloads} is no longer the file that was read`])
  expect(process.exitCode).toBe(1)
  // Not asked after, it is nobody's business.
  expect(await trace('coins')).toMatchObject({ whole: true })
  rmSync(path)
  const gone = await trace('coins', { source: downloads })
  expect(gone.datasets[0].streams[1].sources[0].now).toBe('missing')
  expect(gone.whole).toBe(true)
  writeFileSync(path, before)
})

test('one changed byte in any file is named, and a missing file is', async () => {
  const files = (readdirSync(join(store, 'datasets'), { recursive: true }) as string[])
    .filter(name => name.endsWith('.parquet'))
    .map(name => `datasets/${name}`)
  expect(files.length).toBe(4)
  for (const file of files) {
    const path = join(store, file)
    const before = readFileSync(path)
    const after = Buffer.from(before)
    after[after.length >> 1] ^= 1
    writeFileSync(path, after)
    process.exitCode = undefined
    const text = await dataTrace(report, { store })
    expect(process.exitCode).toBe(1)
    expect(text.split('\n').slice(-2)).toEqual([
      'Not as it was (CHECKSUM_MISMATCH):',
      `  ${file} was changed after it was written`,
    ])
    rmSync(path)
    expect((await trace('coins')).damage).toEqual([`${file} is missing`])
    writeFileSync(path, before)
  }
  const { manifest } = (await trace('coins')).datasets[0]
  const path = join(store, 'manifests', `${manifest}.json`)
  const before = readFileSync(path, 'utf8')
  writeFileSync(path, before.replace('"rows":400', '"rows":401'))
  expect((await trace(report)).damage[0]).toMatch(
    /manifests\/[0-9a-f]{64}\.json was changed after it was written/,
  )
  writeFileSync(path, before)
})

test('a run on a plain table leads to the table, whatever its name', async () => {
  const table = join(downloads, `my, "own" & <odd> 'BTC'.csv`)
  cpSync(join(downloads, 'BTC.csv'), table)
  const plain = join(folder, 'plain.html')
  await backtestCommand([strategy], { file: table, venue: 'X', calendar: '24/7', report: plain } as never)
  const found = await trace(plain)
  expect(found.tables).toEqual([{ file: table, sha256: sha256(table), now: 'same' }])
  appendFileSync(table, '\n')
  expect((await trace(plain)).damage).toEqual([`${table} was changed since`])
})

test('what cannot be traced is told in one sentence', async () => {
  const other = join(folder, 'other.html')
  writeFileSync(other, '<html><p>A page</p></html>')
  const check = (what: string, code: string) => expect(trace(what)).rejects.toMatchObject({ code })
  await check(other, 'NOT_A_RUN')
  await check(join(folder, 'none.html'), 'FILE_NOT_FOUND')
  await check('snapshot-99', 'UNKNOWN_SNAPSHOT')
  await check('no-such-dataset', 'UNKNOWN_DATASET')
  const foreign = join(folder, 'foreign.json')
  const { digest } = JSON.parse(readFileSync(document, 'utf8'))
  const datasets = [{ id: 'coins', snapshot: 'snapshot-1-0000000000000000' }]
  writeFileSync(foreign, JSON.stringify({ digest, datasets }))
  await check(foreign, 'UNKNOWN_SNAPSHOT')
})
