/** What is wrong with data: looked for, judged by a policy, mended or told. quality.md says what is found and how surely. */
export type { CheckedRows, CheckedStream } from './check.ts'
export {
  checkDataset,
  type DatasetQuality,
  type QualityRequest,
  type StreamQuality,
} from './check-dataset.ts'
export { checkStream } from './checks.ts'
export type { Finding } from './findings.ts'
export { FLAG_VALUES, qualityFlags } from './flags.ts'
export { ISSUE_CODES, type IssueCode, type QualityIssue, type Severity, severityOf } from './issue.ts'
export { mendDataset, refuseByPolicy, unmendDataset } from './mend-dataset.ts'
export { type Measure, measureOf, parsePolicy, type QualityPolicy } from './policy.ts'
export { type RepairEdit, type RepairRecord, type Repaired, repair, undoRepair } from './repair.ts'
export { storeFlags } from './store-flags.ts'
