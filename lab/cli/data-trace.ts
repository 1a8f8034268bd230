/**
 * `gordon data trace`: from a number in a report to the run that made it, the snapshot and manifest that it read, the
 * files of the store and the sources that they came from, each held against its hash now.
 */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import {
  fileBytes,
  openStore,
  rowDate,
  traceDataset,
  type TracedDataset,
  type TracedSource,
} from '../catalog/index.ts'
import { GordonError, isGordonError } from '../core/errors.ts'
import { isoTime } from '../core/time.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import { storePlace } from './store-place.ts'
import { type RunOrigins, runOrigins } from './run-origins.ts'

export interface TraceOptions {
  /** Folder of the store; data/store unless said. */
  readonly store?: string
  /** Of a dataset: an older snapshot, by id or number. */
  readonly snapshot?: string
  /** Folder in which the files that were ingested lie. */
  readonly source?: string
  readonly json?: boolean
}

/** A plain table that a run read without a store. */
interface TracedTable {
  readonly file: string
  readonly sha256: string
  readonly now: 'same' | 'changed' | 'missing'
}

export interface Trace {
  readonly of: 'report' | 'run' | 'snapshot' | 'dataset'
  readonly store: string
  readonly run?: Omit<RunOrigins, 'of' | 'datasets'>
  readonly datasets: readonly TracedDataset[]
  readonly tables: readonly TracedTable[]
  /** True when every byte that was looked at is what it was. */
  readonly whole: boolean
  readonly damage: readonly string[]
  /** CHECKSUM_MISMATCH where anything has other bytes, STORE_DAMAGED where something is missing; absent: whole. */
  readonly code?: string
}

/** Exit code 1 when a byte has changed, or is gone. @throws GordonError where there is nothing of that name */
export async function dataTrace(what: string, options: TraceOptions): Promise<string> {
  const trace = await traceOf(what, options)
  if (!trace.whole) process.exitCode = 1
  return options.json === true ? JSON.stringify(trace) : inWords(what, trace, options)
}

async function traceOf(what: string, options: TraceOptions): Promise<Trace> {
  const folder = options.store ?? DEFAULT_STORE
  if (/\.(html?|json)$/i.test(what)) {
    const { of, datasets, ...run } = await runOrigins(what)
    return traced({ of, store: folder, run }, datasets, options)
  }
  const store = await openStore(await storePlace(folder), { snapshot: options.snapshot })
  if (store.ids.includes(what) || !/^(snapshot-)?\d+(-[0-9a-f]{16})?$/.test(what)) {
    return traced({ of: 'dataset', store: folder }, [{ id: what, snapshot: store.snapshot }], options)
  }
  const { ids, snapshot } = await openStore(await storePlace(folder), { snapshot: what })
  return traced(
    { of: 'snapshot', store: folder },
    ids.map(id => ({ id, snapshot })),
    options,
  )
}

async function traced(
  head: Pick<Trace, 'of' | 'store' | 'run'>,
  named: RunOrigins['datasets'],
  options: TraceOptions,
): Promise<Trace> {
  const datasets: TracedDataset[] = []
  const tables: TracedTable[] = []
  const damage: string[] = []
  const seen = new Set<string>()
  for (const { id, snapshot } of named) {
    if (seen.has(`${id} ${snapshot}`)) continue
    seen.add(`${id} ${snapshot}`)
    if (snapshot.startsWith('file:')) {
      tables.push(await traceTable(id, snapshot.slice('file:'.length), options.source))
      continue
    }
    if (!/^snapshot-\d+-/.test(snapshot)) {
      damage.push(`${id} (${snapshot}) was in no store, so its bytes cannot be looked up`)
      continue
    }
    try {
      const store = await openStore(await storePlace(head.store), { snapshot })
      datasets.push(await traceDataset(store, id, options.source))
    } catch (error) {
      // What one dataset lacks is no reason to be silent about the others.
      if (!isGordonError(error) || named.length === 1) throw error
      damage.push(error.message)
    }
  }
  if (named.length === 0)
    throw new GordonError('NOT_A_RUN', 'the run names no data: there is nothing to trace')
  damage.push(...datasets.flatMap(one => one.damage))
  for (const { file, now } of tables)
    if (now !== 'same') damage.push(now === 'missing' ? `${file} is missing` : `${file} was changed since`)
  const codes = [
    ...datasets.map(({ code }) => code),
    ...tables.map(({ now }) => (now === 'changed' ? 'CHECKSUM_MISMATCH' : undefined)),
  ]
  const code = codes.includes('CHECKSUM_MISMATCH') ? 'CHECKSUM_MISMATCH' : 'STORE_DAMAGED'
  const whole = damage.length === 0
  return { ...head, datasets, tables, whole, damage, ...(whole ? {} : { code }) }
}

/** Where it was, or in the folder of sources under its name. */
async function traceTable(file: string, sha256: string, folder: string | undefined): Promise<TracedTable> {
  const path = existsSync(file) || folder === undefined ? file : `${folder}/${basename(file)}`
  if (!existsSync(path)) return { file, sha256, now: 'missing' }
  return { file, sha256, now: (await fileBytes(path)).sha256 === sha256 ? 'same' : 'changed' }
}

function inWords(what: string, trace: Trace, options: TraceOptions): string {
  const lines: string[] = []
  const { run } = trace
  if (run !== undefined) {
    lines.push(`${what} is of the run ${run.digest}`)
    if (run.codeHash !== undefined) lines.push(`  code      ${run.codeHash}`)
    if (run.inputs !== undefined) lines.push(`  inputs    ${run.inputs}`)
    if (run.decisions !== undefined) lines.push(`  decisions ${run.decisions}`)
  }
  for (const { file, sha256, now } of trace.tables)
    lines.push('', `${file}, a plain table`, `  sha256    ${sha256}, ${FOUND[now]}`)
  for (const dataset of withOrigins(trace.datasets)) lines.push('', ...datasetLines(dataset, options))
  lines.push('')
  if (trace.whole) lines.push('Every byte that was looked at is what it was.')
  else lines.push(`Not as it was (${trace.code}):`, ...trace.damage.map(text => `  ${text}`))
  return lines.join('\n').trimStart()
}

const FOUND: Readonly<Record<TracedSource['now'], string>> = {
  same: 'the same bytes today',
  changed: 'changed since',
  missing: 'not there',
  'not looked for': '',
}

const FOUND_DATASET: Readonly<Record<TracedSource['now'], string>> = {
  ...FOUND,
  changed: 'damaged',
  missing: 'taken away by retention',
}

const MOST_STREAMS = 20

/** The datasets, and each one that they were made of, once. */
function withOrigins(datasets: readonly TracedDataset[]): readonly TracedDataset[] {
  const found = new Map<string, TracedDataset>()
  const visit = (dataset: TracedDataset): void => {
    const key = `${dataset.id} ${dataset.manifest}`
    if (found.has(key)) return
    found.set(key, dataset)
    for (const { dataset: origin } of dataset.streams.flatMap(({ sources }) => sources))
      if (origin !== undefined) visit(origin)
  }
  for (const dataset of datasets) visit(dataset)
  return [...found.values()]
}

function datasetLines(dataset: TracedDataset, options: TraceOptions): string[] {
  const { id, snapshot, manifest, kind, rows, streams } = dataset
  const lines = [
    `${id} in ${snapshot}: ${rows} ${kind}`,
    `  manifest  ${options.store ?? DEFAULT_STORE}/manifests/${manifest}.json`,
  ]
  const sources = new Map(
    streams.flatMap(stream => stream.sources).map(one => [`${one.name} ${one.sha256}`, one]),
  )
  for (const source of [...sources.values()].slice(0, MOST_STREAMS)) {
    const { name, sha256, bytes, read, now, derived } = source
    if (derived !== undefined) {
      lines.push(
        `  source    ${name} in ${derived.snapshot}, manifest ${sha256}, ${FOUND_DATASET[now]}`,
        `            made by ${JSON.stringify(derived.terms)}`,
        ...(read === undefined ? [] : [`            at ${isoTime(read.at)}`]),
      )
      continue
    }
    lines.push(
      `  source    ${name}, ${bytes} bytes, sha256 ${sha256}${now === 'not looked for' ? '' : `, ${FOUND[now]}`}`,
    )
    if (source.unread !== undefined) lines.push(`            ${source.unread}`)
    else if (read === undefined) lines.push('            nobody told when it was read')
    else lines.push(`            read ${isoTime(read.at)} with ${JSON.stringify(read.options)}`)
  }
  lines.push(...more(sources.size, 'sources'))
  const notes = [...new Set(streams.flatMap(stream => stream.notes))]
  for (const note of notes.slice(0, MOST_STREAMS)) lines.push(`            ${note}`)
  for (const stream of streams.slice(0, MOST_STREAMS)) {
    const bytes = stream.files.reduce((sum, file) => sum + file.bytes, 0)
    const bad = stream.files.filter(({ now }) => now !== 'same').length
    const state = bad === 0 ? 'each with the hash that the manifest names' : `${bad} of them not as written`
    lines.push(
      `  stream    ${stream.id}, ${stream.rows} rows, ${rowDate(kind, stream.first)} to ${rowDate(kind, stream.last)}` +
        `${stream.dropped === 0 ? '' : `, ${stream.dropped} left out`}: ${stream.files.length} files of ${bytes} bytes, ${state}`,
    )
  }
  lines.push(...more(streams.length, 'streams'))
  return lines
}

function more(count: number, what: string): string[] {
  return count > MOST_STREAMS
    ? [`            and ${count - MOST_STREAMS} ${what} more; --json lists all`]
    : []
}
