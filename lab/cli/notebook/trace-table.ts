/** Where a dataset's rows came from, a row per thing with a hash: manifest, sources, files, each held against it now. */
import type { TracedDataset } from '../../catalog/index.ts'
import { type FrameTable, recordTable } from './frame-table.ts'

interface TraceRow {
  readonly what: 'manifest' | 'source' | 'file'
  readonly name: string
  readonly rows?: number
  readonly bytes?: number
  readonly sha256: string
  /** When a source was read. */
  readonly readTime?: number
  /** `same`, `changed`, `missing`, `not looked for`. */
  readonly now?: string
}

export function traceTable({ id, rows, manifest, streams }: TracedDataset): FrameTable {
  const sources = new Map<string, TraceRow>()
  const files: TraceRow[] = []
  for (const stream of streams) {
    for (const { name, sha256, bytes, read, now } of stream.sources)
      sources.set(`${sha256} ${name}`, { what: 'source', name, bytes, sha256, readTime: read?.at, now })
    for (const { path, sha256, now, ...size } of stream.files)
      files.push({ what: 'file', name: path, rows: size.rows, bytes: size.bytes, sha256, now })
  }
  const head: TraceRow = { what: 'manifest', name: id, rows, sha256: manifest }
  return recordTable<TraceRow>([head, ...sources.values(), ...files], {
    what: 'text',
    name: 'text',
    rows: 'number',
    bytes: 'number',
    sha256: 'text',
    readTime: 'time',
    now: 'text',
  })
}
