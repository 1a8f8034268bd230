/** The equity curve as a result tells it; cash and exposures that were not stored are read back when asked for. */
import type { EquityColumns } from '../domain/run-result.ts'
import type { Recorder } from '../engine/recorder.ts'

/** @param leanTimes times of a lean curve, whose first row is the first instant */
export function equityCurve(
  recorder: Recorder,
  startCash: number,
  leanTimes: Float64Array | undefined,
): EquityColumns {
  const { curve } = recorder
  const equity = curve.equity.subarray(0, curve.length)
  let cash = curve.keepsMoney ? curve.cash.subarray(0, curve.length) : undefined
  let net = curve.keepsMoney ? curve.net.subarray(0, curve.length) : undefined
  let gross = curve.lean ? undefined : curve.gross.subarray(0, curve.length)
  return {
    time: (leanTimes ?? curve.time).subarray(0, curve.length),
    equity,
    get cash() {
      cash ??= cashByRow(recorder, startCash, equity.length)
      return cash
    },
    get netExposure() {
      if (net === undefined) {
        const held = this.cash
        net = equity.map((value, row) => value - held[row])
      }
      return net
    },
    get grossExposure() {
      gross ??= this.netExposure.map(Math.abs)
      return gross
    },
  }
}

/** Cash moves with fills alone: each level holds from the row of its fill to the next one's. */
function cashByRow(recorder: Recorder, startCash: number, length: number): Float64Array {
  const cash = new Float64Array(length).fill(startCash)
  const rows = recorder.fills.column('row')
  const levels = recorder.fills.column('cash')
  for (let k = 0; k < rows.length; k++)
    cash.fill(levels[k], rows[k], k + 1 < rows.length ? rows[k + 1] : length)
  return cash
}
