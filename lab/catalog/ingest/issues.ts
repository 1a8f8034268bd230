/**
 * What is wrong with rows that came in. Every issue is counted and the first of each kind is kept in words; none
 * is mended in silence. A fatal one means that its row cannot be used.
 */
import { GordonError } from '../../core/errors.ts'
import { type IssueCode, type QualityIssue, severityOf } from '../quality/issue.ts'

export type { IssueCode } from '../quality/issue.ts'

/** One row's trouble, as a reader finds it. */
export interface Issue {
  readonly code: IssueCode
  readonly row: number
  /** Name of the column in the file; absent where the whole row is meant. */
  readonly column?: string
  /** What is wrong, as the rest of a sentence: `low 12 is above high 11`. */
  readonly text: string
  /** Whose, where the file has several: `XNAS:AAPL`. */
  readonly instrument?: string
  /** Rows that it stands for, this one the first; 1 unless said. */
  readonly count?: number
}

export function isFatal(code: IssueCode): boolean {
  return severityOf(code) === 'fatal'
}

const EXAMPLES = 20

interface Tally {
  readonly first: Issue
  count: number
}

export class IssueLog {
  readonly file: string
  /** `line` where rows are lines of a text, counted from 1 with the header; the reader says it. */
  rowWord: 'line' | 'row' | 'message'
  /** By code and instrument, in order of appearance. */
  readonly #tallies = new Map<string, Tally>()
  readonly #counts = new Map<IssueCode, number>()
  readonly #examples: Issue[] = []
  #fatalRows = 0
  #firstFatal: Issue | undefined

  constructor(file: string, rowWord: 'line' | 'row' | 'message' = 'row') {
    this.file = file
    this.rowWord = rowWord
  }

  add(issue: Issue): void {
    const rows = issue.count ?? 1
    const count = this.#counts.get(issue.code) ?? 0
    this.#counts.set(issue.code, count + rows)
    if (count < EXAMPLES) this.#examples.push(issue)
    const key = issue.instrument === undefined ? issue.code : `${issue.code} ${issue.instrument}`
    const tally = this.#tallies.get(key)
    if (tally === undefined) this.#tallies.set(key, { first: issue, count: rows })
    else tally.count += rows
    if (isFatal(issue.code)) {
      this.#fatalRows += rows
      this.#firstFatal ??= issue
    }
  }

  /** Rows that cannot be used; a row is reported once, for the first thing found. */
  get fatalRows(): number {
    return this.#fatalRows
  }

  /** The first twenty of each kind, in order of the file. */
  get examples(): readonly Issue[] {
    return this.#examples
  }

  /** All, counted. @param instrument only its own, and those that are nobody's */
  summary(instrument?: string): QualityIssue[] {
    return [...this.#tallies.values()]
      .filter(
        ({ first }) =>
          instrument === undefined || first.instrument === undefined || first.instrument === instrument,
      )
      .map(({ first, count }) => ({
        code: first.code,
        severity: severityOf(first.code),
        place: {
          source: this.file,
          row: first.row,
          ...(first.column === undefined ? {} : { column: first.column }),
          ...(first.instrument === undefined ? {} : { instrument: first.instrument }),
        },
        example: this.#sentence(first),
        count,
      }))
  }

  /** @throws GordonError BAD_ROWS when any row cannot be used */
  refuseFatal(rows: number): void {
    const first = this.#firstFatal
    if (first === undefined) return
    const counts = [...this.#counts]
      .filter(([code]) => isFatal(code))
      .map(([code, count]) => `${code} ${count}`)
    const mend =
      first.code === 'unsorted'
        ? 'pass --sort to put them in order'
        : 'mend the file, or pass --on-issue drop to leave such rows out'
    throw new GordonError(
      'BAD_ROWS',
      `${this.#sentence(first)}; ${this.#fatalRows} of ${rows} rows cannot be used (${counts.join(', ')}): ${mend}`,
    )
  }

  #sentence(issue: Issue): string {
    const column = issue.column === undefined ? '' : `, column ${issue.column}`
    return `${this.file} ${this.rowWord} ${issue.row}${column}: ${issue.text}`
  }
}
