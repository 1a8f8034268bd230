/** Arrays as ccxt's fetchOHLCV gives them; expected values are read off the texts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { sourceRows } from '../../testing/source-rows.ts'
import type { ReadingOptions } from '../ingest/reading.ts'
import { CCXT_OHLCV } from './ccxt-ohlcv.ts'

const folder = mkdtempSync(join(tmpdir(), 'ccxt-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const HOUR = 3_600_000
const T = Date.UTC(2024, 0, 2)
let count = 0
function write(text: string | Buffer, name = 'BTC_USDT.json'): string {
  const work = join(folder, String(count++))
  mkdirSync(work)
  writeFileSync(join(work, name), text)
  return join(work, name)
}
const read = (text: string | Buffer, options: ReadingOptions = {}, name?: string) =>
  sourceRows(CCXT_OHLCV, write(text, name), { venue: 'BINANCE', ...options })

test('a time is the start of its bar, known one interval later; the interval is measured, said, or in the name', async () => {
  const rows = [
    [T, 42_000, 42_100.5, 41_900, 42_050, 12.5],
    [T + HOUR, 42_050, 42_060, 42_000, 42_010, 0],
    [T + 3 * HOUR, 42_010, 42_010, 42_010, 42_010, 1e-8],
    [T + 4 * HOUR, 42_010, 42_020, 42_010, 42_015, 3],
  ]
  const { streams, notes, issues } = await read(JSON.stringify(rows))
  expect(issues).toEqual([])
  expect(notes).toEqual([
    'times are epoch milliseconds',
    'the interval is 1h, measured on the first rows',
    "a time names its bar's open; pass --stamp close if it does not",
  ])
  expect(streams['bars 1h BINANCE:BTC_USDT']).toMatchObject({
    eventTime: rows.map(([time]) => (time + HOUR) * 1000),
    open: [42_000, 42_050, 42_010, 42_010],
    high: [42_100.5, 42_060, 42_010, 42_020],
    low: [41_900, 42_000, 42_010, 42_010],
    close: [42_050, 42_010, 42_010, 42_015],
    volume: [12.5, 0, 1e-8, 3],
  })
  const one = JSON.stringify(rows.slice(0, 1))
  const named = await read(gzipSync(one), {}, 'ETH_USDT-4h.json.gz')
  expect(named.streams['bars 4h BINANCE:ETH_USDT'].eventTime).toEqual([(T + 4 * HOUR) * 1000])
  const said = await read(one, { interval: '1d', symbol: 'X', stamp: 'close' })
  expect(Object.keys(said.streams)).toEqual(['bars 1d BINANCE:X'])
})

test('spaces, line ends and numbers as texts are nothing special; rows may be many', async () => {
  const { streams } = await read(
    `[\n  [ ${T} , "1.5", "2", "1", "1.25", "7" ],\n  [${T + HOUR}, 1, 1, 1, 1, 1]\n]\n`,
  )
  expect(streams['bars 1h BINANCE:BTC_USDT']).toMatchObject({ open: [1.5, 1], volume: [7, 1] })
  const many = Array.from({ length: 100_000 }, (_, i) => [T + i * 60_000, 1 + i, 2 + i, 1 + i, 2 + i, i])
  const whole = await read(JSON.stringify(many))
  const { eventTime, close } = whole.streams['bars 1m BINANCE:BTC_USDT']
  expect([eventTime.length, eventTime.at(-1), close.at(-1)]).toEqual([
    100_000,
    (T + 100_000 * 60_000) * 1000,
    100_001,
  ])
  expect(whole.largest).toBeLessThan(100_000)
})

test('what is no such array is refused in one sentence', async () => {
  const refused = (text: string) => expect(read(text)).rejects
  await refused(`[[${T},1,1,1,1,1],[${T + HOUR},1,`).toMatchObject({
    code: 'NOT_A_TABLE',
    message: 'BTC_USDT.json is no array of [ms, open, high, low, close, volume]: it is cut off after row 1',
  })
  await refused(`[[${T},1,1,1,1,1],{"a":1},[${T},1,1,1,1,1]]`).toMatchObject({
    message: expect.stringContaining('there is ",{\\"a\\":1}," after row 1'),
  })
  await refused('{"a":[]}').toMatchObject({ message: expect.stringContaining('it does not begin with [') })
  await refused('[]').toMatchObject({ code: 'NO_ROWS' })
  await refused(
    `[[${T},1,1,1,1,1],[${T + HOUR},1,1,1,1],["x",1,1,1,1,1],[${T + HOUR},1,null,1,1,1]]`,
  ).toMatchObject({
    code: 'BAD_ROWS',
    message: expect.stringContaining(
      'BTC_USDT.json row 2: the row has 5 values, not 6; 3 of 4 rows cannot be used',
    ),
  })
})
