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
/** Where the numbers of a chunk's rows are put before they are copied into it. */
const NUMBERS = new Float64Array(CHUNK_ROWS)
/** Rows that go through one table before it is given back. */
const TABLE_ROWS = 500_000

const SQL_TYPE: Readonly<Record<ColumnType, string>> = {
  time: 'TIMESTAMPTZ',
  double: 'DOUBLE',
  whole: 'BIGINT',
  count: 'INTEGER',
  small: 'SMALLINT',
  text: 'VARCHAR',
}

/**
 * How every Parquet file of a store is written. Version 2 keeps differences of whole numbers and splits the bytes of
 * doubles: a quarter smaller and sooner.
 */
export const PARQUET_WORDS = '(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2, ROW_GROUP_SIZE 20480)'

/** Writes Parquet files through one connection; close it when done. */
export class ParquetWriter {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  /** Writes files while rows of the next come in by the other: a connection does one thing at a time. */
  readonly #writing: DuckDBConnection
  readonly #api: typeof import('@duckdb/node-api')
  /** By what their columns are: tables that are empty and may be filled again, and a chunk to fill them through. */
  readonly #layouts = new Map<string, Layout>()
  #count = 0

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    writing: DuckDBConnection,
    api: typeof import('@duckdb/node-api'),
  ) {
    this.#instance = instance
    this.#connection = connection
    this.#writing = writing
    this.#api = api
  }

  static async open(): Promise<ParquetWriter> {
    const api = await import('@duckdb/node-api')
    // An instance of its own, closed with all that it holds.
    const instance = await createInstance()
    return new ParquetWriter(instance, await instance.connect(), await instance.connect(), api)
  }

  /** @param known which columns of the schema the rows will have; `sequence` is counted here, from the given number */
  table(schema: Schema, known: readonly boolean[], sequence: number): IncomingTable {
    const { columns } = schema
    const held = columns.filter((column, i) => known[i] || column.name === 'sequence')
    const layout = this.#layoutOf(held)
    const selected = columns.map((column, i) => {
      const { name, type } = column
      if (known[i] || name === 'sequence')
        return type === 'time' ? `make_timestamptz(${name}) AS ${name}` : name
      return `${column.optional ? 'NULL' : '0'}::${SQL_TYPE[type]} AS ${name}`
    })
    return new IncomingTable({
      columns,
      known,
      sequence,
      layout,
      open: async () => {
        let table = layout.free.pop()
        if (table === undefined) {
          table = { name: `incoming_${this.#count++}`, rows: 0 }
          await this.#connection.run(`CREATE TABLE ${table.name} (${layout.definition})`)
        }
        return { table, appender: await this.#connection.createAppender(table.name) }
      },
      copy: async ({ name, rows: before }, path, rows) => {
        await this.#writing.run(
          `COPY (SELECT ${selected.join(', ')} FROM ${name}) TO ${sqlText(path)} ${PARQUET_WORDS}`,
        )
        // Rows removed from a table are not given back while it lives: small files share one, large ones do not.
        const through = before + rows
        if (through >= TABLE_ROWS) await this.#writing.run(`DROP TABLE ${name}`)
        else {
          await this.#writing.run(`TRUNCATE ${name}`)
          layout.free.push({ name, rows: through })
        }
      },
    })
  }

  #layoutOf(held: readonly Column[]): Layout {
    const { BIGINT, DOUBLE, INTEGER, SMALLINT, VARCHAR, DuckDBDataChunk } = this.#api
    const types = {
      time: BIGINT,
      double: DOUBLE,
      whole: BIGINT,
      count: INTEGER,
      small: SMALLINT,
      text: VARCHAR,
    }
    const definition = held.map(({ name, type }) => `${name} ${types[type]}`).join(', ')
    let layout = this.#layouts.get(definition)
    if (layout === undefined) {
      const chunkTypes = held.map(({ type }) => types[type])
      const chunk = (rows: number) => DuckDBDataChunk.create(chunkTypes, rows)
      layout = { definition, free: [], chunk, full: undefined, hasNull: held.map(() => false) }
      this.#layouts.set(definition, layout)
    }
    return layout
  }

  close(): void {
    this.#writing.closeSync()
    this.#connection.closeSync()
    this.#instance.closeSync()
  }
}

/** A table of DuckDB's, and the rows that went through it. */
interface DuckTable {
  readonly name: string
  readonly rows: number
}

/** Tables of the same columns. */
interface Layout {
  readonly definition: string
  readonly free: DuckTable[]
  readonly chunk: (rows: number) => DuckDBDataChunk
  /** One full chunk serves all, again and again: fresh ones are 160 KB each outside the heap, and pile up unseen. */
  full: DuckDBDataChunk | undefined
  /** Which of its columns have a NULL now. */
  readonly hasNull: boolean[]
}

interface TableTerms {
  readonly columns: readonly Column[]
  readonly known: readonly boolean[]
  readonly sequence: number
  readonly layout: Layout
  readonly open: () => Promise<{ readonly table: DuckTable; readonly appender: DuckDBAppender }>
  readonly copy: (table: DuckTable, path: string, rows: number) => Promise<void>
}

/** Rows of one file while they come in. */
export class IncomingTable {
  readonly #terms: TableTerms
  readonly #held: (Float64Array | (string | undefined)[] | undefined)[]
  /** Rows that there is room to hold; grows to a chunk, so that thousands of slow streams take little. */
  #room = 0
  #waiting = 0
  #rows = 0
  /** Taken when the first chunk is full, so that streams of few rows share one. */
  #into: { readonly table: DuckTable; readonly appender: DuckDBAppender } | undefined

  constructor(terms: TableTerms) {
    this.#terms = terms
    this.#held = terms.columns.map(() => undefined)
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
  async append({ columns }: Fields, from: number, to: number): Promise<void> {
    for (let at = from; at < to; ) {
      if (this.#waiting === 0 && to - at >= CHUNK_ROWS && columns.every((one, i) => this.#given(one, i))) {
        this.#into ??= await this.#terms.open()
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
        this.#into ??= await this.#terms.open()
        this.#write(this.#held, 0, CHUNK_ROWS)
      }
    }
  }

  /** All rows have come; what waits goes with the others. */
  async end(): Promise<void> {
    this.#into ??= await this.#terms.open()
    if (this.#waiting > 0) this.#write(this.#held, 0, this.#waiting)
    this.#waiting = 0
    this.#into.appender.closeSync()
  }

  /** Writes the file of a table that has ended; one that could not be finished is removed. */
  async copyTo(path: string): Promise<void> {
    try {
      await this.#terms.copy(this.#into!.table, path, this.#rows)
    } catch (cause) {
      await rm(path, { force: true })
      throw cause
    }
  }

  #given(column: Field | undefined, i: number): boolean {
    return column !== undefined || !this.#terms.known[i]
  }

  #makeRoom(rows: number): void {
    if (rows <= this.#room) return
    this.#room = Math.min(CHUNK_ROWS, Math.max(rows, this.#room * 2, 64))
    for (const [i, { type }] of this.#terms.columns.entries()) {
      if (!this.#terms.known[i]) continue
      const held = this.#held[i]
      if (type === 'text') this.#held[i] = held ?? []
      else {
        const wider = new Float64Array(this.#room)
        if (held !== undefined) wider.set(held as Float64Array)
        this.#held[i] = wider
      }
    }
  }

  #hold(columns: Fields['columns'], from: number, rows: number): void {
    this.#makeRoom(this.#waiting + rows)
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
    const { columns, known, sequence } = this.#terms
    const { layout } = this.#terms
    const reused = rows === CHUNK_ROWS
    const chunk = reused ? (layout.full ??= layout.chunk(CHUNK_ROWS)) : layout.chunk(rows)
    let place = 0
    for (let i = 0; i < columns.length; i++) {
      const { name, type, optional } = columns[i]
      if (name === 'sequence') {
        for (let row = 0; row < rows; row++) NUMBERS[row] = sequence + this.#rows + row
        if (type === 'whole') writeIntegers(chunk, place++, NUMBERS, 0)
        else writeSmall(chunk, place++, NUMBERS, 0)
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
        const some = writeNulls(chunk, place, numbers, at, reused && layout.hasNull[place])
        if (reused) layout.hasNull[place] = some
      }
      place++
    }
    this.#into!.appender.appendDataChunk(chunk)
    this.#rows += rows
  }
}
