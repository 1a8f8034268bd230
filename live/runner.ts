/**
 * The loop of a paper session at the wall clock. Everything that comes in is stamped and queued; the queue is written
 * to the journal in groups and synced; only then is the session told, entry by entry. While one group is being
 * synced the next one gathers, so a burst costs few syncs and a quiet market one each.
 *
 * Timers are entries too: one is made only when the queue is empty, so that a bar that came before it in time is
 * before it in the journal.
 *
 * Stamps rise strictly. When the machine's clock is set back they go on by a microsecond each until it has caught
 * up; when it jumps ahead, waiting instants are worked at once.
 */
import { GordonError } from '../lab/core/errors.ts'
import type { Clock } from '../lab/domain/ports/clock.ts'
import type { Journal, JournalEvent, StopEvent, TimedEvent } from '../lab/domain/ports/journal.ts'
import type { PaperSession } from '../lab/sim/paper-session.ts'

export interface RunnerSetup {
  readonly journal: Journal
  readonly clock: Clock
  /** Time of the newest entry; stamps are later. */
  readonly after: number
  /** Stop once this many instants were worked since the journal began; the group at hand is finished. */
  readonly maxInstants?: number
  /** After each group. */
  readonly onProgress?: (session: PaperSession) => void
}

/** Entries that are written and synced together at most. */
const GROUP = 4096
/** setTimeout takes no longer wait. */
const LONGEST_WAIT_MS = 60_000

export class PaperRunner {
  readonly #setup: RunnerSetup
  #stamp: number
  #queue: TimedEvent[] = []
  #wake: () => void = () => {}
  #stop: StopEvent['reason'] | undefined
  #failure: unknown

  constructor(setup: RunnerSetup) {
    this.#setup = setup
    this.#stamp = setup.after
  }

  /** Takes an event in at this very moment. */
  receive(event: JournalEvent): void {
    this.#queue.push(this.#timed(event))
    this.#wake()
  }

  /** Ends the session after the group at hand. */
  stop(reason: StopEvent['reason']): void {
    this.#stop ??= reason
    this.#wake()
  }

  /** Ends it with an error, e.g. when the feed refuses. */
  fail(error: unknown): void {
    this.#failure ??= error
    this.#wake()
  }

  /**
   * Works until it is stopped, the feed ends, or something fails.
   * @param sessionNow the session, undefined until the feed has said what it has
   */
  async run(sessionNow: () => PaperSession | undefined): Promise<PaperSession> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure
      const session = sessionNow()
      const reason = this.#reasonToStop(session)
      if (reason !== undefined) {
        if (session === undefined || session.entries === 0) throw neverBegun()
        await this.#write(session, [this.#timed({ kind: 'stop', reason })])
        return session
      }
      if (session !== undefined && this.#queue.length > 0)
        await this.#write(session, this.#queue.splice(0, Math.min(GROUP, this.#instantsLeft(session))))
      else await this.#timerOrEvent(session)
    }
  }

  #reasonToStop(session: PaperSession | undefined): StopEvent['reason'] | undefined {
    if (this.#stop !== undefined || session === undefined) return this.#stop
    if (this.#instantsLeft(session) <= 0) return 'instantLimit'
    return session.ended && this.#queue.length === 0 ? 'feedEnded' : undefined
  }

  #instantsLeft(session: PaperSession): number {
    return (this.#setup.maxInstants ?? Number.POSITIVE_INFINITY) - session.counts.instants
  }

  /** The order of these statements is the promise: durable first, acted on second. */
  async #write(session: PaperSession, group: readonly TimedEvent[]): Promise<void> {
    const entries = await this.#setup.journal.append(group)
    for (const entry of entries) session.apply(entry)
    this.#setup.onProgress?.(session)
  }

  async #timerOrEvent(session: PaperSession | undefined): Promise<void> {
    const timer = session?.timer
    const now = this.#setup.clock.now()
    if (timer === undefined) await this.#wait(LONGEST_WAIT_MS)
    else if (timer.at > now) await this.#wait(Math.ceil((timer.at - now) / 1000))
    else this.receive({ kind: 'timer', close: timer.close })
  }

  #timed(event: JournalEvent): TimedEvent {
    this.#stamp = Math.max(this.#setup.clock.now(), this.#stamp + 1)
    return { time: this.#stamp, event }
  }

  #wait(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timeout = setTimeout(resolve, Math.min(LONGEST_WAIT_MS, ms))
      this.#wake = () => {
        clearTimeout(timeout)
        resolve()
      }
    })
  }
}

function neverBegun(): GordonError {
  return new GordonError(
    'INTERRUPTED',
    'The session was interrupted before the feed had answered; it left nothing.',
    {
      kind: 'failure',
    },
  )
}
