/** Tables of facts that are known by the names of their columns. */
import { formatOf } from '../ingest/open-table.ts'
import { plain, type Role } from '../ingest/reading.ts'
import type { SourceAdapter, SourcePlace } from './source.ts'

/** What such adapters have in common: one file of any table's format, which says itself where its instruments trade. */
export const FACTS_TABLE = {
  knowsVenue: true,
  endings: '.csv, .parquet, .arrow or .json',
  takes: (file: string) => formatOf(file) !== undefined,
} as const satisfies Partial<SourceAdapter>

/**
 * @param fits told which parts have a column, and all columns as plain names; what speaks for it, or undefined
 */
export function guessedColumns<Part extends string>(
  roles: Readonly<Record<Part, Role>>,
  fits: (has: (part: Part) => boolean, names: readonly string[]) => string | undefined,
): SourceAdapter['guess'] {
  return ({ name, columns, isFolder }: SourcePlace) => {
    const names = isFolder || formatOf(name) === undefined ? [] : columns.map(plain)
    const because = fits(part => names.some(one => roles[part].names.includes(one)), names)
    return because === undefined ? { confidence: 0, because: '' } : { confidence: 0.95, because }
  }
}
