/** Bars in a CSV or a Parquet file: one instrument, or many with a column of symbols. */
import { rowsOf } from '../ingest/bar-columns.ts'
import { type Assembled, assembling, type InstrumentRows } from '../ingest/assemble.ts'
import { formatOf, openTable, stemOf, type TableFormat } from '../ingest/open-table.ts'
import { startOfYear } from '../ingest/partitions.ts'
import { BAR_ROLES, plain } from '../ingest/reading.ts'
import { ADJUSTED_TICKS_PER_UNIT } from '../ingest/grid.ts'
import type { RawTable } from '../ingest/raw-batch.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'

/** Rows of a year that is not over that may stay with their builder. */
const FEW_ROWS = 65_536

export const BARS_TABLE: SourceAdapter = {
  name: 'bars-table',
  kinds: ['bars'],
  about: 'bars in CSV (.csv, .tsv, .txt, also .gz, .zip, .zst), Parquet, Arrow or JSON',
  endings: '.csv, .csv.gz, .parquet, .arrow or .json',
  takes: file => formatOf(file) !== undefined,
  guess({ name, columns, isFolder, files }) {
    const tables = isFolder
      ? files.filter(file => !file.includes('/') && formatOf(file) !== undefined).length
      : formatOf(name) === undefined
        ? 0
        : 1
    if (tables === 0) return { confidence: 0, because: '' }
    const names = columns.map(plain)
    const found = (['open', 'high', 'low', 'close'] as const).filter(role =>
      names.some(one => (BAR_ROLES[role].names as readonly string[]).includes(one)),
    )
    if (found.length === 4) return { confidence: 0.9, because: 'columns open, high, low and close' }
    // Any program keeps what it likes in JSON.
    if (!isFolder && formatOf(name) === 'json') return { confidence: 0, because: '' }
    return isFolder
      ? { confidence: 0.2, because: `${tables} tables` }
      : { confidence: 0.3, because: 'its ending' }
  },
  read: reading => readTable(reading),
}

/** The same in a given format, whatever the file's ending. */
export function barsTable(format: TableFormat | undefined): SourceAdapter {
  return format === undefined ? BARS_TABLE : { ...BARS_TABLE, read: reading => readTable(reading, format) }
}

async function* readTable(reading: SourceReading, format?: TableFormat): AsyncGenerator<SourceBatch> {
  yield* barsOf(reading, await openTable(reading.path, reading.options, format))
}

/**
 * The bars of an opened table, for whoever else opens one.
 * @param symbol where neither a column nor the caller names it; the file's name unless said
 */
export async function* barsOf(
  reading: SourceReading,
  table: RawTable,
  symbol = stemOf(reading.path),
): AsyncGenerator<SourceBatch> {
  const { options, issues } = reading
  issues.rowWord = table.rowWord
  const venue = options.venue ?? 'FILE'
  const adjustment = options.adjustment ?? 'raw'
  const batchOf = (rows: InstrumentRows, end: number, interval: string, adjusted: boolean): SourceBatch => ({
    kind: 'bars',
    interval,
    adjustment,
    instrument: {
      venue,
      symbol: rows.symbol,
      ...(adjusted ? { ticksPerUnit: ADJUSTED_TICKS_PER_UNIT } : {}),
    },
    rows: rowsOf(rows.bars, end),
  })
  const whole = assembling(table, options, symbol, issues)
  let done: Assembled | undefined
  while (done === undefined) {
    const next = await whole.next()
    if (next.done === true) done = next.value
    else {
      const { interval, adjusted, instruments } = next.value
      for (const rows of instruments) {
        // A year goes when it is over, so that thousands of instruments mixed in one file make whole files.
        const end = rows.bars.length >= FEW_ROWS ? rows.bars.length : rowsOfYearsOver(rows)
        if (end === 0) continue
        yield batchOf(rows, end, interval, adjusted)
        rows.bars.dropFirst(end)
      }
    }
  }
  for (const note of done.notes) reading.note(note)
  for (const { rows } of done.instruments) {
    if (rows.bars.length > 0) yield batchOf(rows, rows.bars.length, done.interval, done.adjusted)
  }
}

function rowsOfYearsOver({ bars }: InstrumentRows): number {
  if (bars.length === 0) return 0
  const yearStart = startOfYear(bars.eventTime[bars.length - 1])
  let end = bars.length
  while (end > 0 && bars.eventTime[end - 1] >= yearStart) end--
  return end
}
