/** Which streams of a store a run reads: datasets, symbols and venues as people name them. */
import { GordonError } from '../core/errors.ts'
import { compareInstruments, type Instrument, instrumentId } from '../domain/instrument.ts'
import { streamId } from './ingest/merge.ts'
import type { Manifest, ManifestFile, ManifestInstrument } from './manifest.ts'
import type { Window } from './series.ts'
import { isCalled } from './store.ts'

export interface Chosen {
  readonly manifest: Manifest
  readonly instrument: ManifestInstrument
}

/**
 * @param fitting at least one
 * @throws GordonError UNKNOWN_SYMBOL, AMBIGUOUS_DATASET
 */
export function chooseStreams(
  fitting: readonly Manifest[],
  request: { readonly symbols?: readonly string[]; readonly venue?: string },
): Chosen[] {
  const ids = fitting.map(({ id }) => id).join(', ')
  const all: Chosen[] = fitting.flatMap(manifest =>
    manifest.instruments
      .filter(({ venue }) => request.venue === undefined || venue === request.venue)
      .map(instrument => ({ manifest, instrument })),
  )
  for (const name of request.symbols ?? []) {
    if (all.some(({ instrument }) => isCalled(name, instrument))) continue
    const has = [...new Set(all.map(({ instrument }) => instrumentId(instrument)))].sort()
    const more = has.length > 12 ? ` and ${has.length - 12} more` : ''
    throw new GordonError(
      'UNKNOWN_SYMBOL',
      `${ids} has no instrument ${name}: it has ${has.slice(0, 12).join(', ')}${more}`,
    )
  }
  const chosen = all
    .filter(({ instrument }) => request.symbols?.some(name => isCalled(name, instrument)) ?? true)
    .sort((a, b) => compareInstruments(a.instrument, b.instrument))
  if (chosen.length === 0) {
    throw new GordonError(
      'UNKNOWN_SYMBOL',
      `${ids} has no instrument of venue ${request.venue}: leave --venue out, or name another`,
    )
  }
  refuseAmbiguous(chosen)
  return chosen
}

function refuseAmbiguous(chosen: readonly Chosen[]): void {
  const seen = new Map<string, Manifest>()
  for (const { manifest, instrument } of chosen) {
    const name = streamId(instrument)
    const key = `${manifest.kind} ${name}`
    const other = seen.get(key)
    if (other !== undefined) {
      throw new GordonError(
        'AMBIGUOUS_DATASET',
        `${name} is in ${other.id} and in ${manifest.id}: choose one with --data, for example --data ${manifest.id}`,
      )
    }
    seen.set(key, manifest)
  }
}

/** Files that may hold rows of a window. */
export function filesIn(files: readonly ManifestFile[], { from, to }: Window): readonly ManifestFile[] {
  return files.filter(({ year, first, last }) => {
    const begins = first ?? Date.UTC(year ?? 0, 0, 1) * 1000
    const ends = last ?? Date.UTC((year ?? 0) + 1, 0, 1) * 1000 - 1
    return ends >= from && begins <= to
  })
}

const NOT_OF_THE_INSTRUMENT: ReadonlySet<string> = new Set([
  'rows',
  'first',
  'last',
  'sources',
  'notes',
  'issues',
  'dropped',
  'files',
  'name',
  'corrections',
] satisfies Exclude<keyof ManifestInstrument, keyof Instrument>[])

/** An instrument without what only the manifest says of it. */
export function plainInstrument(one: ManifestInstrument): Instrument {
  const terms = Object.entries(one).filter(([name]) => !NOT_OF_THE_INSTRUMENT.has(name))
  return Object.fromEntries(terms) as unknown as Instrument
}

/** The terms given for it, or its own. */
export function withTerms(own: Instrument, given: readonly Instrument[] | undefined): Instrument {
  return given?.find(one => compareInstruments(one, own) === 0) ?? own
}
