/**
 * Numbers as people and programs write them: 1234.5, 1,234.5, 1.234,5, 1 234,5, $1,234.5, 1.5e3. Which of point and
 * comma parts the decimals is found in the columns of numbers; 1,234 alone may be either, and is asked for.
 */
import { GordonError } from '../../core/errors.ts'
import { type CsvRows, fieldText } from './csv-rows.ts'

export type DecimalMark = '.' | ','

const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const CURRENCY = /^([+-]?)[$€£¥₹]\s?/
const BLANKS = "[ \u00a0\u202f'’]"
const POINT_GROUPS = new RegExp(`^[+-]?\\d{1,3}(?:(?:,\\d{3})+|(?:${BLANKS}\\d{3})+)(?:\\.\\d*)?$`)
const COMMA_GROUPS = new RegExp(`^[+-]?\\d{1,3}(?:(?:\\.\\d{3})+|(?:${BLANKS}\\d{3})+)(?:,\\d*)?$`)
const COMMA_PLAIN = /^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$/
const PARTS = new RegExp(`[,.]|${BLANKS}`, 'g')

/** NaN for what is no number. */
export function numberOf(text: string, decimal: DecimalMark): number {
  if (decimal === '.' && PLAIN.test(text)) return Number(text)
  const bare = text.replace(CURRENCY, '$1')
  if (decimal === '.') {
    if (PLAIN.test(bare)) return Number(bare)
    return POINT_GROUPS.test(bare)
      ? Number(bare.replace(PARTS, part => (part === '.' ? '.' : '')))
      : Number.NaN
  }
  if (!COMMA_PLAIN.test(bare) && !COMMA_GROUPS.test(bare)) return Number.NaN
  return Number(bare.replace(PARTS, part => (part === ',' ? '.' : '')))
}

const SCALES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9 }

/** A volume as sites for people write it, too: 1.23M. */
export function shortNumberOf(text: string, decimal: DecimalMark): number {
  const match = /^(.*\d[.,]?)\s?([KkMmBb])$/.exec(text)
  if (match === null) return numberOf(text, decimal)
  // 7.31 × 10⁶ in doubles is off by a bit where the decimal number is whole.
  return Number((numberOf(match[1], decimal) * SCALES[match[2].toLowerCase()]).toPrecision(15))
}

/** What one text says of the decimal mark; `either` where 1,234 may be one thing or the other. */
function markIn(text: string): DecimalMark | 'either' | undefined {
  const bare = text.replace(CURRENCY, '$1')
  if (!/^[+-]?[\d.,' \u00a0\u202f’]+$/.test(bare)) return undefined
  const commas = bare.split(',').length - 1
  const points = bare.split('.').length - 1
  if (commas === 0) return points === 1 ? '.' : points > 1 && COMMA_GROUPS.test(bare) ? ',' : undefined
  const [point, comma] = [!Number.isNaN(numberOf(bare, '.')), !Number.isNaN(numberOf(bare, ','))]
  // 0,123 groups no thousands.
  if (point && comma) return /^[+-]?0/.test(bare) ? ',' : 'either'
  return point ? '.' : comma ? ',' : undefined
}

const ENOUGH = 2000

/**
 * The decimal mark of some columns, by what stands in them; undefined while nothing tells, as with whole numbers.
 * @throws GordonError AMBIGUOUS_NUMBER
 */
export function decimalMark(
  rows: CsvRows,
  columns: readonly string[],
  numeric: readonly number[],
  file: string,
): DecimalMark | undefined {
  let points = 0
  let commas = 0
  let either: { readonly row: number; readonly field: number } | undefined
  for (let row = 0; row < rows.length && points + commas < ENOUGH; row++) {
    if (rows.uneven.has(row)) continue
    for (const field of numeric) {
      const mark = markIn(fieldText(rows, row, field))
      if (mark === '.') points++
      else if (mark === ',') commas++
      else if (mark === 'either') either ??= { row, field }
    }
  }
  if (points + commas > 0) return commas > points ? ',' : '.'
  if (either === undefined) return undefined
  const { row, field } = either
  const text = fieldText(rows, row, field)
  throw new GordonError(
    'AMBIGUOUS_NUMBER',
    `${file} line ${rows.lines[row]}, column ${columns[field]}: ${JSON.stringify(text)} is ${numberOf(text, '.')} or ` +
      `${numberOf(text, ',')}, and nothing tells which: say it with --decimal point or --decimal comma`,
  )
}
