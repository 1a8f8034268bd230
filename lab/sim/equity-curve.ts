/** The equity curve as a result tells it; what was not stored is read back when it is asked for. */
import type { BarSeries } from '../domain/bar.ts'
import type { EquityColumns } from '../domain/run-result.ts'
import type { Recorder } from '../engine/recorder.ts'

/** The one stream whose rows, from `first` on, are those of the curve. */
export interface LeanRows {
  readonly series: BarSeries
  readonly first: number
}

export function equityCurve(
  recorder: Recorder,
  lotsPerUnit: number,
  startCash: number,
  lean: LeanRows | undefined,
): EquityColumns {
  const { curve } = recorder
  const { length } = curve
  let equity = curve.derived ? undefined : curve.equity.subarray(0, length)
  let cash = curve.keepsMoney ? curve.cash.subarray(0, length) : undefined
  let net = curve.keepsMoney ? curve.net.subarray(0, length) : undefined
  let gross = curve.lean ? undefined : curve.gross.subarray(0, length)
  return {
    time:
      lean === undefined
        ? curve.time.subarray(0, length)
        : lean.series.receiveTime.subarray(lean.first, lean.first + length),
    get equity() {
      equity ??= equityByRow(recorder, lotsPerUnit, startCash, lean!)
      return equity
    },
    get cash() {
      cash ??= cashByRow(recorder, startCash, length)
      return cash
    },
    get netExposure() {
      if (net === undefined) {
        const held = this.cash
        net = this.equity.map((value, row) => value - held[row])
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

/** Cash and position × mark as `Account.valuate` has them, row by row: the same operations on the same doubles. */
function equityByRow(
  { fills, curve }: Recorder,
  lotsPerUnit: number,
  startCash: number,
  { series, first }: LeanRows,
): Float64Array {
  const { length } = curve
  const equity = new Float64Array(length)
  const rows = fills.column('row')
  const levels = fills.column('cash')
  const sides = fills.column('side')
  const traded = fills.column('lots')
  const { close } = series
  let mark = lastClose(close, first)
  let lots = 0
  for (let k = 0, row = 0, cash = startCash; k <= rows.length; k++) {
    const until = k < rows.length ? rows[k] : length
    const position = lots / lotsPerUnit
    for (; row < until; row++) {
      const price = close[first + row]
      if (!Number.isNaN(price)) mark = price
      equity[row] = lots === 0 ? cash : cash + position * mark
    }
    if (k === rows.length) break
    cash = levels[k]
    lots += sides[k] > 0 ? traded[k] : -traded[k]
  }
  return equity
}

/** Last known close before a row. */
function lastClose(close: Float64Array, before: number): number {
  for (let row = before - 1; row >= 0; row--) if (!Number.isNaN(close[row])) return close[row]
  return Number.NaN
}
