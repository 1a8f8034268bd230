/**
 * What was staged becomes part of its datasets: each manifest is the current one with the new streams in it, and one
 * snapshot makes all of them visible. Called again on whatever is newest when another writer was first.
 */
import { GordonError } from '../../core/errors.ts'
import type { Adjustment } from '../../domain/bar.ts'
import { compareInstruments, type Instrument, instrumentId } from '../../domain/instrument.ts'
import { rowDate } from '../dates.ts'
import { STORE_FORMAT } from '../layout.ts'
import {
  type Manifest,
  type ManifestInstrument,
  type ManifestPart,
  type ManifestSource,
  readManifest,
  writeManifest,
} from '../manifest.ts'
import { type DataKind, type PriceType, SCHEMAS } from '../schema.ts'
import { newestSnapshot, publish, type Snapshot } from '../snapshot.ts'
import type { StorePlace } from '../storage/storage.ts'
import { withWrittenSessions } from '../written-sessions.ts'

/** What all rows of a dataset have in common. */
export interface DatasetTerms {
  readonly id: string
  readonly kind: DataKind
  /** Of bars; `ticks` of all else. */
  readonly interval: string
  readonly adjustment: Adjustment
  /** Of bars. */
  readonly price?: PriceType
}

/** What happens to a stream that is there: nothing may be, or it goes, or the new rows follow its last. */
export type MergeMode = 'add' | 'replace' | 'append'

export interface Addition {
  readonly terms: DatasetTerms
  readonly instruments: readonly ManifestInstrument[]
  /** Number of the first row of each that is appended: rows that its stream had when they were numbered. */
  readonly starts?: ReadonlyMap<string, number>
  /** Of kinds that have one table. */
  readonly table?: ManifestPart
  /** By stream: bars that say otherwise what it has. */
  readonly corrections?: ReadonlyMap<string, ManifestPart>
}

export function sameSource(a: ManifestSource, b: ManifestSource): boolean {
  return a.sha256 === b.sha256 && a.reading === b.reading && a.name === b.name
}

/** One name for each stream of a dataset. */
export function streamId(one: { readonly venue: string; readonly symbol: string; readonly name?: string }) {
  return one.name === undefined ? instrumentId(one) : `${instrumentId(one)} ${one.name}`
}

export async function currentManifest(store: StorePlace, id: string): Promise<Manifest | undefined> {
  const name = (await newestSnapshot(store)).datasets[id]
  return name === undefined ? undefined : readManifest(store, name)
}

/** @throws GordonError as merge does; nothing is visible then */
export async function publishAdditions(
  store: StorePlace,
  additions: readonly Addition[],
  mode: MergeMode,
): Promise<{ readonly snapshot: Snapshot; readonly manifests: readonly Manifest[] }> {
  let manifests: Manifest[] = []
  const snapshot = await publish(store, async datasets => {
    manifests = []
    const next: Record<string, string> = { ...datasets }
    for (const addition of additions) {
      const { id } = addition.terms
      const current = datasets[id] === undefined ? undefined : await readManifest(store, datasets[id])
      const manifest = await withWrittenSessions(store, merge(current, addition, mode))
      manifests.push(manifest)
      next[id] = await writeManifest(store, manifest)
    }
    return next
  })
  return { snapshot, manifests }
}

/**
 * The dataset with these streams in it.
 * @throws GordonError DATASET_DIFFERS, INSTRUMENT_EXISTS, NOT_AFTER, APPEND_CONFLICT, GRID_DIFFERS
 */
export function merge(current: Manifest | undefined, addition: Addition, mode: MergeMode): Manifest {
  const { terms, table } = addition
  refuseOther(current, terms)
  const instruments = new Map((current?.instruments ?? []).map(one => [streamId(one), one]))
  for (const one of addition.instruments) {
    const id = streamId(one)
    const present = instruments.get(id)
    if (present === undefined || mode === 'replace') instruments.set(id, one)
    else if (mode === 'append') instruments.set(id, appended(addition, present, one))
    else if (present.sources.length === 1 && sameSource(present.sources[0], one.sources[0]))
      instruments.set(id, one)
    else {
      throw new GordonError(
        'INSTRUMENT_EXISTS',
        `${id} is already in dataset ${terms.id} with ${present.rows} ${terms.kind} from ${rowDate(terms.kind, present.first)} to ` +
          `${rowDate(terms.kind, present.last)}: pass --replace to put these in their place`,
      )
    }
  }
  for (const [id, corrections] of addition.corrections ?? []) {
    const one = instruments.get(id)
    if (one === undefined)
      throw new Error(`bug in gordon: corrections of ${id}, which ${terms.id} does not have`)
    const before = one.corrections
    instruments.set(id, {
      ...one,
      corrections: before === undefined ? corrections : joinedParts(before, corrections),
    })
  }
  const streams = [...instruments.values()].sort(
    (a, b) => compareInstruments(a, b) || ((a.name ?? '') < (b.name ?? '') ? -1 : 1),
  )
  const whole: ManifestPart | undefined =
    table === undefined || current?.table === undefined || mode === 'replace'
      ? table
      : joinedParts(current.table, table)
  const manifest = {
    format: STORE_FORMAT,
    schema: SCHEMAS[terms.kind].version,
    ...terms,
    instruments: streams,
    ...(whole === undefined ? {} : { table: whole }),
    // What takes the place of rows is resolved anew, and its sessions with it.
    ...(current?.sessions === undefined || mode === 'replace' ? {} : { sessions: current.sessions }),
  }
  const parts: readonly ManifestPart[] = whole === undefined ? streams : [whole]
  return {
    ...manifest,
    rows: parts.reduce((sum, one) => sum + one.rows, 0),
    first: parts.reduce((first, one) => Math.min(first, one.first), Number.POSITIVE_INFINITY),
    last: parts.reduce((last, one) => Math.max(last, one.last), Number.NEGATIVE_INFINITY),
  }
}

function refuseOther(current: Manifest | undefined, terms: DatasetTerms): void {
  if (current === undefined) return
  const { kind, interval, adjustment, price } = current
  if (
    kind === terms.kind &&
    interval === terms.interval &&
    adjustment === terms.adjustment &&
    price === terms.price
  )
    return
  throw new GordonError(
    'DATASET_DIFFERS',
    `dataset ${terms.id} holds ${datasetWords(current)} and these are ${datasetWords(terms)}: choose another id with --dataset`,
  )
}

/** `raw bars of 1d`, `bid bars of 1m`, `trades` */
export function datasetWords(terms: Omit<DatasetTerms, 'id'>): string {
  const { kind, interval, adjustment, price } = terms
  if (kind !== 'bars') return kind
  const side = price === undefined || price === 'trade' ? '' : `${price} `
  return `${adjustment} ${side}bars of ${interval}`
}

function appended(
  { terms, starts }: Addition,
  present: ManifestInstrument,
  added: ManifestInstrument,
): ManifestInstrument {
  const id = streamId(added)
  const touches = terms.kind === 'bars' ? added.first <= present.last : added.first < present.last
  if (touches) {
    throw new GordonError(
      'NOT_AFTER',
      `${added.sources[0].name} begins at ${rowDate(terms.kind, added.first)} and ${id} in dataset ${terms.id} goes to ` +
        `${rowDate(terms.kind, present.last)}: append what comes after it, say with --known when it was corrected, or pass --replace`,
    )
  }
  if ((starts?.get(id) ?? 0) !== present.rows) {
    throw new GordonError(
      'APPEND_CONFLICT',
      `another writer appended to ${id} in dataset ${terms.id} meanwhile: nothing was stored, run it again`,
      { kind: 'failure' },
    )
  }
  for (const key of ['lotsPerUnit', 'ticksPerUnit'] as const) {
    const [small, large] = [present[key], added[key]].sort((a, b) => a - b)
    if (large % small === 0) continue
    throw new GordonError(
      'GRID_DIFFERS',
      `${id} in dataset ${terms.id} has a grid of 1/${present[key]} and ${added.sources[0].name} one of 1/${added[key]}, ` +
        'and neither holds the other: give --tick and --lot as they were, or choose another id with --dataset',
    )
  }
  const instrument: Instrument = {
    ...present,
    ...added,
    ticksPerUnit: Math.max(present.ticksPerUnit, added.ticksPerUnit),
    lotsPerUnit: Math.max(present.lotsPerUnit, added.lotsPerUnit),
  }
  return {
    ...instrument,
    ...(present.name === undefined ? {} : { name: present.name }),
    ...joinedParts(present, added),
  }
}

function joinedParts(present: ManifestPart, added: ManifestPart): ManifestPart {
  const before = present.sources.length
  return {
    rows: present.rows + added.rows,
    first: Math.min(present.first, added.first),
    last: Math.max(present.last, added.last),
    sources: [...present.sources, ...added.sources],
    notes: [...new Set([...present.notes, ...added.notes])],
    issues: [...present.issues, ...added.issues],
    dropped: present.dropped + added.dropped,
    files: [...present.files, ...added.files.map(file => ({ ...file, source: file.source + before }))],
  }
}
