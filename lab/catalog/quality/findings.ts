/**
 * What a check has found so far, place by place. Rows that follow one another with the same trouble are one place;
 * of each code the first 500 places are kept and the others counted, so that memory has a bound however bad the
 * data are.
 */
import { isoTime, type Micros } from '../../core/time.ts'
import { type IssueCode, type IssuePlace, type QualityIssue, type Severity, severityOf } from './issue.ts'

/** An issue with its place in a stream. `count` is how many rows, bars or sessions it stands for. */
export interface Finding extends QualityIssue {
  readonly place: FoundPlace
  /** Earliest instant at which the rows gave it away: nothing before may be told of it. */
  readonly known: Micros
  /** What was found in the column: the price of a bad print, an odd volume. */
  readonly value?: number
  /** It stands for all places of its code after the first five hundred, and is no place itself. */
  readonly rest?: true
}

export interface FoundPlace extends IssuePlace {
  readonly instrument: string
  /** First row of it, from 1; of what is missing, the row that follows. */
  readonly row: number
  readonly from: Micros
  readonly to: Micros
}

export interface Found {
  readonly code: IssueCode
  /** From 0. */
  readonly row: number
  readonly from: Micros
  readonly to: Micros
  readonly known: Micros
  /** Rest of the sentence; asked for only where it will be kept. */
  readonly text: () => string
  readonly column?: string
  readonly value?: number
  readonly count?: number
  /** Rows that it covers, to be joined with the next; 1 unless said, 0 for what is never joined. */
  readonly rows?: number
}

const MOST_PLACES = 500

interface Kept {
  readonly code: IssueCode
  readonly column: string | undefined
  readonly row: number
  nextRow: number
  readonly from: Micros
  to: Micros
  readonly known: Micros
  count: number
  readonly value: number | undefined
  readonly example: string
  readonly isRest: boolean
}

export class Findings {
  readonly #of: string
  readonly #kept: Kept[] = []
  readonly #last = new Map<IssueCode, Kept>()
  readonly #places = new Map<IssueCode, number>()

  /** @param of name of the stream */
  constructor(of: string) {
    this.#of = of
  }

  add({ code, row, from, to, known, text, column, value, count = 1, rows = 1 }: Found): void {
    const last = this.#last.get(code)
    if (last !== undefined && rows > 0 && last.nextRow === row && last.column === column) {
      last.nextRow = row + rows
      last.to = Math.max(last.to, to)
      last.count += count
      return
    }
    const places = this.#places.get(code) ?? 0
    if (places > MOST_PLACES) {
      last!.to = Math.max(last!.to, to)
      last!.count += count
      return
    }
    this.#places.set(code, places + 1)
    const isRest = places === MOST_PLACES
    const kept: Kept = {
      code,
      column,
      row,
      // What stands for all that come after the first ones is joined with nothing.
      nextRow: rows === 0 || isRest ? -1 : row + rows,
      from,
      to,
      known,
      count,
      value,
      isRest,
      example: isRest
        ? `${this.#of} from ${timeText(from)} on: more of the same than ${MOST_PLACES} places`
        : `${this.#of} ${timeText(from)}: ${text()}`,
    }
    this.#last.set(code, kept)
    this.#kept.push(kept)
  }

  /** In order of discovery. */
  list(): readonly Finding[] {
    return this.#kept.map(({ code, column, row, from, to, known, count, value, example, isRest }) => ({
      code,
      severity: severityOf(code),
      place: {
        instrument: this.#of,
        row: row + 1,
        ...(column === undefined ? {} : { column }),
        from,
        to,
      },
      example,
      count,
      known,
      ...(value === undefined || isRest ? {} : { value }),
      ...(isRest ? { rest: true as const } : {}),
    }))
  }
}

/** ISO time; NaN and what no calendar writes say what they are. */
export function timeText(time: Micros): string {
  return Math.abs(time) < 8.64e18 ? isoTime(time) : `at time ${time}`
}

const RANK: Readonly<Record<Severity, number>> = { fatal: 0, suspect: 1, note: 2 }

/** The worst first, then by stream and time. */
export function bySeverity(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    compareTexts(a.place.instrument, b.place.instrument) ||
    compareNumbers(a.place.from, b.place.from) ||
    a.place.row - b.place.row ||
    compareTexts(a.code, b.code)
  )
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** NaN first. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a))
  return a - b
}
