/** A dataset's rows as SQL, as they were known at an instant: nothing that came later, and of what was revised the last word. */
import type { Micros } from '../core/time.ts'
import type { Manifest } from './manifest.ts'

/** Files of all rows: what first came, then corrections. */
export function rowFilesOf(manifest: Manifest): Manifest['instruments'][number]['files'] {
  if (manifest.table !== undefined) return manifest.table.files
  return [
    ...manifest.instruments.flatMap(({ files }) => files),
    ...manifest.instruments.flatMap(({ corrections }) => corrections?.files ?? []),
  ]
}

/**
 * @param rows SQL that selects all of its rows
 * @param knownAt Infinity: all rows, revised ones beside what they revise
 */
export function knownSql(manifest: Manifest, rows: string, knownAt: Micros): string {
  if (knownAt === Number.POSITIVE_INFINITY || manifest.kind === 'calendars') return rows
  const known = `receive_time IS NULL OR receive_time <= make_timestamptz(${Math.floor(knownAt)})`
  const all = `SELECT * FROM (${rows}) WHERE (${known})`
  const one = oneOf(manifest)
  if (one === undefined) return all
  const order = `ORDER BY receive_time DESC NULLS LAST${ORDERED.has(manifest.kind) ? ', sequence DESC' : ''}`
  const last = `${all} QUALIFY row_number() OVER (PARTITION BY ${one} ${order}) = 1`
  return manifest.kind === 'actions' && hasAnnouncements(manifest)
    ? `SELECT * FROM (${last}) WHERE canceled IS DISTINCT FROM 1`
    : last
}

const ORDERED: ReadonlySet<string> = new Set(['bars', 'funding', 'custom'])

/** What two rows share of which the later takes the place of the earlier; undefined: every row stands for itself. */
function oneOf(manifest: Manifest): string | undefined {
  switch (manifest.kind) {
    case 'bars':
    case 'funding':
      return 'venue, symbol, event_time, event_ns'
    case 'custom':
      return 'venue, symbol, name, event_time, event_ns'
    case 'actions':
      return `venue, symbol, action, ${hasAnnouncements(manifest) ? "coalesce('#' || announcement, event_time::VARCHAR)" : 'event_time'}`
    case 'instruments':
      return 'venue, symbol, valid_from'
    case 'universe':
      return 'universe, venue, symbol, valid_from'
    default:
      return undefined
  }
}

/** Files of the first version of the schema have no such columns. */
function hasAnnouncements({ table }: Manifest): boolean {
  return table?.files.some(({ schema }) => schema >= 2) === true
}
