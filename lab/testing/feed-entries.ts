/**
 * The journal that a session would have written over a faulty line, without sockets and clocks: messages come at
 * even distances, timers fire when they are due. For tests that need many sessions.
 */
import type { BarSource } from '../domain/ports/store.ts'
import { instrumentId } from '../domain/instrument.ts'
import {
  type HeaderEvent,
  JOURNAL_FORMAT,
  type JournalEntry,
  type JournalEvent,
  type JournalSettings,
} from '../domain/ports/journal.ts'
import { PaperSession } from '../sim/paper-session.ts'
import type { AnyStrategy } from '../sim/members.ts'
import { type FeedFaults, withFaults } from './feed-faults.ts'

export interface WrittenSession {
  readonly strategy: AnyStrategy
  readonly bars: BarSource
  readonly settings?: JournalSettings
  readonly faults?: FeedFaults
  readonly seed?: number
  /** µs between messages; default 1000. */
  readonly distance?: number
  /** µs; default 5000. */
  readonly barGrace?: number
}

/** First receive time: years after every bar of the test markets. */
const BEGUN = Date.UTC(2030, 0, 1) * 1000

/** Plays a session and returns it with the entries that it was told. */
export function writtenSession(terms: WrittenSession): { session: PaperSession; entries: JournalEntry[] } {
  const { bars, distance = 1000 } = terms
  const session = new PaperSession({ strategy: terms.strategy, header: headerFor(terms) })
  const entries: JournalEntry[] = []
  let last = BEGUN - 1
  const write = (time: number, event: JournalEvent) => {
    last = Math.max(time, last + 1)
    const entry = { sequence: entries.length, time: last, event }
    entries.push(entry)
    session.apply(entry)
  }
  const timersUntil = (time: number) => {
    for (let timer = session.timer; timer !== undefined && timer.at <= time; timer = session.timer)
      write(timer.at, { kind: 'timer', close: timer.close })
  }
  write(BEGUN, session.header)
  write(BEGUN, { kind: 'feed', state: 'connected', stream: 'test', after: 0 })
  const rows = plainRows(bars)
  let now = BEGUN
  for (const { kind, row } of withFaults(rows.length, terms.faults ?? {}, terms.seed ?? 1)) {
    now += distance
    timersUntil(now)
    const bar = rows[row]
    if (kind === 'garbage') write(now, { kind: 'feed', state: 'bad', reason: 'not JSON' })
    else if (kind === 'cut') {
      write(now, { kind: 'feed', state: 'disconnected', reason: 'the line broke' })
      write(now, { kind: 'feed', state: 'connected', stream: 'test', after: row })
      write(now, bar)
    } else write(now, kind === 'wrong' ? { ...bar, high: bar.high * 1.01, close: bar.close * 1.01 } : bar)
  }
  timersUntil(Number.POSITIVE_INFINITY)
  write(now + distance, { kind: 'feed', state: 'ended' })
  return { session, entries }
}

/** Tells a fresh session the same entries. */
export function replayed(strategy: AnyStrategy, entries: readonly JournalEntry[]): PaperSession {
  const session = new PaperSession({ strategy, header: entries[0].event as HeaderEvent })
  for (const entry of entries) session.apply(entry)
  return session
}

function headerFor(terms: WrittenSession): HeaderEvent {
  return {
    kind: 'header',
    format: JOURNAL_FORMAT,
    mode: 'paper',
    strategyFile: 'test.ts',
    strategy: terms.strategy.name,
    codeHash: 'test',
    params: {},
    settings: terms.settings ?? {},
    instruments: terms.bars.instruments,
    interval: terms.bars.intervals[0],
    adjustment: 'raw',
    barGrace: terms.barGrace ?? 5000,
    feed: 'ws://test',
    made: { gordon: '0.1.0', node: process.versions.node, arch: process.arch },
  }
}

function plainRows(source: BarSource) {
  return source.instruments
    .flatMap((instrument, of) => {
      const series = source.streams[of].series!
      return Array.from({ length: series.length }, (_, row) => ({
        of,
        event: {
          kind: 'bar' as const,
          instrument: instrumentId(instrument),
          feedSequence: 0,
          eventTime: series.eventTime[row],
          open: series.open[row],
          high: series.high[row],
          low: series.low[row],
          close: series.close[row],
          volume: series.volume[row],
          ...(series.sessionClose === undefined ? {} : { sessionClose: series.sessionClose[row] }),
        },
      }))
    })
    .sort((a, b) => a.event.eventTime - b.event.eventTime || a.of - b.of)
    .map(({ event }, place) => ({ ...event, feedSequence: place + 1 }))
}
