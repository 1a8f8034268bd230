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
  readonly rows: readonly number[]
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
  const sampling = isIntraday(time) ? 'session' : 'bar'
  const session = (row: number) => sessionClose?.[row] ?? closingDay(time[row])
  const rows: number[] = []
  for (let row = 0; row < time.length; row++) {
    const isLast = row === time.length - 1 || session(row + 1) !== session(row)
    if (row === 0 || sampling === 'bar' || isLast) rows.push(row)
  }
  return {
    sampling,
    rows,
    time: Float64Array.from(rows, row => time[row]),
    equity: Float64Array.from(rows, row => equity[row]),
  }
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
