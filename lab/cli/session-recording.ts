/**
 * The bars of a session into a dataset of the store, while it runs or from its journal afterwards: as the strategy saw
 * them, each with the time of the instant in which it was worked, late ones too. A backtest over the dataset then
 * makes the session's decisions. What the strategy was not shown (bars that came twice, with other numbers, or after a
 * newer one of their instrument) is in the journal only.
 *
 * Trading never waits for the store. The session's own bars are the queue: they are taken when a flush is due, so that
 * a disk that is full or a bucket that is away costs no memory, and what was not stored follows with a later flush,
 * with the next start, or with `gordon journal record`.
 */
import {
  datasetWords,
  type Manifest,
  recordedBars,
  Recorder,
  type StorePlace,
  storageOf,
} from '../catalog/index.ts'
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import type { HeaderEvent } from '../domain/ports/journal.ts'
import type { GrowingSeries } from '../sim/growing-series.ts'

export interface SessionRecordingTerms {
  readonly store: StorePlace
  readonly dataset: string
  /** The flag that named the dataset, for messages. */
  readonly flag: string
  /** Name of the journal's file. */
  readonly journal: string
  /** µs UTC. */
  readonly now: () => Micros
  /** How long a bar may wait for a flush, µs. */
  readonly every?: Micros
  /** A line for people: the store does not take bars, or takes them again. */
  readonly note?: (text: string) => void
}

/** What is recorded of: a paper session, or what its journal says of its bars. */
export interface RecordedSession {
  readonly header: HeaderEvent
  /** Time of the journal's first entry. */
  readonly begun: Micros
  /** Bars that were worked, in the header's order of instruments. */
  readonly growing: readonly GrowingSeries[]
}

/** Bars of the session, by what became of them. */
export interface RecordingState {
  readonly dataset: string
  readonly store: string
  /** The newest that was published; absent where nothing had to be. */
  readonly snapshot?: string
  readonly bars: number
  /** In the dataset, as the session saw them. */
  readonly stored: number
  /** Of those: brought by this process. */
  readonly brought: number
  /** Not in the dataset, which had newer bars of their instruments, or other ones of their times. */
  readonly leftOut: number
  /** Not in the dataset yet, and why. */
  readonly missing: number
  readonly trouble?: string
}

/** Bars that make a flush at once. */
const FLUSH_BARS = 20_000
/** Bars of an instrument that one flush takes at most. */
const MOST_BARS = 200_000
const FIRST_PAUSE: Micros = 1_000_000
const LONGEST_PAUSE: Micros = 60_000_000
const TRIES = 3

export class SessionRecording {
  readonly #terms: SessionRecordingTerms
  #manifest: Manifest | undefined
  #recorder: Recorder | undefined
  /** Per instrument: bars that were taken from the session, or that the dataset has. */
  #taken: number[] = []
  #stored = 0
  #brought = 0
  #leftOut = 0
  #snapshot: string | undefined
  #trouble: string | undefined
  #busy: Promise<void> | undefined
  /** When the oldest bar that waits was seen. */
  #since: Micros = Number.POSITIVE_INFINITY
  #notBefore: Micros = Number.NEGATIVE_INFINITY
  #pause = FIRST_PAUSE

  constructor(terms: SessionRecordingTerms) {
    this.#terms = terms
  }

  /** Whether the store can be written. @throws GordonError as Recorder.ready does */
  async connect(): Promise<void> {
    const { store, dataset } = this.#terms
    this.#manifest = await Recorder.ready(store, dataset)
  }

  /** Whether bars of such a session fit into the dataset. @throws GordonError DATASET_DIFFERS, GRID_DIFFERS */
  hold(header: HeaderEvent): void {
    if (this.#manifest !== undefined) refuseMisfit(this.#manifest, header, this.#terms)
  }

  /** Stores what waits, if enough does or for long enough; troubles are noted, and never thrown. */
  async step(session: RecordedSession): Promise<void> {
    if (this.#busy !== undefined) return
    const waiting = this.#waiting(session)
    if (waiting === 0) return
    const { every = 30_000_000, now } = this.#terms
    const time = now()
    this.#since = Math.min(this.#since, time)
    if (time < this.#notBefore || (waiting < FLUSH_BARS && time - this.#since < every)) return
    this.#busy = this.#flush(session)
    await this.#busy
    this.#busy = undefined
  }

  /** Stores all that waits, or says what keeps it from being stored. */
  async finish(session: RecordedSession): Promise<RecordingState> {
    await this.#busy
    // A session without a bar has still been looked for in the dataset.
    do await this.#flush(session)
    while (this.#trouble === undefined && this.#waiting(session) > 0)
    const { store, dataset } = this.#terms
    const bars = session.growing.reduce((sum, { length }) => sum + length, 0)
    const missing = bars - this.#stored - this.#leftOut
    return {
      dataset,
      store: storageOf(store).name,
      ...(this.#snapshot === undefined ? {} : { snapshot: this.#snapshot }),
      bars,
      stored: this.#stored,
      brought: this.#brought,
      leftOut: this.#leftOut,
      missing,
      ...(this.#trouble === undefined ? {} : { trouble: this.#trouble }),
    }
  }

  /** Bars that are in no snapshot yet. */
  #waiting({ growing }: RecordedSession): number {
    const left = growing.reduce((sum, { length }, handle) => sum + length - (this.#taken[handle] ?? 0), 0)
    return left + (this.#recorder?.waiting ?? 0)
  }

  async #flush(session: RecordedSession): Promise<void> {
    const { now, note } = this.#terms
    this.#since = Number.POSITIVE_INFINITY
    try {
      for (let tries = 1; ; tries++) {
        try {
          await this.#store(session)
          break
        } catch (error) {
          // Another writer was first; the dataset has moved on.
          if (tries === TRIES || !/^(APPEND_CONFLICT|NOT_AFTER)$/.test((error as GordonError).code))
            throw error
        }
      }
      if (this.#trouble !== undefined) note?.(`recorded again: ${this.#stored} bars are in the store`)
      this.#trouble = undefined
      this.#pause = FIRST_PAUSE
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error)
      if (trouble !== this.#trouble)
        note?.(`not recorded for now, ${this.#waiting(session)} bars wait and trading goes on: ${trouble}`)
      this.#trouble = trouble
      this.#notBefore = now() + this.#pause
      this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2)
    }
  }

  async #store(session: RecordedSession): Promise<void> {
    const recorder = (this.#recorder ??= await this.#begin(session))
    const { header, growing } = session
    const { interval, adjustment } = header
    if (recorder.waiting === 0)
      for (const [handle, instrument] of header.instruments.entries()) {
        const from = this.#taken[handle]
        if (growing[handle].length === from) continue
        const rows = growing[handle].snapshot(from, from + MOST_BARS)
        recorder.add({ kind: 'bars', interval, adjustment, instrument, rows })
        this.#taken[handle] = from + rows.length
      }
    const flushed = await recorder.flush()
    if (flushed === undefined) return
    this.#stored += flushed.rows
    this.#brought += flushed.rows
    this.#leftOut += flushed.dropped
    this.#snapshot = flushed.snapshot ?? this.#snapshot
    if (flushed.notJoined !== undefined)
      this.#terms.note?.(
        `small files of the recording were not joined: ${(flushed.notJoined as Error).message}`,
      )
  }

  /** Behind the bars that the dataset has of this session already. */
  async #begin({ header, begun, growing }: RecordedSession): Promise<Recorder> {
    const { store, dataset, journal, now } = this.#terms
    const recorder = await Recorder.open({
      ...{ store, dataset, now, begun, beside: `journal ${journal}` },
      ...{ feed: header.feed, kinds: ['bars'], mostRows: Number.POSITIVE_INFINITY },
    })
    this.#manifest = await Recorder.ready(store, dataset)
    this.hold(header)
    const known = new Map((this.#manifest?.instruments ?? []).map(one => [instrumentId(one), one]))
    const taken: number[] = []
    let [same, other] = [0, 0]
    for (const [handle, instrument] of header.instruments.entries()) {
      const found = await recordedBars(store, known.get(instrumentId(instrument)), growing[handle].snapshot())
      taken.push(found.behind)
      same += found.same
      other += found.other
    }
    this.#taken = taken
    this.#stored = same
    this.#leftOut = other
    return recorder
  }
}

function refuseMisfit(manifest: Manifest, header: HeaderEvent, { flag }: SessionRecordingTerms): void {
  const { id, kind } = manifest
  const words = datasetWords({ kind: 'bars', interval: header.interval, adjustment: header.adjustment })
  if (datasetWords(manifest) !== words)
    throw new GordonError(
      'DATASET_DIFFERS',
      `dataset ${id} holds ${kind === 'bars' ? datasetWords(manifest) : kind} and the session has ${words}: choose another one with ${flag}`,
    )
  const known = new Map(manifest.instruments.map(one => [instrumentId(one), one as Instrument]))
  for (const one of header.instruments) {
    const present = known.get(instrumentId(one))
    if (present === undefined) continue
    for (const grid of ['ticksPerUnit', 'lotsPerUnit'] as const) {
      const [small, large] = [present[grid], one[grid]].sort((a, b) => a - b)
      if (large % small === 0) continue
      throw new GordonError(
        'GRID_DIFFERS',
        `${instrumentId(one)} in dataset ${id} has a grid of 1/${present[grid]} and the feed one of 1/${one[grid]}, and neither holds the other: choose another one with ${flag}`,
      )
    }
  }
}
