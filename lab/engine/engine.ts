/**
 * The one loop. Events of one instant go in, commands come out; backtest, paper and live differ only in who
 * loads the windows and which venue stands behind the port.
 *
 * The order of statements in `#instant` is the proof that nothing sees the future:
 *   1  the clock and the instant's bars become known
 *   2  the venue works older orders against them; fills reach the account
 *   3  indicators (filled row by row as bars are loaded) are read at the cursor, never beyond
 *   4  onFill and onOrder, onBar per symbol in canonical order, onInstant
 *   5  each callback's orders pass risk, reductions first, and go to the venue
 *   6  equity is recorded
 */
import { Random } from '../core/random.ts'
import type { FeeModel } from '../costs/index.ts'
import type { Venue, VenueReports } from '../domain/ports/venue.ts'
import type { IndicatorScale } from '../indicators/indicator.ts'
import type { Account } from '../portfolio/account.ts'
import type { RiskEngine } from '../risk/risk-engine.ts'
import type { Tradable } from '../strategy/context.ts'
import { bindIndicator } from '../strategy/indicator-handle.ts'
import { declaredIndicators, type StrategyCallbacks } from '../strategy/strategy.ts'
import { BarWindow, type WindowIndicator } from './bar-window.ts'
import { EngineContext } from './engine-context.ts'
import { NextTimes } from './next-times.ts'
import { OrderDesk, type Standing } from './order-desk.ts'
import { Recorder } from './recorder.ts'
import type { Universe } from './universe.ts'
import { WindowBar } from './window-bar.ts'

export interface EngineSetup {
  readonly strategy: StrategyCallbacks
  readonly instruments: readonly Tradable[]
  readonly account: Account
  readonly accountKind: 'cash' | 'margin'
  readonly risk: RiskEngine
  readonly fees: FeeModel
  readonly universe: Universe
  /** Decisions begin at this time; earlier bars only warm up. */
  readonly from: number
  /** Rows that `ctx.history` may reach. */
  readonly history: number
  readonly strict: boolean
  readonly seed: number
  /** Makes the venue, given whom it reports to and the windows it may look at. */
  readonly venue: (reports: VenueReports, windows: readonly BarWindow[]) => Venue
}

export class Engine implements Standing {
  readonly windows: readonly BarWindow[]
  readonly account: Account
  readonly risk: RiskEngine
  readonly universe: Universe
  readonly instruments: readonly Tradable[]
  readonly recorder = new Recorder()
  readonly desk: OrderDesk
  readonly random: Random
  readonly history: number
  /** Time of the present instant, µs UTC. */
  now = Number.NaN
  /** Latest market event known: what a bar must not have begun before to fill an order. */
  eventClock = Number.NEGATIVE_INFINITY
  /** Handles with an event in this instant; the first `activeCount` count. */
  readonly active: Uint32Array
  activeCount = 0
  /** Where the strategy is, for the sentence when it throws. */
  callback = ''
  callbackHandle = -1

  readonly #strategy: StrategyCallbacks
  readonly #venue: Venue
  readonly #context: EngineContext
  readonly #views: WindowBar[]
  readonly #next: NextTimes
  readonly #nextTimes: Float64Array
  readonly #strict: boolean
  readonly #from: number
  readonly #hasOnBar: boolean
  readonly #hasOnInstant: boolean
  readonly #more: Uint8Array
  /** Handles whose windows have no row left while their streams go on. */
  readonly #exhausted: number[] = []
  readonly #curve = this.recorder.curve
  #starting = false

  constructor(setup: EngineSetup) {
    this.instruments = setup.instruments
    this.account = setup.account
    this.risk = setup.risk
    this.universe = setup.universe
    this.history = setup.history
    this.random = new Random(setup.seed)
    this.#strategy = setup.strategy
    this.#strict = setup.strict
    this.#from = setup.from
    const count = setup.instruments.length
    this.windows = bindWindows(setup)
    this.#views = setup.instruments.map(
      (instrument, handle) => new WindowBar(instrument, this.windows[handle], false),
    )
    this.active = new Uint32Array(count)
    this.#next = new NextTimes(count)
    this.#nextTimes = new Float64Array(count)
    this.#more = new Uint8Array(count)
    this.#hasOnBar = setup.strategy.onBar !== undefined
    this.#hasOnInstant = setup.strategy.onInstant !== undefined
    this.desk = new OrderDesk({ ...setup, recorder: this.recorder, windows: this.windows, standing: this })
    this.#venue = setup.venue(this.desk, this.windows)
    this.#context = new EngineContext(this)
    this.desk.open(this.#venue, this.#context)
  }

  /** Begins: `onStart` comes with the first instant of decisions, so that it has a time and known prices. */
  start(): void {
    this.#starting = this.#strategy.onStart !== undefined
  }

  /** Instants of decisions so far. */
  get instants(): number {
    return this.#curve.length
  }

  end(): void {
    this.account.valuate()
    if (this.#strategy.onEnd === undefined) return
    const curve = this.#curve
    const { length } = curve
    // What fills here, where market orders fill at once, belongs to the last instant: its row is written again.
    if (length > 0) curve.length = length - 1
    this.callback = 'onEnd'
    this.callbackHandle = -1
    try {
      this.#strategy.onEnd(this.#context)
      this.desk.flush()
    } finally {
      this.account.valuate()
      if (length > 0) curve.add(this.account.equity, this.account.grossExposure, this.now)
    }
  }

  /** A window has new rows behind its cursor; `more` tells whether the stream goes on after them. */
  loaded(handle: number, more: boolean): void {
    const window = this.windows[handle]
    this.#more[handle] = more ? 1 : 0
    const row = window.cursor + 1
    this.#next.set(handle, row < window.end ? window.receiveTime[row] : Number.POSITIVE_INFINITY)
    const place = this.#exhausted.indexOf(handle)
    if (place >= 0) this.#exhausted.splice(place, 1)
  }

  /**
   * Works instants until a stream needs rows (its handle is returned), all have ended (−1), or `limit` instants
   * are done (−2).
   */
  run(limit: number): number {
    const next = this.#next
    const { active, windows } = this
    if (windows.length === 1) return this.#runSingle(limit)
    for (let done = 0; done < limit; done++) {
      if (this.#exhausted.length > 0) return this.#exhausted[this.#exhausted.length - 1]
      const now = next.earliest
      if (now === Number.POSITIVE_INFINITY) return -1
      const count = next.due(now, active)
      this.activeCount = count
      this.now = now
      this.#instant(count)
      for (let k = 0; k < count; k++) {
        const window = windows[active[k]]
        const row = window.cursor + 1
        if (row < window.end) this.#nextTimes[k] = window.receiveTime[row]
        else {
          this.#nextTimes[k] = Number.POSITIVE_INFINITY
          if (this.#more[active[k]] === 1) this.#exhausted.push(active[k])
        }
      }
      if (count === 1) next.set(active[0], this.#nextTimes[0])
      else next.setAll(active, this.#nextTimes, count)
    }
    return -2
  }

  /**
   * The same for one stream. The statements are those of `#instant`, in their order and to be changed with them;
   * all that stays the same from bar to bar is held in locals, which takes half the time of a loop over one.
   * paths.test.ts holds the two together.
   */
  #runSingle(limit: number): number {
    const { account, desk } = this
    const window = this.windows[0]
    const { end, eventTime, receiveTime, close } = window
    const { mark } = account
    const curve = this.#curve
    const strategy = this.#strategy
    const context = this.#context
    const view = this.#views[0]
    const from = this.#from
    const strict = this.#strict
    const hasOnBar = this.#hasOnBar
    const hasOnInstant = this.#hasOnInstant
    this.active[0] = 0
    this.activeCount = 1
    for (let done = 0; done < limit; done++) {
      const row = window.cursor + 1
      if (row >= end) return this.#more[0] === 1 ? 0 : -1
      const now = receiveTime[row]
      const time = eventTime[row]
      const before = this.eventClock
      this.now = now
      window.cursor = row
      window.late = time <= before
      if (time > before) this.eventClock = time
      if (desk.venueBusy === true) this.#workOrders(1)
      if (!Number.isNaN(close[row])) mark[0] = close[row]
      if (now < from) continue
      if (this.#starting === true) this.#callStart()
      if (desk.unsettled === true) this.desk.flush()
      if (hasOnBar === true) {
        window.shown = true
        if (this.callback !== 'onBar') this.callback = 'onBar'
        this.callbackHandle = 0
        strategy.onBar!(strict === true ? this.#freshView(0) : view, context)
        window.shown = false
        if (desk.unsettled === true) this.desk.flush()
      }
      if (hasOnInstant === true) this.#callInstant()
      account.valuate()
      curve.add(account.equity, account.grossExposure, now)
    }
    return -2
  }

  /** Works one instant of bars that were pushed into the windows (paper and live), handles ascending. */
  runPushed(now: number, handles: readonly number[]): void {
    for (let k = 0; k < handles.length; k++) this.active[k] = handles[k]
    this.activeCount = handles.length
    this.now = now
    this.#instant(handles.length)
  }

  #instant(count: number): void {
    const { active, account, desk, windows } = this
    const before = this.eventClock
    for (let k = 0; k < count; k++) {
      const window = windows[active[k]]
      const time = window.eventTime[++window.cursor]
      window.late = time <= before
      if (time > this.eventClock) this.eventClock = time
    }
    if (desk.venueBusy === true) this.#workOrders(count)
    for (let k = 0; k < count; k++) {
      const window = windows[active[k]]
      const close = window.close[window.cursor]
      // A bar without a close leaves the last known one.
      if (!Number.isNaN(close)) account.mark[active[k]] = close
    }
    if (this.now < this.#from) return
    if (this.#starting === true) this.#callStart()
    if (desk.unsettled === true) this.desk.flush()
    if (this.#hasOnBar === true) for (let k = 0; k < count; k++) this.#callBar(active[k])
    if (this.#hasOnInstant === true) this.#callInstant()
    account.valuate()
    this.#curve.add(account.equity, account.grossExposure, this.now)
  }

  /** Objects of orders that the venue has let go of serve again. */
  #workOrders(count: number): void {
    this.#venue.work(this.active, count, this.now)
    this.desk.worked()
  }

  #callBar(handle: number): void {
    const window = this.windows[handle]
    const view = this.#strict === true ? this.#freshView(handle) : this.#views[handle]
    window.shown = true
    if (this.callback !== 'onBar') this.callback = 'onBar'
    this.callbackHandle = handle
    this.#strategy.onBar!(view, this.#context)
    window.shown = false
    if (this.desk.unsettled === true) this.desk.flush()
  }

  #callInstant(): void {
    this.callback = 'onInstant'
    this.callbackHandle = -1
    this.#strategy.onInstant!(this.#context)
    if (this.desk.unsettled) this.desk.flush()
  }

  #callStart(): void {
    this.#starting = false
    this.callback = 'onStart'
    this.callbackHandle = -1
    this.#strategy.onStart!(this.#context)
    this.desk.flush()
  }

  #freshView(handle: number): WindowBar {
    return new WindowBar(this.instruments[handle], this.windows[handle], true)
  }
}

/** One window per instrument, with every indicator that the strategy declared; equal keys share one. */
function bindWindows(setup: EngineSetup): BarWindow[] {
  const handles = declaredIndicators(setup.strategy)
  const keys = [...new Set(handles.map(handle => handle.spec.key))]
  const specs = keys.map(key => handles.find(handle => handle.spec.key === key)!.spec)
  const windows = setup.instruments.map((instrument: IndicatorScale) => {
    const indicators: WindowIndicator[] = specs.map(spec => ({
      indicator: spec.create(instrument),
      outputs: spec.outputs.length,
      key:
        spec.repeatable === true
          ? `${spec.key} ${instrument.ticksPerUnit} ${instrument.lotsPerUnit}`
          : undefined,
    }))
    return new BarWindow(indicators, setup.history)
  })
  for (const handle of handles) {
    const place = keys.indexOf(handle.spec.key)
    bindIndicator(
      handle,
      windows.map(window => window.cells[place]),
    )
  }
  return windows
}
