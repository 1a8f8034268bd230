/** The fast way gives what the row by row way gives. The plain way is forced by a column of symbols. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { RawBatch, RawTable } from './raw-batch.ts'
import { assemble } from './assemble.ts'

const folder = mkdtempSync(join(tmpdir(), 'take-sound-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const row = fc.record({
  step: fc.oneof(
    { weight: 30, arbitrary: fc.constant(60e6) },
    { weight: 1, arbitrary: fc.constantFrom(0, -60e6) },
  ),
  low: fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: 100, max: 99_999 }) },
    { weight: 1, arbitrary: fc.constantFrom(0, -5) },
  ),
  spread: fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: 0, max: 500 }) },
    { weight: 1, arbitrary: fc.constant(-1) },
  ),
  digits: fc.constantFrom(100, 100, 100, 1000),
  volume: fc.oneof(
    { weight: 40, arbitrary: fc.nat(1000) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, Number.NaN) },
  ),
})

test('for any rows, cut into any batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 60 }),
      async (rows, size) => {
        const columns = columnsOf(rows)
        const run = async (withSymbols: boolean) => {
          const table = tableOf(columns, size, withSymbols)
          const options = {
            venue: 'OTC',
            interval: '1m',
            stamp: 'close',
            onIssue: 'drop',
            now: 60e6 * 50,
          } as const
          const result = await assemble(table, options, 'A').catch((error: Error) => error.message)
          if (typeof result === 'string') return result
          const { bars } = result.instruments[0].rows
          const cut = (column: Float64Array) => [...column.subarray(0, bars.length)]
          return {
            instrument: result.instruments[0].instrument,
            issues: result.log.summary(),
            columns: [bars.eventTime, bars.open, bars.high, bars.low, bars.close, bars.volume].map(cut),
          }
        }
        expect(await run(false)).toEqual(await run(true))
      },
    ),
    { numRuns: 300 },
  )
})

type Columns = Readonly<Record<'time' | 'open' | 'high' | 'low' | 'close' | 'volume', Float64Array>>

function columnsOf(
  rows: readonly { step: number; low: number; spread: number; digits: number; volume: number }[],
): Columns {
  let time = 0
  const low = Float64Array.from(rows, one => one.low / one.digits)
  const high = Float64Array.from(rows, one => (one.low + one.spread) / one.digits)
  return {
    time: Float64Array.from(rows, one => (time += one.step)),
    open: low,
    high,
    low,
    close: high,
    volume: Float64Array.from(rows, one => one.volume),
  }
}

function tableOf(columns: Columns, size: number, withSymbols: boolean): RawTable {
  const n = columns.time.length
  return {
    file: 'a.parquet',
    rowWord: 'row',
    columns: Object.keys(columns),
    notes: [],
    async *batches() {
      for (let from = 0; from < n; from += size) {
        const to = Math.min(n, from + size)
        const column = (name: keyof Columns) => ({ name, values: columns[name].slice(from, to) })
        const batch: RawBatch = {
          rows: to - from,
          rowNumber: index => from + index + 1,
          time: { kind: 'instant', name: 'time', micros: columns.time.slice(from, to) },
          open: column('open'),
          high: column('high'),
          low: column('low'),
          close: column('close'),
          volume: column('volume'),
          symbol: withSymbols ? Array.from({ length: to - from }, () => 'A') : undefined,
        }
        yield batch
      }
    },
  }
}
