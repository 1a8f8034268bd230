/** Where a dataset's rows came from, a row per thing with a hash: manifest, sources, files, each held against it now. */
import type { TracedDataset } from '../../catalog/index.ts'
import { type FrameTable, recordTable } from './frame-table.ts'

interface TraceRow {
  readonly what: 'manifest' | 'source' | 'file'
  readonly name: string
  readonly rows?: number
  readonly bytes?: number
  /** `same`, `changed`, `missing`, `not looked for`; of a manifest nothing, as it was read under its hash. */
  readonly now?: string
  /** When a source was read. */
  readonly readTime?: number
  readonly sha256: string
  /** Of a file, relative to the store. */
  readonly path?: string
}

export function traceTable({ id, rows, manifest, streams }: TracedDataset): FrameTable {
  const sources = new Map<string, TraceRow>()
  const files: TraceRow[] = []
  for (const stream of streams) {
    for (const { name, sha256, bytes, read, now } of stream.sources)
      sources.set(`${sha256} ${name}`, { what: 'source', name, bytes, now, readTime: read?.at, sha256 })
    for (const { path, ...file } of stream.files) {
      const name = [stream.id, ...path.split('/').filter(part => part.startsWith('year='))].join(' ')
      files.push({ what: 'file', name, ...file, path })
    }
  }
  const head: TraceRow = { what: 'manifest', name: id, rows, sha256: manifest }
  return recordTable<TraceRow>([head, ...sources.values(), ...files], {
    what: 'text',
    name: 'text',
    rows: 'number',
    bytes: 'number',
    now: 'text',
    readTime: 'time',
    sha256: 'text',
    path: 'text',
  })
}
