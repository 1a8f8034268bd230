/**
 * The bar that a callback sees: a view of the window's present row, dead once the callback is over. One view
 * serves all bars of an instrument; strict mode makes a fresh one each time, so that a kept view throws even
 * in the next callback.
 */
import { GordonError } from '../core/errors.ts'
import type { BarView, Tradable } from '../strategy/context.ts'
import type { BarWindow } from './bar-window.ts'

export class WindowBar implements BarView {
  readonly instrument: Tradable
  readonly handle: number
  readonly slot: number
  readonly interval: string
  readonly #window: BarWindow
  /** The one bar that a strict view shows; −1 for a view that shows them all. */
  readonly #only: number

  constructor(instrument: Tradable, window: BarWindow, strict: boolean) {
    this.#only = strict ? window.known : -1
    this.instrument = instrument
    this.handle = instrument.handle
    this.slot = window.slot
    this.interval = window.interval
    this.#window = window
  }

  get time(): number {
    return this.#window.eventTime[this.#alive()]
  }
  get open(): number {
    return this.#window.open[this.#alive()]
  }
  get high(): number {
    return this.#window.high[this.#alive()]
  }
  get low(): number {
    return this.#window.low[this.#alive()]
  }
  get close(): number {
    return this.#window.close[this.#alive()]
  }
  get volume(): number {
    return this.#window.volume[this.#alive()]
  }
  get late(): boolean {
    this.#alive()
    return this.#window.late
  }

  #alive(): number {
    const window = this.#window
    if (!window.shown || (this.#only >= 0 && this.#only !== window.known)) throw kept(this.instrument)
    return window.cursor
  }
}

function kept(instrument: Tradable): GordonError {
  return new GordonError(
    'BAR_VIEW_KEPT',
    `A bar view of ${instrument.id} was used after its callback; keep the numbers (bar.close), not the view.`,
  )
}
