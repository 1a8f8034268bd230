export { type ExecutionPlan, type ExecutionProblem, optimalExecution } from './almgren-chriss.ts'
export { DayStatistics } from './day-statistics.ts'
export type { FeeModel, OrderCharges } from './fee.ts'
export {
  bpsFee,
  feeSchedule,
  fixedFee,
  makerTakerFee,
  perContractFee,
  perShareFee,
} from './fee-models.ts'
export { FEE_PRESETS, feePreset } from './fee-presets.ts'
export type { FeeTerms, FeeTier } from './fee-schedule.ts'
export {
  type BorrowTerms,
  borrowCostUnits,
  type InterestTerms,
  interactiveBrokersRates,
  interestUnits,
} from './financing.ts'
export { notionalOf, notionalUnits } from './notional.ts'
export { parseFees } from './parse-fees.ts'
export { parseSlippage } from './parse-slippage.ts'
export { FillMarket, type SlippageModel } from './slippage.ts'
export {
  almgrenChrissImpact,
  bpsSlippage,
  fixedSlippage,
  oandaSpread,
  spreadSlippage,
  squareRootImpact,
  tickSlippage,
  volumeShareSlippage,
} from './slippage-models.ts'
