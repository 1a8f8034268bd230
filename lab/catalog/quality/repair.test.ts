import { expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import {
  bookMarket,
  dailyMarket,
  intradayMarket,
  quotesMarket,
  tradesMarket,
} from '../../testing/clean-markets.ts'
import { FAULTS } from '../../testing/corruption.ts'
import { findingsOf } from '../../testing/recall.ts'
import type { CheckedRows } from './check.ts'
import type { Finding } from './findings.ts'
import type { IssueCode } from './issue.ts'
import { parsePolicy } from './policy.ts'
import { type RepairRecord, repair, undoRepair } from './repair.ts'

const EVERYTHING = parsePolicy('fatal=repair,suspect=repair,note=flag')

function columns(rows: CheckedRows): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(rows).flatMap(([name, column]) =>
      column instanceof Float64Array ? [[name, [...column]]] : [],
    ),
  )
}

test('whatever is repaired can be made undone, to the last bit, from a record that is JSON', async () => {
  let edits = 0
  for (const make of [dailyMarket, intradayMarket, tradesMarket, quotesMarket, bookMarket]) {
    for (const [name, fault] of Object.entries(FAULTS)) {
      const market = make(17)
      const injected = fault(market, Random.ofChoice(17, edits))
      if (injected === undefined) continue
      const found = await findingsOf(market.stream, injected.rows)
      const { series, record, left } = repair(market.stream.kind, injected.rows, found, EVERYTHING)
      const kept = JSON.parse(JSON.stringify(record)) as RepairRecord
      expect(columns(undoRepair(series, kept)), `${market.name}: ${name}`).toEqual(columns(injected.rows))
      edits += record.edits.length
      // What was mended is found no more.
      const again = await findingsOf(market.stream, series)
      const isFatal = ({ severity }: Finding) => severity === 'fatal'
      expect(again.filter(isFatal), `${market.name}: ${name}`).toEqual([])
      expect(left.every(({ severity }) => severity === 'suspect')).toBe(true)
    }
  }
  expect(edits).toBeGreaterThan(60)
}, 30_000)

function finding(code: IssueCode, row: number, column?: string): Finding {
  return {
    code,
    severity: 'fatal',
    place: { instrument: 'X:Y', row, from: 0, to: 0, ...(column === undefined ? {} : { column }) },
    example: '',
    count: 1,
    known: 0,
  }
}

const bars = (
  rows: readonly (readonly [time: number, o: number, h: number, l: number, c: number, v: number])[],
) => {
  const of = (i: number) => Float64Array.from(rows, row => row[i])
  const time = of(0)
  return {
    length: rows.length,
    eventTime: time,
    receiveTime: time,
    open: of(1),
    high: of(2),
    low: of(3),
    close: of(4),
    volume: of(5),
  }
}

test('each mend does what its page says', () => {
  const series = bars([
    [1, 10, 12, 9, 11, 100],
    [2, 10, 9, 12, 11, 100], // high and low swapped
    [4, 10, 12, 9, 11, 100],
    [3, 10, 12, 9, 11, 100], // out of order
    [5, 10, 99, 9, 11, 100], // a bad print above
    [6, 10, 12, 9, 11, -5], // an odd volume
    [6, 10, 12, 9, 11, 100], // doubled
    [7, 13, 12, 9, 11, 100], // open above high
  ])
  const { series: mended, record } = repair(
    'bars',
    series,
    [
      finding('highBelowLow', 2, 'high'),
      finding('unsorted', 4),
      finding('outlier', 5, 'high'),
      finding('negativeVolume', 6, 'volume'),
      finding('duplicate', 7),
      finding('outsideRange', 8, 'open'),
    ],
    EVERYTHING,
  )
  expect(columns(mended)).toMatchObject({
    eventTime: [1, 2, 3, 4, 5, 6, 7],
    high: [12, 12, 12, 12, 11, 12, 13],
    low: [9, 9, 9, 9, 9, 9, 9],
    volume: [100, 100, 100, 100, 100, Number.NaN, 100],
  })
  expect(mended.receiveTime).toBe(mended.eventTime)
  expect(record.edits.map(({ kind, row }) => `${kind} ${row}`)).toEqual([
    'replaced 1',
    'replaced 1',
    'replaced 4',
    'replaced 5',
    'replaced 7',
    'dropped 6',
    'moved 3',
  ])
  expect(columns(undoRepair(mended, record))).toEqual(columns(series))
})

test('what a policy does not repair stays as it is, and what has no mend is told', () => {
  const series = bars([[1, 10, 12, 9, 11, 100]])
  const split = finding('unlistedSplit', 1)
  expect(repair('bars', series, [finding('duplicate', 1), split]).series).toBe(series)
  expect(repair('bars', series, [split], EVERYTHING)).toMatchObject({ left: [split], record: { edits: [] } })
  expect(() => repair('bars', series, [{ ...finding('duplicate', 1), rest: true }], EVERYTHING)).toThrow(
    'mend the source, and ingest it again',
  )
  expect(() => parsePolicy('outlier=mend')).toThrow('"outlier=mend" is no policy: write a code or a severity')
  expect(parsePolicy('outlier=repair, note=refuse')).toEqual({ outlier: 'repair', note: 'refuse' })
})
