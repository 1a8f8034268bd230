/** Rows as a table: HTML for notebooks, aligned text for everything else. Numbers to the right, gaps empty. */
import { escapeHtml } from './escape.ts'
import type { Bundle } from './kernel.ts'

export type Row = Readonly<Record<string, unknown>>

export interface TableOptions {
  /** Default: the keys of the rows, in order of appearance. */
  readonly columns?: readonly string[]
  /** Rows shown; the rest is counted below the table. Default 50. */
  readonly rows?: number
  /** Rows in all, where only the first were handed over. */
  readonly total?: number
}

/** Something to display: the last value of a cell, or `display(table(rows))`. */
export function table(rows: readonly Row[], options: TableOptions = {}): { [JUPYTER]: () => Bundle } {
  return { [JUPYTER]: () => tableBundle(rows, options) }
}

/** A method of this name gives a value's own bundle. */
export const JUPYTER: unique symbol = Symbol.for('Jupyter.display')

export function tableBundle(rows: readonly Row[], options: TableOptions = {}): Bundle {
  const shown = rows.slice(0, options.rows ?? 50)
  const columns = options.columns ?? [...new Set(shown.flatMap(row => Object.keys(row)))]
  const total = options.total ?? rows.length
  const more = total > shown.length ? `${total} rows, ${shown.length} shown` : ''
  const cells = shown.map(row =>
    columns.map(column => ({ text: cellText(row[column]), right: isNumber(row[column]) })),
  )
  const right = columns.map(
    (_, at) => cells.length > 0 && cells.every(row => row[at].right || row[at].text === ''),
  )
  const head = columns.map((column, at) => `<th${align(right[at])}>${escapeHtml(column)}</th>`).join('')
  const body = cells
    .map(
      row =>
        `<tr>${row.map((cell, at) => `<td${align(right[at])}>${escapeHtml(cell.text)}</td>`).join('')}</tr>`,
    )
    .join('')
  return {
    'text/html': `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>${more && `<em>${more}</em>`}`,
    'text/plain': plain(columns, cells, right, more),
  }
}

function align(right: boolean): string {
  return ` style="text-align:${right ? 'right' : 'left'}"`
}

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
