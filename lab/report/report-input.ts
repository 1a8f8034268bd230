/** What a report is made from. */
import type { RunStatistics } from '../analytics/index.ts'
import type { BothPaths } from '../sim/both-paths.ts'
import type { RunResult } from '../domain/run-result.ts'

export interface Benchmark {
  readonly name: string
  /** One value per row of `result.curve`, starting from the same money. */
  readonly equity: Float64Array
}

export const sectionNames = [
  'warnings',
  'claim',
  'paths',
  'equity',
  'strategies',
  'monthly',
  'yearly',
  'rolling',
  'drawdowns',
  'prices',
  'tradeReturns',
  'excursions',
  'exposure',
  'costs',
  'cashFlows',
  'statistics',
  'notebook',
  'trades',
  'assumptions',
] as const

export type SectionName = (typeof sectionNames)[number]

/** Which sections a report has, in order; a file in reports/ exports one. Warnings, the claim and the assumptions are in every report. */
export interface ReportRecipe {
  readonly name: string
  readonly sections: readonly SectionName[]
}

export interface ReportInput {
  readonly result: RunResult
  readonly statistics: RunStatistics
  /** Buy and hold of the same data, in equal parts, without costs; the report says so. */
  readonly benchmark?: Benchmark
  /** Where it was run with stops first and with targets first; `result` is the former. */
  readonly paths?: BothPaths
  /** The strategy's name where absent. */
  readonly title?: string
  readonly recipe?: ReportRecipe
}
