/**
 * A paper session: the strategy, the account, the risk engine and the simulated venue of a backtest, fed by journal
 * entries. All that it does follows from the entries alone, so that the session itself, its continuation after a
 * crash and a replay of its journal are the same calls of `apply`.
 *
 *   const session = new PaperSession({ strategy: SmaCross, header: first.event })
 *   for (const entry of entries) session.apply(entry)   // the header is the first of them
 *   session.finish().digest
 */
import { assert } from '../core/assert.ts'
import { isoTime, type Micros } from '../core/time.ts'
import { VERSION } from '../core/version.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { BarEvent, HeaderEvent, JournalEntry } from '../domain/ports/journal.ts'
import type { RunWarning } from '../domain/run-result.ts'
import type { BarTerms } from '../engine/streams.ts'
import { strategyFailure } from './backtest.ts'
import type { GrowingSeries } from './growing-series.ts'
import { type BarFate, InstantAssembly } from './instant-assembly.ts'
import { seriesDigest } from './row-digest.ts'
import { Run } from './run.ts'
import type { AnyStrategy } from './members.ts'
import { openSession, type Session } from './session.ts'
import { sessionFacts } from './session-facts.ts'

/** A bar that did not come where the plain order of bars would have it. */
export interface Departure {
  readonly fate: Exclude<BarFate, 'waiting' | 'duplicate' | 'unknown'>
  readonly bar: BarEvent
  readonly receiveTime: Micros
  /** late: the newest close that had been worked, and which late bar after it this is, from 1. */
  readonly afterClose: Micros
  readonly place: number
}

/** How the line and the bars behaved, in numbers. */
export interface SessionCounts {
  instants: number
  bars: number
  late: number
  duplicate: number
  correction: number
  stale: number
  early: number
  unknown: number
  /** Instants that their timer formed, without some of their bars. */
  incomplete: number
  disconnects: number
  holes: number
  bad: number
  restarts: number
}

export class PaperSession {
  readonly header: HeaderEvent
  readonly counts: SessionCounts = {
    instants: 0,
    bars: 0,
    late: 0,
    duplicate: 0,
    correction: 0,
    stale: 0,
    early: 0,
    unknown: 0,
    incomplete: 0,
    disconnects: 0,
    holes: 0,
    bad: 0,
    restarts: 0,
  }
  readonly departures: Departure[] = []
  /** Time and close of each worked instant, in order. */
  readonly instants: { readonly time: Micros; readonly close: Micros }[] = []
  /** The feed said that nothing follows. */
  ended = false
  /** Time of the journal's first entry, NaN before it. */
  begun: Micros = Number.NaN
  readonly #session: Session
  readonly #assembly: InstantAssembly
  readonly #warnings: RunWarning[]
  #entries = 0
  #lateSince = 0
  #workedClose = Number.NEGATIVE_INFINITY
  #finished = false

  /** @param setup.header the journal's first entry, already held against the strategy by the caller */
  constructor(setup: { readonly strategy: AnyStrategy; readonly header: HeaderEvent }) {
    const { header } = setup
    this.header = header
    this.#session = openSession({
      strategies: [
        {
          strategy: setup.strategy,
          params: header.params,
          strategyFile: header.strategyFile,
          codeHash: header.codeHash,
        },
      ],
      settings: header.settings,
      instruments: header.instruments,
      streams: barStreams(header),
      from: Number.NEGATIVE_INFINITY,
    })
    this.#warnings = [...this.#session.settings.warnings]
    const { engine } = this.#session
    this.#assembly = new InstantAssembly({
      instrumentIds: header.instruments.map(instrumentId),
      sessions: header.instruments.map(instrument => instrument.calendar !== '24/7'),
      barGrace: header.barGrace,
      work: (now, close, handles, late) => {
        for (const handle of handles) {
          const series = this.#assembly.series[handle]
          engine.streams.windows[handle].push(series, series.length - 1)
        }
        this.instants.push({ time: now, close })
        this.counts.instants++
        if (late) this.#lateSince++
        else {
          this.#workedClose = close
          this.#lateSince = 0
        }
        engine.runPushed(now, handles)
      },
    })
    this.#guarded(() => engine.start())
  }

  /** The grace of the oldest waiting instant; see InstantAssembly. */
  get timer(): { readonly close: Micros; readonly at: Micros } | undefined {
    return this.#assembly.timer
  }

  /** Entries applied: the sequence that must come next. */
  get entries(): number {
    return this.#entries
  }

  /** Where it stands, for a line on a terminal. */
  get status(): {
    close: Micros
    equity: number
    cash: number
    orders: number
    working: number
    fills: number
  } {
    const { engine } = this.#session
    const { holdings } = engine
    holdings.valuate()
    return {
      close: this.instants.at(-1)?.close ?? Number.NaN,
      equity: holdings.equity,
      cash: holdings.cash,
      orders: engine.recorder.orders.count,
      working: engine.recorder.orders.working(undefined, undefined).length,
      fills: engine.recorder.fills.length,
    }
  }

  /** The bars that were worked, with their instants as receive times; in the header's order of instruments. */
  get bars() {
    return this.#assembly.series.map(series => series.snapshot())
  }

  /** The same bars while they grow. */
  get growing(): readonly GrowingSeries[] {
    return this.#assembly.series
  }

  /** Close of the newest instant that was not late, −Infinity before the first. */
  get workedClose(): Micros {
    return this.#workedClose
  }

  /** Acts on an entry that is durable. Returns what became of a bar. */
  apply(entry: JournalEntry): BarFate | undefined {
    assert(!this.#finished, 'a finished paper session was handed an entry')
    assert(entry.sequence === this.#entries, `entry ${entry.sequence} came where ${this.#entries} should`)
    this.#entries++
    const { event } = entry
    assert((event.kind === 'header') === (entry.sequence === 0), 'a journal begins with its header')
    if (event.kind === 'header') this.begun = entry.time
    if (event.kind === 'restart') {
      this.counts.restarts++
      this.ended = false
    }
    if (event.kind === 'timer') this.counts.incomplete++
    else if (event.kind === 'feed') {
      if (event.state === 'disconnected') this.counts.disconnects++
      else if (event.state === 'hole') this.counts.holes++
      else if (event.state === 'bad') this.counts.bad++
      else if (event.state === 'ended') this.ended = true
      else this.ended = false
    }
    const fate = this.#guarded(() => this.#assembly.apply(entry))
    if (event.kind === 'bar' && fate !== undefined) this.#count(event, entry.time, fate)
    return fate
  }

  /** Ends the session and reads out its result; instants that still wait for bars are not part of it. */
  finish(): Run {
    const { engine } = this.#session
    if (!this.#finished) this.#guarded(() => engine.end())
    this.#finished = true
    const { header } = this
    const bars = this.bars
    const facts = sessionFacts(this.#session)
    return new Run(
      {
        ...facts,
        datasets: header.instruments.map(() => ({
          id: header.feed,
          snapshot: 'live',
          adjustment: header.adjustment,
          interval: header.interval,
        })),
        instruments: header.instruments,
        bars,
        settings: { ...facts.settings, streams: barStreams(header) },
        warnings: [...this.#warnings, ...this.#lineWarnings()],
        made: { gordon: VERSION, node: process.versions.node, arch: process.arch },
        rowDigests: () => bars.map(seriesDigest),
      },
      engine,
    )
  }

  #count(bar: BarEvent, receiveTime: Micros, fate: BarFate): void {
    this.counts.bars++
    if (fate === 'waiting') return
    this.counts[fate]++
    if (fate !== 'duplicate' && fate !== 'unknown')
      this.departures.push({ fate, bar, receiveTime, afterClose: this.#workedClose, place: this.#lateSince })
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw strategyFailure(error, this.#session.engine)
    }
  }

  #lineWarnings(): RunWarning[] {
    const { counts, departures, header } = this
    const warnings: RunWarning[] = []
    const tell = (fate: Departure['fate'], code: string, what: string) => {
      if (counts[fate] === 0) return
      const first = departures.find(one => one.fate === fate)!
      warnings.push({
        code,
        text: `${counts[fate]} × a bar ${what} (first: ${first.bar.instrument} of ${isoTime(first.bar.eventTime)}).`,
      })
    }
    tell('late', 'LATE_BARS', 'came after the instant of its close had been worked')
    tell('stale', 'STALE_BARS', 'came after a newer bar of its instrument and was not acted on')
    tell('correction', 'CORRECTED_BARS', 'came again with other numbers; the first version stands')
    tell('early', 'EARLY_BARS', 'closed in the future by the clock of this machine and was not acted on')
    if (header.made.gordon !== VERSION)
      warnings.push({
        code: 'OTHER_VERSION',
        text: `The journal was begun by gordon ${header.made.gordon} and is read by ${VERSION}; equal decisions are promised for equal versions only.`,
      })
    return warnings
  }
}

/** One stream of bars per instrument. */
function barStreams({ instruments, interval }: HeaderEvent): BarTerms[] {
  return instruments.map((_, handle) => ({ kind: 'bars', handle, interval, executes: true, informs: true }))
}
