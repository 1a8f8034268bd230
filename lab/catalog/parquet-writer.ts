/**
 * Rows of any kind into the store's own Parquet. Rows go into tables of DuckDB's memory by the chunk and from there
 * into files; a column that a source knows nothing of takes no room on the way and stands in the file as NULL or 0.
 */
import { rm } from 'node:fs/promises'
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api'
import { createInstance, sqlText } from './duckdb.ts'
import { writeDoubles, writeIntegers, writeNulls, writeSmall } from './raw-columns.ts'
import type { Column, ColumnType, Schema } from './schema.ts'

export type Field = Float64Array | Uint16Array | readonly (string | undefined)[]

/** Rows in columns, in the order of their schema's columns; undefined: not known of any row. */
export interface Fields {
  readonly length: number
  readonly columns: readonly (Field | undefined)[]
}

const CHUNK_ROWS = 2048
/** Rows that go through one table before it is made anew. */
const TABLE_ROWS = 500_000

const SQL_TYPE: Readonly<Record<ColumnType, string>> = {
  time: 'TIMESTAMPTZ',
  double: 'DOUBLE',
  whole: 'BIGINT',
  count: 'INTEGER',
  small: 'SMALLINT',
  text: 'VARCHAR',
}

/** Writes Parquet files through one connection; close it when done. */
export class ParquetWriter {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #api: typeof import('@duckdb/node-api')
  /** Tables that are empty and may be filled again, by what their columns are. */
  readonly #free = new Map<string, { name: string; rows: number }[]>()
  #count = 0

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    api: typeof import('@duckdb/node-api'),
  ) {
    this.#instance = instance
    this.#connection = connection
    this.#api = api
  }

  static async open(): Promise<ParquetWriter> {
    const api = await import('@duckdb/node-api')
    // An instance of its own, closed with all that it holds.
    const instance = await createInstance()
    return new ParquetWriter(instance, await instance.connect(), api)
  }

  /** @param known which columns of the schema the rows will have; `sequence` is counted here, from the given number */
  async table(schema: Schema, known: readonly boolean[], sequence: number): Promise<IncomingTable> {
    const { BIGINT, DOUBLE, INTEGER, SMALLINT, VARCHAR, DuckDBDataChunk } = this.#api
    const types = {
      time: BIGINT,
      double: DOUBLE,
      whole: BIGINT,
      count: INTEGER,
      small: SMALLINT,
      text: VARCHAR,
    }
    const held = schema.columns.filter((column, i) => known[i] || column.name === 'sequence')
    const definition = held.map(({ name, type }) => `${name} ${types[type]}`).join(', ')
    const free = this.#free.get(definition) ?? []
    this.#free.set(definition, free)
    let table = free.pop()
    if (table === undefined || table.rows >= TABLE_ROWS) {
      // Rows removed from a table are not given back while it lives: small files share one, large ones do not.
      const name = table?.name ?? `incoming_${this.#count++}`
      await this.#connection.run(`CREATE OR REPLACE TABLE ${name} (${definition})`)
      table = { name, rows: 0 }
    }
    const { name } = table
    const selected = schema.columns.map((column, i) => {
      const { name: column_name, type } = column
      if (known[i] || column_name === 'sequence')
        return type === 'time' ? `make_timestamptz(${column_name}) AS ${column_name}` : column_name
      return `${column.optional ? 'NULL' : '0'}::${SQL_TYPE[type]} AS ${column_name}`
    })
    return new IncomingTable({
      columns: schema.columns,
      known,
      sequence,
      appender: await this.#connection.createAppender(name),
      chunk: rows =>
        DuckDBDataChunk.create(
          held.map(({ type }) => types[type]),
          rows,
        ),
      copy: async (path, rows) => {
        await this.#connection.run(
          `COPY (SELECT ${selected.join(', ')} FROM ${name}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`,
        )
        await this.#connection.run(`TRUNCATE ${name}`)
        free.push({ name, rows: table.rows + rows })
      },
    })
  }

  close(): void {
    this.#connection.closeSync()
    this.#instance.closeSync()
  }
}

interface TableTerms {
  readonly columns: readonly Column[]
  readonly known: readonly boolean[]
  readonly sequence: number
  readonly appender: DuckDBAppender
  readonly chunk: (rows: number) => DuckDBDataChunk
  readonly copy: (path: string, rows: number) => Promise<void>
}

/** Rows of one file while they come in. */
export class IncomingTable {
  readonly #terms: TableTerms
  readonly #held: (Float64Array | (string | undefined)[] | undefined)[]
  readonly #sequence: Float64Array
  readonly #hasNull: boolean[]
  /** One full chunk serves again and again: fresh ones are 160 KB each outside the heap, and pile up unseen. */
  #full: DuckDBDataChunk | undefined
  #waiting = 0
  #rows = 0

  constructor(terms: TableTerms) {
    this.#terms = terms
    this.#sequence = new Float64Array(CHUNK_ROWS)
    this.#hasNull = terms.columns.map(() => false)
    this.#held = terms.columns.map(({ type }, i) => {
      if (!terms.known[i]) return undefined
      if (type === 'text') return new Array<string | undefined>(CHUNK_ROWS)
      return new Float64Array(CHUNK_ROWS)
    })
  }

  get rows(): number {
    return this.#rows
  }

  /** Columns of which nothing is known. */
  get empty(): readonly string[] {
    return this.#terms.columns
      .filter(({ name }, i) => !this.#terms.known[i] && name !== 'sequence')
      .map(({ name }) => name)
  }

  /** True where these rows know of no column that the table lacks. */
  fits({ columns }: Fields): boolean {
    return columns.every((column, i) => column === undefined || this.#terms.known[i])
  }

  /** Takes rows [from, to); the columns are the caller's again. */
  append({ columns }: Fields, from: number, to: number): void {
    for (let at = from; at < to; ) {
      if (this.#waiting === 0 && to - at >= CHUNK_ROWS && columns.every((one, i) => this.#given(one, i))) {
        this.#write(columns, at, CHUNK_ROWS)
        at += CHUNK_ROWS
        continue
      }
      const rows = Math.min(CHUNK_ROWS - this.#waiting, to - at)
      this.#hold(columns, at, rows)
      this.#waiting += rows
      at += rows
      if (this.#waiting === CHUNK_ROWS) {
        this.#waiting = 0
        this.#write(this.#held, 0, CHUNK_ROWS)
      }
    }
  }

  /** Writes the file; one that could not be finished is removed. The table is then done. */
  async copyTo(path: string): Promise<void> {
    const { appender, copy } = this.#terms
    if (this.#waiting > 0) this.#write(this.#held, 0, this.#waiting)
    this.#waiting = 0
    appender.closeSync()
    try {
      await copy(path, this.#rows)
    } catch (cause) {
      await rm(path, { force: true })
      throw cause
    }
  }

  #given(column: Field | undefined, i: number): boolean {
    return column !== undefined || !this.#terms.known[i]
  }

  #hold(columns: Fields['columns'], from: number, rows: number): void {
    for (let i = 0; i < columns.length; i++) {
      const held = this.#held[i]
      const column = columns[i]
      if (held === undefined) continue
      if (Array.isArray(held)) {
        for (let row = 0; row < rows; row++)
          held[this.#waiting + row] = (column as readonly (string | undefined)[] | undefined)?.[from + row]
      } else if (column === undefined) {
        const nothing = this.#terms.columns[i].optional ? Number.NaN : 0
        held.fill(nothing, this.#waiting, this.#waiting + rows)
      } else held.set((column as Float64Array).subarray(from, from + rows), this.#waiting)
    }
  }

  #write(from: readonly (Field | undefined)[], at: number, rows: number): void {
    const { columns, known, sequence, appender } = this.#terms
    const chunk =
      rows === CHUNK_ROWS ? (this.#full ??= this.#terms.chunk(CHUNK_ROWS)) : this.#terms.chunk(rows)
    const reused = chunk === this.#full
    let place = 0
    for (let i = 0; i < columns.length; i++) {
      const { name, type, optional } = columns[i]
      if (name === 'sequence') {
        for (let row = 0; row < rows; row++) this.#sequence[row] = sequence + this.#rows + row
        if (type === 'whole') writeIntegers(chunk, place++, this.#sequence, 0)
        else writeSmall(chunk, place++, this.#sequence, 0)
        continue
      }
      if (!known[i]) continue
      const column = from[i]!
      if (type === 'text') {
        const texts = (column as readonly (string | undefined)[]).slice(at, at + rows)
        chunk.setColumnValues(
          place++,
          texts.map(text => text ?? null),
        )
        continue
      }
      const numbers = column as Float64Array
      if (type === 'double') writeDoubles(chunk, place, numbers, at)
      else if (type === 'time' || type === 'whole') writeIntegers(chunk, place, numbers, at)
      else writeSmall(chunk, place, numbers, at)
      if (optional) {
        const some = writeNulls(chunk, place, numbers, at, reused && this.#hasNull[i])
        if (reused) this.#hasNull[i] = some
      }
      place++
    }
    appender.appendDataChunk(chunk)
    this.#rows += rows
  }
}
