/** Which bars a command runs on: `--data` from the store, `--file` for a plain table, or the store's only dataset. */
import { existsSync } from 'node:fs'
import { GordonError } from '../core/errors.ts'
import type { BarSource } from '../domain/ports/store.ts'

export interface DataOptions {
  readonly store?: string
  readonly data?: readonly string[]
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
}

export const DEFAULT_STORE = 'data/store'

export async function chooseBars(options: DataOptions, to: number | undefined): Promise<BarSource> {
  const { fileBars, openBars, openStore } = await import('../catalog/index.ts')
  if (options.file !== undefined) {
    if (options.data !== undefined)
      throw new GordonError('DATA_OR_FILE', 'Both --data and --file are given; choose the store or the file.')
    return fileBars(options.file, {
      columns: options.columns,
      timezone: options.timezone,
      symbol: options.symbol,
      venue: options.venue,
      interval: options.interval,
      calendar: options.calendar,
      tick: options.tick,
      lot: options.lot,
    })
  }
  const folder = options.store ?? DEFAULT_STORE
  if (!existsSync(folder))
    throw new GordonError(
      'STORE_MISSING',
      `There is no store at ${folder}; ingest data first (\`npm start\` ingests the sample) or name one with --store.`,
    )
  const store = await openStore(folder)
  const datasets = options.data ?? (await onlyDataset(folder, store))
  return openBars({ store, datasets, symbols: options.symbols?.split(','), to })
}

async function onlyDataset(
  folder: string,
  store: { datasets(): Promise<readonly { readonly id: string }[]> | readonly { readonly id: string }[] },
): Promise<string[]> {
  const ids = (await store.datasets()).map(dataset => dataset.id)
  if (ids.length === 1) return ids
  throw new GordonError(
    'DATASET_NOT_NAMED',
    ids.length === 0
      ? `The store at ${folder} has no dataset; ingest one first.`
      : `The store at ${folder} has ${ids.length} datasets; choose with --data: ${ids.join(', ')}.`,
  )
}
