/** Files as Yahoo Finance and ccxt give them. Expected values are reckoned by hand. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sourceRows } from '../../testing/source-rows.ts'
import { ingestSource } from '../ingest/ingest-source.ts'
import { openStore } from '../store.ts'
import { placeOf } from './place.ts'
import { YAHOO } from './yahoo.ts'

const folder = mkdtempSync(join(tmpdir(), 'yahoo-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// The day before a dividend of 2 on a close of 100: the day's prices count 0.98 of what they were.
const TEXT =
  'Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,99,101,98,100,98,1000\n2024-01-03,98,99.5,97,99,99,2000\n'
let count = 0
function write(text: string, name = 'KO.csv'): string {
  const work = join(folder, String(count++))
  mkdirSync(work)
  writeFileSync(join(work, name), text)
  return join(work, name)
}

test('all prices are multiplied by adjusted close / close, unless asked otherwise', async () => {
  const options = { venue: 'XNYS' }
  const { streams, instruments, notes } = await sourceRows(YAHOO, write(TEXT), options)
  const rows = streams['bars 1d XNYS:KO']
  expect(rows).toMatchObject({
    // 99 × 0.98, 101 × 0.98, 98 × 0.98
    open: [97.02, 98],
    high: [98.98, 99.5],
    low: [96.04, 97],
    close: [98, 99],
    volume: [1000, 2000],
    // New York closes at 21:00 UTC.
    eventTime: [Date.UTC(2024, 0, 2, 21) * 1000, Date.UTC(2024, 0, 3, 21) * 1000],
  })
  expect(instruments['XNYS:KO'].ticksPerUnit).toBe(1e9)
  expect(notes).toContain('prices are multiplied by adjusted close / close of their row and rounded to 1e-9')
  for (const adjustment of ['split', 'raw'] as const) {
    const asked = await sourceRows(YAHOO, write(TEXT), { ...options, adjustment })
    expect(asked.streams['bars 1d XNYS:KO']).toMatchObject({ open: [99, 98], close: [100, 99] })
    expect(asked.notes[0]).toBe(
      `prices are taken as they stand, as ${adjustment}: Yahoo's own are adjusted for splits and not for dividends`,
    )
  }
})

test('a day without an adjusted close is refused, and named', async () => {
  const { issues } = await sourceRows(YAHOO, write(TEXT.replace('100,98,', '100,null,')), {
    venue: 'XNYS',
    onIssue: 'drop',
  })
  expect(issues.map(({ code, example }) => [code, example])).toEqual([
    ['missing', 'KO.csv line 2, column Adj Close: adjusted close is empty'],
  ])
})

test('a folder of them is one dataset, labelled by its adjustment', async () => {
  const place = join(write(TEXT), '..')
  writeFileSync(join(place, 'PEP.csv'), TEXT)
  const store = join(place, 'store')
  const request = { store, place: await placeOf(place), adapter: YAHOO, venue: 'XNYS' }
  await ingestSource({ ...request, dataset: 'total' })
  await ingestSource({ ...request, dataset: 'plain', adjustment: 'split' })
  const opened = await openStore(store)
  expect(
    (await opened.datasets()).map(({ id, adjustment, instruments }) => [id, adjustment, instruments]),
  ).toEqual([
    ['plain', 'split', ['XNYS:KO', 'XNYS:PEP']],
    ['total', 'total-return', ['XNYS:KO', 'XNYS:PEP']],
  ])
})
