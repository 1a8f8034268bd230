/** Which bars a command runs on: `--data` from the store, `--file` for a plain table, or the store's only dataset. */
import { GordonError } from '../core/errors.ts'
import type { Adjustment } from '../domain/bar.ts'
import type { Store, ToldSplit } from '../catalog/index.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { readAsOf, readChoice, readDecimal } from './read-flags.ts'
import { storePlace } from './store-place.ts'

export interface DataOptions {
  readonly store?: string
  /** An older snapshot of the store, by id or number. */
  readonly snapshot?: string
  /** Which universe, where a dataset of `data` has several. */
  readonly universe?: string
  readonly data?: readonly string[]
  /** Only what could have been known by then. */
  readonly asOf?: string
  readonly symbols?: string
  readonly file?: string
  readonly columns?: string
  readonly timezone?: string
  readonly symbol?: string
  readonly venue?: string
  readonly interval?: string
  readonly calendar?: string
  readonly tick?: string
  readonly lot?: string
  readonly currency?: string
  readonly stamp?: string
  readonly adjustment?: string
  readonly header?: string
  readonly timeFormat?: string
  /** `point` or `comma`. */
  readonly decimal?: string
  readonly sort?: boolean
  readonly onIssue?: string
}

export const ADJUSTMENTS: readonly Adjustment[] = ['raw', 'split', 'total-return']

export const DEFAULT_STORE = 'data/store'

/**
 * @param to last day or time, as the caller wrote it
 * @param splits that the run is told of: raw prices may jump by them
 */
export async function chooseBars(
  options: DataOptions,
  to: string | undefined,
  splits: readonly ToldSplit[] = [],
): Promise<BarSource> {
  const { file, symbol, venue, interval } = options
  if (file !== undefined) {
    if (options.data !== undefined)
      throw new GordonError('DATA_OR_FILE', 'Both --data and --file are given; choose the store or the file.')
    refuseFlags('--file, whose rows are all read', {
      ...{ symbols: options.symbols, snapshot: options.snapshot, 'as-of': options.asOf },
    })
    const { fileBars } = await import('../catalog/index.ts')
    const { columns, timezone, stamp, calendar, tick, lot, currency } = options
    const adjustment = readChoice('--adjustment', options.adjustment, ADJUSTMENTS)
    return fileBars(file, {
      columns,
      timezone,
      stamp: readChoice('--stamp', stamp, ['open', 'close']),
      symbol,
      venue,
      interval,
      calendar,
      currency,
      adjustment,
      tick,
      lot,
      header: options.header?.split(','),
      timeFormat: options.timeFormat,
      decimal: readDecimal(options.decimal),
      sort: options.sort,
      onIssue: readChoice('--on-issue', options.onIssue, ['refuse', 'drop']),
      now: Date.now() * 1000,
      to,
      splits,
    })
  }
  const { openBars } = await import('../catalog/index.ts')
  const store = await storeOf(options)
  const datasets = options.data ?? [await onlyDataset(options, store)]
  const symbols = options.symbols?.split(',') ?? (symbol === undefined ? undefined : [symbol])
  const adjustment = readChoice('--adjustment', options.adjustment, ADJUSTMENTS)
  return openBars({ store, datasets, symbols, venue, interval, adjustment, to, splits })
}

/** The store that the flags mean. */
export async function storeOf(options: DataOptions): Promise<Store> {
  const { columns, timezone, stamp, calendar, tick, lot, currency } = options
  refuseFlags('a store, whose rows were read when they were ingested', {
    ...{ columns, timezone, stamp, calendar, tick, lot, currency },
  })
  const { openStore } = await import('../catalog/index.ts')
  return openStore(await storePlace(options.store ?? DEFAULT_STORE), {
    snapshot: options.snapshot,
    knownAt: readAsOf(options.asOf),
  })
}

/** Bars that only fill: a dataset of the same store, or a table beside `--file`. */
export async function finerBars(
  finer: string,
  options: DataOptions,
  to: string | undefined,
  splits: readonly ToldSplit[] = [],
): Promise<BarSource> {
  const { store, snapshot, asOf, symbols, symbol, venue, adjustment } = options
  const isFile = /\.(csv|tsv|txt|parquet)(\.gz)?$/i.test(finer)
  return chooseBars(
    isFile
      ? { ...options, file: finer, data: undefined, symbols: undefined, interval: undefined }
      : { store, snapshot, asOf, symbols, symbol, venue, adjustment, data: [finer] },
    to,
    splits,
  )
}

/** A flag that does nothing is a run that is not the one that was asked for. */
function refuseFlags(where: string, flags: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(flags))
    if (value !== undefined)
      throw new GordonError('FLAG_UNUSED', `--${name} does nothing with ${where}; leave it out.`)
}

async function onlyDataset(
  options: DataOptions,
  store: {
    readonly name: string
    datasets(): Promise<readonly { readonly id: string; readonly adjustment: Adjustment }[]>
  },
): Promise<string> {
  const adjustment = readChoice('--adjustment', options.adjustment, ADJUSTMENTS)
  const ids = (await store.datasets())
    .filter(dataset => adjustment === undefined || dataset.adjustment === adjustment)
    .map(dataset => dataset.id)
  if (ids.length === 1) return ids[0]
  throw new GordonError(
    'DATASET_NOT_NAMED',
    ids.length === 0
      ? `The store at ${store.name} has no such dataset; see \`gordon data list\`, or ingest one first.`
      : `The store at ${store.name} has ${ids.length} datasets; choose with --data: ${ids.join(', ')}.`,
  )
}
