/** Rows whose fields are texts already, in the shape of those of a delimited text: for tables of other formats. */
import type { CsvRows } from './csv-rows.ts'

const NO_BYTES = Buffer.alloc(0)
const NONE: ReadonlyMap<number, number> = new Map()

/** @param before rows that came earlier; a row's number counts from 1 */
export function rowsOfTexts(
  texts: readonly (readonly string[])[],
  before: number,
  fields: number,
  uneven: ReadonlyMap<number, number> = NONE,
): CsvRows {
  const bounds = new Int32Array(texts.length * fields)
  return {
    length: texts.length,
    bytes: NO_BYTES,
    fields,
    starts: bounds,
    ends: bounds,
    lines: Float64Array.from(texts, (_, row) => before + row + 1),
    quoted: new Map(texts.entries()),
    uneven,
    decimal: '.',
  }
}
