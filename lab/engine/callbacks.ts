/**
 * Calls the strategy: which method, what it is shown, and afterwards whatever it ordered is decided. Lanes in
 * engine.ts call `onBar`, `onBook` and `onTrade` themselves with the same views, in the same order.
 */
import type { SessionChange } from '../domain/calendar/session-change.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import type { Context, Tradable } from '../strategy/context.ts'
import type { StrategyCallbacks } from '../strategy/strategy.ts'
import type { BarWindow } from './bar-window.ts'
import type { Market } from './market.ts'
import type { OrderDesk, Standing } from './order-desk.ts'
import { MarketBook, TickView } from './tick-views.ts'
import type { TickWindow } from './tick-window.ts'
import { WindowBar } from './window-bar.ts'

export interface CallbacksSetup {
  readonly strategy: StrategyCallbacks
  readonly instruments: readonly Tradable[]
  readonly windows: readonly BarWindow[]
  /** Instrument of each bar window. */
  readonly handles: readonly number[]
  readonly ticks: readonly TickWindow[]
  readonly market: Market
  readonly desk: OrderDesk
  /** A fresh view for each callback, so that a kept one throws even in the next. */
  readonly strict: boolean
  readonly standing: Standing
}

export class Callbacks {
  /** Views that serve all rows of their windows, by slot and by place; books by handle. */
  readonly views: readonly WindowBar[]
  readonly tickViews: readonly TickView[]
  readonly books: readonly MarketBook[]
  readonly #strategy: StrategyCallbacks
  readonly #desk: OrderDesk
  readonly #standing: Standing
  readonly #strict: boolean
  #context!: Context

  constructor(setup: CallbacksSetup) {
    const { instruments, windows, handles, ticks, market } = setup
    this.#strategy = setup.strategy
    this.#desk = setup.desk
    this.#standing = setup.standing
    this.#strict = setup.strict
    this.views = windows.map((window, slot) => new WindowBar(instruments[handles[slot]], window, false))
    this.tickViews = ticks.map(window => new TickView(instruments[window.handle], window, false))
    this.books = instruments.map(instrument => new MarketBook(instrument, market))
  }

  /** Tells what callbacks are handed, which knows the engine and so comes later. */
  open(context: Context): void {
    this.#context = context
  }

  bar(window: BarWindow, handle: number): void {
    const standing = this.#standing
    const view = this.#strict === true ? this.freshBar(window) : this.views[window.slot]
    window.shown = true
    if (standing.callback !== 'onBar') standing.callback = 'onBar'
    standing.callbackHandle = handle
    this.#strategy.onBar!(view, this.#context)
    window.shown = false
    if (this.#desk.unsettled === true) this.#desk.flush()
  }

  freshBar(window: BarWindow): WindowBar {
    return new WindowBar(this.views[window.slot].instrument, window, true)
  }

  /** For rows `first` to the newest; for a book once. */
  ticks(window: TickWindow, first: number): void {
    const strategy = this.#strategy
    const standing = this.#standing
    const { kind, cursor } = window
    if (kind === 'book') {
      if (strategy.onBook === undefined) return
      if (standing.callback !== 'onBook') standing.callback = 'onBook'
      standing.callbackHandle = window.handle
      strategy.onBook(this.books[window.handle], this.#context)
      if (this.#desk.unsettled === true) this.#desk.flush()
      return
    }
    for (let row = first; row <= cursor; row++) {
      window.cursor = row
      this.#tick(window, kind)
    }
  }

  instant(): void {
    this.#enter('onInstant')
    this.#strategy.onInstant!(this.#context)
    if (this.#desk.unsettled) this.#desk.flush()
  }

  start(): void {
    if (this.#strategy.onStart === undefined) return
    this.#enter('onStart')
    this.#strategy.onStart(this.#context)
    this.#desk.flush()
  }

  timer(name: string): void {
    if (this.#strategy.onTimer === undefined) return
    this.#enter('onTimer')
    this.#strategy.onTimer(name, this.#context)
    if (this.#desk.unsettled) this.#desk.flush()
  }

  session(change: SessionChange): void {
    this.#enter('onSession')
    this.#strategy.onSession!(change, this.#context)
    if (this.#desk.unsettled) this.#desk.flush()
  }

  /** With the next notices, before the instant's other callbacks. */
  action(action: CorporateAction): void {
    if (this.#strategy.onAction === undefined) return
    this.#desk.tell(() => {
      this.#enter('onAction')
      this.#strategy.onAction!(action, this.#context)
    })
  }

  end(): void {
    this.#enter('onEnd')
    this.#strategy.onEnd!(this.#context)
    this.#desk.flush()
  }

  #enter(callback: string): void {
    this.#standing.callback = callback
    this.#standing.callbackHandle = -1
  }

  #tick(window: TickWindow, kind: TickWindow['kind']): void {
    const strategy = this.#strategy
    const standing = this.#standing
    const { handle } = window
    const shared = this.tickViews[window.place]
    const view = this.#strict === true ? new TickView(shared.instrument, window, true) : shared
    window.shown = true
    standing.callbackHandle = handle
    if (kind === 'trades') {
      if (strategy.onTrade !== undefined) {
        if (standing.callback !== 'onTrade') standing.callback = 'onTrade'
        strategy.onTrade(view, this.#context)
      }
    } else if (kind === 'quotes') {
      if (strategy.onQuote !== undefined) {
        standing.callback = 'onQuote'
        strategy.onQuote(view, this.#context)
      }
    } else if (strategy.onPoint !== undefined) {
      standing.callback = 'onPoint'
      strategy.onPoint(view, this.#context)
    }
    window.shown = false
    if (this.#desk.unsettled === true) this.#desk.flush()
  }
}
