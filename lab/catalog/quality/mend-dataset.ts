/**
 * A dataset mended by a policy, as a dataset of its own beside the one that it was made of: nothing is overwritten,
 * and whoever trusts the mending names the other id. Every change is in a record that lies in the store
 * (`repairs/<sha256>.json`), and by it the mended rows become the ones that they were (`unmendDataset`), held against
 * the digest of the original rows. Rows stream; what is held are the changes.
 */
import { canonicalJson, textDigest } from '../../core/digest.ts'
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import { storeDerived } from '../ingest/store-derived.ts'
import { readJson } from '../layout.ts'
import type { Manifest, ManifestInstrument } from '../manifest.ts'
import { readStream, type SeriesKind } from '../series-reader.ts'
import type { SourceBatch } from '../sources/source.ts'
import type { Store } from '../store.ts'
import { rowsDigest } from '../upkeep/rows-digest.ts'
import type { CheckedRows } from './check.ts'
import type { DatasetQuality } from './check-dataset.ts'
import type { Finding } from './findings.ts'
import { measureOf, type QualityPolicy } from './policy.ts'
import { type RepairEdit, type RepairRecord, repair, undoRepair } from './repair.ts'

/** What was changed, by stream, in the order of the manifest. */
interface MendRecord {
  readonly dataset: string
  /** Name of the manifest that was mended. */
  readonly manifest: string
  readonly policy: QualityPolicy
  readonly streams: readonly (RepairRecord & {
    readonly stream: string
    /** Of the rows as they were. */
    readonly digest: string
  })[]
}

export interface Mended {
  readonly dataset: string
  readonly snapshot: string
  /** Relative to the store. */
  readonly record: string
  readonly dropped: number
  readonly replaced: number
  /** What the policy would have repaired and what has no mend. */
  readonly left: readonly Finding[]
}

export interface MendRequest {
  readonly store: Store
  /** What was found in the dataset. */
  readonly quality: DatasetQuality
  readonly policy: QualityPolicy
  /** Id of the mended one; `<dataset>-mended` unless said. */
  readonly dataset?: string
  readonly now?: Micros
}

const BATCH_ROWS = 65_536

/**
 * @throws GordonError QUALITY_REFUSED where the policy refuses something, NOTHING_TO_MEND, TOO_MANY_ISSUES; nothing is
 * stored then
 */
export async function mendDataset(request: MendRequest): Promise<Mended> {
  const { store, quality, policy, now } = request
  refuseByPolicy(quality, policy)
  const from = quality.dataset
  const manifest = await store.show(from)
  const left: Finding[] = []
  const streams: MendRecord['streams'][number][] = []
  for (const [at, { name, findings }] of quality.streams.entries()) {
    const entry = manifest.instruments[at]
    const edits: RepairEdit[] = []
    for await (const mended of mendedBatches({ store, manifest, entry, findings, policy })) {
      left.push(...mended.left)
      for (const edit of mended.record.edits) edits.push(shifted(edit, mended.row))
    }
    streams.push({
      stream: name,
      rows: entry.rows,
      edits,
      digest: await rowsDigest(store.storage, manifest.kind, entry),
    })
  }
  const count = (kind: RepairEdit['kind']) =>
    streams.reduce((sum, { edits }) => sum + edits.filter(edit => edit.kind === kind).length, 0)
  const [dropped, replaced] = [count('dropped'), count('replaced')]
  if (dropped + replaced === 0) {
    throw new GordonError(
      'NOTHING_TO_MEND',
      `nothing in ${from} is both wrong and said to be repaired: see gordon data check ${from} --policy …`,
    )
  }
  const made: MendRecord = { dataset: from, manifest: store.manifestOf(from), policy, streams }
  const text = canonicalJson(made) + '\n'
  const record = `repairs/${textDigest(text)}.json`
  await store.storage.writeNew(record, text)
  const batches = async function* (): AsyncGenerator<SourceBatch> {
    for (const [at, { findings }] of quality.streams.entries()) {
      const entry = manifest.instruments[at]
      for await (const { series } of mendedBatches({ store, manifest, entry, findings, policy }))
        yield batchOf(manifest, entry, series)
    }
  }
  const { dataset = `${from}-mended` } = request
  const derived = await storeDerived({
    store,
    from,
    dataset,
    kind: manifest.kind as SeriesKind,
    price: manifest.price,
    terms: { mended: policy, record },
    batches: batches(),
    notes: () => [`${dropped} rows were left out and ${replaced} values replaced: see ${record}`],
    replace: true,
    now,
  })
  return { dataset, snapshot: derived.snapshot, record, dropped, replaced, left }
}

/** @throws GordonError QUALITY_REFUSED */
export function refuseByPolicy({ findings, dataset }: DatasetQuality, policy: QualityPolicy): void {
  const refused = findings.filter(one => measureOf(one, policy) === 'refuse')
  if (refused.length === 0) return
  const [{ code, example }] = refused
  throw new GordonError(
    'QUALITY_REFUSED',
    `${example}; the policy refuses ${refused.length === 1 ? 'this' : `${refused.length} places`} in ${dataset}: ` +
      `mend the source, or say ${code}=repair or ${code}=flag`,
  )
}

export interface Unmended {
  readonly dataset: string
  readonly snapshot: string
  /** Of the dataset that was mended. */
  readonly original: string
}

/**
 * The rows as they were before a mending, made of the mended ones and the record alone.
 * @param request.dataset where they go; `<dataset>-unmended` unless said
 * @throws GordonError NOT_MENDED, STORE_DAMAGED where the rows are not those that were mended
 */
export async function unmendDataset(request: {
  readonly store: Store
  readonly from: string
  readonly dataset?: string
  readonly now?: Micros
}): Promise<Unmended> {
  const { store, from, now } = request
  const manifest = await store.show(from)
  const record = await recordOf(store, manifest)
  const batches = async function* (): AsyncGenerator<SourceBatch> {
    for (const [at, entry] of manifest.instruments.entries())
      for await (const series of unmendedBatches(store, manifest, entry, record.streams[at]))
        yield batchOf(manifest, entry, series)
  }
  const { dataset = `${from}-unmended` } = request
  const { snapshot } = await storeDerived({
    store,
    from,
    dataset,
    kind: manifest.kind as SeriesKind,
    price: manifest.price,
    terms: { unmended: record.manifest },
    batches: batches(),
    notes: () => [`the rows of ${record.dataset} before they were mended`],
    replace: true,
    now,
  })
  const { openStore } = await import('../store.ts')
  const { instruments, kind } = await (await openStore(store.storage)).show(dataset)
  for (const [at, { stream, digest }] of record.streams.entries()) {
    if ((await rowsDigest(store.storage, kind, instruments[at])) === digest) continue
    throw new GordonError('STORE_DAMAGED', `${stream} in ${dataset} is not what was mended: mend it again`, {
      kind: 'failure',
    })
  }
  return { dataset, snapshot, original: record.dataset }
}

async function recordOf(store: Store, { id, instruments }: Manifest): Promise<MendRecord> {
  const terms = instruments.at(0)?.sources.at(0)?.derived?.terms as { readonly record?: string } | undefined
  const text = terms?.record === undefined ? undefined : await store.storage.read(terms.record)
  if (text === undefined || terms?.record === undefined)
    throw new GordonError('NOT_MENDED', `${id} was not made by gordon data mend: name one that was`)
  if (terms.record !== `repairs/${textDigest(text)}.json`) {
    throw new GordonError('STORE_DAMAGED', `${terms.record} was changed after it was written`, {
      kind: 'failure',
    })
  }
  return readJson<MendRecord>(text, terms.record)
}

interface Mending {
  readonly store: Store
  readonly manifest: Manifest
  readonly entry: ManifestInstrument
  readonly findings: readonly Finding[]
  readonly policy: QualityPolicy
}

/** A stream's batches, each mended by itself: rows of the store are in order, so none goes from one to another. */
async function* mendedBatches({ store, manifest, entry, findings, policy }: Mending) {
  const kind = manifest.kind as SeriesKind
  const reader = readStream(store, manifest, entry, { bookkeeping: true })
  let row = 0
  for (;;) {
    const rows = (await reader.next(BATCH_ROWS)) as CheckedRows | undefined
    if (rows === undefined) return
    const own = findings.flatMap(one => within(one, row, row + rows.length))
    const { series, record, left } = repair(kind, rows, own, policy)
    yield { row, series, record, left }
    row += rows.length
  }
}

/** What of a finding lies in rows [from, to), as though these were all. */
function within(finding: Finding, from: number, to: number): Finding[] {
  const first = Math.max(from, finding.place.row - 1)
  // What has no rows of its own (a hole, a shift) is told with the row that follows it.
  const last = Math.min(to, finding.place.row - 1 + Math.max(1, finding.count))
  if (first >= last) return []
  return [{ ...finding, count: last - first, place: { ...finding.place, row: first - from + 1 } }]
}

function shifted(edit: RepairEdit, by: number): RepairEdit {
  if (edit.kind === 'moved') throw new Error('bug in gordon: rows of a store are in order, and one was moved')
  return { ...edit, row: edit.row + by }
}

async function* unmendedBatches(
  store: Store,
  manifest: Manifest,
  entry: ManifestInstrument,
  { rows, edits }: RepairRecord,
): AsyncGenerator<CheckedRows> {
  const reader = readStream(store, manifest, entry, { bookkeeping: true })
  const left = edits.filter(edit => edit.kind === 'dropped').sort((a, b) => a.row - b.row)
  let at = 0
  let from = 0
  let batch = (await reader.next(BATCH_ROWS)) as CheckedRows | undefined
  while (batch !== undefined) {
    const next = (await reader.next(BATCH_ROWS)) as CheckedRows | undefined
    let to = from + batch.length
    while (at < left.length && left[at].row < to) {
      to++
      at++
    }
    if (next === undefined) to = rows
    const own = edits
      .filter(({ row }) => row >= from && row < to)
      .map(edit => ({ ...edit, row: edit.row - from }))
    yield undoRepair(batch, { rows: to - from, edits: own })
    from = to
    batch = next
  }
}

function batchOf(manifest: Manifest, entry: ManifestInstrument, rows: CheckedRows): SourceBatch {
  const { kind, interval, price, adjustment } = manifest
  const {
    name,
    rows: _r,
    first: _f,
    last: _l,
    sources: _s,
    notes: _n,
    issues: _i,
    dropped: _d,
    files,
    ...own
  } = entry
  const { corrections: _c, ...instrument } = own
  const known: Record<string, unknown> = { ...rows }
  delete known.sequence
  // What no file has anything in is not there; else it would be written as something.
  for (const [column, field] of OPTIONAL)
    if (files.every(({ empty }) => empty?.includes(column) === true)) delete known[field]
  return {
    kind,
    instrument,
    rows: known,
    ...(kind === 'bars' ? { interval, price, adjustment } : {}),
    ...(name === undefined ? {} : { name }),
  } as unknown as SourceBatch
}

const OPTIONAL = [
  ['session_close', 'sessionClose'],
  ['order_id', 'order'],
  ['venue_sequence', 'venueSequence'],
  ['volume', 'volume'],
] as const
