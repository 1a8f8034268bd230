/**
 * Records as Arrow tables: columns without copies for whoever computes, `toDataFrame()` for danfo's DataFrame,
 * which is for people at small sizes (lab/decisions/danfojs.md).
 */
import { createRequire } from 'node:module'
import {
  Bool,
  Float64,
  Table,
  TimestampMicrosecond,
  Utf8,
  type Vector,
  makeData,
  makeVector,
  vectorFromArray,
} from 'apache-arrow'
import type { DataFrame } from 'danfojs-node'
import { GordonError } from '../../core/errors.ts'

/** An Arrow table that also turns into a danfo DataFrame; times become Dates. */
export type FrameTable = Table & { toDataFrame(): DataFrame }

export type ColumnKind = 'time' | 'number' | 'text' | 'flag'

/** @param columns in order; a record without a value, or with a NaN, has a null there */
export function recordTable<T extends object>(
  records: readonly T[],
  columns: { readonly [Name in keyof T & string]?: ColumnKind },
): FrameTable {
  return frameTable(
    Object.fromEntries(
      Object.entries(columns).map(([name, kind]) => [
        name,
        column(
          records.map(record => (record as Record<string, unknown>)[name]),
          kind as ColumnKind,
        ),
      ]),
    ),
  )
}

/** Columns as they are: Float64Array, µs UTC under names that end in `time` or `Time`. */
export function columnTable(columns: Readonly<Record<string, Float64Array>>): FrameTable {
  return frameTable(
    Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [
        name,
        /[tT]ime$/.test(name) ? times(values) : makeVector({ type: new Float64(), data: values }),
      ]),
    ),
  )
}

/** Adds `toDataFrame` to a table, e.g. the answer to a query. */
export function withDataFrame(table: Table): FrameTable {
  return Object.defineProperty(table, 'toDataFrame', { value: () => dataFrame(table) }) as FrameTable
}

function frameTable(columns: Record<string, Vector>): FrameTable {
  return withDataFrame(new Table(columns))
}

function column(values: readonly unknown[], kind: ColumnKind): Vector {
  const filled = values.map(value => (isGap(value) ? null : value))
  if (kind === 'number') return vectorFromArray(filled, new Float64())
  if (kind === 'text') return vectorFromArray(filled, new Utf8())
  if (kind === 'flag') return vectorFromArray(filled, new Bool())
  return times(values)
}

function isGap(value: unknown): boolean {
  return value === undefined || value === null || Number.isNaN(value)
}

/** Exact microseconds; Arrow's own builder takes milliseconds and refuses a fraction. */
function times(micros: ArrayLike<unknown>): Vector {
  const data = new BigInt64Array(micros.length)
  const nullBitmap = new Uint8Array(Math.ceil(micros.length / 64) * 8)
  let nullCount = 0
  for (let row = 0; row < micros.length; row++) {
    if (isGap(micros[row])) nullCount++
    else {
      data[row] = BigInt(micros[row] as number)
      nullBitmap[row >> 3] |= 1 << (row & 7)
    }
  }
  const type = new TimestampMicrosecond('UTC')
  return makeVector(makeData({ type, data, length: micros.length, nullBitmap, nullCount }))
}

function dataFrame(table: Table): DataFrame {
  const columns = table.schema.fields.map(field => {
    const vector = table.getChild(field.name)
    const isTime = String(field.type).startsWith('Timestamp')
    const values = Array.from({ length: table.numRows }, (_, row) => {
      const value: unknown = vector?.get(row)
      return isTime && typeof value === 'number' ? new Date(value) : value
    })
    return [field.name, values] as const
  })
  const { DataFrame } = loadDanfo()
  return new DataFrame(Object.fromEntries(columns))
}

function loadDanfo(): typeof import('danfojs-node') {
  try {
    return createRequire(import.meta.url)('danfojs-node')
  } catch (cause) {
    throw new GordonError(
      'DANFO_MISSING',
      'toDataFrame needs the package danfojs-node, which is not installed: run `npm run notebook` or `npm ci` once.',
      { cause },
    )
  }
}
