/** Whatever is wrong with a file, one sentence says what, where, and how to mend it. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { withDuckDb } from '../duckdb.ts'
import { openStore } from '../store.ts'
import { type IngestRequest, ingestBars } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'bad-input-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** 2012-07-15T12:00Z: everything in these files before it is past. */
const NOW = Date.UTC(2012, 6, 15, 12) * 1000
const HEADER = 'Date,Open,High,Low,Close,Volume\n'

let count = 0
/** Ingests a text as a.csv and holds the refusal to its exact code and sentence; the store stays as it was. */
async function refuses(
  content: string | Buffer,
  sentence: string,
  code: string,
  options: Partial<IngestRequest> = {},
  name = 'a.csv',
): Promise<void> {
  const work = join(folder, String(count++))
  mkdirSync(work)
  const path = join(work, name)
  writeFileSync(path, content)
  const store = join(work, 'store')
  const request = { store, path, venue: 'XNYS', symbol: 'A', now: NOW, ...options }
  await expect(ingestBars(request)).rejects.toMatchObject({ name: 'GordonError', code, message: sentence })
  expect((await openStore(store)).snapshot).toMatch(/^snapshot-0-/)
  expect(readdirSync(join(store, 'incoming'), { recursive: true })).toEqual([])
}

const rows = (...lines: string[]): string => HEADER + lines.join('\n') + '\n'
const refusal = (first: string, bad: number, of: number, counts: string): string =>
  `${first}; ${bad} of ${of} rows cannot be used (${counts}): mend the file, or pass --on-issue drop to leave such rows out`

describe('the file', () => {
  test('is missing', async () => {
    await expect(ingestBars({ store: join(folder, 's'), path: '/nowhere/a.csv' })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: 'there is no file /nowhere/a.csv: check the path',
    })
  })

  test('is not a table', async () => {
    await refuses(
      'just some words\nand more\n',
      'a.csv is not a CSV table: its first line has no comma, semicolon, tab or bar between columns',
      'NOT_A_TABLE',
    )
    await refuses('', 'a.csv is not a CSV table: its first line is empty', 'NOT_A_TABLE')
    await refuses(
      Buffer.from([137, 80, 78, 71, 0, 1]),
      'a.csv is not a CSV table: it holds binary data',
      'NOT_A_TABLE',
    )
    await refuses(
      rows('2012-07-09,1,1,1,1,1'),
      'a.parquet is not a Parquet file: it does not begin with PAR1',
      'NOT_A_TABLE',
      {},
      'a.parquet',
    )
    await refuses(
      'PAR1 and nothing else',
      'a.parquet is not a whole Parquet file: fetch it again',
      'NOT_A_TABLE',
      {},
      'a.parquet',
    )
    await refuses(
      gzipSync(rows('2012-07-09,1,1,1,1,1')).subarray(0, 30),
      'a.csv.gz cannot be unpacked: it is damaged or cut off, fetch it again',
      'NOT_A_TABLE',
      {},
      'a.csv.gz',
    )
  })

  test('has an ending that tells nothing', async () => {
    await refuses(
      rows(),
      'a.dat has no ending that tells its format: rename it to .csv, .csv.gz, .parquet, .arrow or .json, or give --format',
      'UNKNOWN_FORMAT',
      {},
      'a.dat',
    )
  })

  test('has no rows, or no header', async () => {
    await refuses(HEADER, 'a.csv has a header and no rows: there is nothing to read', 'NO_ROWS')
    await refuses(
      '1341878400000,1,2,1,2,5\n',
      'a.csv has no header line, it begins with 1341878400000,1,2,1,2,5: name its columns with --header time,open,high,low,close,volume',
      'NO_HEADER',
    )
  })
})

describe('columns', () => {
  test('are missing, misnamed or ambiguous', async () => {
    await refuses(
      'Date,Open,High,Low,Last\n2012-07-09,1,1,1,1\n',
      'a.csv has no column for close: it has Date, Open, High, Low, Last; name the right one with --columns close=NAME',
      'COLUMN_MISSING',
    )
    await refuses(
      rows('2012-07-09,1,1,1,1,1'),
      'a.csv has no column "Clse", named in --columns close=Clse: it has Date, Open, High, Low, Close, Volume',
      'COLUMN_UNKNOWN',
      { columns: { close: 'Clse' } },
    )
    await refuses(
      'open_time,open,high,low,close,volume,close_time\n1341878400000,1,2,1,2,5,1341878460000\n',
      'a.csv has several columns for time, open_time and close_time: choose one with --columns time=open_time',
      'COLUMN_AMBIGUOUS',
    )
    await refuses(
      rows('2012-07-09,1,1,1,1,1'),
      '"close" in --columns is not of the form part=NAME with a part of time, open, high, low, close, volume, symbol, adjustedClose',
      'BAD_COLUMNS',
      { columns: 'time=Date,close' },
    )
  })

  test('have the wrong type', async () => {
    await refuses(
      rows('2012-07-09,1,1,1,one,1'),
      refusal('a.csv line 2, column Close: close "one" is not a number', 1, 1, 'badNumber 1'),
      'BAD_ROWS',
    )
    const path = join(folder, 'typed.parquet')
    await withDuckDb(connection =>
      connection.run(
        `COPY (SELECT DATE '2012-07-09' AS date, 'one' AS open, 1.0 AS high, 1.0 AS low, 1.0 AS close) TO '${path}' (FORMAT parquet)`,
      ),
    )
    await expect(ingestBars({ store: join(folder, 't'), path })).rejects.toMatchObject({
      code: 'WRONG_TYPE',
      message:
        'typed.parquet, column open: open has type VARCHAR and must be a number; store it as DOUBLE, or name another with --columns open=NAME',
    })
    const odd = join(folder, 'odd.parquet')
    await withDuckDb(connection =>
      connection.run(
        `COPY (SELECT TIME '12:00' AS time, 1.0 AS open, 1.0 AS high, 1.0 AS low, 1.0 AS close) TO '${odd}' (FORMAT parquet)`,
      ),
    )
    await expect(ingestBars({ store: join(folder, 't'), path: odd })).rejects.toMatchObject({
      code: 'WRONG_TYPE',
      message:
        'odd.parquet, column time: a time of type TIME cannot be read; store it as a timestamp, a date, an epoch integer or ISO text',
    })
  })

  test('a row has too few fields', async () => {
    await refuses(
      rows('2012-07-09,1,1,1,1,1', '2012-07-10,1,1'),
      refusal('a.csv line 3: the row has 3 fields and the header has 6', 1, 2, 'fieldCount 1'),
      'BAD_ROWS',
    )
  })
})

describe('times', () => {
  test('are unsorted', async () => {
    await refuses(
      rows('2012-07-10,1,1,1,1,1', '2012-07-09,1,1,1,1,1'),
      'a.csv line 3, column Date: the bar of A at 2012-07-09T20:00:00Z comes after that at 2012-07-10T20:00:00Z; ' +
        '1 of 2 rows cannot be used (unsorted 1): pass --sort to put them in order',
      'BAD_ROWS',
    )
  })

  test('are duplicated, also after sorting', async () => {
    await refuses(
      rows('2012-07-09,1,1,1,1,1', '2012-07-09,2,2,2,2,2'),
      refusal(
        'a.csv line 3, column Date: there is a second bar of A at 2012-07-09T20:00:00Z',
        1,
        2,
        'duplicate 1',
      ),
      'BAD_ROWS',
    )
    await refuses(
      rows('2012-07-10,1,1,1,1,1', '2012-07-09,1,1,1,1,1', '2012-07-10,2,2,2,2,2'),
      refusal('a.csv line 4: there is a second bar of A at 2012-07-10T20:00:00Z', 1, 3, 'duplicate 1'),
      'BAD_ROWS',
      { sort: true },
    )
  })

  test('are in the future: a session that has not closed yet is', async () => {
    await refuses(
      rows('2012-07-13,1,1,1,1,1', '2012-07-16,1,1,1,1,1'),
      refusal(
        'a.csv line 3, column Date: the bar closes at 2012-07-16T20:00:00Z, which is in the future',
        1,
        2,
        'futureTime 1',
      ),
      'BAD_ROWS',
    )
  })

  test('happen twice when clocks go back, or never when they go forward', async () => {
    const options = { venue: 'OTC', timezone: 'America/New_York', interval: '1h', stamp: 'close' } as const
    await refuses(
      rows('2011-11-06 00:00,1,1,1,1,1', '2011-11-06 01:00,1,1,1,1,1', '2011-11-06 02:00,1,1,1,1,1'),
      refusal(
        'a.csv line 3, column Date: 2011-11-06T01:00:00 happens twice in America/New_York, when clocks go back: give times in UTC or with their offset',
        1,
        3,
        'ambiguousTime 1',
      ),
      'BAD_ROWS',
      options,
    )
    await refuses(
      rows('2012-03-11 01:00,1,1,1,1,1', '2012-03-11 02:30,1,1,1,1,1', '2012-03-11 03:00,1,1,1,1,1'),
      refusal(
        'a.csv line 3, column Date: 2012-03-11T02:30:00 does not exist in America/New_York, where clocks go forward',
        1,
        3,
        'skippedTime 1',
      ),
      'BAD_ROWS',
      options,
    )
  })

  test('are empty, of another form, or of no form', async () => {
    await refuses(
      rows('2012-07-09,1,1,1,1,1', ',1,1,1,1,1', '10/07/2012,1,1,1,1,1'),
      refusal('a.csv line 3, column Date: the time is empty', 2, 3, 'missingTime 1, badTime 1'),
      'BAD_ROWS',
    )
    await refuses(
      rows('2012-07-09,1,1,1,1,1', '2012-02-30,1,1,1,1,1'),
      refusal(
        'a.csv line 3, column Date: "2012-02-30" does not read as dates as yyyy-MM-dd, as the first row does',
        1,
        2,
        'badTime 1',
      ),
      'BAD_ROWS',
    )
    await refuses(
      rows('the 9th,1,1,1,1,1'),
      'a.csv line 2, column Date: "the 9th" is no time that is recognised: give its pattern, for example --time-format "dd.MM.yyyy HH:mm"',
      'TIME_FORMAT',
    )
    await refuses(
      rows('9 July 2012,1,1,1,1,1'),
      '"d MMM yyyy" is no time format: build it from yyyy MM dd HH mm ss S, for example "dd.MM.yyyy HH:mm", or say excel, s, ms, us or ns',
      'BAD_TIME_FORMAT',
      { timeFormat: 'd MMM yyyy' },
    )
  })

  test('fall on a day without a session', async () => {
    await refuses(
      rows('2012-07-03,1,1,1,1,1', '2012-07-04,1,1,1,1,1'),
      refusal('a.csv line 3, column Date: 2012-07-04 has no session in calendar XNYS', 1, 2, 'noSession 1'),
      'BAD_ROWS',
    )
  })

  test('leave the interval or its end open', async () => {
    await refuses(
      rows('2012-07-09 16:00,1,1,1,1,1'),
      'the interval of the bars in a.csv cannot be told from its first rows: give it, for example --interval 1m',
      'INTERVAL_NEEDED',
    )
    await refuses(
      rows('2012-07-02,1,1,1,1,1', '2012-07-09,1,1,1,1,1'),
      'a.csv has one row per 1w and does not say whether its dates are the first or the last day: pass --stamp open or --stamp close',
      'STAMP_NEEDED',
    )
    await refuses(
      rows('2012-07-09,1,1,1,1,1'),
      '"daily" is no interval: give a number and s, m, h, d or w, for example --interval 5m',
      'BAD_INTERVAL',
      { interval: 'daily' },
    )
  })
})

describe('prices', () => {
  const check = (line: string, issue: string, counts: string): Promise<void> =>
    refuses(
      rows('2012-07-09,10,12,9,11,100', line),
      refusal(`a.csv line 3, column ${issue}`, 1, 2, counts),
      'BAD_ROWS',
    )

  test('zero, negative, infinite', async () => {
    await check(
      '2012-07-10,0,12,9,11,1',
      'Open: open is 0: a price must be above zero and finite',
      'notPositive 1',
    )
    await check(
      '2012-07-10,10,12,-9,11,1',
      'Low: low is -9: a price must be above zero and finite',
      'notPositive 1',
    )
    await check('2012-07-10,10,Infinity,9,11,1', 'High: high "Infinity" is not a number', 'badNumber 1')
  })

  test('NaN and empty are told apart', async () => {
    await check('2012-07-10,10,12,9,NaN,1', 'Close: close is NaN', 'notANumber 1')
    await check('2012-07-10,10,12,9,,1', 'Close: close is empty', 'missing 1')
    await check('2012-07-10,10,12,9,null,1', 'Close: close is empty', 'missing 1')
    await check('2012-07-10,10,12,9,0x10,1', 'Close: close "0x10" is not a number', 'badNumber 1')
  })

  test('high below low, open or close outside them', async () => {
    await check('2012-07-10,10,9,12,11,1', 'High: high 9 is below low 12', 'highBelowLow 1')
    await check('2012-07-10,13,12,9,11,1', 'Open: open 13 is outside low 9 to high 12', 'outsideRange 1')
    await check('2012-07-10,10,12,9,8,1', 'Close: close 8 is outside low 9 to high 12', 'outsideRange 1')
  })

  test('negative volume', async () => {
    await check('2012-07-10,10,12,9,11,-5', 'Volume: volume is -5', 'negativeVolume 1')
  })

  test('NULL and NaN of a Parquet file are told apart too', async () => {
    const path = join(folder, 'nulls.parquet')
    await withDuckDb(connection =>
      connection.run(
        `COPY (SELECT * FROM (VALUES (DATE '2012-07-09', 1.0::DOUBLE), (DATE '2012-07-10', NULL), (DATE '2012-07-11', 'nan'::DOUBLE)) t(date, price)
         , LATERAL (SELECT price AS open, price AS high, price AS low, price AS close)) TO '${path}' (FORMAT parquet)`,
      ),
    )
    await expect(ingestBars({ store: join(folder, 'n'), path, venue: 'XNYS' })).rejects.toMatchObject({
      message: refusal('nulls.parquet row 2, column open: open is empty', 2, 3, 'missing 1, notANumber 1'),
    })
  })
})

describe('names and grids', () => {
  test('an unknown symbol, calendar, time zone; an impossible grid or dataset id', async () => {
    await refuses(
      'Ticker,' + rows('A,2012-07-09,1,1,1,1,1'),
      'a.csv has no rows of B: check --symbol against its column of symbols',
      'UNKNOWN_SYMBOL',
      { symbol: 'B' },
    )
    await refuses(
      rows('2012-07-09,1,1,1,1,1'),
      'no calendar is called "XMOON": choose one of XNYS, XNAS, ARCX, XASE, BATS, XLON, XETR, XFRA, XTKS, XHKG, XNSE, XBOM, CMES, XCME, GLBX, FX, 24/7',
      'UNKNOWN_CALENDAR',
      { calendar: 'XMOON' },
    )
    await refuses(
      rows('2012-07-09 10:00,1,1,1,1,1'),
      'no time zone is called "New York": give an IANA name such as America/New_York, or UTC',
      'UNKNOWN_TIMEZONE',
      { timezone: 'New York' },
    )
    await refuses(
      rows('2012-07-09,1,1,1,1,1'),
      '--tick 0.3 does not divide one unit: give 1 or a fraction of it such as 0.01 or 0.25',
      'BAD_GRID',
      { tick: 0.3 },
    )
    await expect(
      ingestBars({ store: join(folder, 'x'), path: join(folder, 'typed.parquet'), dataset: '../x' }),
    ).rejects.toThrow(
      `"../x" cannot name a dataset: use letters, digits, '.', '_', '-' and '/', for example us-daily/raw`,
    )
  })
})

test('flawed rows may be left out: then they are counted, told, and the rest is stored', async () => {
  const path = join(folder, 'drop.csv')
  writeFileSync(
    path,
    rows(
      '2012-07-09,10,12,9,11,100',
      '2012-07-10,10,9,12,11,1',
      '2012-07-10,10,12,9,11,',
      '2012-07-09,1,1,1,1,1',
    ),
  )
  const store = join(folder, 'drop')
  const result = await ingestBars({ store, path, venue: 'XNYS', symbol: 'A', onIssue: 'drop' })
  expect(result).toMatchObject({ rows: 2, dropped: 2, unchanged: false })
  expect(result.issues).toEqual([
    { code: 'highBelowLow', row: 3, column: 'High', text: 'high 9 is below low 12' },
    { code: 'missingVolume', row: 4, column: 'Volume', text: 'volume is empty' },
    {
      code: 'unsorted',
      row: 5,
      column: 'Date',
      text: 'the bar of A at 2012-07-09T20:00:00Z comes after that at 2012-07-10T20:00:00Z',
    },
  ])
  const manifest = await (await openStore(store)).show('drop')
  expect(manifest.instruments[0]).toMatchObject({ rows: 2, dropped: 2 })
  expect(manifest.instruments[0].issues.map(({ code, count: n }) => [code, n])).toEqual([
    ['highBelowLow', 1],
    ['missingVolume', 1],
    ['unsorted', 1],
  ])
})
