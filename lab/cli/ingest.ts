/** `gordon ingest <file|folder>`: brings data of any kind into the store, or says what is wrong with them. */
import type {
  DataKind,
  IngestResult,
  IngestSourceResult,
  PriceType,
  QualityIssue,
  ReadingOptions,
  SourceAdapter,
} from '../catalog/index.ts'
import { GordonError } from '../core/errors.ts'
import type { Adjustment } from '../domain/bar.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import { readDecimal, readTime } from './read-flags.ts'
import { storePlace } from './store-place.ts'

/** As commander gives them; texts are checked here. */
export interface IngestOptions {
  /** Folder of the store, or s3://bucket/prefix; data/store unless said. */
  readonly store?: string
  /** Id of the dataset; the file's or folder's name unless said. */
  readonly dataset?: string
  /** `csv`, `parquet`, `arrow`, `json`, or the name of a source such as `trades-csv`; guessed unless said. */
  readonly format?: string
  /** `bars`, `trades`, `book` and so forth; all that the source has unless said. */
  readonly kind?: string
  /** `trade`, `bid`, `ask` or `mid`: which prices bars are. */
  readonly price?: string
  readonly venue?: string
  readonly symbol?: string
  readonly interval?: string
  readonly timezone?: string
  /** `time=Date,open=Open` */
  readonly columns?: string
  /** Names of the columns of a file without a header line: `time,open,high,low,close,volume`. */
  readonly header?: string
  readonly timeFormat?: string
  /** `point` or `comma`. */
  readonly decimal?: string
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
  /** What is done about what is wrong: `outlier=repair,missingSession=refuse`; nothing is looked for unless said. */
  readonly quality?: string
  readonly replace?: boolean
  readonly append?: boolean
  /** With append: when the file was published, from which its corrections are known. */
  readonly known?: string
  readonly json?: boolean
}

/**
 * @returns what to print
 * @throws GordonError with one sentence; the store is then as it was
 */
export async function ingestCommand(path: string, options: IngestOptions): Promise<string> {
  if (options.quality !== undefined) return (await import('./data-mend.ts')).ingestByPolicy(path, options)
  const { adoptStore, checkPlace, ingestBars, isStore } = await import('../catalog/index.ts')
  const store = options.store ?? DEFAULT_STORE
  const place = await storePlace(store)
  await checkPlace(path)
  if (await isStore(path)) {
    const adopted = await adoptStore(path, place)
    if (options.json) return JSON.stringify(adopted)
    const listed = adopted.datasets.join(' and ')
    return adopted.unchanged
      ? `${listed} of ${path} are in ${store} already (${adopted.snapshot}).`
      : `${listed} came from ${path} into ${store} (${adopted.snapshot}).`
  }
  const { adapter, guess } = await chooseSource(path, options)
  if (options.venue === undefined && adapter.knowsVenue !== true) {
    throw new GordonError(
      'VENUE_NEEDED',
      `${path} does not say where its instruments trade: give --venue, for example --venue XNAS`,
    )
  }
  const request = {
    store: place,
    dataset: options.dataset,
    ...readingOptions(options),
    venue: options.venue,
    price: oneOf<PriceType>('--price', options.price, ['trade', 'bid', 'ask', 'mid']),
    ...(options.known === undefined ? {} : { known: readTime('--known', options.known, 'end') - 1 }),
    now: Date.now() * 1000,
  }
  const { ingestSource, placeOf, TABLE_FORMATS } = await import('../catalog/index.ts')
  if (adapter.name === 'bars-table') {
    const { replace, append } = options
    const format = TABLE_FORMATS.find(one => one === options.format)
    const result = await ingestBars({ ...request, path, format, replace, append })
    return options.json ? JSON.stringify(result) : barsInWords(result, store)
  }
  const result = await ingestSource({
    ...request,
    place: await placeOf(path),
    adapter,
    kinds: options.kind === undefined ? undefined : [options.kind as DataKind],
    mode: options.replace === true ? 'replace' : options.append === true ? 'append' : 'add',
  })
  if (options.json) return JSON.stringify({ format: adapter.name, ...result })
  return sourceInWords(result, store, `${path} is read as ${adapter.name}${guess}.`)
}

/** The source that is named, or the likeliest. */
async function chooseSource(
  path: string,
  options: IngestOptions,
): Promise<{ readonly adapter: SourceAdapter; readonly guess: string }> {
  const { DATA_KINDS, guessSource, placeOf, SOURCES, TABLE_FORMATS } = await import('../catalog/index.ts')
  const { format } = options
  const kind = oneOf<DataKind>('--kind', options.kind, DATA_KINDS)
  const table = TABLE_FORMATS.some(one => one === format)
  const named = format !== undefined && !table
  oneOf('--format', format, [...TABLE_FORMATS, ...SOURCES.map(one => one.name)])
  const fitting = SOURCES.filter(
    one => (!named || one.name === format) && (kind === undefined || one.kinds.includes(kind)),
  )
  // A table of bars is what a plain format means, as it always did.
  const plain = table && (kind === undefined || kind === 'bars') ? 'bars-table' : undefined
  const adapter = fitting.find(one => one.name === (named ? format : plain))
  if (adapter !== undefined) return { adapter, guess: '' }
  if (fitting.length === 0) {
    throw new GordonError(
      'UNKNOWN_FORMAT',
      named
        ? `--format ${format} has no ${kind}: leave --kind out, or choose another`
        : `nothing reads ${kind} yet: choose another --kind`,
    )
  }
  const guessed = guessSource(await placeOf(path), kind === undefined ? undefined : [kind])
  return { adapter: guessed.adapter, guess: ` (${guessed.because})` }
}

/** Flags that say how a table is to be read, checked. */
function readingOptions(options: IngestOptions): ReadingOptions {
  return {
    columns: options.columns,
    header: options.header?.split(',').map(name => name.trim()),
    timezone: options.timezone,
    timeFormat: options.timeFormat,
    decimal: readDecimal(options.decimal),
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

async function barsInWords(result: IngestResult, store: string): Promise<string> {
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
  return [...lines, ...issueLines(dropped, issueCounts)].join('\n')
}

async function sourceInWords(result: IngestSourceResult, store: string, understood: string): Promise<string> {
  const { rowDate } = await import('../catalog/index.ts')
  const { datasets, snapshot, notes, dropped, issueCounts } = result
  if (result.unchanged) {
    const ids = datasets.map(({ id }) => id).join(' and ')
    return `${ids} in ${store} ${datasets.length === 1 ? 'holds' : 'hold'} these very rows already (${snapshot}): nothing to do.`
  }
  const lines = [understood]
  for (const { id, kind, rows, streams } of datasets) {
    lines.push(`${rows} ${kind} went into ${id} in ${store} (${snapshot}).`)
    for (const one of streams.slice(0, 20))
      lines.push(
        `  ${one.id}  ${one.rows} ${kind}, ${rowDate(kind, one.first)} to ${rowDate(kind, one.last)}`,
      )
    if (streams.length > 20) lines.push(`  and ${streams.length - 20} more`)
  }
  for (const note of notes) lines.push(`  ${note}`)
  return [...lines, ...issueLines(dropped, issueCounts)].join('\n')
}

function issueLines(dropped: number, issueCounts: readonly QualityIssue[]): string[] {
  const lines: string[] = []
  if (dropped > 0) lines.push(`${dropped} rows were left out:`)
  else if (issueCounts.length > 0) lines.push('Kept, but worth a look:')
  for (const { code, count, example } of issueCounts) lines.push(`  ${code} ${count}: ${example}`)
  return lines
}
