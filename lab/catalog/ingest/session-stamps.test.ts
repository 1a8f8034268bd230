import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isoTime } from '../../core/time.ts'
import { openBars } from '../open-bars.ts'
import { openStore } from '../store.ts'
import { type IngestRequest, ingestBars } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'session-stamps-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
async function ingested(times: readonly string[], options: Partial<IngestRequest>) {
  const path = join(folder, `${count}.csv`)
  const store = join(folder, `store-${count++}`)
  const rows = times.map(time => `${time},10,11,10,11,5`)
  writeFileSync(path, `time,open,high,low,close,volume\n${rows.join('\n')}\n`)
  await ingestBars({ store, path, symbol: 'A', currency: 'XXX', ...options })
  const { streams, instruments } = await openBars({ store: await openStore(store) })
  const series = streams[0].series
  const texts = (column: Float64Array) => [...column].map(isoTime)
  expect(texts(series!.sessionClose!)).toEqual(texts(series!.eventTime))
  return { known: texts(series!.eventTime), calendar: instruments[0].calendar }
}

test('a daily bar of London is known at 16:30 London, on an early close at 12:30', async () => {
  // London Stock Exchange, business days of 2024; clocks went forward on 31 March 2024.
  const days = ['2024-03-28', '2024-04-02', '2024-12-24', '2024-12-27']
  const { known, calendar } = await ingested(days, { venue: 'XLON' })
  expect(calendar).toBe('XLON')
  expect(known).toEqual([
    '2024-03-28T16:30:00Z',
    '2024-04-02T15:30:00Z',
    '2024-12-24T12:30:00Z',
    '2024-12-27T16:30:00Z',
  ])
})

test('a daily bar of Tokyo is known at 15:00, since 5 November 2024 at 15:30 Tokyo', async () => {
  const { known } = await ingested(['2024-10-31', '2024-11-01', '2024-11-05'], { venue: 'XTKS' })
  expect(known).toEqual(['2024-10-31T06:00:00Z', '2024-11-01T06:00:00Z', '2024-11-05T06:30:00Z'])
  // The same days stamped at 09:00 Tokyo.
  const opens = ['2024-10-31T00:00:01Z', '2024-11-01T00:00:01Z', '2024-11-05T00:00:01Z']
  expect((await ingested(opens, { venue: 'XTKS', interval: '1d' })).known).toEqual(known)
})

test('a daily bar of Mumbai is known at 15:30 Kolkata, the evening of Diwali at its end', async () => {
  // NSE: Muhurat trading on Sunday 12 November 2023 ended at 19:15.
  const days = ['2023-11-09', '2023-11-10', '2023-11-12', '2023-11-13', '2023-11-15']
  const { known, calendar } = await ingested(days, { venue: 'XNSE' })
  expect(calendar).toBe('XNSE')
  expect(known).toEqual([
    '2023-11-09T10:00:00Z',
    '2023-11-10T10:00:00Z',
    '2023-11-12T13:45:00Z',
    '2023-11-13T10:00:00Z',
    '2023-11-15T10:00:00Z',
  ])
  // 14 November was a holiday: a row of it has no session.
  await expect(ingested([...days, '2023-11-14'], { venue: 'XNSE' })).rejects.toThrow(
    '2023-11-14 has no session in calendar XNSE',
  )
})

test('a daily bar of foreign exchange is known at 17:00 New York of its date', async () => {
  const { known } = await ingested(['2024-03-07', '2024-03-08', '2024-03-11'], { venue: 'FX' })
  expect(known).toEqual(['2024-03-07T22:00:00Z', '2024-03-08T22:00:00Z', '2024-03-11T21:00:00Z'])
  // Stamped at 17:00 New York, where one day closes as the next one opens: the file has to say which is meant.
  const opens = ['2024-03-06T22:00:00Z', '2024-03-07T22:00:00Z', '2024-03-10T21:00:00Z']
  expect((await ingested(opens, { venue: 'FX', stamp: 'open', interval: '1d' })).known).toEqual(known)
  expect((await ingested(known, { venue: 'FX', stamp: 'close', interval: '1d' })).known).toEqual(known)
  await expect(ingested(opens, { venue: 'FX', interval: '1d' })).rejects.toMatchObject({
    code: 'STAMP_NEEDED',
  })
})

test('bars through lunch, and on the Sunday evening that begins the week', async () => {
  const tokyo = ['2024-11-05T02:30:00Z', '2024-11-05T03:31:00Z', '2024-11-05T06:30:00Z']
  const path = join(folder, 'minutes.csv')
  const minutes = async (times: readonly string[], venue: string, store: string) => {
    writeFileSync(
      path,
      `time,open,high,low,close,volume\n${times.map(time => `${time},10,11,10,11,5`).join('\n')}\n`,
    )
    await ingestBars({ store: join(folder, store), path, symbol: 'A', venue, interval: '1m', stamp: 'close' })
    const { series } = (await openBars({ store: await openStore(join(folder, store)) })).streams[0]
    return [...series!.sessionClose!].map(isoTime)
  }
  expect(await minutes(tokyo, 'XTKS', 'tokyo')).toEqual(tokyo.map(() => '2024-11-05T06:30:00Z'))
  const sunday = ['2024-03-10T21:01:00Z', '2024-03-11T03:59:00Z', '2024-03-11T21:00:00Z']
  expect(await minutes(sunday, 'FX', 'fx')).toEqual(sunday.map(() => '2024-03-11T21:00:00Z'))
})
