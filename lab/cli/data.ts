/** `gordon data list | show | sql`: what the store holds, and questions to it; `check` is data-check.ts. */
import type { Table } from 'apache-arrow'
import { datasetWords, knownManifest, openStore, rowDate } from '../catalog/index.ts'
import { isoDate, isoTime } from '../core/time.ts'
import { instrumentId } from '../domain/instrument.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import { readAsOf, readChoice } from './read-flags.ts'
import { storePlace } from './store-place.ts'
import { textTable } from './text-table.ts'

export interface DataCommandOptions {
  /** Folder of the store, or s3://bucket/prefix; data/store unless said. */
  readonly store?: string
  /** An older snapshot, by id or number. */
  readonly snapshot?: string
  /** Only what could have been known by then. */
  readonly asOf?: string
  /** Of `sql`: raw bars adjusted by the store's actions, for splits or for dividends too. */
  readonly adjusted?: string
  readonly json?: boolean
}

async function open(options: DataCommandOptions) {
  return openStore(await storePlace(options.store ?? DEFAULT_STORE), {
    snapshot: options.snapshot,
    knownAt: readAsOf(options.asOf),
  })
}

/** Every dataset of the store. */
export async function dataList(options: DataCommandOptions): Promise<string> {
  const store = await open(options)
  const datasets = await store.datasets()
  if (options.json) return JSON.stringify({ store: store.name, snapshot: store.snapshot, datasets })
  if (datasets.length === 0) return `${store.name} holds no dataset yet.`
  const rows = datasets.map(one => [
    one.id,
    one.kind === 'bars' ? one.interval : one.kind,
    one.price === undefined || one.price === 'trade' ? one.adjustment : one.price,
    String(one.instruments.length),
    String(one.rows),
    rowDate(one.kind, one.first),
    rowDate(one.kind, one.last),
    one.view,
  ])
  const header = ['dataset', 'interval', 'prices', 'instruments', 'rows', 'from', 'to', 'in SQL']
  return `${textTable(header, rows)}\n\n${store.name}, ${store.snapshot}`
}

/** One dataset: its instruments, where each came from, and how that was understood. */
export async function dataShow(id: string, options: DataCommandOptions): Promise<string> {
  const store = await open(options)
  const manifest = await shownManifest(store, id)
  if (options.json) return JSON.stringify({ snapshot: store.snapshot, ...manifest })
  const rows = manifest.instruments.map(one => [
    one.name === undefined ? instrumentId(one) : `${instrumentId(one)} ${one.name}`,
    String(one.rows),
    rowDate(manifest.kind, one.first),
    rowDate(manifest.kind, one.last),
    `1/${one.ticksPerUnit}`,
    `1/${one.lotsPerUnit}`,
    one.currency,
    one.calendar,
    one.sources.map(({ name, sha256 }) => `${name} ${sha256.slice(0, 12)}`).join(', '),
  ])
  const header = ['instrument', 'rows', 'from', 'to', 'tick', 'lot', 'currency', 'calendar', 'source']
  const notes = [...new Set(manifest.instruments.flatMap(one => one.notes))]
  return [
    `${id}: ${manifest.rows} ${datasetWords(manifest)}, ${store.snapshot}`,
    '',
    textTable(header, rows),
    '',
    ...notes,
    ...issueLines(
      manifest.instruments.flatMap(one =>
        one.issues.map(issue => ({ instrument: instrumentId(one), ...issue })),
      ),
    ),
  ]
    .join('\n')
    .trimEnd()
}

/** As of a date: rows, first and last as they were then. */
async function shownManifest(store: Awaited<ReturnType<typeof open>>, id: string) {
  const manifest = await store.show(id)
  return store.knownAt === Number.POSITIVE_INFINITY ? manifest : knownManifest(store, manifest)
}

function issueLines(
  issues: readonly {
    readonly instrument: string
    readonly code: string
    readonly count: number
    readonly example: string
  }[],
): string[] {
  return issues.map(({ instrument, code, count, example }) => `${instrument} ${code} ${count}: ${example}`)
}

const MOST_ROWS = 200

/** A query over the datasets, each a view; two hundred rows on a terminal, all of them with `json`. */
export async function dataSql(query: string, options: DataCommandOptions): Promise<string> {
  const store = await open(options)
  const adjusted = readChoice('--adjusted', options.adjusted, ['split', 'total-return'])
  const table = await store.sql(query, { adjusted })
  const names = table.schema.fields.map(({ name }) => name)
  if (options.json) {
    const rows = plainRows(table, table.numRows).map(row =>
      Object.fromEntries(row.map((cell, i) => [names[i], cell])),
    )
    return JSON.stringify({ snapshot: store.snapshot, columns: names, rows })
  }
  if (names.length === 0) return 'Done.'
  const shown = plainRows(table, Math.min(table.numRows, MOST_ROWS))
  const text = textTable(
    names,
    shown.map(row => row.map(cell => (cell === null ? '' : String(cell)))),
  )
  const rest = table.numRows - shown.length
  return rest > 0 ? `${text}\n… and ${rest} rows more; --json prints all` : text
}

type Cell = string | number | boolean | null

/** Values as JSON has them: times as ISO texts, NaN as the text NaN (JSON has none, and null is NULL). */
function plainRows(table: Table, count: number): Cell[][] {
  const columns = table.schema.fields.map(({ type }, i) => ({
    type: String(type),
    vector: table.getChildAt(i)!,
  }))
  return Array.from({ length: count }, (_, row) =>
    columns.map(({ type, vector }) => plainCell(vector.get(row) as unknown, type)),
  )
}

function plainCell(value: unknown, type: string): Cell {
  if (value === null || value === undefined) return null
  if (type.startsWith('Timestamp')) return isoTime(Math.round(Number(value) * 1000))
  if (type.startsWith('Date')) return isoDate(Number(value) * 1000)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return typeof value === 'boolean' ? value : String(value)
}
