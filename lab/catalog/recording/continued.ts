/**
 * Flushes of one recording are one source: its hash is chained from flush to flush, sha256(before, sha256 of the rows
 * that came), and its issues are counted together. A day of recording then has one line in a manifest, and not one for
 * every five seconds.
 */
import { textDigest } from '../../core/digest.ts'
import { streamId } from '../ingest/merge.ts'
import type { Manifest, ManifestFile, ManifestInstrument, ManifestPart } from '../manifest.ts'
import type { QualityIssue } from '../quality/issue.ts'

/** Rows of a stream that no manifest tells of yet. */
export type LeftOut = Pick<ManifestPart, 'issues' | 'dropped'>

/**
 * The dataset after a flush was appended to it, with the flush's source in that of its recording.
 * @param flushed streams that the flush brought rows of
 * @param leftOut what was left out of a stream before, when none of its rows could be stored
 */
export function continued(
  manifest: Manifest,
  flushed: readonly string[],
  leftOut: (stream: ManifestInstrument) => LeftOut | undefined,
): Manifest {
  const instruments = manifest.instruments.map(stream => {
    if (!flushed.includes(streamId(stream))) return stream
    const { issues, dropped } = leftOut(stream) ?? { issues: [], dropped: 0 }
    const joined = joinedSource(stream)
    return { ...joined, issues: counted([...joined.issues, ...issues]), dropped: joined.dropped + dropped }
  })
  return { ...manifest, instruments }
}

/** The newest source within the one before, where both are of one recording. */
function joinedSource(stream: ManifestInstrument): ManifestInstrument {
  const { sources, files } = stream
  const newest = sources.length - 1
  if (newest < 1) return stream
  const [before, last] = [sources[newest - 1], sources[newest]]
  if (before.name !== last.name || before.reading !== last.reading) return stream
  const joined = {
    ...last,
    sha256: textDigest(`${before.sha256}\n${last.sha256}\n`),
    bytes: before.bytes + last.bytes,
  }
  const moved = (file: ManifestFile): ManifestFile =>
    file.source === newest ? { ...file, source: newest - 1 } : file
  return { ...stream, sources: [...sources.slice(0, newest - 1), joined], files: files.map(moved) }
}

/** Issues of one code, source and instrument together, with the example of the first. */
function counted(issues: readonly QualityIssue[]): QualityIssue[] {
  const together = new Map<string, QualityIssue>()
  for (const issue of issues) {
    const key = `${issue.code} ${issue.place.source} ${issue.place.instrument} ${issue.place.column}`
    const known = together.get(key)
    together.set(key, known === undefined ? issue : { ...known, count: known.count + issue.count })
  }
  return [...together.values()]
}
