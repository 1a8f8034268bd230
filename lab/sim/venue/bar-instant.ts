/** The instant that the venue is working: which instruments have a bar in it, and when those bars began. */
import type { BarWindow } from '../../engine/bar-window.ts'

/** Where an instant stands. */
export const OUTSIDE = 0
export const OPENING = 1
export const INSIDE = 2

export class BarInstant {
  /** Counts the instants worked. */
  number = 0
  phase = OUTSIDE
  /** Event time of the newest bar met by working orders: whether a session is over is told by the bars, not by when they came. */
  newest = Number.NEGATIVE_INFINITY
  readonly #windows: readonly BarWindow[]
  readonly #barSpan: Float64Array
  /** Instant in which a handle last had a bar. */
  readonly #barAt: Int32Array

  /** @param barSpan longest time between a bar's first trade and its close per handle, µs; Infinity where unknown */
  constructor(windows: readonly BarWindow[], barSpan: readonly number[]) {
    this.#windows = windows
    this.#barSpan = Float64Array.from(barSpan)
    this.#barAt = new Int32Array(windows.length)
  }

  take(handle: number): void {
    const { eventTime, cursor } = this.#windows[handle]
    this.#barAt[handle] = this.number
    if (eventTime[cursor] > this.newest) this.newest = eventTime[cursor]
  }

  has(handle: number): boolean {
    return this.#barAt[handle] === this.number
  }

  /** Close of an instrument's newest bar. */
  closeTime(handle: number): number {
    const { eventTime, cursor } = this.#windows[handle]
    return eventTime[cursor]
  }

  /** When it may have begun, at the earliest. */
  begin(handle: number): number {
    const { eventTime, cursor } = this.#windows[handle]
    const before = cursor > 0 ? eventTime[cursor - 1] : Number.NEGATIVE_INFINITY
    return Math.max(before, eventTime[cursor] - this.#barSpan[handle])
  }

  /**
   * Whether it began at or after a time: a span before its close, and not before the bar ahead of it closed: days
   * of 23 hours, short weeks.
   */
  beganAfter(handle: number, time: number): boolean {
    const { eventTime, cursor } = this.#windows[handle]
    return eventTime[cursor] - this.#barSpan[handle] >= time || (cursor > 0 && eventTime[cursor - 1] >= time)
  }

  /**
   * A bar of the instrument came after an instant of its close had been worked; this one has none, and its bar may
   * still come. By the order of events and not by the clock, so that a jitter of the line decides nothing.
   */
  awaits(handle: number): boolean {
    return this.#barAt[handle] !== this.number && this.#windows[handle].late
  }
}
