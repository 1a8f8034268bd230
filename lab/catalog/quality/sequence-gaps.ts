/**
 * Holes in the venue's own numbering, and what a feed itself reports as lost (a `gap` row of a book). Numbers say
 * something only where they count one by one: where fewer than 95 of 100 steps are exactly one, as in numbers that
 * several markets share, holes tell nothing and none is told. Rows of one message may share its number.
 */
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import type { Micros } from '../../core/time.ts'
import { type Check, type CheckedRows, type CheckedStream, columnOf, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'

const BY_ONE = 0.95

export class SequenceGaps implements Check {
  /** Of the numbering, and of what the feed says. */
  readonly #findings: Findings
  readonly #told: Findings
  #last = Number.NaN
  #lastTime: Micros = Number.NaN
  #steps = 0
  #byOne = 0
  #row = 0

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
    this.#told = new Findings(streamName(stream))
  }

  add(rows: CheckedRows): void {
    const { length, eventTime, receiveTime, venueSequence } = rows
    const action = columnOf(rows, 'action')
    for (let i = 0; i < length; i++) {
      if (action !== undefined && action[i] === BOOK_ACTIONS.gap) {
        const text = () => 'the feed lost messages: the book is unknown until the next snapshot'
        const place = { row: this.#row + i, from: eventTime[i], to: eventTime[i] }
        this.#told.add({ code: 'sequenceGap', ...place, known: receiveTime[i], text })
      }
      const id = venueSequence === undefined ? Number.NaN : venueSequence[i]
      if (Number.isNaN(id)) continue
      const last = this.#last
      if (id > last || Number.isNaN(last)) {
        if (!Number.isNaN(last)) {
          this.#steps++
          if (id === last + 1) this.#byOne++
          else this.#tell(this.#row + i, last, id, eventTime[i], receiveTime[i])
        }
        this.#last = id
      }
      this.#lastTime = eventTime[i]
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    const counts = this.#steps > 0 && this.#byOne / this.#steps >= BY_ONE
    return [...(counts ? this.#findings.list() : []), ...this.#told.list()]
  }

  #tell(row: number, last: number, id: number, time: Micros, known: Micros): void {
    const count = id - last - 1
    const text = () => `${count} ${count === 1 ? 'number lacks' : 'numbers lack'} between ${last} and ${id}`
    const place = { row, rows: 0, from: Math.min(this.#lastTime, time), to: time }
    this.#findings.add({ code: 'sequenceGap', ...place, count, known, text })
  }
}
