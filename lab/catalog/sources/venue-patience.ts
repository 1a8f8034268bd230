/**
 * How long to wait for a venue that does not answer. Where it says so (Retry-After) as long as it asks, else twice as
 * long after every failure; after `TRIES` failures in a row, or where it asks for longer than `LONGEST_WAIT_MS`, one
 * sentence says when to come again.
 */
import { GordonError } from '../../core/errors.ts'
import { isoTime, type Micros } from '../../core/time.ts'
import { VenueTrouble } from './venue-client.ts'

const TRIES = 6
const FIRST_WAIT_MS = 500
/** Where a venue says "too many requests" and not how long. */
const LIMITED_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 5 * 60_000

export interface Patience {
  readonly venue: string
  readonly clock: () => Micros
  readonly sleep: (ms: number) => Promise<void>
  /** A line for people while nothing moves. */
  readonly say: (line: string) => void
}

/**
 * The work's answer, however often it takes.
 * @throws GordonError VENUE_AWAY, VENUE_LIMIT, VENUE_REFUSED
 */
export async function patiently<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof VenueTrouble)) throw error
      const wait = waitOf(error, failures)
      const banned = error.retryAfterMs !== undefined && error.retryAfterMs > LONGEST_WAIT_MS
      if (error.kind === 'refused' || failures >= TRIES || banned) throw sentence(error, patience)
      patience.say(`${patience.venue}: ${error.message}; trying again in ${(wait / 1000).toFixed(1)} s`)
      await patience.sleep(wait)
    }
  }
}

function waitOf({ kind, retryAfterMs }: VenueTrouble, failures: number): number {
  const first = kind === 'limited' ? LIMITED_WAIT_MS : FIRST_WAIT_MS
  return retryAfterMs ?? Math.min(LONGEST_WAIT_MS, first * 2 ** (failures - 1))
}

function sentence(trouble: VenueTrouble, { venue, clock }: Patience): GordonError {
  const { kind, message, retryAfterMs, cause } = trouble
  if (kind === 'refused')
    return new GordonError(
      'VENUE_REFUSED',
      `${venue} refused the request (${message}): change what is asked for`,
    )
  if (kind === 'limited') {
    const until =
      retryAfterMs === undefined
        ? 'in some minutes'
        : `after ${isoTime(Math.ceil(clock() / 1e6 + retryAfterMs / 1000) * 1e6)}`
    return new GordonError(
      'VENUE_LIMIT',
      `${venue} takes no more requests from here (${message}): run the same command again ${until}`,
      { cause, kind: 'failure' },
    )
  }
  return new GordonError(
    'VENUE_AWAY',
    `${venue} does not answer (${message}): check the network and run the same command again`,
    { cause, kind: 'failure' },
  )
}
