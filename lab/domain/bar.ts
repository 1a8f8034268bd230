/**
 * Bars in columns, the form in which they are stored, replayed and computed on. Row i of every column is one
 * bar; rows are in order of `time`. A bar is known at its close and never before.
 */
import type { Micros } from '../core/time.ts'

export interface BarColumns {
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}

export interface BarSeries extends BarColumns {
  readonly length: number
  /** When the bar closed at the venue, µs UTC. */
  readonly eventTime: Float64Array
  /** When it could have been known, µs UTC, never falling; the same array as eventTime where nothing else was recorded. */
  readonly receiveTime: Float64Array
  /** Close of the session that the bar belongs to, µs UTC; absent where each UTC day is a session. */
  readonly sessionClose?: Float64Array
}

/** How prices relate to what was printed on the day. */
export type Adjustment = 'raw' | 'split' | 'total-return'

/** A bar as a plain record: journals, wires, tests. Never in the replay's hot path. */
export interface Bar {
  readonly eventTime: Micros
  readonly receiveTime: Micros
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}
