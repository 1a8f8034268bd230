import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../catalog/index.ts'
import { dataSql } from './data.ts'
import { dataCompact, dataRetain } from './data-upkeep.ts'
import { ingestCommand } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'data-upkeep-'))
const store = join(folder, 'store')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  for (let day = 1; day <= 5; day++) {
    const path = join(folder, `${day}.csv`)
    const lines = [1, 2, 3].map(second => `2024-05-0${day}T00:00:0${second}Z,100.${second},1,buy`)
    writeFileSync(path, `time,price,qty,side\n${lines.join('\n')}\n`)
    const flags = { store, dataset: 'btc', format: 'trades-csv', append: true, venue: 'X', symbol: 'BTC' }
    await ingestCommand(path, flags)
  }
})

const plain = (text: string) =>
  text.replaceAll(folder, 'FOLDER').replace(/snapshot-(\d+)-[0-9a-f]{16}/g, 'S$1')

test('appended files are joined, old snapshots go after their grace, and every row is there', async () => {
  const query = 'SELECT sum(price) AS sum, count(*) AS n FROM btc'
  const before = await dataSql(query, { store })
  // 5 × (100.1 + 100.2 + 100.3), by hand.
  expect(before.split('\n').at(-1)).toMatch(/^ *1503(\.0*\d*)? +15$|^1502\.9{5,}\d* +15$/)
  expect(plain(await dataCompact('btc', { store }))).toMatch(
    /^btc has 1 files of \d+ bytes where 5 of \d+ were, with the same 15 rows \(S6\)\. Older snapshots keep/,
  )
  expect(plain(await dataCompact('btc', { store }))).toBe('btc has 1 files and none to join (S6).')
  expect(plain(await dataRetain({ store, keepSnapshots: '1' }))).toBe(
    '0 snapshots and 0 files of 0 bytes went from FOLDER/store; 6 snapshots stay, S6 the newest.\n' +
      '5 of them were overtaken less than 24h ago: whoever opened them may still read.',
  )
  const terms = { store, keepSnapshots: '1', grace: '0' }
  expect(plain(await dataRetain({ ...terms, dryRun: true }))).toMatch(
    /^5 snapshots and 10 files of \d+ bytes would go from FOLDER\/store; 1 snapshots stay, S6 the newest\.$/,
  )
  // Five manifests and five files; the notes on five sources stay, for the newest names them all.
  expect(JSON.parse(await dataRetain({ ...terms, json: true }))).toMatchObject({
    files: 10,
    removed: { length: 5 },
  })
  expect(await dataSql(query, { store })).toBe(before)
  expect(await (await openStore(store)).check('btc')).toMatchObject({ whole: true, files: 1 })
})

test('what is missing or wrong is one sentence', async () => {
  await expect(dataRetain({ store })).rejects.toMatchObject({ code: 'KEEP_NEEDED' })
  await expect(dataRetain({ store, keepSnapshots: '1', grace: 'a while' })).rejects.toThrow(
    '--grace a while is no length of time: write 24h, 30m or 0',
  )
})
