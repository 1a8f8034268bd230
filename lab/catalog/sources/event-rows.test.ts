/** Times as recordings write them, lines of any length, and batches that stay small. Expected by hand. */
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { createGzip } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { sourceRows } from '../../testing/source-rows.ts'
import { BINANCE_RECORDING } from './binance-recording.ts'
import {
  happenedAt,
  happenedAtIso,
  happenedWhenReceived,
  linesOf,
  receivedAt,
  RecordedStreams,
  type Stamp,
} from './event-rows.ts'
import { LEAN } from './lean.ts'

const folder = mkdtempSync(join(tmpdir(), 'event-rows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const nothing = (): Stamp => ({ eventTime: 0, eventNanos: 0, receiveTime: 0, receiveNanos: 0 })

test('times of receipt round up, those of events down, and the rest is kept', () => {
  const at = nothing()
  expect(receivedAt('1723161255030314667', at)).toBe(true)
  expect([at.receiveTime, at.receiveNanos]).toEqual([1723161255030315, 333])
  happenedWhenReceived(at)
  expect([at.eventTime, at.eventNanos]).toEqual([1723161255030314, 667])
  expect(receivedAt('1618677817.061845', at)).toBe(true)
  expect([at.receiveTime, at.receiveNanos]).toEqual([1618677817061845, 0])
  expect(receivedAt('1618677817.0', at)).toBe(true)
  expect(at.receiveTime).toBe(1618677817000000)
  expect(happenedAt('1618677817.1295161', at)).toBe(true)
  expect([at.eventTime, at.eventNanos]).toEqual([1618677817129516, 100])
  expect(happenedAtIso('2021-04-17T16:43:37.075687Z', at)).toBe(true)
  expect([at.eventTime, at.eventNanos]).toEqual([1618677817075687, 0])
  expect(happenedAtIso('2021-04-17T16:43:37Z', at)).toBe(true)
  expect(at.eventTime).toBe(1618677817000000)
  for (const text of ['', '1618677817', '1723161255030314', 'x', '17231612550303146670', '1618677817.'])
    expect(receivedAt(text, at), text).toBe(false)
  for (const text of ['2021-04-17 16:43:37Z', '2021-04-17T16:43:37', '2021-13-17T16:43:37Z'])
    expect(happenedAtIso(text, at), text).toBe(false)
})

test('lines come whole wherever the pieces of a file are cut', async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `${i} ${'é'.repeat(i % 1500)}`)
  const path = join(folder, 'lines.txt')
  writeFileSync(path, lines.join('\n'))
  const found: string[] = []
  for await (const some of linesOf(path, 'lines.txt')) found.push(...some)
  expect(found).toEqual(lines)
})

test('a line that does not end is refused before it fills the memory', async () => {
  const path = join(folder, 'endless.txt')
  const into = createWriteStream(path)
  for (let megabytes = 0; megabytes < 70; megabytes++)
    if (!into.write(Buffer.alloc(1 << 20, 97))) await once(into, 'drain')
  into.end()
  await once(into, 'close')
  const reading = async () => {
    for await (const lines of linesOf(path, 'endless.txt')) expect(lines).toEqual([])
  }
  await expect(reading()).rejects.toMatchObject({
    code: 'LINE_TOO_LONG',
    message: 'endless.txt has a line of more than 64 MB: it is no recording of messages',
  })
})

test('streams are told apart by kind and instrument, and give their rows away', () => {
  const streams = new RecordedStreams()
  const [a, b] = ['A', 'B'].map(symbol => streams.of('trades', { venue: 'X', symbol }))
  expect(streams.of('trades', { venue: 'X', symbol: 'A' })).toBe(a)
  expect(streams.of('quotes', { venue: 'X', symbol: 'A' })).not.toBe(a)
  for (let i = 0; i < 40_000; i++) a.push(nothing(), i, i, i, 1, 1)
  b.push(nothing(), 1, 1, 1, 1, 1)
  const [full, ...others] = streams.full()
  expect([others.length, full.rows.length, a.length]).toEqual([0, 40_000, 0])
  expect((full as { rows: { price: Float64Array } }).rows.price[39_999]).toBe(39_999)
  expect([...streams.rest()].map(({ rows }) => rows.length)).toEqual([1])
})

test('hundreds of thousands of messages come in batches, from gzip and from a folder of LEAN’s', async () => {
  const rows = 200_000
  const path = join(folder, 'long.gz')
  const zip = createGzip({ level: 1 })
  const into = zip.pipe(createWriteStream(path))
  for (let i = 0; i < rows; i++) {
    const data = {
      e: 'trade',
      T: 1704153600000 + i,
      s: 'BTCUSDT',
      t: i,
      p: '42000.5',
      q: '1',
      m: false,
      M: true,
    }
    const line = `${1704153600 + Math.floor(i / 1000)}${String((i % 1000) * 1e6).padStart(9, '0')} ${JSON.stringify({ stream: 'btcusdt@trade', data })}\n`
    if (!zip.write(line)) await once(zip, 'drain')
  }
  zip.end()
  await once(into, 'close')
  const recorded = await sourceRows(BINANCE_RECORDING, path)
  expect(recorded.streams['trades BINANCE:BTCUSDT'].price.length).toBe(rows)
  expect(recorded.issues).toEqual([])
  expect(recorded.largest).toBeLessThan(rows / 3)

  const lean = join(folder, 'crypto/coinbase/tick/btcusd')
  mkdirSync(lean, { recursive: true })
  writeFileSync(
    join(lean, '20240102_trade.csv'),
    Array.from({ length: rows }, (_, i) => `${i},42000.5,0.25`).join('\n'),
  )
  const ticks = await sourceRows(LEAN, folder)
  expect(ticks.streams['trades COINBASE:BTCUSD'].price.length).toBe(rows)
  expect(ticks.largest).toBeLessThan(rows / 2)
})
