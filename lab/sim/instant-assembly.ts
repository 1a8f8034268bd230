/**
 * Which bars form an instant when they come one by one over a line: a pure function of journal entries.
 *
 *   waiting ──all subscribed have come, or its timer──► worked          (in order of close, never overtaking)
 *   a bar of a close that has been worked, or of an older one ──► an instant of its own, late
 *
 * An instant's time is the receive time of the entry that formed it, and a microsecond more than the instant before
 * where that is not later: instants have distinct, rising times, so that a backtest over bars with these receive
 * times forms the same instants.
 *
 * A timer is due barGrace after the close; where the first bar came later than that already (a feed that replays
 * the past, a line that was down), barGrace after that bar. Nobody is late while the line is down: the grace
 * starts again when it is up.
 *
 * Bars that are not acted on, each told by name:
 *   duplicate   came before, word for word
 *   correction  came before with other numbers; what was decided on the first is not undone
 *   stale       older than the newest known bar of its instrument: indicators run forward only
 *   early       closes in the future: by the clock of this machine it cannot be known yet
 *   unknown     of an instrument that the session does not have
 */
import { assert } from '../core/assert.ts'
import type { Micros } from '../core/time.ts'
import type { BarEvent, JournalEntry } from '../domain/ports/journal.ts'
import { GrowingSeries, sameBar } from './growing-series.ts'

export type BarFate = 'waiting' | 'late' | 'duplicate' | 'correction' | 'stale' | 'early' | 'unknown'

/** Works one instant: bars of these handles, ascending, are the newest rows of their series. */
export type WorkInstant = (now: Micros, close: Micros, handles: readonly number[], late: boolean) => void

interface Waiting {
  readonly close: Micros
  readonly first: Micros
  readonly bars: (BarEvent | undefined)[]
  count: number
}

export class InstantAssembly {
  /** Bars of worked instants per handle; receive times are those of their instants. */
  readonly series: readonly GrowingSeries[]
  readonly #handles: ReadonlyMap<string, number>
  readonly #grace: Micros
  readonly #work: WorkInstant
  /** Ascending by close. */
  readonly #waiting: Waiting[] = []
  readonly #newest: Float64Array
  #workedClose = Number.NEGATIVE_INFINITY
  #instantTime = Number.NEGATIVE_INFINITY
  /** When the line came up; undefined while it is down. */
  #upSince: Micros | undefined

  constructor(setup: {
    readonly instrumentIds: readonly string[]
    /** Per handle: whether its bars say when their session closes. */
    readonly sessions: readonly boolean[]
    readonly barGrace: Micros
    readonly work: WorkInstant
  }) {
    this.#handles = new Map(setup.instrumentIds.map((id, handle) => [id, handle]))
    this.series = setup.sessions.map(sessions => new GrowingSeries(sessions))
    this.#newest = new Float64Array(setup.instrumentIds.length).fill(Number.NEGATIVE_INFINITY)
    this.#grace = setup.barGrace
    this.#work = setup.work
  }

  /** The timer that is set now; undefined when nothing waits or the line is down. */
  get timer(): { readonly close: Micros; readonly at: Micros } | undefined {
    const oldest = this.#waiting[0]
    if (oldest === undefined || this.#upSince === undefined) return undefined
    const close = oldest.close
    const from = oldest.first <= close + this.#grace ? close : oldest.first
    return { close, at: Math.max(from, this.#upSince) + this.#grace }
  }

  /** Closes that wait for bars. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Takes an entry that is durable; works the instants that it completes. Returns what became of a bar. */
  apply(entry: JournalEntry): BarFate | undefined {
    const { event, time } = entry
    if (event.kind === 'bar') return this.#bar(event, time)
    if (event.kind === 'timer') {
      assert(this.#waiting[0]?.close === event.close, `timer of ${event.close} without an instant that waits`)
      this.#form(time)
      this.#formComplete(time)
    } else if (event.kind === 'restart') this.#upSince = undefined
    else if (event.kind === 'feed') {
      if (event.state === 'connected') this.#upSince = time
      else if (event.state === 'disconnected') this.#upSince = undefined
      else if (event.state === 'ended') while (this.#waiting.length > 0) this.#form(time)
    }
    return undefined
  }

  #bar(bar: BarEvent, time: Micros): BarFate {
    const handle = this.#handles.get(bar.instrument)
    if (handle === undefined) return 'unknown'
    const known = this.series[handle]
    if (bar.eventTime <= this.#newest[handle]) {
      const row = known.rowOf(bar.eventTime)
      if (row < 0) return 'stale'
      return known.same(row, bar) ? 'duplicate' : 'correction'
    }
    if (bar.eventTime > time + this.#grace) return 'early'
    if (bar.eventTime <= this.#workedClose) {
      this.#deliver([bar], [handle], bar.eventTime, time, true)
      return 'late'
    }
    const waiting = this.#waitingFor(bar.eventTime, time)
    const before = waiting.bars[handle]
    if (before !== undefined) return sameBar(before, bar) ? 'duplicate' : 'correction'
    waiting.bars[handle] = bar
    waiting.count++
    this.#formComplete(time)
    return 'waiting'
  }

  #waitingFor(close: Micros, time: Micros): Waiting {
    let place = this.#waiting.length
    while (place > 0 && this.#waiting[place - 1].close >= close) place--
    const found = this.#waiting[place]
    if (found?.close === close) return found
    const waiting: Waiting = {
      close,
      first: time,
      bars: new Array(this.series.length).fill(undefined),
      count: 0,
    }
    this.#waiting.splice(place, 0, waiting)
    return waiting
  }

  #formComplete(time: Micros): void {
    while (this.#waiting.length > 0 && this.#waiting[0].count === this.series.length) this.#form(time)
  }

  /** Works the oldest waiting instant with the bars that it has. */
  #form(time: Micros): void {
    const { close, bars } = this.#waiting.shift()!
    this.#workedClose = close
    const handles: number[] = []
    const came: BarEvent[] = []
    bars.forEach((bar, handle) => {
      if (bar === undefined) return
      handles.push(handle)
      came.push(bar)
    })
    this.#deliver(came, handles, close, time, false)
  }

  #deliver(bars: BarEvent[], handles: number[], close: Micros, time: Micros, late: boolean): void {
    this.#instantTime = Math.max(time, this.#instantTime + 1)
    bars.forEach((bar, k) => {
      this.#newest[handles[k]] = bar.eventTime
      this.series[handles[k]].push(bar, this.#instantTime)
    })
    this.#work(this.#instantTime, close, handles, late)
  }
}
