/** Backtests: the engine with the store's clock, the store's bars and the simulated venue. */
export { backtest, type BacktestRequest, type JointRequest } from './backtest.ts'
export { delayed } from './delayed.ts'
export { Run } from './run.ts'
export { memoryBars } from './series.ts'
export { type MemoryTicks, memoryTicks } from './ticks.ts'
export type { AnyStrategy, StrategyShare } from './members.ts'
export type { TradingSettings } from './settings.ts'
export { reasonText } from './why.ts'
