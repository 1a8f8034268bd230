/**
 * Figures as they travel inside the page: long columns of plain numbers as base64 of their bytes, which
 * Plotly reads itself ({ bdata, dtype }). A date costs 11 characters instead of 14, a price 6 instead of 8,
 * and nothing has to be parsed. What stands on the x axis, times above all, stays double; drawn values fit a
 * float32 (7 digits). A gap in a line is NaN, not null.
 */
const SHORT = 64

/** A copy of the value with its columns packed; `key` is the name it stood under. */
export function packed(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value
    return isColumn(list) ? packedColumn(list, key === 'x') : list.map(inner => packed(inner))
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, packed(inner, name)]))
}

function isColumn(values: readonly unknown[]): values is readonly number[] {
  return values.length > SHORT && values.every(value => typeof value === 'number')
}

function packedColumn(values: readonly number[], exact: boolean): { dtype: 'f4' | 'f8'; bdata: string } {
  const column = exact ? Float64Array.from(values) : Float32Array.from(values)
  return { dtype: exact ? 'f8' : 'f4', bdata: Buffer.from(column.buffer).toString('base64') }
}
