/**
 * Daily bars as Yahoo Finance gave them for download: Date, Open, High, Low, Close, Adj Close, Volume. Its prices are
 * adjusted for splits and its Adj Close for dividends too; so unless asked otherwise all four prices are multiplied by
 * Adj Close / Close of their row, which makes them total-return. With `--adjustment split` (or `raw`, where the file
 * is only shaped like one) they are taken as they stand.
 */
import { formatOf, openTable } from '../ingest/open-table.ts'
import { plain } from '../ingest/reading.ts'
import { barsOf } from './bars-table.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'

const HEADER = ['date', 'open', 'high', 'low', 'close', 'adjclose', 'volume']

export const YAHOO: SourceAdapter = {
  name: 'yahoo',
  kinds: ['bars'],
  about: 'daily bars as Yahoo Finance gave them, by Adj Close unless another adjustment is asked for',
  endings: '.csv or .csv.gz',
  takes: file => formatOf(file) === 'csv',
  guess({ name, columns, isFolder, files }) {
    const csv = isFolder ? files.some(file => formatOf(file) === 'csv') : formatOf(name) === 'csv'
    return csv && columns.map(plain).join() === HEADER.join()
      ? { confidence: 0.95, because: `columns ${columns.join(', ')}` }
      : { confidence: 0, because: '' }
  },
  read,
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { options } = reading
  const { adjustment = 'total-return' } = options
  if (adjustment !== 'total-return') {
    reading.note(
      `prices are taken as they stand, as ${adjustment}: Yahoo's own are adjusted for splits and not for dividends`,
    )
  }
  const table = await openTable(reading.path, options, 'csv')
  yield* barsOf({ ...reading, options: { ...options, adjustment } }, table)
}
