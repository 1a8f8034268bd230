/**
 * What paper and live write down before they act, in the order in which it came. A session is a pure function of
 * its entries: whoever has them, and the strategy file that they name, has every decision.
 *
 *   header     what is needed to make the session again; always the first entry, never a secret
 *   bar        a bar as the feed told it
 *   timer      the grace of an instant was over: it is worked without the bars that had not come
 *   feed       the line to the feed: up, down, a hole in its sequence, a message that made no sense, its end
 *   restart    the session was started again on this journal
 *   stop       the session ended in order
 */
import type { Micros } from '../../core/time.ts'
import type { Adjustment } from '../bar.ts'
import type { Instrument } from '../instrument.ts'
import type { RunResult } from '../run-result.ts'

/** Bumped when an older program could not read the journal, or would decide otherwise. */
export const JOURNAL_FORMAT = 1

/** The settings of a session in the words in which they were given, so that JSON holds all of them. */
export interface JournalSettings {
  readonly cash?: number
  readonly fees?: string
  readonly slippage?: string
  readonly account?: 'cash' | 'margin'
  readonly leverage?: number
  readonly maxPosition?: number
  readonly maxPositionWeight?: number
  readonly maxOrderValue?: number
  readonly marketFill?: 'nextOpen' | 'last'
  readonly limitFill?: 'through' | 'touch'
  readonly ambiguity?: 'pessimistic' | 'optimistic'
  readonly latency?: string
  readonly seed?: number
}

export interface HeaderEvent {
  readonly kind: 'header'
  readonly format: number
  readonly mode: 'paper'
  /** Path as given; it may be relative to the folder in which the session was started. */
  readonly strategyFile: string
  readonly strategy: string
  readonly codeHash: string
  readonly params: Readonly<Record<string, unknown>>
  readonly settings: JournalSettings
  /** In canonical order. */
  readonly instruments: readonly Instrument[]
  /** Of every bar of the session: `1m`, `1d`. */
  readonly interval: string
  readonly adjustment: Adjustment
  /** How long an instant waits for its bars, µs. */
  readonly barGrace: Micros
  /** Address of the feed, without user, password or query. */
  readonly feed: string
  readonly made: RunResult['made']
}

export interface BarEvent {
  readonly kind: 'bar'
  /** `XNAS:AAPL` */
  readonly instrument: string
  /** The feed's own number of this bar. */
  readonly feedSequence: number
  readonly eventTime: Micros
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** Absent where each UTC day is a session. */
  readonly sessionClose?: Micros
}

export interface TimerEvent {
  readonly kind: 'timer'
  /** Close of the instant whose grace was over, µs UTC. */
  readonly close: Micros
}

export interface FeedEvent {
  readonly kind: 'feed'
  readonly state: 'connected' | 'disconnected' | 'hole' | 'bad' | 'ended'
  /** connected: which stream of the feed; its sequences have a meaning within it only. */
  readonly stream?: string
  /** connected: bars up to this sequence were not asked for again. */
  readonly after?: number
  /** hole: first and last sequence that did not come in order. */
  readonly from?: number
  readonly to?: number
  /** disconnected, bad: why, in words; of a bad message the first 200 characters. */
  readonly reason?: string
}

export interface RestartEvent {
  readonly kind: 'restart'
  /** Bytes of a half-written last line, cut off before going on. */
  readonly cutBytes: number
}

export interface StopEvent {
  readonly kind: 'stop'
  readonly reason: 'interrupted' | 'feedEnded' | 'instantLimit'
}

export type JournalEvent = HeaderEvent | BarEvent | TimerEvent | FeedEvent | RestartEvent | StopEvent

export interface JournalEntry<Event extends JournalEvent = JournalEvent> {
  /** 0, 1, 2 … without a hole. */
  readonly sequence: number
  /** When it was received or decided, µs UTC; rises strictly from entry to entry. */
  readonly time: Micros
  readonly event: Event
}

export interface TimedEvent {
  readonly time: Micros
  readonly event: JournalEvent
}

export interface Journal {
  /**
   * Writes a group and returns once it would survive a power cut. Rejects when that is not certain; the journal
   * takes nothing more then, and what was handed in must not be acted on.
   */
  append(group: readonly TimedEvent[]): Promise<readonly JournalEntry[]>
  close(): Promise<void>
}
