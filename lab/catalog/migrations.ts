/**
 * Manifests of older formats, read as those of today. Nothing on the disk is rewritten: an old manifest keeps its
 * bytes and its name, and a snapshot that names it stays what it was.
 *
 *   1  bars only; one source per instrument; issues without severity and place; files without times and schema
 *   2  every kind of data; see manifest.ts
 *
 * Columns of the files themselves have versions of their own, in schema.ts.
 */
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'
import type { Adjustment } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import { requireFormat } from './layout.ts'
import type { Manifest, ManifestSource } from './manifest.ts'
import { type IssueCode, severityOf } from './quality/issue.ts'
import { type Schema, SCHEMAS } from './schema.ts'

interface ManifestFormat1 {
  readonly format: 1
  readonly id: string
  readonly kind: 'bars'
  readonly interval: string
  readonly adjustment: Adjustment
  readonly rows: number
  readonly first: Micros
  readonly last: Micros
  readonly instruments: readonly (Instrument & {
    readonly rows: number
    readonly first: Micros
    readonly last: Micros
    readonly source: ManifestSource
    readonly notes: readonly string[]
    readonly issues: readonly { readonly code: IssueCode; readonly count: number; readonly example: string }[]
    readonly dropped: number
    readonly files: readonly {
      readonly path: string
      readonly year: number
      readonly rows: number
      readonly bytes: number
      readonly sha256: string
    }[]
  })[]
}

/** @throws GordonError STORE_VERSION for a format, a kind of data or a version of its schema that is not known */
export function upgradeManifest(read: { readonly format: number }, path: string): Manifest {
  requireFormat(path, read.format)
  const manifest = read.format === 1 ? fromFormat1(read as ManifestFormat1) : (read as Manifest)
  requireSchema(manifest, path)
  return manifest
}

/** A newer schema only adds columns, but what they mean for the others is not known here. */
function requireSchema({ kind, schema, id, ...manifest }: Manifest, path: string): void {
  const known: Schema | undefined = (SCHEMAS as Readonly<Record<string, Schema>>)[kind]
  const files = [...manifest.instruments, ...(manifest.table === undefined ? [] : [manifest.table])]
  const newest = files.reduce(
    (most, part) => part.files.reduce((most, one) => Math.max(most, one.schema), most),
    schema,
  )
  if (known !== undefined && newest <= known.version) return
  const reads = known === undefined ? 'does not know that kind' : `reads it up to version ${known.version}`
  throw new GordonError(
    'STORE_VERSION',
    `${path} holds ${kind} of ${id} in version ${newest} of their schema and this gordon ${reads}: ` +
      'use the gordon that made it, or a newer one',
  )
}

function fromFormat1(old: ManifestFormat1): Manifest {
  return {
    ...old,
    format: 2,
    schema: 1,
    price: 'trade',
    instruments: old.instruments.map(({ source, issues, files, ...rest }) => ({
      ...rest,
      sources: [source],
      issues: issues.map(({ code, count, example }) => ({
        code,
        severity: severityOf(code),
        place: { source: source.name },
        example,
        count,
      })),
      files: files.map(file => ({ ...file, schema: 1, source: 0 })),
    })),
  }
}
