/**
 * The streams of a run and their windows: which rows are held, when each stream goes on, and whose rows ran out. A
 * stream is its place in the order of delivery; a slot is the place of a bar window (bind-windows.ts).
 */
import type { Tradable } from '../strategy/context.ts'
import type { StrategyCallbacks } from '../strategy/strategy.ts'
import type { BarWindow } from './bar-window.ts'
import { bindWindows } from './bind-windows.ts'
import { NextTimes } from './next-times.ts'
import type { BarTerms, StreamTerms, TickTerms } from './streams.ts'
import { TickWindow } from './tick-window.ts'

export class StreamTable {
  readonly terms: readonly StreamTerms[]
  /** Bars that the strategy sees, by slot: each instrument's finest by handle, then the others. */
  readonly windows: readonly BarWindow[]
  /** Instrument of each slot. */
  readonly handles: readonly number[]
  readonly ticks: readonly TickWindow[]
  /** Bars that fill orders, by handle; empty windows where an instrument has none. */
  readonly executing: readonly BarWindow[]
  /** Per stream: its bar window or its window of ticks. */
  readonly barOf: readonly (BarWindow | undefined)[]
  readonly tickOf: readonly (TickWindow | undefined)[]
  readonly next: NextTimes
  /** Next times of the streams that moved, for `next`. */
  readonly nextTimes: Float64Array
  /** Streams whose windows have no row left while they go on. */
  readonly exhausted: number[] = []
  /** Every stream is of bars, informs and executes: streams are handles. */
  readonly plain: boolean
  readonly #more: Uint8Array

  constructor(
    strategies: readonly StrategyCallbacks[],
    instruments: readonly Tradable[],
    terms: readonly StreamTerms[],
    history: number,
  ) {
    this.terms = terms
    const bars = terms.filter((one): one is BarTerms => one.kind === 'bars')
    const { windows, slots } = bindWindows(strategies, instruments, bars, history)
    this.windows = windows
    this.handles = windows.map((_, slot) =>
      slot < instruments.length ? slot : bars[slots.indexOf(slot)].handle,
    )
    const firstBar = terms.findIndex(one => one.kind === 'bars')
    this.barOf = terms.map((one, stream) =>
      one.kind === 'bars' ? windows[slots[stream - firstBar]] : undefined,
    )
    const ticks: TickWindow[] = []
    terms.forEach((one, stream) => {
      if (one.kind === 'bars') return
      ticks.push(new TickWindow({ ...(one as TickTerms), stream, place: ticks.length }))
    })
    this.ticks = ticks
    this.tickOf = terms.map((_, stream) => ticks.find(window => window.stream === stream))
    this.executing = instruments.map(({ handle }) => {
      const place = bars.findIndex(one => one.handle === handle && one.executes)
      return place < 0 ? windows[handle] : windows[slots[place]]
    })
    this.next = new NextTimes(terms.length)
    this.nextTimes = new Float64Array(terms.length)
    this.#more = new Uint8Array(terms.length)
    this.plain =
      terms.length === instruments.length &&
      terms.every((one, place) => one.kind === 'bars' && one.executes && one.informs && one.handle === place)
  }

  /** A window has new rows behind its cursor; `more` tells whether the stream goes on after them. */
  loaded(stream: number, more: boolean): void {
    const window = this.barOf[stream] ?? this.tickOf[stream]!
    this.#more[stream] = more ? 1 : 0
    const row = window.cursor + 1
    this.next.set(stream, row < window.end ? window.receiveTime[row] : Number.POSITIVE_INFINITY)
    const place = this.exhausted.indexOf(stream)
    if (place >= 0) this.exhausted.splice(place, 1)
  }

  /** Notes as the k-th of `nextTimes` when a stream that has moved goes on, or that its rows ran out. */
  moved(stream: number, k: number): void {
    const window = this.barOf[stream] ?? this.tickOf[stream]!
    const row = window.cursor + 1
    if (row < window.end) this.nextTimes[k] = window.receiveTime[row]
    else {
      this.nextTimes[k] = Number.POSITIVE_INFINITY
      if (this.#more[stream] === 1) this.exhausted.push(stream)
    }
  }

  /** When an instrument last had an event, −Infinity if never. */
  lastEvent(handle: number): number {
    let last = Number.NEGATIVE_INFINITY
    this.terms.forEach((one, stream) => {
      const window = this.barOf[stream] ?? this.tickOf[stream]!
      if (one.handle === handle && window.cursor >= 0)
        last = Math.max(last, window.receiveTime[window.cursor])
    })
    return last
  }

  /** Bars of an instrument and interval that the strategy sees; of its finest where no interval is named. */
  seenBars(handle: number, interval: string | undefined): BarWindow | undefined {
    if (interval === undefined) return this.windows[handle]
    const stream = this.terms.findIndex(
      one => one.kind === 'bars' && one.handle === handle && one.informs && one.interval === interval,
    )
    return this.barOf[stream]
  }

  /** Intervals of an instrument that the strategy sees, fine to coarse. */
  intervals(handle: number): string[] {
    return this.terms.flatMap(one =>
      one.kind === 'bars' && one.handle === handle && one.informs ? [one.interval] : [],
    )
  }

  /** Says before rows are loaded that an instrument's shares are split: its indicators and histories follow. */
  splits(handle: number, time: number, ratio: number): void {
    for (const window of this.windows)
      if (this.handles[window.slot] === handle) window.splits.push({ time, ratio })
  }
}
