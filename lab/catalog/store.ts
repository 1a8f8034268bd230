/**
 * The historical store, opened at one snapshot: what it holds, whether that is whole, and SQL over it. An ingest by
 * somebody else does not change what an open store sees.
 */
import { join } from 'node:path'
import type { Table } from 'apache-arrow'
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'
import type { Adjustment } from '../domain/bar.ts'
import { calendarNamed, localDay } from '../domain/calendar/calendar.ts'
import { dayText } from '../domain/calendar/civil.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { AdjustedFor } from './adjusted.ts'
import type { DamageCode } from './damage.ts'
import { sqlName, sqlParquet } from './duckdb.ts'
import { requireStore } from './layout.ts'
import { knownSql, rowFilesOf } from './known-rows.ts'
import {
  everyPartOf,
  type Manifest,
  type ManifestFile,
  type ManifestInstrument,
  readManifest,
} from './manifest.ts'
import type { QualityIssue } from './quality/issue.ts'
import type { DataKind, PriceType } from './schema.ts'
import { namedSnapshot, newestSnapshot, type Snapshot } from './snapshot.ts'
import { type Storage, type StorePlace, storageOf } from './storage/storage.ts'

export interface DatasetInfo {
  readonly id: string
  readonly kind: DataKind
  readonly interval: string
  readonly adjustment: Adjustment
  /** Of bars. */
  readonly price?: PriceType
  readonly rows: number
  readonly first: Micros
  readonly last: Micros
  readonly instruments: readonly string[]
  /** Name under which SQL knows it, beside its id in double quotes. */
  readonly view: string
}

export interface DatasetCheck {
  readonly id: string
  /** True when every file is there with the bytes that its manifest names. */
  readonly whole: boolean
  readonly files: number
  readonly damage: readonly string[]
  /** CHECKSUM_MISMATCH where a file has other bytes, STORE_DAMAGED where one is missing; absent: whole. */
  readonly code?: DamageCode
  /** What ingest found, with the rows that it dropped. */
  readonly issues: readonly (QualityIssue & { readonly instrument: string })[]
  /** Sessions of the calendar without a daily bar, between an instrument's first and last. */
  readonly missingSessions: readonly {
    readonly instrument: string
    readonly count: number
    readonly dates: readonly string[]
  }[]
}

export interface Store {
  /** As a person says it: `data/store`, `s3://bucket/prefix`. */
  readonly name: string
  /** Where its bytes lie. */
  readonly storage: Storage
  /** Folder of this machine: the store itself, or where copies of a remote one are kept. */
  readonly folder: string
  /** True where not even a cache is written. */
  readonly readOnly: boolean
  /** `snapshot-<n>-<hash>`: names the exact bytes that are read. */
  readonly snapshot: string
  /** What came later than this instant is not told (point-in-time.md); Infinity: everything is. */
  readonly knownAt: Micros
  /** Of every dataset, sorted. */
  readonly ids: readonly string[]
  /** Name of a dataset's manifest, the SHA-256 of its text. @throws GordonError UNKNOWN_DATASET */
  manifestOf(id: string): string
  datasets(): Promise<readonly DatasetInfo[]>
  /** @throws GordonError UNKNOWN_DATASET */
  show(id: string): Promise<Manifest>
  /** Reads every byte. @throws GordonError UNKNOWN_DATASET */
  check(id: string): Promise<DatasetCheck>
  /**
   * Every dataset is a view.
   * @param options.adjusted views of raw bars are adjusted by the store's actions (adjusted.ts)
   * @throws GordonError SQL
   */
  sql(query: string, options?: { readonly adjusted?: AdjustedFor }): Promise<Table>
}

/**
 * @param options.snapshot an older one, by id or number; the newest unless said
 * @param options.knownAt only what could have been known at that instant; everything unless said
 * @throws GordonError STORE_NOT_FOUND, STORE_VERSION, STORE_DAMAGED, CHECKSUM_MISMATCH, UNKNOWN_SNAPSHOT
 */
export async function openStore(
  place: StorePlace,
  options: { readonly snapshot?: string; readonly knownAt?: Micros } = {},
): Promise<Store> {
  const { knownAt = Number.POSITIVE_INFINITY } = options
  const storage = storageOf(place)
  const { name, folder } = storage
  const { readOnly = false } = await requireStore(storage)
  const snapshot =
    options.snapshot === undefined
      ? await newestSnapshot(storage)
      : await namedSnapshot(storage, options.snapshot)
  const manifests = new Map<string, Promise<Manifest>>()
  const manifestOf = (id: string): string => {
    const name = snapshot.datasets[id]
    if (name === undefined) throw unknownDataset(storage.name, snapshot, id)
    return name
  }
  const show = async (id: string): Promise<Manifest> => {
    const name = manifestOf(id)
    let manifest = manifests.get(id)
    if (manifest === undefined) {
      manifests.set(id, (manifest = readManifest(storage, name, id)))
      // A network that was away may be back.
      manifest.catch(() => manifests.delete(id))
    }
    return manifest
  }
  const ids = Object.keys(snapshot.datasets).sort()
  const views = viewNames(ids)
  const store: Store = {
    name,
    storage,
    folder,
    readOnly,
    snapshot: snapshot.id,
    knownAt,
    ids,
    manifestOf,
    show,
    async datasets() {
      const found = await Promise.all(ids.map(show))
      return found.map(({ id, kind, interval, adjustment, price, rows, first, last, instruments }) => ({
        id,
        kind,
        interval,
        adjustment,
        ...(price === undefined ? {} : { price }),
        rows,
        first,
        last,
        instruments: [...new Set(instruments.map(instrumentId))],
        view: views.get(id)!,
      }))
    },
    async check(id) {
      return checkDataset(store, await show(id))
    },
    async sql(query, { adjusted } = {}) {
      const { queryArrow } = await import('./sql.ts')
      const [named, others]: [string[], string[]] = [[], []]
      const releases: (() => void)[] = []
      try {
        for (const id of ids) {
          const called = [...new Set([id, views.get(id)!])]
          const isNamed = called.some(one => query.toLowerCase().includes(one.toLowerCase()))
          // What is far away is brought only for a query that names it, and what is near is held to its hash only then.
          if (storage.remote && !isNamed) continue
          const manifest = await show(id)
          const files = rowFilesOf(manifest)
          let paths: readonly string[] = files.map(({ path }) => join(storage.folder, path))
          if (isNamed) {
            const brought = await storage.bring(files)
            releases.push(brought.release)
            paths = brought.paths
          }
          let rows = knownSql(manifest, rowsSql(files, paths), knownAt)
          if (
            adjusted !== undefined &&
            isNamed &&
            manifest.kind === 'bars' &&
            manifest.adjustment === 'raw'
          ) {
            const { adjustedBars, adjustedSql } = await import('./adjusted.ts')
            rows = adjustedSql(rows, await adjustedBars({ store, datasets: [id], method: adjusted }))
          }
          for (const one of called)
            (isNamed ? named : others).push(`CREATE OR REPLACE TEMP VIEW ${sqlName(one)} AS ${rows}`)
        }
        return await queryArrow(named, query, others)
      } finally {
        for (const release of releases) release()
      }
    },
  }
  return store
}

/** All rows of a dataset as SQL. @param paths where its files lie, in their order */
export function rowsSql(files: readonly ManifestFile[], paths: readonly string[]): string {
  return `SELECT * FROM ${sqlParquet(paths, viewOptions(files))}`
}

/** A symbol of digits is a text and no number; files of an older schema lack columns of a newer one. */
function viewOptions(files: readonly ManifestFile[]): string {
  const keys = files[0].path.split('/').flatMap(folder => /^([a-z]+)=/.exec(folder)?.[1] ?? [])
  const types = keys.map(key => `${key}: ${key === 'year' ? 'BIGINT' : 'VARCHAR'}`).join(', ')
  const mixed = files.some(({ schema }) => schema !== files[0].schema)
  return `, hive_partitioning = true, hive_types = {${types}}${mixed ? ', union_by_name = true' : ''}`
}

/** `us-daily/raw` → `us_daily_raw`; a name that two would share stays the id of both. */
function viewNames(ids: readonly string[]): Map<string, string> {
  const plain = (id: string): string => id.replace(/[^A-Za-z0-9]+/g, '_')
  return new Map(
    ids.map(id => [id, ids.filter(other => plain(other) === plain(id)).length === 1 ? plain(id) : id]),
  )
}

function unknownDataset(name: string, snapshot: Snapshot, id: string): GordonError {
  const ids = Object.keys(snapshot.datasets).sort()
  return new GordonError(
    'UNKNOWN_DATASET',
    `the store at ${name} has no dataset ${JSON.stringify(id)}: it has ${ids.join(', ') || 'none yet'}`,
  )
}

async function checkDataset(store: Store, manifest: Manifest): Promise<DatasetCheck> {
  const damage: string[] = []
  let files = 0
  let isChanged = false
  for (const part of everyPartOf(manifest)) {
    for (const file of part.files) {
      files++
      const { path, bytes, sha256 } = file
      const found = await store.storage.inspect(file)
      isChanged ||= found !== undefined && found.sha256 !== sha256
      if (found === undefined) damage.push(`${path} is missing`)
      else if (found.bytes !== bytes) damage.push(`${path} has ${found.bytes} bytes and should have ${bytes}`)
      else if (found.sha256 !== sha256) damage.push(`${path} was changed after it was written`)
    }
  }
  return {
    id: manifest.id,
    whole: damage.length === 0,
    files,
    damage,
    ...(damage.length === 0 ? {} : { code: isChanged ? 'CHECKSUM_MISMATCH' : 'STORE_DAMAGED' }),
    issues: [
      ...manifest.instruments.flatMap(one =>
        one.issues.map(issue => ({ instrument: instrumentId(one), ...issue })),
      ),
      ...(manifest.table?.issues ?? []).map(issue => ({
        instrument: issue.place.instrument ?? '',
        ...issue,
      })),
    ],
    missingSessions:
      damage.length > 0 || manifest.interval !== '1d' ? [] : await missingSessions(store, manifest),
  }
}

async function missingSessions(store: Store, manifest: Manifest): Promise<DatasetCheck['missingSessions']> {
  const { loadSeries } = await import('./open-bars.ts')
  const missing: { instrument: string; count: number; dates: string[] }[] = []
  for (const instrument of manifest.instruments) {
    const calendar = calendarNamed(instrument.calendar)
    const { eventTime } = await loadSeries(store, instrument)
    const present = new Set<number>(eventTime)
    const dates: string[] = []
    const last = localDay(calendar.zone, instrument.last)
    for (let day = localDay(calendar.zone, instrument.first - 1); day <= last; day++) {
      const session = calendar.session(day)
      if (session !== undefined && session.close >= instrument.first && session.close <= instrument.last) {
        if (!present.has(session.close)) dates.push(dayText(day))
      }
    }
    if (dates.length > 0) {
      missing.push({ instrument: instrumentId(instrument), count: dates.length, dates: dates.slice(0, 20) })
    }
  }
  return missing
}

/** Whether a name, `AAPL` or `XNAS:AAPL`, means this instrument. */
export function isCalled(name: string, instrument: ManifestInstrument): boolean {
  return name === instrument.symbol || name === instrumentId(instrument)
}
