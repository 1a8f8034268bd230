import type { Micros } from '../core/time.ts'
import type { RunResult } from '../domain/run-result.ts'
import { date, minute } from './format.ts'

/** True where every stream has daily or weekly bars: times need no clock then. */
export function isDaily(result: RunResult): boolean {
  return result.datasets.length > 0 && result.datasets.every(dataset => /^\d+[dw]$/.test(dataset.interval))
}

/** How this run's times are written: days, or days and minutes. */
export function timeWriter(result: RunResult): (time: Micros) => string {
  return isDaily(result) ? date : minute
}
