/** What the callbacks of ticks are handed: views of a window's newest row, dead once the callback is over. */
import { GordonError } from '../core/errors.ts'
import type { BookView, PointView, QuoteView, Tradable, TradeView } from '../strategy/context.ts'
import type { Market } from './market.ts'
import type { TickWindow } from './tick-window.ts'

/** Serves every kind of tick: one shape, whichever callback is handed it. */
export class TickView implements TradeView, QuoteView, PointView {
  readonly instrument: Tradable
  readonly handle: number
  readonly name: string
  readonly #window: TickWindow
  /** The one row that a strict view shows; −1 for a view that shows them all. */
  readonly #only: number

  constructor(instrument: Tradable, window: TickWindow, strict: boolean) {
    this.instrument = instrument
    this.handle = instrument.handle
    this.name = window.kind === 'funding' ? 'funding' : window.name
    this.#window = window
    this.#only = strict ? window.gone + window.cursor : -1
  }

  get time(): number {
    return this.#window.eventTime[this.#alive()]
  }
  get price(): number {
    return this.#window.a[this.#alive()]
  }
  get size(): number {
    return this.#window.b[this.#alive()]
  }
  get side(): number {
    return this.#window.c[this.#alive()]
  }
  get bid(): number {
    return this.#window.a[this.#alive()]
  }
  get ask(): number {
    return this.#window.b[this.#alive()]
  }
  get bidSize(): number {
    return this.#window.c[this.#alive()]
  }
  get askSize(): number {
    return this.#window.d[this.#alive()]
  }
  get value(): number {
    return this.#window.a[this.#alive()]
  }

  #alive(): number {
    const window = this.#window
    if (!window.shown || (this.#only >= 0 && this.#only !== window.gone + window.cursor))
      throw new GordonError(
        'VIEW_KEPT',
        `A view of ${this.instrument.id} (${window.kind}) was used after its callback; keep the numbers, not the view.`,
      )
    return window.cursor
  }
}

/** The book as the strategy's side knows it. */
export class MarketBook implements BookView {
  readonly instrument: Tradable
  readonly handle: number
  readonly #market: Market

  constructor(instrument: Tradable, market: Market) {
    this.instrument = instrument
    this.handle = instrument.handle
    this.#market = market
  }

  get known(): boolean {
    return this.#market.known[this.handle] === 1
  }
  get bid(): number {
    return this.#market.bid[this.handle]
  }
  get ask(): number {
    return this.#market.ask[this.handle]
  }
  get bidSize(): number {
    return this.#sizeAt(1)
  }
  get askSize(): number {
    return this.#sizeAt(-1)
  }

  size(side: 'bid' | 'ask', price: number): number {
    const book = this.#market.books[this.handle]!.asKnown
    return book.size(side === 'bid' ? 1 : -1, Math.round(price * this.instrument.ticksPerUnit))
  }

  levels(side: 'bid' | 'ask', count: number): { price: number; size: number }[] {
    const { ticksPerUnit } = this.instrument
    const depth = this.#market.books[this.handle]!.asKnown.depth(count)
    return (side === 'bid' ? depth.bids : depth.asks).map(({ ticks, size }) => ({
      price: ticks / ticksPerUnit,
      size,
    }))
  }

  #sizeAt(side: 1 | -1): number {
    const book = this.#market.books[this.handle]!.asKnown
    const best = book.bestTicks(side)
    return Number.isNaN(best) ? 0 : book.size(side, best)
  }
}
