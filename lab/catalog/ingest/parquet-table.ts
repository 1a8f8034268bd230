/** Parquet from elsewhere, read by DuckDB in a stream: what its columns mean is decided by their types. */
import { open } from 'node:fs/promises'
import { GordonError, isGordonError } from '../../core/errors.ts'
import { connectDuckDb, sqlName, sqlParquet } from '../duckdb.ts'
import { readDoubles, readIntegers, readNanos } from '../raw-columns.ts'
import { MISSING, type RawBatch, type RawColumn, type RawTable, type RawTimes } from './raw-batch.ts'
import { type ColumnRole, mapColumns, type ReadingOptions } from './reading.ts'
import { epochUnit } from './time-text.ts'

const BATCH_ROWS = 64 * 1024

/** @throws GordonError NOT_A_TABLE, NO_ROWS, WRONG_TYPE and what mapColumns throws */
export async function openParquet(path: string, file: string, options: ReadingOptions): Promise<RawTable> {
  await checkMagic(path, file)
  const connection = await connectDuckDb()
  const from = sqlParquet([path])
  const types = new Map<string, string>()
  let time: TimeReading
  let rowCount: number
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`)
    for (const [name, type] of described.getRows()) types.set(String(name), String(type))
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${from}`)
    rowCount = Number(counted.getRows()[0][0])
  } catch (cause) {
    connection.closeSync()
    throw new GordonError('NOT_A_TABLE', `${file} is not a whole Parquet file: fetch it again`, { cause })
  }
  const columns = [...types.keys()]
  const map = mapColumns(file, columns, options)
  try {
    time = await timeReading(map.time, types.get(map.time)!, async () => {
      const name = sqlName(map.time)
      const first = await connection.runAndReadAll(
        `SELECT ${name} FROM ${from} WHERE ${name} IS NOT NULL LIMIT 1`,
      )
      return first.getRows()[0]?.[0]
    })
    if (time.kind === 'unusable') {
      throw new GordonError(
        'WRONG_TYPE',
        `${file}, column ${map.time}: a time of type ${types.get(map.time)} cannot be read; store it as a timestamp, a date, an epoch integer or ISO text`,
      )
    }
    for (const role of ['open', 'high', 'low', 'close', 'volume', 'adjustedClose'] as const) {
      const name = map[role]
      if (name !== undefined && !NUMERIC.test(types.get(name)!)) {
        throw new GordonError(
          'WRONG_TYPE',
          `${file}, column ${name}: ${role} has type ${types.get(name)} and must be a number; store it as DOUBLE, or name another with --columns ${role}=NAME`,
        )
      }
    }
  } catch (cause) {
    connection.closeSync()
    if (isGordonError(cause)) throw cause
    throw new GordonError('NOT_A_TABLE', `${file} cannot be read: it is damaged, fetch it again`, { cause })
  }
  const known = time
  return {
    file,
    rowWord: 'row',
    columns,
    rows: rowCount,
    notes: known.note === undefined ? [] : [known.note],
    async *batches() {
      try {
        const roles = (['open', 'high', 'low', 'close', 'volume', 'adjustedClose', 'symbol'] as const).filter(
          role => map[role] !== undefined,
        )
        const selected = roles.map(role =>
          role === 'symbol'
            ? `CAST(${sqlName(map[role]!)} AS VARCHAR)`
            : `CAST(${sqlName(map[role]!)} AS DOUBLE)`,
        )
        const result = await connection.stream(`SELECT ${[known.sql, ...selected].join(', ')} FROM ${from}`)
        // One set of columns serves all batches, so memory stays flat.
        const batch = new Scratch(roles, known, map as Record<ColumnRole, string>)
        for (;;) {
          const chunk = await result.fetchChunk()
          if (chunk === null || chunk.rowCount === 0) break
          batch.take(chunk)
          if (batch.rows + 2048 > BATCH_ROWS) {
            yield batch.finish()
            batch.clear()
          }
        }
        if (batch.rows > 0) yield batch.finish()
        if (batch.seen + batch.rows === 0)
          throw new GordonError('NO_ROWS', `${file} has no rows: there is nothing to read`)
      } catch (cause) {
        if (isGordonError(cause)) throw cause
        throw new GordonError(
          'NOT_A_TABLE',
          `${file} cannot be read to its end: it is damaged, fetch it again`,
          {
            cause,
          },
        )
      } finally {
        connection.closeSync()
      }
    },
  }
}

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/

/** @throws GordonError NOT_A_TABLE */
export async function checkMagic(path: string, file: string): Promise<void> {
  const handle = await open(path, 'r')
  const magic = Buffer.alloc(4)
  await handle.read(magic, 0, 4, 0)
  await handle.close()
  if (magic.toString('latin1') !== 'PAR1') {
    throw new GordonError('NOT_A_TABLE', `${file} is not a Parquet file: it does not begin with PAR1`)
  }
}

type TimeReading =
  | {
      readonly kind: 'instant' | 'wall' | 'date'
      readonly unit: 'micros' | 'nanos'
      readonly sql: string
      readonly note?: string
    }
  | { readonly kind: 'text'; readonly sql: string; readonly note?: string }
  | { readonly kind: 'unusable'; readonly sql: string; readonly note?: string }

async function timeReading(name: string, type: string, first: () => Promise<unknown>): Promise<TimeReading> {
  const column = sqlName(name)
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return { kind: 'instant', unit: 'micros', sql: `epoch_us(${column})` }
  if (type === 'TIMESTAMP_NS') return { kind: 'wall', unit: 'nanos', sql: `epoch_ns(${column})` }
  if (/^TIMESTAMP/.test(type)) return { kind: 'wall', unit: 'micros', sql: `epoch_us(${column}::TIMESTAMP)` }
  if (type === 'DATE') return { kind: 'date', unit: 'micros', sql: `epoch_us(${column}::TIMESTAMP)` }
  if (type === 'VARCHAR') return { kind: 'text', sql: column }
  if (!/^U?(SMALL|BIG)INT$|^U?INTEGER$|^DOUBLE$/.test(type)) return { kind: 'unusable', sql: column }
  const value = Number((await first()) ?? 0)
  if (value >= 1800_01_01 && value <= 2200_12_31 && type !== 'DOUBLE') {
    const note = `times in column ${name} are dates as yyyyMMdd`
    return { kind: 'text', sql: `CAST(${column} AS VARCHAR)`, note }
  }
  const { name: unit, perSecond } = epochUnit(value)
  const note = `times in column ${name} are epoch ${unit}`
  if (perSecond === 1e9) return { kind: 'instant', unit: 'nanos', sql: `CAST(${column} AS BIGINT)`, note }
  const factor = 1e6 / perSecond
  return { kind: 'instant', unit: 'micros', sql: `CAST(${column} * ${factor} AS BIGINT)`, note }
}

type DataRole = Exclude<ColumnRole, 'time'>

/** The columns of one batch while its chunks come in. */
class Scratch {
  rows = 0
  /** Rows of batches before. */
  seen = 0
  readonly #roles: readonly DataRole[]
  readonly #time: TimeReading
  readonly #names: Readonly<Record<ColumnRole, string>>
  readonly #values: readonly Float64Array[]
  readonly #missing: readonly Uint8Array[]
  readonly #nulls: number[]
  readonly #micros = new Float64Array(BATCH_ROWS)
  readonly #nanos: Uint16Array | undefined
  readonly #timeMissing = new Uint8Array(BATCH_ROWS)
  #timeNulls = 0
  #texts: (string | undefined)[] = []
  #symbols: (string | undefined)[] = []

  constructor(roles: readonly DataRole[], time: TimeReading, names: Readonly<Record<ColumnRole, string>>) {
    this.#roles = roles
    this.#time = time
    this.#names = names
    this.#values = roles.map(role => new Float64Array(role === 'symbol' ? 0 : BATCH_ROWS))
    this.#missing = roles.map(role => new Uint8Array(role === 'symbol' ? 0 : BATCH_ROWS))
    this.#nulls = roles.map(() => 0)
    if ('unit' in time && time.unit === 'nanos') this.#nanos = new Uint16Array(BATCH_ROWS)
  }

  take(chunk: import('@duckdb/node-api').DuckDBDataChunk): void {
    const at = this.rows
    if (!('unit' in this.#time)) {
      for (const text of chunk.getColumnValues(0)) this.#texts.push(text === null ? undefined : String(text))
    } else if (this.#nanos !== undefined) {
      this.#timeNulls += readNanos(chunk, 0, this.#micros, this.#nanos, at, this.#timeMissing)
    } else {
      this.#timeNulls += readIntegers(chunk, 0, this.#micros, at, this.#timeMissing)
    }
    for (let i = 0; i < this.#roles.length; i++) {
      if (this.#roles[i] === 'symbol') {
        for (const text of chunk.getColumnValues(i + 1))
          this.#symbols.push(text === null ? undefined : String(text))
      } else {
        this.#nulls[i] += readDoubles(chunk, i + 1, this.#values[i], at, this.#missing[i])
      }
    }
    this.rows += chunk.rowCount
  }

  clear(): void {
    this.seen += this.rows
    this.rows = 0
    this.#texts = []
    this.#symbols = []
    if (this.#timeNulls > 0) this.#timeMissing.fill(0)
    this.#timeNulls = 0
    for (let i = 0; i < this.#nulls.length; i++) {
      if (this.#nulls[i] > 0) this.#missing[i].fill(0)
      this.#nulls[i] = 0
    }
  }

  finish(): RawBatch {
    const { rows } = this
    const column = (role: DataRole): RawColumn | undefined => {
      const i = this.#roles.indexOf(role)
      if (i < 0) return undefined
      const flags =
        this.#nulls[i] > 0 ? this.#missing[i].subarray(0, rows).map(one => one * MISSING) : undefined
      return { name: this.#names[role], values: this.#values[i].subarray(0, rows), flags }
    }
    const before = this.seen
    return {
      rows,
      rowNumber: row => before + row + 1,
      time: this.#times(),
      open: column('open')!,
      high: column('high')!,
      low: column('low')!,
      close: column('close')!,
      volume: column('volume'),
      adjustedClose: column('adjustedClose'),
      symbol: this.#roles.includes('symbol') ? this.#symbols : undefined,
    }
  }

  #times(): RawTimes {
    const name = this.#names.time
    if (this.#time.kind === 'text' || this.#time.kind === 'unusable')
      return { kind: 'text', name, text: this.#texts }
    const { rows } = this
    return {
      kind: this.#time.kind,
      name,
      micros: this.#micros.subarray(0, rows),
      nanos: this.#nanos?.subarray(0, rows),
      missing: this.#timeNulls > 0 ? this.#timeMissing.subarray(0, rows) : undefined,
    }
  }
}
