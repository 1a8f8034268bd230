/** What came of bringing data into the store, as a cell shows it: what went in, how it was understood, what was wrong. */
import {
  type DataKind,
  guessSource,
  ingestSource,
  type IngestSourceRequest,
  type IngestSourceResult,
  placeOf,
  rowDate,
  type SourceAdapter,
  sourceNamed,
  type StorePlace,
} from '../../catalog/index.ts'
import { GordonError } from '../../core/errors.ts'
import { escapeHtml } from './escape.ts'
import { type FrameTable, recordTable } from './frame-table.ts'
import type { Bundle } from './kernel.ts'
import { JUPYTER, tableBundle } from './table.ts'

/** How a file or folder is to be read; what is not said is guessed, and told. */
export interface NotebookIngestOptions
  extends Omit<IngestSourceRequest, 'store' | 'place' | 'adapter' | 'format' | 'kinds' | 'mode'> {
  /** Name of a source such as `trades-csv` or `bars-table`; guessed unless said. */
  readonly format?: string
  /** Only rows of this kind. */
  readonly kind?: DataKind
  /** Put the new rows in the place of those that a stream has. */
  readonly replace?: boolean
  /** Put them after those that it has. */
  readonly append?: boolean
}

/** @throws GordonError with the sentence for whatever is wrong; the store is then as it was */
export async function ingestPath(
  store: StorePlace,
  path: string,
  options: NotebookIngestOptions,
): Promise<NotebookIngest> {
  const { format, kind, replace, append, ...reading } = options
  const kinds = kind === undefined ? undefined : [kind]
  const place = await placeOf(path)
  const guess = format === undefined ? guessSource(place, kinds) : undefined
  const adapter: SourceAdapter = guess?.adapter ?? sourceNamed(format!)
  if (reading.venue === undefined && adapter.knowsVenue !== true)
    throw new GordonError(
      'VENUE_NEEDED',
      `${path} does not say where its instruments trade: give venue, for example { venue: 'XNAS' }.`,
    )
  const result = await ingestSource({
    now: Date.now() * 1000,
    ...reading,
    store,
    place,
    adapter,
    kinds,
    mode: replace === true ? 'replace' : append === true ? 'append' : 'add',
  })
  const because = guess === undefined ? '' : ` (${guess.because})`
  return new NotebookIngest(result, `${place.name} is read as ${adapter.name}${because}.`)
}

export class NotebookIngest {
  readonly result: IngestSourceResult
  /** What was wrong with rows, a row per kind of trouble. Where something was fatal, its rows were left out. */
  readonly issues: FrameTable
  readonly #understood: string

  constructor(result: IngestSourceResult, understood: string) {
    this.result = result
    this.#understood = understood
    this.issues = recordTable(
      result.issueCounts.map(({ severity, code, count, example }) => ({ severity, code, count, example })),
      { severity: 'text', code: 'text', count: 'number', example: 'text' },
    )
  }

  get snapshot(): string {
    return this.result.snapshot
  }

  /** Sentences, as the command line says them. */
  get words(): readonly string[] {
    const { datasets, unchanged, dropped, notes } = this.result
    if (unchanged)
      return [`${datasets.map(one => one.id).join(' and ')}: these very rows are stored already.`]
    return [
      this.#understood,
      ...datasets.flatMap(({ id, kind, rows, streams }) => [
        `${rows} ${kind} went into ${id} (${this.snapshot}).`,
        ...streams
          .slice(0, MOST_STREAMS)
          .map(
            one =>
              `${one.id}: ${one.rows} ${kind}, ${rowDate(kind, one.first)} to ${rowDate(kind, one.last)}`,
          ),
        ...(streams.length > MOST_STREAMS ? [`and ${streams.length - MOST_STREAMS} more`] : []),
      ]),
      ...notes,
      ...(dropped === 0 ? [] : [`${dropped === 1 ? '1 row was' : `${dropped} rows were`} left out.`]),
    ]
  }

  [JUPYTER](): Bundle {
    const issues = this.result.issueCounts.map(({ severity, code, count, example }) => ({
      severity,
      code,
      count,
      example,
    }))
    const told = issues.length === 0 ? undefined : tableBundle(issues)
    return {
      'text/html': `<div>${this.words.map(escapeHtml).join('<br>')}</div>${told?.['text/html'] ?? ''}`,
      'text/plain': [...this.words, ...(told === undefined ? [] : [told['text/plain']])].join('\n'),
    }
  }
}

const MOST_STREAMS = 10
