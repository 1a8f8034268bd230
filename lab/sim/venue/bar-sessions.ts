/** Sessions as the bars tell of them: the newest session close known of each calendar. */
import type { BarWindow } from '../../engine/bar-window.ts'
import type { Tradable } from '../../strategy/context.ts'

export class BarSessions {
  readonly #windows: readonly BarWindow[]
  /** Index of each instrument's calendar. */
  readonly #calendar: Int32Array
  readonly #close: Float64Array

  constructor(instruments: readonly Tradable[], windows: readonly BarWindow[]) {
    const names = [...new Set(instruments.map(instrument => instrument.calendar))]
    this.#windows = windows
    this.#calendar = Int32Array.from(instruments, instrument => names.indexOf(instrument.calendar))
    this.#close = new Float64Array(names.length).fill(Number.NEGATIVE_INFINITY)
  }

  /** Close of the newest session known of an instrument's calendar. */
  of(handle: number): number {
    return this.#close[this.#calendar[handle]]
  }

  /** Takes note of an instrument's newest bar. */
  read(handle: number): void {
    const window = this.#windows[handle]
    if (window.cursor < 0) return
    const close = window.sessionCloseAt(window.cursor)
    const calendar = this.#calendar[handle]
    if (close > this.#close[calendar]) this.#close[calendar] = close
  }

  /** Takes note of all: after instants that nobody read. */
  readAll(): void {
    for (let handle = 0; handle < this.#windows.length; handle++) this.read(handle)
  }

  /** The newest bar is its session's first. */
  opens(handle: number): boolean {
    const window = this.#windows[handle]
    const row = window.cursor
    return row === 0 || window.sessionCloseAt(row - 1) < window.sessionCloseAt(row)
  }

  /** The newest bar ends with its session. */
  closes(handle: number): boolean {
    const window = this.#windows[handle]
    return window.eventTime[window.cursor] === window.sessionCloseAt(window.cursor)
  }
}
