/** `gordon ingest <file|folder>`: brings bars into the store, or says what is wrong with them. */
import type { IngestResult, ReadingOptions } from '../catalog/index.ts'
import { GordonError } from '../core/errors.ts'
import type { Adjustment } from '../domain/bar.ts'
import { DEFAULT_STORE } from './choose-bars.ts'

/** As commander gives them; texts are checked here. */
export interface IngestOptions {
  /** Folder of the store; data/store unless said. */
  readonly store?: string
  /** Id of the dataset; the file's or folder's name unless said. */
  readonly dataset?: string
  /** `csv` or `parquet`; by the file's ending unless said. */
  readonly format?: string
  /** `bars`. */
  readonly kind?: string
  readonly venue?: string
  readonly symbol?: string
  readonly interval?: string
  readonly timezone?: string
  /** `time=Date,open=Open` */
  readonly columns?: string
  /** Names of the columns of a file without a header line: `time,open,high,low,close,volume`. */
  readonly header?: string
  readonly timeFormat?: string
  /** `open` or `close`: what a time names. */
  readonly stamp?: string
  readonly calendar?: string
  readonly currency?: string
  /** `raw`, `split` or `total-return`. */
  readonly adjustment?: string
  readonly tick?: string
  readonly lot?: string
  readonly sort?: boolean
  /** `refuse` or `drop`. */
  readonly onIssue?: string
  readonly replace?: boolean
  readonly json?: boolean
}

/**
 * @returns what to print
 * @throws GordonError with one sentence; the store is then as it was
 */
export async function ingestCommand(path: string, options: IngestOptions): Promise<string> {
  const { adoptStore, ingestBars, isStore } = await import('../catalog/index.ts')
  const store = options.store ?? DEFAULT_STORE
  if (await isStore(path)) {
    const adopted = await adoptStore(path, store)
    if (options.json) return JSON.stringify(adopted)
    const listed = adopted.datasets.join(' and ')
    return adopted.unchanged
      ? `${listed} of ${path} are in ${store} already (${adopted.snapshot}).`
      : `${listed} came from ${path} into ${store} (${adopted.snapshot}).`
  }
  if (options.kind !== undefined && options.kind !== 'bars') {
    throw new GordonError('UNKNOWN_KIND', `--kind ${options.kind} cannot be stored: choose bars`)
  }
  if (options.venue === undefined) {
    throw new GordonError(
      'VENUE_NEEDED',
      `${path} does not say where its instruments trade: give --venue, for example --venue XNAS`,
    )
  }
  const result = await ingestBars({
    store,
    path,
    dataset: options.dataset,
    format: oneOf('--format', options.format, ['csv', 'parquet']),
    ...readingOptions(options),
    venue: options.venue,
    replace: options.replace,
    now: Date.now() * 1000,
  })
  return options.json ? JSON.stringify(result) : inWords(result, store)
}

/** Flags that say how a table is to be read, checked. */
function readingOptions(options: IngestOptions): ReadingOptions {
  return {
    columns: options.columns,
    header: options.header?.split(',').map(name => name.trim()),
    timezone: options.timezone,
    timeFormat: options.timeFormat,
    stamp: oneOf('--stamp', options.stamp, ['open', 'close']),
    symbol: options.symbol,
    interval: options.interval,
    calendar: options.calendar,
    currency: options.currency,
    adjustment: oneOf<Adjustment>('--adjustment', options.adjustment, ['raw', 'split', 'total-return']),
    tick: options.tick,
    lot: options.lot,
    sort: options.sort,
    onIssue: oneOf('--on-issue', options.onIssue, ['refuse', 'drop']),
  }
}

function oneOf<T extends string>(
  flag: string,
  given: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (given === undefined || choices.includes(given as T)) return given as T | undefined
  throw new GordonError('BAD_FLAG', `${flag} ${given} is not known: choose ${choices.join(' or ')}`)
}

async function inWords(result: IngestResult, store: string): Promise<string> {
  const { barDate } = await import('../catalog/index.ts')
  const { dataset, instruments, interval, adjustment, rows, dropped, issueCounts, notes, snapshot } = result
  if (result.unchanged)
    return `${dataset} in ${store} holds these very rows already (${snapshot}): nothing to do.`
  const lines = [
    `${rows} ${adjustment} bars of ${interval} went into ${dataset} in ${store} (${snapshot}).`,
    ...instruments
      .slice(0, 20)
      .map(
        ({ id, rows: count, first, last }) => `  ${id}  ${count} bars, ${barDate(first)} to ${barDate(last)}`,
      ),
  ]
  if (instruments.length > 20) lines.push(`  and ${instruments.length - 20} instruments more`)
  for (const note of notes) lines.push(`  ${note}`)
  if (dropped > 0) lines.push(`${dropped} rows were left out:`)
  else if (issueCounts.length > 0) lines.push('Kept, but worth a look:')
  for (const { code, count, example } of issueCounts) lines.push(`  ${code} ${count}: ${example}`)
  return lines.join('\n')
}
