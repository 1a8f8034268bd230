/**
 * What a value looks like in a notebook. Its own word first (a method named Symbol.for('Jupyter.display')),
 * then Arrow tables, danfo's DataFrames and arrays of plain objects as tables; undefined: shown as text.
 */
import type { Bundle } from './kernel.ts'
import { JUPYTER, type Row, tableBundle } from './table.ts'

export function toBundle(value: unknown): Bundle | undefined {
  if (value === null || typeof value !== 'object') return undefined
  const own = (value as { [JUPYTER]?: () => Bundle })[JUPYTER]
  if (typeof own === 'function') return own.call(value)
  if (isArrowTable(value)) return arrowBundle(value)
  if (isDataFrame(value)) return frameBundle(value)
  if (Array.isArray(value) && value.length > 0 && value.slice(0, 100).every(isPlain))
    return tableBundle(value)
  return undefined
}

function isPlain(value: unknown): value is Row {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** By shape, so that a table of another copy of apache-arrow shows as well. */
interface ArrowTable {
  readonly numRows: number
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: unknown }[] }
  getChild(name: string): { get(row: number): unknown } | null
}

function isArrowTable(value: object): value is ArrowTable {
  return 'numRows' in value && 'schema' in value && 'getChild' in value
}

function arrowBundle(table: ArrowTable): Bundle {
  const fields = table.schema.fields.map(field => ({
    name: field.name,
    column: table.getChild(field.name),
    time: String(field.type).startsWith('Timestamp'),
  }))
  const row = (at: number) =>
    Object.fromEntries(
      fields.map(({ name, column, time }) => {
        const cell = column?.get(at)
        return [name, time && typeof cell === 'number' ? new Date(cell) : cell]
      }),
    )
  return tableBundle({ length: table.numRows, at: row }, { columns: fields.map(field => field.name) })
}

interface DataFrame {
  readonly columns: readonly string[]
  readonly values: readonly (readonly unknown[])[]
  readonly shape: readonly number[]
}

function isDataFrame(value: object): value is DataFrame {
  return '$data' in value && 'columns' in value && 'values' in value && 'shape' in value
}

function frameBundle(frame: DataFrame): Bundle {
  const at = (row: number) =>
    Object.fromEntries(frame.columns.map((name, column) => [name, frame.values[row][column]]))
  return tableBundle({ length: frame.shape[0], at }, { columns: frame.columns })
}
