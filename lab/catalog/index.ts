/** The historical store: bring data in, look at them, and give them to a run. */
export { type Adopted, adoptStore } from './adopt.ts'
export {
  type AdjustedBars,
  adjustedBars,
  adjustedSeries,
  type AdjustedFor,
  adjustmentSteps,
} from './adjusted.ts'
export { barDate, type Moment, rowDate } from './dates.ts'
export { type FileBarsOptions, fileBars } from './file-bars.ts'
export { ingestBars, type IngestRequest, type IngestResult } from './ingest/ingest.ts'
export {
  type IngestedDataset,
  ingestSource,
  type IngestSourceRequest,
  type IngestSourceResult,
} from './ingest/ingest-source.ts'
export type { Issue } from './ingest/issues.ts'
export { datasetWords } from './ingest/merge.ts'
export { TABLE_FORMATS } from './ingest/open-table.ts'
export type { ColumnRole, ReadingOptions } from './ingest/reading.ts'
export { type Derived, type DerivedRequest, storeDerived } from './ingest/store-derived.ts'
export { isStore } from './layout.ts'
export type { Reading } from './lineage/readings.ts'
export { fileBytes } from './lineage/source-digest.ts'
export {
  type Found,
  traceDataset,
  type TracedDataset,
  type TracedFile,
  type TracedSource,
  type TracedStream,
} from './lineage/trace.ts'
export { knownManifest } from './known-manifest.ts'
export type { Manifest, ManifestInstrument } from './manifest.ts'
export { openBars, type OpenBarsRequest } from './open-bars.ts'
export { openTicks, type OpenTicksRequest } from './open-ticks.ts'
export type { QualityIssue } from './quality/issue.ts'
export { recordedBars, type RecordedBars } from './recording/recorded-bars.ts'
export { type Flushed, Recorder, type RecordedBatch, type RecorderTerms } from './recording/recorder.ts'
export {
  actionsOf,
  allActions,
  allMembers,
  lastWords,
  readActions,
  readInstruments,
  splitsTold,
} from './reference.ts'
export { DATA_KINDS, type DataKind, type KnownAction, type PriceType, SCHEMAS } from './schema.ts'
export { guessSource, SOURCES, sourceNamed } from './sources/index.ts'
export { checkPlace, placeOf } from './sources/place.ts'
export type { SourceAdapter, SourceBatch, SourceReading } from './sources/source.ts'
export type { ToldSplit } from './splits.ts'
export { s3Storage, type S3Settings } from './storage/s3-settings.ts'
export { type Storage, type StorePlace, storageOf } from './storage/storage.ts'
export { type DatasetCheck, type DatasetInfo, openStore, type Store } from './store.ts'
export { type MemberSpell, readUniverse } from './universe.ts'
export { type Compacted, compactDataset } from './upkeep/compact.ts'
export { type Retained, type RetainRequest, retainSnapshots } from './upkeep/retain.ts'
export { readCalendars } from './written-sessions.ts'
export { rowsDigest } from './upkeep/rows-digest.ts'
