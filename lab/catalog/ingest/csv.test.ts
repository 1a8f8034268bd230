import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { openTable } from './open-table.ts'
import { MISSING, type RawBatch, UNREADABLE } from './raw-batch.ts'
import type { ReadingOptions } from './reading.ts'

const folder = mkdtempSync(join(tmpdir(), 'csv-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function read(content: string | Buffer, options: ReadingOptions = {}): Promise<RawBatch[]> {
  const path = join(folder, 'a.csv')
  writeFileSync(path, content)
  const batches: RawBatch[] = []
  for await (const batch of (await openTable(path, options, 'csv')).batches()) batches.push(batch)
  return batches
}

const times = (batch: RawBatch) => (batch.time.kind === 'text' ? [...batch.time.text] : [])

test('quotes, doubled quotes, line ends inside quotes, CR LF, a byte order mark and empty lines', async () => {
  const text =
    '\uFEFF"Date",Open,High,Low,"Close",Ticker\r\n' +
    '2012-07-09,1,2,"1",1.5,"A ""B"", C"\r\n' +
    '\r\n' +
    '"2012-07-10",1,2,1,1.5,"two\nlines"\r\n' +
    '2012-07-11,1,2,1,1.5,D'
  const [batch, last] = await read(text)
  // A last line without an end is a batch of its own.
  expect([...times(batch), ...times(last)]).toEqual(['2012-07-09', '2012-07-10', '2012-07-11'])
  expect([...batch.symbol!, ...last.symbol!]).toEqual(['A "B", C', 'two\nlines', 'D'])
  expect([...batch.close.values, ...last.close.values]).toEqual([1.5, 1.5, 1.5])
  // Lines of the text as an editor counts them: the empty one is the third, and a quoted field takes two.
  expect([batch.rowNumber(0), batch.rowNumber(1), last.rowNumber(0)]).toEqual([2, 4, 6])
})

test('semicolons, tabs and bars part columns too; gzip is unpacked', async () => {
  for (const mark of [';', '\t', '|']) {
    const [batch] = await read(['t,o,h,l,c', '2012-07-09,1,4,1,3'].join('\n').replaceAll(',', mark))
    expect([batch.open.values[0], batch.high.values[0], batch.close.values[0]]).toEqual([1, 4, 3])
  }
  const [batch] = await read(gzipSync('t,o,h,l,c\n2012-07-09,1,4,1,3\n'))
  expect(batch.close.values[0]).toBe(3)
})

test('empty is not NaN, and what is no number keeps its text', async () => {
  const [batch] = await read('t,o,h,l,c\n1,,NaN,abc,Infinity\n2, 5 ,-nan,1e3,0\n')
  expect([...batch.open.values]).toEqual([Number.NaN, 5])
  expect([...batch.open.flags!]).toEqual([MISSING, 0])
  expect(batch.high.flags).toBeUndefined()
  expect([...batch.high.values]).toEqual([Number.NaN, Number.NaN])
  expect([...batch.low.flags!]).toEqual([UNREADABLE, 0])
  expect(batch.low.text!(0)).toBe('abc')
  expect(batch.low.values[1]).toBe(1000)
  expect([...batch.close.flags!]).toEqual([UNREADABLE, 0])
  expect(batch.close.values[1]).toBe(0)
})

test('a file without a header is read by the names given', async () => {
  const [batch] = await read('1341878400000,1,2,0.5,1.5,9\n', {
    header: ['time', 'open', 'high', 'low', 'close', 'volume'],
  })
  expect([batch.rows, batch.rowNumber(0), batch.volume!.values[0]]).toEqual([1, 1, 9])
})

test('rows are the same wherever the pieces of a large file are cut', async () => {
  const line = (i: number) => `2012-07-09,${i},${i},${i},${i},"${'x'.repeat(i % 40)}\n${i}"`
  const lines = Array.from({ length: 60_000 }, (_, i) => line(i))
  const batches = await read('t,o,h,l,c,symbol\n' + lines.join('\n'))
  expect(batches.length).toBeGreaterThan(1)
  const opens = batches.flatMap(batch => [...batch.open.values])
  expect(opens).toEqual(lines.map((_, i) => i))
  expect(batches.flatMap(batch => batch.symbol!)).toEqual(
    lines.map((_, i) => `${'x'.repeat(i % 40)}\n${i}`.trim()),
  )
  const numbers = batches.flatMap(batch =>
    Array.from({ length: batch.rows }, (_, row) => batch.rowNumber(row)),
  )
  expect(numbers).toEqual(lines.map((_, i) => 2 + 2 * i))
})

test('every double survives its shortest text', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
      async values => {
        const [batch] = await read('t,o,h,l,c\n' + values.map(value => `1,${value},1,1,1\n`).join(''))
        expect([...batch.open.values].map(value => value + 0)).toEqual(values.map(value => value + 0))
      },
    ),
    { numRuns: 50 },
  )
})
