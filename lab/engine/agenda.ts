/**
 * What is to happen at known times without a market event: a schedule's timer, an ex-date, a day's interest.
 * Entries of one time run in the order in which they were added.
 */
import type { Micros } from '../core/time.ts'

interface Entry {
  readonly time: Micros
  readonly work: (now: Micros) => void
}

export class Agenda {
  /** When the earliest entry is due; Infinity when there is none. */
  next = Number.POSITIVE_INFINITY
  /** Latest first, so that the earliest is popped. */
  readonly #entries: Entry[] = []

  add(time: Micros, work: (now: Micros) => void): void {
    const entries = this.#entries
    let low = 0
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      // An equal time goes before the others of it: they are popped first.
      if (entries[middle].time > time) low = middle + 1
      else high = middle
    }
    entries.splice(low, 0, { time, work })
    this.next = entries[entries.length - 1].time
  }

  /** Runs what is due by `now`, entries that these add for the same time included. */
  run(now: Micros): void {
    while (this.next <= now) {
      const { work } = this.#entries.pop()!
      this.next = this.#entries.at(-1)?.time ?? Number.POSITIVE_INFINITY
      work(now)
    }
  }
}
