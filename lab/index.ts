/**
 * The façade: what a notebook or a script imports from `gordon`. Strategies import `gordon/strategy` instead,
 * which is all of it that may decide anything.
 */
export { isGordonError } from './core/errors.ts'
export type { RunResult } from './domain/run-result.ts'
export type { BarSource } from './domain/ports/store.ts'

// data
export { ingestBars } from './catalog/index.ts'
export { delayed, type MemoryTicks, memoryBars, memoryTicks } from './sim/index.ts'
export * as synthetic from './synthetic/index.ts'
export * as derive from './derive/index.ts'
export { fileBars, look, type NotebookStore, openStore } from './cli/notebook/notebook-store.ts'
export type { MendedBars, NotebookBars } from './cli/notebook/notebook-bars.ts'
export type { NotebookCheck } from './cli/notebook/notebook-check.ts'
export type { NotebookIngest } from './cli/notebook/notebook-ingest.ts'
export type { NotebookTicks } from './cli/notebook/notebook-ticks.ts'

// strategies and runs
export * from './strategy/index.ts'
export { backtest, load, type NotebookBacktest } from './cli/notebook/notebook-backtest.ts'
export { vet } from './cli/notebook/notebook-vet.ts'
export { feeSchedule, makerTakerFee, optimalExecution } from './costs/index.ts'
export { compare, type NotebookRun } from './cli/notebook/notebook-run.ts'

// showing
export { chart } from './cli/notebook/chart.ts'
export { display, html, markdown } from './cli/notebook/display.ts'
export type { FrameTable } from './cli/notebook/frame-table.ts'
export { interruptible } from './cli/notebook/interruptible.ts'
export { progress } from './cli/notebook/progress.ts'
export { table } from './cli/notebook/table.ts'
