/**
 * Figures as they travel inside the page: long columns of plain numbers as base64 of their bytes, which
 * Plotly reads itself ({ bdata, dtype }). A date costs 11 characters instead of 14, a price 6 instead of 8,
 * and nothing has to be parsed. Times stay doubles; drawn values fit a float32 (7 digits).
 */
const SHORT = 64

/** A copy of the value with its columns packed. */
export function packed(value: unknown): unknown {
  if (Array.isArray(value)) return isColumn(value) ? packedColumn(value) : value.map(packed)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, packed(inner)]))
}

/** null, as a gap in a line, has no bytes: such columns stay as they are. */
function isColumn(values: readonly unknown[]): values is readonly number[] {
  return values.length > SHORT && values.every(value => typeof value === 'number')
}

function packedColumn(values: readonly number[]): { dtype: 'f4' | 'f8'; bdata: string } {
  const fits = values.every(value => !(Math.abs(value) > 1e7))
  const column = fits ? Float32Array.from(values) : Float64Array.from(values)
  const bdata = Buffer.from(column.buffer).toString('base64')
  return { dtype: fits ? 'f4' : 'f8', bdata }
}
