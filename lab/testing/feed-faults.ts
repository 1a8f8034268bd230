/**
 * What a line does to bars on their way, from a seed: equal seeds spoil equal bars, however often a client comes
 * back. A fault happens once; a bar that is sent again after a reconnection comes clean.
 */
import { Random } from '../core/random.ts'

/** Chances per bar, 0..1. */
export interface FeedFaults {
  /** Sent after up to `lateBy` (default 3) bars that follow it. */
  readonly late?: number
  readonly lateBy?: number
  /** Sent a second time, some bars later. */
  readonly duplicate?: number
  /** Sent a second time with another close. */
  readonly wrong?: number
  /** Swapped with the next bar of another symbol. */
  readonly swap?: number
  /** The connection is cut in the middle of its message. */
  readonly cut?: number
  /** Text that is no message comes before it. */
  readonly garbage?: number
}

/** One thing that the server does; `place` says by which bar's time. */
export interface FeedAction {
  readonly kind: 'bar' | 'wrong' | 'cut' | 'garbage'
  /** Row of the plain stream that is sent, from 0. */
  readonly row: number
  /** Row of the plain stream at whose time it is sent. */
  readonly place: number
}

/** The plain stream's rows with their faults, in order of sending. */
export function withFaults(rows: number, faults: FeedFaults, seed: number): FeedAction[] {
  const random = new Random(seed)
  const happens = (chance: number | undefined) => random.uniform() < (chance ?? 0)
  const actions: (FeedAction & { readonly at: number })[] = []
  const put = (kind: FeedAction['kind'], row: number, at: number) =>
    actions.push({ kind, row, at, place: Math.min(rows - 1, Math.floor(at)) })
  for (let row = 0; row < rows; row++) {
    // All chances are drawn for every bar, so that one kind of fault does not move the others.
    const [late, duplicate, wrong, swap, cut, garbage] = [
      happens(faults.late),
      happens(faults.duplicate),
      happens(faults.wrong),
      happens(faults.swap),
      happens(faults.cut),
      happens(faults.garbage),
    ]
    const delay = random.integer(1, (faults.lateBy ?? 3) + 1)
    const again = random.integer(1, 6)
    if (garbage) put('garbage', row, row - 0.1)
    put(cut ? 'cut' : 'bar', row, late ? row + delay + 0.5 : swap ? row + 1.2 : row)
    if (duplicate) put('bar', row, row + again + 0.6)
    if (wrong) put('wrong', row, row + again + 0.7)
  }
  return actions.sort((a, b) => a.at - b.at).map(({ kind, row, place }) => ({ kind, row, place }))
}
