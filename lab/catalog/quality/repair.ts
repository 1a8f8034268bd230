/**
 * Rows mended by what a policy says, with a record of every change, from which the rows as they were can be made
 * again (`undoRepair`). Nothing is invented:
 *
 *   left out    doubled rows; prices that nobody could have paid; crossed quotes; bad prints of ticks, and bars whose
 *               open or close is one; rows of a run that stands still
 *   moved       rows out of order, to behind the last one that is not later
 *   replaced    high and low that are swapped; high and low that do not hold open and close; a high or a low that is
 *               a bad print, by the outermost of open and close; odd volumes, by NaN (not known)
 *
 * Of the rest (holes, splits, clocks, units) nothing here knows better: such data are ingested again with what was
 * missing. Codes with no mend are left as they are, and told as such.
 */
import { GordonError } from '../../core/errors.ts'
import type { SeriesKind } from '../series-reader.ts'
import { type CheckedRows, columnOf } from './check.ts'
import type { Finding } from './findings.ts'
import type { IssueCode } from './issue.ts'
import { measureOf, type QualityPolicy } from './policy.ts'

export type RepairEdit =
  /** The row as it was, by column; NaN is null, so that a record is plain JSON. */
  | {
      readonly kind: 'dropped'
      readonly code: IssueCode
      readonly row: number
      readonly was: Readonly<Record<string, number | null>>
    }
  /** `to` is its row in the repaired series. */
  | { readonly kind: 'moved'; readonly code: IssueCode; readonly row: number; readonly to: number }
  | {
      readonly kind: 'replaced'
      readonly code: IssueCode
      readonly row: number
      readonly column: string
      readonly was: number | null
      readonly is: number | null
    }

/** Rows of the series as it was are counted from 0. */
export interface RepairRecord {
  /** How many rows there were. */
  readonly rows: number
  readonly edits: readonly RepairEdit[]
}

export interface Repaired<Rows> {
  /** The same object where nothing was changed. */
  readonly series: Rows
  readonly record: RepairRecord
  /** Findings that the policy would have repaired and that have no mend. */
  readonly left: readonly Finding[]
}

type Mend = 'drop' | 'move' | 'swap' | 'widen' | 'forget'

const MENDS: Readonly<Partial<Record<IssueCode, Mend>>> = {
  duplicate: 'drop',
  repeatedRow: 'drop',
  missingTime: 'drop',
  notPositive: 'drop',
  notANumber: 'drop',
  crossedQuote: 'drop',
  staleRun: 'drop',
  outlier: 'drop',
  unsorted: 'move',
  highBelowLow: 'swap',
  outsideRange: 'widen',
  negativeVolume: 'forget',
  zeroVolume: 'forget',
  volumeSpike: 'forget',
}

/**
 * @param findings of this very series; rows of others are not known here
 * @throws GordonError TOO_MANY_ISSUES where more places are to be repaired than were kept
 */
export function repair<Rows extends CheckedRows>(
  kind: SeriesKind,
  series: Rows,
  findings: readonly Finding[],
  policy: QualityPolicy = {},
): Repaired<Rows> {
  const left: Finding[] = []
  const dropped = new Map<number, IssueCode>()
  const moved = new Map<number, IssueCode>()
  const replaced = new Replacements(series)
  for (const finding of findings) {
    if (measureOf(finding, policy) !== 'repair') continue
    const mend = mendOf(finding)
    if (mend === undefined) {
      left.push(finding)
      continue
    }
    if (finding.rest === true) throw tooMany(finding)
    const first = finding.place.row - 1
    for (let row = first; row < first + finding.count; row++) {
      if (mend === 'drop') dropped.set(row, finding.code)
      else if (mend === 'move') moved.set(row, finding.code)
      else mendValues(mend, replaced, row, finding)
    }
  }
  const edits: RepairEdit[] = [...replaced.edits.values()]
  if (dropped.size + moved.size + edits.length === 0)
    return { series, record: { rows: series.length, edits }, left }
  const columns = columnsOf(series)
  for (const [row, code] of dropped) {
    moved.delete(row)
    const was = Object.fromEntries(columns.map(([name, column]) => [name, plain(column[row])]))
    edits.push({ kind: 'dropped', code, row, was })
  }
  const order = orderOf(kind, series, dropped, moved, edits)
  return {
    series: picked(series, order, (name, row, value) => replaced.value(name, row) ?? value),
    record: { rows: series.length, edits },
    left,
  }
}

/** The rows as they were before a repair. @param series the repaired rows, whole */
export function undoRepair<Rows extends CheckedRows>(series: Rows, { rows, edits }: RepairRecord): Rows {
  if (edits.length === 0) return series
  const source = new Int32Array(rows).fill(-1)
  const dropped = new Map<number, Readonly<Record<string, number | null>>>()
  const taken = new Set<number>()
  const replaced = new Replacements(series)
  for (const edit of edits) {
    if (edit.kind === 'dropped') dropped.set(edit.row, edit.was)
    else if (edit.kind === 'replaced') replaced.keep(edit.column, edit.row, edit.was ?? Number.NaN)
    else {
      source[edit.row] = edit.to
      taken.add(edit.to)
    }
  }
  let next = 0
  for (let row = 0; row < rows; row++) {
    if (dropped.has(row) || source[row] >= 0) continue
    while (taken.has(next)) next++
    source[row] = next++
  }
  const order = Array.from({ length: rows }, (_, row) => row)
  return picked(series, order, (name, row) => {
    const was = dropped.get(row)
    if (was !== undefined) return was[name] ?? Number.NaN
    return replaced.value(name, row) ?? columnOf(series, name)![source[row]]
  })
}

function mendOf({ code, place }: Finding): Mend | undefined {
  // The rest of the bar is good.
  if (code === 'outlier' && (place.column === 'high' || place.column === 'low')) return 'widen'
  return MENDS[code]
}

/** Values that take the place of others, by column and row. */
class Replacements {
  /** By column and row: a second one of a value changes what it is, and what it was stays. */
  readonly edits = new Map<string, RepairEdit>()
  readonly #series: CheckedRows
  readonly #values = new Map<string, Map<number, number>>()

  constructor(series: CheckedRows) {
    this.#series = series
  }

  value(name: string, row: number): number | undefined {
    return this.#values.get(name)?.get(row)
  }

  keep(name: string, row: number, value: number): void {
    let column = this.#values.get(name)
    if (column === undefined) this.#values.set(name, (column = new Map()))
    column.set(row, value)
  }

  current(name: string, row: number): number {
    return this.value(name, row) ?? columnOf(this.#series, name)![row]
  }

  put(code: IssueCode, column: string, row: number, is: number): void {
    const was = columnOf(this.#series, column)![row]
    this.edits.set(`${column} ${row}`, {
      kind: 'replaced',
      code,
      row,
      column,
      was: plain(was),
      is: plain(is),
    })
    this.keep(column, row, is)
  }
}

function mendValues(mend: Mend, replaced: Replacements, row: number, { code, place }: Finding): void {
  const of = (name: string): number => replaced.current(name, row)
  if (mend === 'forget') replaced.put(code, 'volume', row, Number.NaN)
  else if (mend === 'swap') {
    const [high, low] = [of('high'), of('low')]
    replaced.put(code, 'high', row, low)
    replaced.put(code, 'low', row, high)
  } else {
    const [high, low] = [of('high'), of('low')]
    const outermost = [of('open'), of('close')]
    const print = code === 'outlier' ? place.column : undefined
    const top = Math.max(...outermost, print === 'high' ? 0 : high)
    const bottom = Math.min(...outermost, print === 'low' ? Number.POSITIVE_INFINITY : low)
    if (top !== high) replaced.put(code, 'high', row, top)
    if (bottom !== low) replaced.put(code, 'low', row, bottom)
  }
}

/** Rows that stay, in their new order. */
function orderOf(
  kind: SeriesKind,
  series: CheckedRows,
  dropped: ReadonlyMap<number, IssueCode>,
  moved: ReadonlyMap<number, IssueCode>,
  edits: RepairEdit[],
): number[] {
  const time = kind === 'bars' ? series.eventTime : series.receiveTime
  const waiting = [...moved.keys()].sort((a, b) => time[a] - time[b] || a - b)
  const order: number[] = []
  let next = 0
  const place = (row: number): void => {
    edits.push({ kind: 'moved', code: moved.get(row)!, row, to: order.length })
    order.push(row)
  }
  for (let row = 0; row < series.length; row++) {
    if (dropped.has(row) || moved.has(row)) continue
    while (next < waiting.length && time[waiting[next]] < time[row]) place(waiting[next++])
    order.push(row)
  }
  while (next < waiting.length) place(waiting[next++])
  return order
}

function columnsOf(series: CheckedRows): [string, Float64Array][] {
  return Object.entries(series).filter(
    (entry): entry is [string, Float64Array] => entry[1] instanceof Float64Array,
  )
}

/** New columns; eventTime and receiveTime stay one where they were. */
function picked<Rows extends CheckedRows>(
  series: Rows,
  order: readonly number[],
  value: (name: string, row: number, old: number) => number,
): Rows {
  const made: Record<string, unknown> = Object.fromEntries(Object.entries(series))
  made.length = order.length
  for (const [name, column] of columnsOf(series))
    made[name] = Float64Array.from(order, row => value(name, row, column[row]))
  if (series.receiveTime === series.eventTime) made.receiveTime = made.eventTime
  return made as unknown as Rows
}

function plain(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

function tooMany({ code, count, place }: Finding): GordonError {
  return new GordonError(
    'TOO_MANY_ISSUES',
    `${place.instrument} has ${count} rows with ${code} beyond the first 500 places: mend the source, and ingest it again`,
  )
}
