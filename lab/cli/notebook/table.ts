/** Rows as a table: HTML for notebooks, aligned text for everything else. Numbers to the right, gaps empty. */
import { escapeHtml } from './escape.ts'
import type { Bundle } from './kernel.ts'

export type Row = Readonly<Record<string, unknown>>

/** An array, or something larger of which only what is shown is asked for. */
export interface Rows {
  readonly length: number
  at(index: number): Row | undefined
}

export interface TableOptions {
  /** Default: the keys of the rows, in order of appearance. */
  readonly columns?: readonly string[]
  /** Rows shown at most, the first and the last of a longer table. Default 15. */
  readonly rows?: number
}

/** Something to display: the last value of a cell, or `display(table(rows))`. */
export function table(rows: readonly Row[], options: TableOptions = {}): { [JUPYTER]: () => Bundle } {
  return { [JUPYTER]: () => tableBundle(rows, options) }
}

export const ROWS = 15

/** A method of this name gives a value's own bundle. */
export const JUPYTER: unique symbol = Symbol.for('Jupyter.display')

export function tableBundle(rows: Rows, options: TableOptions = {}): Bundle {
  const shown = ends(rows, options.rows ?? ROWS)
  const columns = options.columns ?? [...new Set(shown.flatMap(row => Object.keys(row)))]
  const cells = shown.map(row =>
    columns.map(column => ({
      text: row === GAP ? '…' : cellText(row[column]),
      right: isNumber(row[column]),
    })),
  )
  const right = columns.map((_, at) => cells.some(row => row[at].right))
  const more = shown.includes(GAP) ? `${rows.length} rows` : ''
  const head = columns.map((column, at) => `<th${style(right[at])}>${escapeHtml(column)}</th>`).join('')
  const body = cells
    .map(
      row =>
        `<tr>${row.map((cell, at) => `<td${style(right[at], cell.text)}>${escapeHtml(cell.text)}</td>`).join('')}</tr>`,
    )
    .join('')
  return {
    'text/html': `<div style="overflow-x:auto"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>${more && `<em>${more}</em>`}`,
    'text/plain': plain(columns, cells, right, more),
  }
}

/** Stands for the rows between the first and the last. */
const GAP: Row = {}

/** All rows when they are few, else the first two thirds of `most` and the last third. */
function ends(rows: Rows, most: number): readonly Row[] {
  const take = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => rows.at(from + at) ?? GAP)
  if (rows.length <= most) return take(0, rows.length)
  const last = Math.floor(most / 3)
  return [...take(0, most - last), GAP, ...take(rows.length - last, rows.length)]
}

/** Words stay on one line; sentences are broken where the page ends. */
function style(right: boolean, text = ''): string {
  const wrap = text.length > SENTENCE && text.includes(' ') ? 'normal;min-width:22em' : 'nowrap'
  return ` style="text-align:${right ? 'right' : 'left'};white-space:${wrap}"`
}

const SENTENCE = 40

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** Six significant digits, dates without a midnight; undefined and null are gaps. */
function cellText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number')
    return Number.isInteger(value) || !Number.isFinite(value)
      ? String(value)
      : String(Number(value.toPrecision(6)))
  if (value instanceof Date)
    return value.toISOString().slice(0, 19).replace('T', ' ').replace(' 00:00:00', '')
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function plain(
  columns: readonly string[],
  cells: readonly (readonly { text: string }[])[],
  right: readonly boolean[],
  more: string,
): string {
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...cells.map(row => row[at].text.length)),
  )
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => (right[at] ? text.padStart(widths[at]) : text.padEnd(widths[at])))
      .join('  ')
      .trimEnd()
  const lines = [line(columns), ...cells.map(row => line(row.map(cell => cell.text)))]
  return [...lines, ...(more === '' ? [] : [more])].join('\n')
}
