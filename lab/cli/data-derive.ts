/**
 * `gordon data derive <dataset>`: bars of time and of activity, snapshots of books, coarser bars and continuous
 * futures, made of a dataset of the store and put into it: batch by batch, whole or not at all, with their origin in
 * the manifest, so that `gordon data trace` goes on from them.
 */
import {
  type Derived,
  type Manifest,
  type ManifestInstrument,
  openStore,
  rowDate,
  type Store,
  storeDerived,
} from '../catalog/index.ts'
import { plainInstrument } from '../catalog/choose.ts'
import { windowOf } from '../catalog/dates.ts'
import { readStream, sliceRows } from '../catalog/series-reader.ts'
import type { Window } from '../catalog/series.ts'
import type { SourceBatch } from '../catalog/sources/source.ts'
import { isCalled } from '../catalog/store.ts'
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'
import { calendarNamed } from '../domain/calendar/calendar.ts'
import { instrumentId } from '../domain/instrument.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import { type ContinuousOptions, continuousRecipe } from './derive-continuous.ts'
import { type Recipe, recipeOf, type RecipeOptions } from './derive-recipe.ts'
import { progressLine } from './output.ts'
import { storePlace } from './store-place.ts'

export interface DataDeriveOptions extends RecipeOptions, ContinuousOptions {
  readonly store?: string
  /** An older snapshot to read; the newest is added to. */
  readonly snapshot?: string
  /** Id of the new dataset. */
  readonly dataset?: string
  readonly symbols?: string
  readonly from?: string
  readonly to?: string
  readonly replace?: boolean
  readonly json?: boolean
}

/** How many rows are read at once. */
const BATCH_ROWS = 65_536

/**
 * @returns what to print
 * @throws GordonError with one sentence; the store is then as it was
 */
export async function dataDerive(
  id: string,
  options: DataDeriveOptions,
  clock: () => Micros = () => Date.now() * 1000,
): Promise<string> {
  const store = await openStore(await storePlace(options.store ?? DEFAULT_STORE), {
    snapshot: options.snapshot,
  })
  const manifest = await store.show(id)
  const instruments = chosen(manifest, options.symbols)
  const windows = instruments.map(({ calendar }) =>
    windowOf(options.from, options.to, calendarNamed(options.calendar ?? calendar)),
  )
  const work = { store, manifest, instruments, windows, until: clock() }
  const line = progressLine(`making ${options.dataset ?? id}`)
  const progress = (done: number, of: number) => line.at(done, of)
  const { recipe, batches, notes } =
    options.continuous === undefined
      ? streamByStream({ ...work, progress }, recipeOf(manifest, options))
      : await continuousRecipe({ ...work, progress }, options)
  const dataset = options.dataset ?? `${id}-${recipe.suffix}`
  const { symbols, from, to } = options
  const terms = Object.fromEntries(
    Object.entries({ ...recipe.terms, symbols, from, to }).filter(([, value]) => value !== undefined),
  )
  try {
    const { kind, price } = recipe
    const stored = await storeDerived({
      ...{ store, from: id, dataset, kind, price, terms, batches, notes },
      ...{ replace: options.replace, now: work.until },
    })
    const of = { dataset: id, snapshot: store.snapshot, terms }
    return options.json === true
      ? JSON.stringify({ from: of, ...stored })
      : inWords(of, recipe, stored, options)
  } finally {
    line.done()
  }
}

export interface DeriveWork {
  readonly store: Store
  readonly manifest: Manifest
  readonly instruments: readonly ManifestInstrument[]
  readonly windows: readonly Window[]
  /** What ends later is not over yet, and left out. */
  readonly until: Micros
  readonly progress: (done: number, of: number) => void
}

export interface DerivedRows {
  readonly recipe: Pick<Recipe, 'words' | 'suffix' | 'kind' | 'price' | 'terms'>
  readonly batches: AsyncIterable<SourceBatch>
  readonly notes: () => readonly string[]
}

function chosen(manifest: Manifest, symbols: string | undefined): readonly ManifestInstrument[] {
  const names = symbols?.split(',').map(name => name.trim())
  const { instruments } = manifest
  for (const name of names ?? [])
    if (!instruments.some(one => isCalled(name, one)))
      throw new GordonError(
        'UNKNOWN_SYMBOL',
        `${manifest.id} has no instrument ${name}: it has ${instruments.slice(0, 12).map(instrumentId).join(', ')}`,
      )
  return instruments.filter(one => names?.some(name => isCalled(name, one)) ?? true)
}

/** One stream after another, each by a maker of its own. */
function streamByStream(work: DeriveWork, recipe: Recipe): DerivedRows {
  const { store, manifest, instruments, windows, until, progress } = work
  const left = new Map<string, number>()
  const warnings: string[] = []
  let unfinished = 0
  const total = instruments.reduce((sum, { rows }) => sum + rows, 0)

  async function* batches(): AsyncGenerator<SourceBatch> {
    let done = 0
    for (const [at, entry] of instruments.entries()) {
      const { calendar = entry.calendar } = recipe.terms as { readonly calendar?: string }
      const maker = recipe.make({ ...plainInstrument(entry), calendar })
      const reader = readStream<'trades'>(store, manifest, entry, { window: windows[at] })
      for (;;) {
        const rows = await reader.next(BATCH_ROWS)
        for (const batch of rows === undefined ? maker.end() : maker.add(rows)) {
          const finished = finishedBy(batch, until)
          unfinished += batch.rows.length - finished.rows.length
          yield finished
        }
        if (rows === undefined) break
        done += rows.length
        progress(done, total)
      }
      for (const [what, count] of Object.entries(maker.left())) left.set(what, (left.get(what) ?? 0) + count)
      for (const text of maker.warnings?.() ?? []) warnings.push(`${instrumentId(entry)}: ${text}`)
    }
  }

  return {
    recipe,
    batches: batches(),
    notes: () => [
      `${recipe.words} made of ${manifest.id}`,
      ...[...left].filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`),
      ...(unfinished > 0 ? [`${unfinished} rows left out, as their time is not over yet`] : []),
      ...warnings,
    ],
  }
}

/** The rows whose time has come. */
function finishedBy(batch: SourceBatch, until: Micros): SourceBatch {
  const rows = batch.rows as { readonly length: number; readonly eventTime: Float64Array }
  let { length } = rows
  while (length > 0 && rows.eventTime[length - 1] > until) length--
  return { ...batch, rows: sliceRows(rows as never, 0, length) } as SourceBatch
}

function inWords(
  of: { readonly dataset: string; readonly snapshot: string },
  recipe: Pick<Recipe, 'words'>,
  { datasets, snapshot, notes, issueCounts, unchanged }: Derived,
  { store = DEFAULT_STORE }: DataDeriveOptions,
): string {
  if (unchanged)
    return `${datasets.map(({ id }) => id).join(' and ')} in ${store} ${datasets.length === 1 ? 'is' : 'are'} these very ${recipe.words} of ${of.dataset} already (${snapshot}): nothing to do.`
  const lines: string[] = []
  for (const { id, kind, rows, streams } of datasets) {
    lines.push(`${rows} ${kind === 'bars' ? 'bars' : 'rows'} went into ${id} in ${store} (${snapshot}).`)
    for (const one of streams.slice(0, 20))
      lines.push(`  ${one.id}  ${one.rows}, ${rowDate(kind, one.first)} to ${rowDate(kind, one.last)}`)
    if (streams.length > 20) lines.push(`  and ${streams.length - 20} instruments more`)
  }
  for (const note of notes) lines.push(`  ${note}`)
  for (const { code, count, example } of issueCounts) lines.push(`  ${code} ${count}: ${example}`)
  return lines.join('\n')
}
