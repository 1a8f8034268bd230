/** Quotes, funding rates, splits, dividends and series in tables of many makers. Expected figures by hand. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sourceRows } from '../../testing/source-rows.ts'
import type { ReadingOptions } from '../ingest/reading.ts'
import { IssueLog } from '../ingest/issues.ts'
import type { KnownAction } from '../schema.ts'
import { FUNDING_CSV } from './funding-csv.ts'
import { QUOTES_CSV } from './quotes-csv.ts'
import type { SourceAdapter } from './source.ts'
import { SPLITS_DIVIDENDS } from './splits-dividends.ts'
import { WIDE_SERIES } from './wide-series.ts'

const folder = mkdtempSync(join(tmpdir(), 'tables-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const path = join(folder, 'X.csv')
async function rows(adapter: SourceAdapter, text: string, options: ReadingOptions = {}) {
  writeFileSync(path, text)
  return sourceRows(adapter, path, options)
}
const utc = (text: string) => Date.parse(text) * 1000

test('quotes: GMT in a name, a side without a price, no sizes', async () => {
  const duka = await rows(
    QUOTES_CSV,
    'Gmt time,Ask,Bid,AskVolume,BidVolume\n16.01.2024 00:00:01.250,1.0950,1.0949,1.5,2\n',
    {
      timezone: undefined,
      calendar: 'XNYS',
    },
  )
  expect(duka.streams['quotes FILE:X']).toMatchObject({
    eventTime: [utc('2024-01-16T00:00:01.250Z')],
    bid: [1.0949],
    ask: [1.095],
    bidSize: [2],
    askSize: [1.5],
  })
  const half = await rows(
    QUOTES_CSV,
    'time,bid,ask,bidSize,askSize\n1704153600000,1,,3,9\n1704153601000,1,x,3,9\n',
  )
  expect(half.streams['quotes FILE:X']).toMatchObject({ ask: [Number.NaN], askSize: [0], bidSize: [3] })
  expect(half.issues.map(({ code }) => code)).toEqual(['badNumber'])
  const bare = await rows(QUOTES_CSV, 'Date,Time,bid,ask\n2024-01-16,09:30:00,1,2\n')
  expect(bare.streams['quotes FILE:X']).toMatchObject({ eventTime: [utc('2024-01-16T09:30Z')], bidSize: [0] })
})

test('funding: rates by symbol, wall times of a zone', async () => {
  const { streams } = await rows(
    FUNDING_CSV,
    'Symbol,Date,Funding Rate\nBTC-USDT,2020-01-01 03:00:00.000,-0.00012359\n',
    {
      timezone: '+03:00',
    },
  )
  expect(streams['funding FILE:BTC-USDT']).toMatchObject({
    eventTime: [utc('2020-01-01Z')],
    rate: [-0.00012359],
  })
  expect(streams['funding FILE:BTC-USDT'].markPrice).toEqual([Number.NaN])
})

test('series side by side: a value is known when its time is over', async () => {
  const day = await rows(WIDE_SERIES, 'Date,1month,10year,note\n2024-01-02,,4.0%,x\n2024-01-03,5.5,3.9,y\n', {
    onIssue: 'drop',
  })
  expect(day.streams['custom SERIES:X'].value).toEqual([5.5, 3.9])
  expect(day.issues.map(({ code }) => code)).toEqual(['badNumber'])
  expect(day.notes).toContain('columns note hold words and no numbers: they are left out')
  expect(day.notes).toContain('1 empty values are no points')
  const months = 'DATE,CPI\n2023-11-01,1\n2023-12-01,2\n2024-01-01,3\n'
  const times = async (text: string, options: ReadingOptions = {}) =>
    (await rows(WIDE_SERIES, text, options)).streams['custom SERIES:X'].receiveTime.map(time =>
      new Date(time / 1000).toISOString().slice(0, 16),
    )
  await expect(times(months)).rejects.toMatchObject({ code: 'STAMP_NEEDED' })
  expect(await times(months, { stamp: 'open' })).toEqual([
    '2023-12-01T00:00',
    '2024-01-01T00:00',
    '2024-02-01T00:00',
  ])
  expect(await times(months, { stamp: 'close' })).toEqual([
    '2023-11-02T00:00',
    '2023-12-02T00:00',
    '2024-01-02T00:00',
  ])
  expect(await times('Date,x\n192607,1\n192608,2\n')).toEqual(['1926-08-01T00:00', '1926-09-01T00:00'])
  const quarters = 'DATE,GDP\n2023-04-01,1\n2023-07-01,2\n2023-10-01,3\n'
  expect(await times(quarters, { stamp: 'open' })).toEqual([
    '2023-07-01T00:00',
    '2023-10-01T00:00',
    '2024-01-01T00:00',
  ])
  // New York closes at four; 3 July at one.
  expect(await times('Date,x\n2024-07-02,1\n2024-07-03,2\n', { calendar: 'XNYS' })).toEqual([
    '2024-07-02T20:00',
    '2024-07-03T17:00',
  ])
  // Midnights stand for days, as tables of days often have them; --stamp, or a time of receipt, says otherwise.
  const midnights = '2024-01-02 00:00:00+00:00,1\n2024-01-03 00:00:00+00:00,2\n'
  expect(await times(`time,x\n${midnights}`)).toEqual(['2024-01-03T00:00', '2024-01-04T00:00'])
  expect(await times(`time,x\n${midnights}`, { stamp: 'close' })).toEqual([
    '2024-01-02T00:00',
    '2024-01-03T00:00',
  ])
  expect(await times(`time,x\n${midnights}2024-01-03T10:00:00Z,3\n`)).toEqual([
    '2024-01-02T00:00',
    '2024-01-03T00:00',
    '2024-01-03T10:00',
  ])
  await expect(times('time,headline\n2024-01-02T10:00:00Z,Rates up\n')).rejects.toMatchObject({
    code: 'WRONG_TYPE',
  })
})

async function actions(text: string, options: ReadingOptions = {}): Promise<readonly KnownAction[]> {
  writeFileSync(path, text)
  const found: KnownAction[] = []
  const issues = new IssueLog('X.csv')
  for await (const batch of SPLITS_DIVIDENDS.read({ path, options, issues, note: () => undefined }))
    found.push(...(batch.rows as readonly KnownAction[]))
  issues.refuseFatal(found.length)
  return found
}

test('splits and dividends of vendors', async () => {
  const open = utc('2014-06-09T13:30Z')
  const split = {
    action: { kind: 'split', instrument: 'XNAS:AAPL', time: open, ratio: 7 },
    receiveTime: open,
  }
  const of = { venue: 'XNAS' }
  expect(
    await actions('symbol,effective_date,price_ratio\nAAPL,2014-06-09,0.14285714285714285\n', of),
  ).toEqual([split])
  expect(await actions('ticker,date,split_ratio\nAAPL,2014-06-09,7:1\n', of)).toEqual([split])
  expect(
    await actions('Date,Stock Splits\n2014-06-06,0\n06/09/2014,7.0\n', {
      ...of,
      symbol: 'AAPL',
      timeFormat: 'MM/dd/yyyy',
    }),
  ).toEqual([split])
  expect(await actions('ticker,date,split_ratio\nGE,2021-08-02,1:8\n', { venue: 'XNYS' })).toMatchObject([
    { action: { ratio: 0.125 } },
  ])
  expect(await actions('symbol,ex_date,amount,declared date\nMSFT,2014-11-18,0.31,2014-09-16\n', of)).toEqual(
    [
      {
        action: {
          kind: 'dividend',
          instrument: 'XNAS:MSFT',
          time: utc('2014-11-18T14:30Z'),
          payTime: utc('2014-11-18T14:30Z'),
          amount: 0.31,
        },
        receiveTime: utc('2014-09-17Z') - 1,
      },
    ],
  )
  await expect(actions('symbol,ex_date,amount\nA,2014-11-18,-1\n', of)).rejects.toThrow(
    'a dividend is zero or more',
  )
  await expect(actions('symbol,date,ratio\nA,2014-11-18,x:y\n', of)).rejects.toThrow('new shares per old one')
})
