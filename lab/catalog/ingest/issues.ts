/**
 * What is wrong with rows that came in. Every issue is counted and the first of each kind is kept in words; none
 * is mended in silence. A fatal one means that its row cannot be a bar.
 */
import { GordonError } from '../../core/errors.ts'
import type { ManifestIssue } from '../manifest.ts'

export type IssueCode =
  | 'badTime'
  | 'missingTime'
  | 'ambiguousTime'
  | 'skippedTime'
  | 'futureTime'
  | 'unsorted'
  | 'duplicate'
  | 'noSession'
  | 'outsideSession'
  | 'missing'
  | 'notANumber'
  | 'badNumber'
  | 'notPositive'
  | 'highBelowLow'
  | 'outsideRange'
  | 'negativeVolume'
  | 'missingVolume'
  | 'fieldCount'

/** Issues that leave the bar usable: it is kept, and they are told. */
const HARMLESS: ReadonlySet<IssueCode> = new Set(['outsideSession', 'missingVolume'])

export interface Issue {
  readonly code: IssueCode
  readonly row: number
  /** Name of the column in the file; absent where the whole row is meant. */
  readonly column?: string
  /** What is wrong, as the rest of a sentence: `low 12 is above high 11`. */
  readonly text: string
}

export function isFatal(code: IssueCode): boolean {
  return !HARMLESS.has(code)
}

const EXAMPLES = 20

export class IssueLog {
  readonly #file: string
  readonly #rowWord: 'line' | 'row'
  readonly #counts = new Map<IssueCode, number>()
  readonly #examples: Issue[] = []
  #fatalRows = 0
  #firstFatal: Issue | undefined

  /** @param rowWord `line` where rows are lines of a text, counted from 1 with the header */
  constructor(file: string, rowWord: 'line' | 'row') {
    this.#file = file
    this.#rowWord = rowWord
  }

  add(issue: Issue): void {
    const count = this.#counts.get(issue.code) ?? 0
    this.#counts.set(issue.code, count + 1)
    if (count < EXAMPLES) this.#examples.push(issue)
    if (isFatal(issue.code)) {
      this.#fatalRows++
      this.#firstFatal ??= issue
    }
  }

  /** Rows that cannot be bars; a row is reported once, for the first thing found. */
  get fatalRows(): number {
    return this.#fatalRows
  }

  /** The first twenty of each kind, in order of the file. */
  get examples(): readonly Issue[] {
    return this.#examples
  }

  summary(): ManifestIssue[] {
    return [...this.#counts].map(([code, count]) => ({
      code,
      count,
      example: this.#sentence(this.#examples.find(issue => issue.code === code)!),
    }))
  }

  /** @throws GordonError BAD_ROWS when any row cannot be a bar */
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
    return `${this.#file} ${this.#rowWord} ${issue.row}${column}: ${issue.text}`
  }
}
