/**
 * Histories of funding rates in a table: a time, the fraction of notional that longs pay to shorts at that time, and
 * where it is known the mark price.
 */
import { numberColumn } from '../ingest/csv.ts'
import { EVENT_ROLES, eventTable } from './event-table.ts'
import type { SourceAdapter } from './source.ts'

const TABLE = eventTable({
  kind: 'funding',
  name: 'funding-csv',
  about: 'funding rates in CSV, Parquet, Arrow or JSON: time, rate, and where there are: mark price, symbol',
  example: 'time,fundingRate',
  roles: {
    ...EVENT_ROLES,
    fundingRate: { names: ['fundingrate', 'lastfundingrate', 'funding', 'realizedrate', 'rate'] },
    markPrice: { names: ['markprice', 'mark'], optional: true },
  },
  numbers: ['fundingRate', 'markPrice'],
  telling: ['time', 'fundingRate'],
  columns({ rows, has, place, columnName, number }) {
    const rate = number('fundingRate')
    const markPrice = has('markPrice')
      ? numberColumn(rows, place('markPrice'), columnName('markPrice')).values
      : new Float64Array(rows.length).fill(Number.NaN)
    return { rate, markPrice }
  },
})

/** A rate alone may be one of interest. */
export const FUNDING_CSV: SourceAdapter = {
  ...TABLE,
  guess(place) {
    const guess = TABLE.guess(place)
    return guess.confidence > 0 && !place.columns.some(name => /fund/i.test(name))
      ? { ...guess, confidence: 0.3 }
      : guess
  },
}
