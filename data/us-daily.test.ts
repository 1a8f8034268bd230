import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { openBars, openStore } from '../lab/catalog/index.ts'
import { isoDate, isoTime } from '../lab/core/time.ts'
import { python } from '../lab/testing/python.ts'
import { findTable, ingestSample, makeSample, RAW, sampleFolder, TOTAL_RETURN } from './us-daily.ts'

const folder = mkdtempSync(join(tmpdir(), 'us-daily-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** sha256 over every file of a folder, with its name, in order. */
function folderDigest(path: string): string {
  const hash = createHash('sha256')
  const names = (readdirSync(path, { recursive: true }) as string[]).filter(name =>
    statSync(join(path, name)).isFile(),
  )
  for (const name of names.sort()) hash.update(`${name}\n`).update(readFileSync(join(path, name)))
  return hash.digest('hex')
}

const SAMPLE = '4eee0a9cd157257e9b0392679efc3ffc41460d2e92b819e724457ec9059013b5'

test('the committed sample has the bytes that were committed', async () => {
  expect(folderDigest(sampleFolder())).toBe(SAMPLE)
  const store = await openStore(sampleFolder())
  for (const id of [RAW, TOTAL_RETURN]) {
    expect(await store.check(id)).toMatchObject({
      whole: true,
      // Fourteen years of three shares, and the sessions.
      files: 43,
      damage: [],
      issues: [],
      missingSessions: [],
    })
  }
})

test('the recipe makes the same bytes again from the package', async () => {
  const interpreter = fileURLToPath(new URL('../.venv/bin/python', import.meta.url))
  const table = findTable(folder, interpreter)
  await makeSample(table, join(folder, 'made'))
  expect(folderDigest(join(folder, 'made'))).toBe(SAMPLE)

  // The numbers, against the package's own table read by pandas, and decimal arithmetic for the adjustment.
  const reference = (await python(
    `
import json, sys, pandas as pd
from decimal import Decimal as D
d = pd.read_csv(json.load(sys.stdin), dtype=str)
out = {}
for s in ('AAPL', 'IBM', 'MSFT'):
    t = d[d.Ticker == s]
    out[s] = {'date': list(t.Date), 'volume': [float(v) for v in t.Volume]}
    for c in ('Open', 'High', 'Low', 'Close'):
        out[s][c.lower()] = [float(v) for v in t[c]]
        out[s]['adjusted' + c] = [float(round(D(p) * D(a) / D(k), 9)) for p, a, k in zip(t[c], t['Adj Close'], t.Close)]
print(json.dumps(out))`,
    table,
  )) as Record<string, Record<string, (string & number)[]>>
  const store = await openStore(join(folder, 'made'))
  for (const id of [RAW, TOTAL_RETURN]) {
    const manifest = await store.show(id)
    for (const { symbol } of manifest.instruments) {
      const rows = (
        await store.sql(`SELECT * FROM ${JSON.stringify(id)} WHERE symbol = '${symbol}' ORDER BY event_time`)
      ).toArray()
      const expected = reference[symbol]
      expect(rows.map(row => isoDate(Number(row.session_close) * 1000))).toEqual(expected.date)
      expect(rows.map(row => row.volume)).toEqual(expected.volume)
      for (const name of ['Open', 'High', 'Low', 'Close']) {
        const column = rows.map(row => row[name.toLowerCase()] as number)
        if (id === RAW) expect(column).toEqual(expected[name.toLowerCase()])
        else
          for (const [i, value] of column.entries())
            expect(Math.abs(value - expected[`adjusted${name}`][i])).toBeLessThan(1.5e-9)
      }
    }
  }
})

test('bringing it into a store is done once', async () => {
  const store = join(folder, 'store')
  expect(await ingestSample(store)).toMatchObject({ datasets: [RAW, TOTAL_RETURN], unchanged: false })
  expect(await ingestSample(store)).toMatchObject({ datasets: [RAW, TOTAL_RETURN], unchanged: true })
  expect((await openStore(store)).snapshot).toBe((await openStore(sampleFolder())).snapshot)
})

test('every bar is stamped at the close of its session in New York, by exchange_calendars 4.13.2', async () => {
  const store = join(folder, 'store')
  await ingestSample(store)
  const source = await openBars({ store: await openStore(store), datasets: [TOTAL_RETURN] })
  expect(source.datasets[0]).toMatchObject({ id: TOTAL_RETURN, adjustment: 'total-return', interval: '1d' })
  expect(source.instruments.map(({ venue, symbol }) => `${venue}:${symbol}`)).toEqual([
    'XNAS:AAPL',
    'XNAS:MSFT',
    'XNYS:IBM',
  ])
  const closes = (await python(`
import json, exchange_calendars as xc
c = xc.get_calendar('XNYS', start='2000-03-01', end='2013-03-01')
print(json.dumps([t.value // 1000 for t in c.closes]))`)) as number[]
  for (const { series } of source.streams) {
    expect([...series!.eventTime]).toEqual(closes)
    expect(series!.sessionClose).toEqual(series!.eventTime)
    expect(series!.receiveTime).toBe(series!.eventTime)
  }
  const { eventTime } = source.streams[0].series!
  const at = (date: string): string => isoTime(eventTime.find(time => isoDate(time) === date)!)
  // Winter, summer, the day after Thanksgiving, and Christmas Eve.
  expect(at('2000-03-31')).toBe('2000-03-31T21:00:00Z')
  expect(at('2000-04-03')).toBe('2000-04-03T20:00:00Z')
  expect(at('2012-11-23')).toBe('2012-11-23T18:00:00Z')
  expect(at('2012-12-24')).toBe('2012-12-24T18:00:00Z')
})

test('raw prices across a split are refused; a crash and years without one are not', async () => {
  const store = await openStore(sampleFolder())
  const open = (symbols: string[], from?: string, to?: string) =>
    openBars({ store, datasets: [RAW], symbols, from, to })
  const sentence = (name: string, before: number, after: number, date: string): string =>
    `${name} goes from ${before} to ${after} overnight before ${date}, as a 2:1 split does, and these prices are raw: ` +
    'use us-daily/total-return, tell the run of the split (--actions), or choose dates on one side of it'
  const refuses = async (
    name: string,
    before: number,
    after: number,
    date: string,
    from?: string,
  ): Promise<void> => {
    await expect(open([name], from)).rejects.toMatchObject({
      code: 'UNADJUSTED_SPLIT',
      message: sentence(name, before, after, date),
    })
  }
  await refuses('XNAS:AAPL', 101.25, 50.5, '2000-06-21')
  await refuses('XNAS:AAPL', 88.99, 44.68, '2005-02-28', '2000-06-21')
  await refuses('XNAS:MSFT', 48.3, 24.62, '2003-02-18')
  // IBM fell by 15 % on 2000-10-18 and never split; AAPL fell by 52 % on 2000-09-29 on a profit warning.
  expect((await open(['IBM'])).streams[0].rows).toBe(3270)
  expect((await open(['AAPL'], '2000-06-21', '2005-02-25')).streams[0].rows).toBe(1176)
  expect((await open(['MSFT'], '2003-02-18')).instruments[0].symbol).toBe('MSFT')
})
