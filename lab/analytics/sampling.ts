/**
 * The equity curve that yearly ratios are computed on. Bars within a day depend on each other and there are
 * arbitrarily many, so a curve finer than a day is read once per session: its last row. Coarser curves stay.
 */
import { DAY, HOUR, type Micros } from '../core/time.ts'
import { quantile } from '../math/index.ts'

export interface Samples {
  /** `bar`: every row; `session`: the last row of each session. */
  readonly sampling: 'bar' | 'session'
  /** Row of the curve of each sample; the first is row 0, the value before the first return. */
  readonly rows: Uint32Array
  /** When the sampled row was known, µs UTC. */
  readonly time: Float64Array
  readonly equity: Float64Array
}

/**
 * @param curve rows in order of time
 * @param curve.sessionClose close of the session of each row, µs UTC; without it a session is a UTC day, a row at
 *   midnight belonging to the day that ends
 */
export function sampleCurve(curve: {
  time: Float64Array
  equity: Float64Array
  sessionClose?: Float64Array
}): Samples {
  const { time, equity, sessionClose } = curve
  if (!isIntraday(time))
    return { sampling: 'bar', rows: new Uint32Array(time.length).map((_, row) => row), time, equity }
  const rows: number[] = [0]
  let session = sessionClose?.[0] ?? closingDay(time[0])
  for (let row = 1; row < time.length; row++) {
    const next = sessionClose?.[row] ?? closingDay(time[row])
    if (next !== session && row > 1) rows.push(row - 1)
    session = next
  }
  rows.push(time.length - 1)
  return { sampling: 'session', rows: Uint32Array.from(rows), time: at(time, rows), equity: at(equity, rows) }
}

/** The chosen rows of a column. */
export function at(column: Float64Array, rows: ArrayLike<number>): Float64Array {
  const chosen = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) chosen[i] = column[rows[i]]
  return chosen
}

/** Days since 1970-01-01 of the UTC day that a close belongs to: midnight closes the day before. */
export function closingDay(time: Micros): number {
  return Math.floor((time - 1) / DAY)
}

function isIntraday(time: Float64Array): boolean {
  if (time.length < 3) return false
  const gaps = time.subarray(1).map((value, i) => value - time[i])
  return quantile(gaps, 0.5)! < 20 * HOUR
}
