/** What the market of a run on ticks should make its reader doubt: each kind once per instrument, with its first place. */
import { isoTime } from '../core/time.ts'
import type { RunWarning } from '../domain/run-result.ts'
import type { Engine } from '../engine/engine.ts'
import type { Oddity } from '../engine/oddity.ts'

export function tickWarnings({ market, instruments }: Engine): RunWarning[] {
  return instruments.flatMap(({ handle, id }) => {
    const told: RunWarning[] = []
    const tell = (code: string, { count, time }: Oddity, text: (often: string) => string) => {
      if (count > 0) told.push({ code, text: `${text(times(count))} (first at ${isoTime(time)}).` })
    }
    tell(
      'BOOK_CROSSED',
      market.crossed[handle],
      often =>
        `The book of ${id} came to stand crossed ${often}, its bid above its ask: two feeds that are not in step, or levels that were never taken away; what filled then filled at prices that were not there`,
    )
    tell(
      'BOOK_LOCKED',
      market.locked[handle],
      often => `The bid of ${id} came to stand at its ask ${often}: a locked market trades at no spread`,
    )
    tell(
      'TRADES_OUTSIDE',
      market.outside[handle],
      () =>
        `${market.outside[handle].count} of ${market.trades[handle]} trades of ${id} lay outside of the bid and ask known then: the two feeds are not in step, or a trade walked the book before the book told of it`,
    )
    tell(
      'BOOK_GAPS',
      market.gaps[handle],
      often =>
        `The book of ${id} lost messages ${often} and was unknown until its next snapshot; orders that needed it then were cancelled bookUnknown`,
    )
    tell(
      'BOOK_ORDERS',
      market.orderFaults[handle],
      often =>
        `Orders in the book of ${id} came twice, or changed without having come, ${often}; such rows were left out`,
    )
    return told
  })
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
