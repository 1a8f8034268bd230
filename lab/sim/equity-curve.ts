/** The equity curve as a result tells it; cash and net exposure are read back when asked for. */
import type { EquityColumns } from '../domain/run-result.ts'
import type { Recorder } from '../engine/recorder.ts'

export class EquityCurve implements EquityColumns {
  readonly time: Float64Array
  readonly equity: Float64Array
  readonly #recorder: Recorder
  readonly #startCash: number
  #cash: Float64Array | undefined
  #net: Float64Array | undefined
  #gross: Float64Array | undefined

  /** @param leanTimes times of a lean curve, whose first row is the first instant */
  constructor(recorder: Recorder, startCash: number, leanTimes: Float64Array | undefined) {
    const { curve } = recorder
    this.time = (leanTimes ?? curve.time).subarray(0, curve.length)
    this.equity = curve.equity.subarray(0, curve.length)
    this.#gross = curve.lean ? undefined : curve.gross.subarray(0, curve.length)
    this.#recorder = recorder
    this.#startCash = startCash
  }

  /** Cash moves with fills alone: each level holds from the row of its fill to the next one's. */
  get cash(): Float64Array {
    if (this.#cash === undefined) {
      const cash = new Float64Array(this.equity.length).fill(this.#startCash)
      const rows = this.#recorder.fills.column('row')
      const levels = this.#recorder.fills.column('cash')
      for (let k = 0; k < rows.length; k++)
        cash.fill(levels[k], rows[k], k + 1 < rows.length ? rows[k + 1] : cash.length)
      this.#cash = cash
    }
    return this.#cash
  }

  get netExposure(): Float64Array {
    if (this.#net === undefined) {
      const { cash, equity } = this
      this.#net = equity.map((value, row) => value - cash[row])
    }
    return this.#net
  }

  get grossExposure(): Float64Array {
    this.#gross ??= this.netExposure.map(Math.abs)
    return this.#gross
  }
}
