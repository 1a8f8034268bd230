/**
 * Bars as ccxt's fetchOHLCV gives them, written down as JSON: `[[ms, open, high, low, close, volume], …]`, the time
 * that of the bar's start. freqtrade keeps the same in files such as BTC_USDT-1h.json, whose names tell symbol and
 * interval. The text is read row by row and never held as a whole. Source: docs.ccxt.com, "OHLCV Structure".
 */
import { basename } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { csvBytes } from '../ingest/csv-rows.ts'
import { requireFile, stemOf } from '../ingest/open-table.ts'
import { MISSING, type RawBatch, type RawColumn, type RawTable, UNREADABLE } from '../ingest/raw-batch.ts'
import { barsOf } from './bars-table.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'

const PARTS = ['open time', 'open', 'high', 'low', 'close', 'volume'] as const
const BATCH_ROWS = 16_384
const LONGEST_ROW = 1 << 20
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const NAMED = /^(.+)-(\d+[smhdw])$/

export const CCXT_OHLCV: SourceAdapter = {
  name: 'ccxt-ohlcv',
  kinds: ['bars'],
  about: 'bars as ccxt gives them, in JSON: [[ms, open, high, low, close, volume], …]',
  endings: '.json or .json.gz',
  takes: file => /\.json(\.gz)?$/i.test(file),
  guess({ head }) {
    const first = /^\s*\[\s*\[([^[\]]*)\]/.exec(head.toString('latin1', 0, 2000))?.[1].split(',')
    const fits = first?.length === PARTS.length && /^\s*\d{12,13}\s*$/.test(first[0])
    return fits
      ? { confidence: 0.95, because: 'an array of arrays of a time in ms and five numbers' }
      : { confidence: 0, because: '' }
  },
  read,
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { path, options } = reading
  await requireFile(path)
  const [, symbol, interval] = NAMED.exec(stemOf(path)) ?? []
  const told = options.interval ?? interval
  if (options.interval === undefined && interval !== undefined)
    reading.note(`the interval is ${interval}, by the file's name`)
  const known = { ...reading, options: { ...options, ...(told === undefined ? {} : { interval: told }) } }
  yield* barsOf(known, openRows(path), symbol ?? stemOf(path))
}

function openRows(path: string): RawTable {
  const file = basename(path)
  return {
    file,
    rowWord: 'row',
    columns: PARTS,
    notes: ['times are epoch milliseconds'],
    async *batches() {
      let rows: string[][] = []
      let before = 0
      for await (const some of rowsOf(path, file)) {
        rows.push(...some)
        if (rows.length < BATCH_ROWS) continue
        yield toBatch(rows, before)
        before += rows.length
        rows = []
      }
      if (rows.length > 0) yield toBatch(rows, before)
      else if (before === 0)
        throw new GordonError('NO_ROWS', `${file} is an array without rows: there is nothing to read`)
    },
  }
}

/** Texts of the fields of each inner array. @throws GordonError NOT_A_TABLE */
async function* rowsOf(path: string, file: string): AsyncGenerator<string[][]> {
  const damaged = (why: string): GordonError =>
    new GordonError('NOT_A_TABLE', `${file} is no array of [ms, open, high, low, close, volume]: ${why}`)
  let text = ''
  let begun = false
  let count = 0
  for await (const piece of csvBytes(path, file)) {
    text += piece.toString('latin1')
    if (!begun) {
      const start = /^\s*\[/.exec(text)
      if (start === null) throw damaged('it does not begin with [')
      text = text.slice(start[0].length)
      begun = true
    }
    const rows: string[][] = []
    let at = 0
    for (const match of text.matchAll(/\[([^[\]]*)\]/g)) {
      if (!/^\s*,?\s*$/.test(text.slice(at, match.index)))
        throw damaged(
          `there is ${JSON.stringify(text.slice(at, match.index).trim().slice(0, 40))} after row ${count}`,
        )
      rows.push(match[1].split(','))
      count++
      at = match.index + match[0].length
    }
    text = text.slice(at)
    if (text.length > LONGEST_ROW) throw damaged(`the row after row ${count} does not end`)
    if (rows.length > 0) yield rows
  }
  if (!/^\s*\]\s*$/.test(text)) throw damaged(`it is cut off after row ${count}`)
}

function toBatch(rows: readonly (readonly string[])[], before: number): RawBatch {
  const columns = PARTS.slice(1).map((name, i) => columnOf(name, i + 1, rows))
  const micros = new Float64Array(rows.length)
  const broken = new Map<number, string>()
  for (const [row, fields] of rows.entries()) {
    const text = fieldOf(fields, 0)
    micros[row] = Number(text) * 1000
    if (fields.length !== PARTS.length)
      broken.set(row, `the row has ${fields.length} values, not ${PARTS.length}`)
    else if (!/^\d{11,14}$/.test(text)) broken.set(row, `${JSON.stringify(text)} is no time in milliseconds`)
  }
  const [open, high, low, close, volume] = columns
  return {
    rows: rows.length,
    rowNumber: row => before + row + 1,
    time: { kind: 'instant', name: PARTS[0], micros },
    open,
    high,
    low,
    close,
    volume,
    broken: broken.size > 0 ? broken : undefined,
  }
}

function columnOf(name: string, field: number, rows: readonly (readonly string[])[]): RawColumn {
  const values = new Float64Array(rows.length)
  let flags: Uint8Array | undefined
  for (const [row, fields] of rows.entries()) {
    const text = fieldOf(fields, field)
    values[row] = NUMBER.test(text) ? Number(text) : Number.NaN
    if (!Number.isNaN(values[row])) continue
    flags ??= new Uint8Array(rows.length)
    flags[row] = text === '' || text === 'null' ? MISSING : UNREADABLE
  }
  return { name, values, flags, text: row => fieldOf(rows[row], field) }
}

/** Some exchanges' numbers come as texts. */
function fieldOf(fields: readonly string[], field: number): string {
  return (fields[field] ?? '').trim().replace(/^"(.*)"$/, '$1')
}
