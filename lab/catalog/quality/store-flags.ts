/**
 * What was found in a dataset, stored beside it as custom series that a run replays like any other: `--data
 * us-daily/raw,us-daily/raw/quality`. One series per instrument and code, named `quality.outlier`; each point is known
 * when the rows had given the flaw away and never before, and its value is the severity (flags.ts).
 */
import type { Micros } from '../../core/time.ts'
import { storeDerived } from '../ingest/store-derived.ts'
import type { SourceBatch } from '../sources/source.ts'
import type { Store } from '../store.ts'
import type { DatasetQuality } from './check-dataset.ts'
import type { Finding } from './findings.ts'
import { qualityFlags } from './flags.ts'
import type { IssueCode } from './issue.ts'
import { measureOf, type QualityPolicy } from './policy.ts'

export interface StoredFlags {
  /** Undefined where nothing is to be flagged. */
  readonly dataset: string | undefined
  readonly flags: number
  readonly snapshot: string
}

/** @param policy only what it flags */
export async function storeFlags(request: {
  readonly store: Store
  readonly quality: DatasetQuality
  readonly policy: QualityPolicy
  readonly dataset?: string
  readonly now?: Micros
}): Promise<StoredFlags> {
  const { store, quality, policy, now } = request
  const { dataset = `${quality.dataset}/quality` } = request
  const manifest = await store.show(quality.dataset)
  const batches: SourceBatch[] = []
  let flags = 0
  for (const [at, { findings }] of quality.streams.entries()) {
    const { venue, symbol, calendar } = manifest.instruments[at]
    for (const [code, own] of byCode(findings.filter(one => measureOf(one, policy) === 'flag'))) {
      const name = `quality.${code}`
      const rows = qualityFlags(own, { name })
      if (rows.length === 0) continue
      flags += rows.length
      batches.push({ kind: 'custom', instrument: { venue, symbol, calendar }, name, rows })
    }
  }
  if (batches.length === 0) return { dataset: undefined, flags, snapshot: store.snapshot }
  const { snapshot } = await storeDerived({
    store,
    from: quality.dataset,
    dataset,
    kind: 'custom',
    terms: { flags: policy },
    batches: (async function* () {
      yield* batches
    })(),
    notes: () => [`what gordon data check found in ${quality.dataset}: 1 is a note, 2 suspect, 3 fatal`],
    replace: true,
    now,
  })
  return { dataset, flags, snapshot }
}

function byCode(findings: readonly Finding[]): Map<IssueCode, Finding[]> {
  const groups = new Map<IssueCode, Finding[]>()
  for (const one of findings) groups.set(one.code, [...(groups.get(one.code) ?? []), one])
  return groups
}
