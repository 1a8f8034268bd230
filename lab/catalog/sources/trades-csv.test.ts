/** Trades as vendors and people write them. Expected values are read off the texts by hand. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { IssueLog } from '../ingest/issues.ts'
import type { ReadingOptions } from '../ingest/reading.ts'
import type { KindRows } from '../schema.ts'
import { guessSource } from './index.ts'
import { placeOf } from './place.ts'
import { TRADES_CSV } from './trades-csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'trades-csv-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
function write(text: string, name = 'BTCUSDT.csv'): string {
  const work = join(folder, String(count++))
  mkdirSync(work)
  writeFileSync(join(work, name), text)
  return join(work, name)
}

async function read(text: string, options: ReadingOptions = {}) {
  const path = write(text)
  const issues = new IssueLog('BTCUSDT.csv')
  const notes: string[] = []
  const trades = new Map<string, Record<string, unknown[]>>()
  const lines: number[] = []
  for await (const batch of TRADES_CSV.read({ path, options, issues, note: note => void notes.push(note) })) {
    if (batch.kind !== 'trades') throw new Error(batch.kind)
    const of = `${batch.instrument.venue}:${batch.instrument.symbol}`
    const all = trades.get(of) ?? {}
    trades.set(of, all)
    for (const [name, values] of Object.entries(batch.rows as KindRows['trades']))
      if (typeof values === 'object') (all[name] ??= []).push(...(values as Float64Array))
    for (let row = 0; row < batch.rows.length; row++) lines.push(batch.rowNumber!(row))
  }
  return { trades: Object.fromEntries(trades), notes, lines, issues: issues.summary(), log: issues }
}

test('time, price, size and side, each under the names that vendors use', async () => {
  for (const [header, buy, sell] of [
    ['time,price,size,side', 'buy', 'sell'],
    ['Timestamp;Price;Qty;Side', 'BUY', 'SELL'],
    ['t\tp\tq\taggressor_side', 'B', 'S'],
    ['ts|px|amount|taker_side', '1', '-1'],
    ['transact_time,price,quantity,is_buyer_maker', 'false', 'true'],
    ['T,P,Q,M', '0', '1'],
  ]) {
    const mark = /[,;\t|]/.exec(header)![0]
    const rows = [
      ['1704153600123', '42000.5', '0.25', buy],
      ['1704153600123', '42000', '1', sell],
    ]
    const text = [header, ...rows.map(row => row.join(mark))].join('\n')
    const { trades, issues } = await read(text, { venue: 'BINANCE' })
    expect(issues, header).toEqual([])
    expect(trades, header).toEqual({
      'BINANCE:BTCUSDT': {
        eventTime: [1704153600123000, 1704153600123000],
        receiveTime: [1704153600123000, 1704153600123000],
        price: [42000.5, 42000],
        size: [0.25, 1],
        side: [1, -1],
      },
    })
  }
})

test('without a side nobody knows who took, and that is told', async () => {
  const { trades, notes } = await read('time,price,size\n1704153600,1,2\n')
  expect(trades['FILE:BTCUSDT'].side).toEqual([0])
  expect(notes).toEqual([
    'times in column time are read as epoch seconds',
    'there is no time of receipt: a trade is known when it happens',
    'there is no column of sides: who took is not known',
  ])
})

test('times: nanoseconds round down when it happened and up when it was known, and the rest is kept', async () => {
  const { trades } = await read(
    'time,received,price,size,id\n1704153600123456789,1704153600123500001,1,2,900719925474\n' +
      '1704153600123457000,1704153600123501000,1,2,\n',
  )
  expect(trades['FILE:BTCUSDT']).toMatchObject({
    eventTime: [1704153600123456, 1704153600123457],
    eventNanos: [789, 0],
    receiveTime: [1704153600123501, 1704153600123501],
    receiveNanos: [999, 0],
    venueSequence: [900719925474, Number.NaN],
  })
  // Without a time of receipt the trade is known at the µs after.
  const alone = await read('time,price,size\n1704153600123456789,1,2\n')
  expect(alone.trades['FILE:BTCUSDT']).toMatchObject({
    eventTime: [1704153600123456],
    eventNanos: [789],
    receiveTime: [1704153600123457],
    receiveNanos: [211],
  })
})

test('times: ISO with an offset, wall times of a zone, a pattern', async () => {
  const at = async (time: string, options: ReadingOptions = {}) =>
    (await read(`time,price,size\n${time},1,2\n`, options)).trades['FILE:BTCUSDT'].eventTime
  const expected = [Date.UTC(2024, 0, 2, 14, 30, 0, 5) * 1000]
  expect(await at('2024-01-02T14:30:00.005Z')).toEqual(expected)
  expect(await at('2024-01-02 09:30:00.005-05:00')).toEqual(expected)
  expect(await at('2024-01-02 09:30:00.005', { timezone: 'America/New_York' })).toEqual(expected)
  expect(await at('"2024-01-02 09:30:00.005"', { venue: 'FILE', calendar: 'XNYS' })).toEqual(expected)
  expect(await at('02.01.2024 14:30:00.005', { timeFormat: 'dd.MM.yyyy HH:mm:ss.S' })).toEqual(expected)
  await expect(at('2024-01-02')).rejects.toMatchObject({
    code: 'TIME_FORMAT',
    message: expect.stringContaining('"2024-01-02" is a day and no time of an event'),
  })
})

test('many symbols in one file, or the one that is asked for', async () => {
  const text = 'symbol,time,price,size\nA,1704153600,1,1\nB,1704153600,2,1\nA,1704153601,3,1\n'
  const both = await read(text, { venue: 'X' })
  expect([both.trades['X:A'].price, both.trades['X:B'].price]).toEqual([[1, 3], [2]])
  expect(both.lines).toEqual([2, 4, 3])
  expect(Object.keys((await read(text, { venue: 'X', symbol: 'B' })).trades)).toEqual(['X:B'])
  await expect(read(text, { symbol: 'C' })).rejects.toMatchObject({ code: 'UNKNOWN_SYMBOL' })
})

test('rows that cannot be read: each once, with line, column and value', async () => {
  const { trades, issues, lines, log } = await read(
    'time,price,size,side\n1704153600,1,1,buy\nyesterday,1,1,buy\n1704153602,x,1,buy\n1704153603,1,,buy\n' +
      '1704153604,1,1,long\n1704153605,1\n,1,1,sell\n1704153606000,1,1,sell\n1704153607,2,2,sell\n',
  )
  expect(trades['FILE:BTCUSDT'].price).toEqual([1, 2])
  expect(lines).toEqual([2, 10])
  expect(issues.map(({ example }) => example)).toEqual([
    'BTCUSDT.csv line 7: the row has 2 fields and the header has 4',
    'BTCUSDT.csv line 3, column time: "yesterday" does not read as epoch seconds, as the first row does',
    'BTCUSDT.csv line 8, column time: the time is empty',
    'BTCUSDT.csv line 4, column price: price "x" is not a number',
    'BTCUSDT.csv line 5, column size: size is empty',
    'BTCUSDT.csv line 6, column side: side "long" is neither buy nor sell',
  ])
  // Line 9 has milliseconds where the first row has seconds.
  expect(issues.find(({ code }) => code === 'badTime')?.count).toBe(2)
  expect(log.fatalRows).toBe(7)
})

test('a file of trades is told from one of bars by its header', async () => {
  const guess = async (text: string, name?: string) => {
    const { adapter, because } = guessSource(await placeOf(write(text, name)))
    return `${adapter.name}: ${because}`
  }
  expect(await guess('time,price,qty,side\n1,2,3,buy\n')).toBe('trades-csv: columns time, price, qty')
  expect(await guess('Date,Open,High,Low,Close,Volume\n')).toBe(
    'bars-table: columns open, high, low and close',
  )
  expect(await guess('a,b\n')).toBe('bars-table: its ending')
  await expect(guess('hello', 'notes.md')).rejects.toMatchObject({ code: 'UNKNOWN_FORMAT' })
})
