/**
 * Page after page of one stream, each in order, without rows that came before and without the bar that is not over.
 *
 * Bars are asked for from the close of the last one on; numbered trades from the number after the last; all else from
 * the last instant on, once more, since a page may end inside it: what is known of that instant is left out. An answer
 * with a hole is asked for again before the hole is believed: a server that is out of breath leaves rows out, or gives
 * the page of another moment.
 */
import { GordonError } from '../../core/errors.ts'
import { HOUR, isoTime, type Micros } from '../../core/time.ts'
import type { Cursor, Row, VenueStream } from './venue-client.ts'

/** Where a stream goes on, with the rows of its last instant. */
export interface Position extends Cursor {
  /** Rows at `time` that are known already, each as `rowKey` has it; a row is there as often as it came. */
  readonly edge: readonly string[]
}

export interface CleanPage {
  readonly rows: readonly Row[]
  readonly next: Position
  /** Rows that came twice and were the same. */
  readonly doubled: number
  /** What was wrong with it, in words, by code: rows that came twice and differ, rows that cannot be had. */
  readonly troubles: readonly { readonly code: 'duplicate' | 'sequenceGap'; readonly text: string }[]
}

/** Step over times in which a venue shows nothing, where the interval does not say it. */
const FUNDING_SPAN = 8 * HOUR
const MILLISECOND = 1000

export class Pager {
  readonly #stream: VenueStream
  readonly #until: Micros
  /** Holes of a market that never closes are no nights and weekends. */
  readonly #continuous: boolean
  #position: Position
  #done = false

  /** @param until of bars the last close, of all else the first instant that is no longer wanted */
  constructor(stream: VenueStream, position: Position, until: Micros) {
    this.#stream = stream
    this.#position = position
    this.#until = until
    this.#continuous = stream.instrument.calendar === '24/7'
  }

  get position(): Position {
    return this.#position
  }

  get done(): boolean {
    return this.#done || this.#position.time + (this.#stream.span ?? 1) > this.#until
  }

  /**
   * The next page; empty where the venue has nothing there.
   * @param ask sends one request, as often as it takes
   */
  async next(ask: (from: Cursor) => Promise<readonly Row[]>): Promise<CleanPage> {
    const from = this.#position
    const given = await ask(from)
    let page = this.#clean(given)
    if (this.#doubtful(given, page)) {
      const again = await ask(from)
      const { doubled } = page
      page = { ...this.#clean(this.#both(given, again)), doubled }
      if (page.rows.length === 0 && !this.#done && again.length > 0) this.#refuseOther(from)
    }
    this.#position = page.next
    return page
  }

  /** Whether it is worth asking once more. */
  #doubtful(given: readonly Row[], { rows }: CleanPage): boolean {
    const { numbered, kind } = this.#stream
    if (rows.length === 0) {
      const lost = kind === 'bars' && this.#continuous && this.#position.edge.length > 0
      return given.length > 0 ? given.every(row => this.#isBefore(row)) : lost
    }
    if (numbered)
      return hasHole(
        rows,
        this.#position.id,
        row => row[1],
        row => row[1] + 1,
      )
    if (kind !== 'bars' || !this.#continuous) return false
    const known = this.#position.edge.length > 0 ? this.#position.time : undefined
    return hasHole(
      rows,
      known,
      row => row[0],
      row => row[1],
    )
  }

  /** Rows of two answers to one question, as far as both go: a hole beyond was asked for only once. */
  #both(one: readonly Row[], other: readonly Row[]): Row[] {
    const place = this.#stream.numbered ? 1 : 0
    const last = (rows: readonly Row[]) => rows.reduce((most, row) => Math.max(most, row[place]), -Infinity)
    const [a, b] = [one, other].map(rows => rows.filter(row => !this.#isBefore(row)))
    const end = a.length === 0 || b.length === 0 ? Infinity : Math.min(last(a), last(b))
    return [...a, ...b].filter(row => row[place] <= end)
  }

  /** Nothing but rows of an earlier time, twice: near the end there is nothing new, elsewhere rows would be lost. */
  #refuseOther({ time }: Position): void {
    const { kind, span = 0, pageRows, instrument } = this.#stream
    if (kind === 'bars' && time + span * pageRows > this.#until) return
    throw new GordonError(
      'VENUE_CONFUSED',
      `asked for ${kind} of ${instrument.symbol} from ${isoTime(time)} on the venue twice gave others: run the same command again later`,
      { kind: 'failure' },
    )
  }

  #isBefore(row: Row): boolean {
    const { time, id } = this.#position
    return this.#stream.numbered && id !== undefined ? row[1] < id : row[0] < time
  }

  #clean(given: readonly Row[]): CleanPage {
    const { kind, numbered = false, pageRows } = this.#stream
    const { time, edge } = this.#position
    const sorted = given.filter(row => !this.#isBefore(row))
    sorted.sort((a, b) => (numbered ? a[1] - b[1] : a[0] - b[0]))
    const known = counted(this.#byTime ? edge : [])
    const troubles: { code: 'duplicate' | 'sequenceGap'; text: string }[] = []
    const rows: Row[] = []
    let doubled = 0
    for (const row of sorted) {
      const last = rows.at(-1)
      const key = rowKey(row)
      if (last !== undefined && this.#isSame(last, row)) {
        if (rowKey(last) === key) doubled++
        else troubles.push({ code: 'duplicate', text: `${kind} at ${isoTime(row[0])} came twice and differ` })
        continue
      }
      if (row[0] === time && (known.get(key) ?? 0) > 0) {
        known.set(key, known.get(key)! - 1)
        continue
      }
      rows.push(row)
    }
    const end = rows.findIndex(row => (kind === 'bars' ? row[1] > this.#until : row[0] >= this.#until))
    const ended = end >= 0
    const kept = ended ? rows.slice(0, end) : rows
    this.#done = ended
    if (kept.length > 0) return { rows: kept, next: this.#after(kept), doubled, troubles }
    if (ended) return { rows: kept, next: this.#position, doubled, troubles }
    const full = sorted.length >= pageRows
    if (full && this.#byTime) {
      // The page is full of one instant and holds nothing new.
      troubles.push({
        code: 'sequenceGap',
        text: `more than ${pageRows} ${kind} happened at ${isoTime(time)}: the venue shows only the first of them`,
      })
      return { rows: kept, next: { time: time + MILLISECOND, edge: [] }, doubled, troubles }
    }
    return { rows: kept, next: this.#overNothing(), doubled, troubles }
  }

  /** Asked for by the instant of the last row. */
  get #byTime(): boolean {
    const { kind, numbered = false } = this.#stream
    return kind !== 'bars' && !(numbered && this.#position.id !== undefined)
  }

  #isSame(a: Row, b: Row): boolean {
    const { kind, numbered = false } = this.#stream
    if (kind === 'trades') return numbered ? a[1] === b[1] : a[0] === b[0] && a[1] === b[1]
    return a[0] === b[0]
  }

  #after(rows: readonly Row[]): Position {
    const { kind, numbered } = this.#stream
    const last = rows[rows.length - 1]
    // The close of a bar is where the next one opens; that there was one tells a hole from a beginning.
    if (kind === 'bars') return { time: last[1], edge: [rowKey(last)] }
    const time = last[0]
    const before = time === this.#position.time ? this.#position.edge : []
    const edge = [...before, ...rows.filter(row => row[0] === time).map(rowKey)]
    return { time, edge, ...(numbered ? { id: last[1] + 1 } : {}) }
  }

  /** Where to ask next when there is nothing here: further on where a request looks only so far, else nowhere. */
  #overNothing(): Position {
    const { kind, span, pageRows } = this.#stream
    const step = kind === 'bars' ? span! : kind === 'funding' ? FUNDING_SPAN : undefined
    if (step === undefined) this.#done = true
    return step === undefined ? this.#position : { time: this.#position.time + step * pageRows, edge: [] }
  }
}

/** One text for equal rows. */
export function rowKey(row: Row): string {
  return row.join(' ')
}

function counted(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function hasHole(
  rows: readonly Row[],
  expected: number | undefined,
  begin: (row: Row) => number,
  end: (row: Row) => number,
): boolean {
  let next = expected
  for (const row of rows) {
    if (next !== undefined && begin(row) > next) return true
    next = end(row)
  }
  return false
}
