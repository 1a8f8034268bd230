/**
 * What a run leaves behind, in columns: the equity curve per instant, every fill, every order, logs and plots.
 * Columns grow in pieces, so that nothing is copied while the run goes on.
 */
import type { WorkingOrder } from '../domain/working-order.ts'

const PIECE = 1 << 14

/** Doubles appended row by row; read out as one array at the end. */
export class GrowingColumn {
  readonly #full: Float64Array[] = []
  #piece = new Float64Array(64)
  #filled = 0
  #before = 0

  get length(): number {
    return this.#before + this.#filled
  }

  push(value: number): void {
    if (this.#filled === this.#piece.length) this.#next()
    this.#piece[this.#filled++] = value
  }

  toArray(): Float64Array {
    const whole = new Float64Array(this.length)
    let at = 0
    for (const piece of this.#full) {
      whole.set(piece, at)
      at += piece.length
    }
    whole.set(this.#piece.subarray(0, this.#filled), at)
    return whole
  }

  #next(): void {
    this.#full.push(this.#piece)
    this.#before += this.#piece.length
    this.#piece = new Float64Array(Math.min(PIECE, this.#piece.length * 4))
    this.#filled = 0
  }
}

const LOG_LINES = 10_000

export class Recorder {
  readonly time = new GrowingColumn()
  readonly equity = new GrowingColumn()
  readonly cash = new GrowingColumn()
  readonly gross = new GrowingColumn()
  readonly net = new GrowingColumn()

  readonly orders: WorkingOrder[] = []
  /** What an order named when it named no instrument of the run. */
  readonly strangers = new Map<number, string>()
  readonly fillOrder = new GrowingColumn()
  readonly fillTime = new GrowingColumn()
  readonly fillLots = new GrowingColumn()
  readonly fillPrice = new GrowingColumn()
  readonly fillFee: bigint[] = []
  readonly fillSlippage = new GrowingColumn()

  readonly logs: { time: number; text: string }[] = []
  logsDropped = 0
  readonly plots = new Map<string, { time: GrowingColumn; value: GrowingColumn }>()

  log(time: number, text: string): void {
    if (this.logs.length < LOG_LINES) this.logs.push({ time, text })
    else this.logsDropped++
  }

  plot(time: number, name: string, value: number): void {
    let series = this.plots.get(name)
    if (series === undefined)
      this.plots.set(name, (series = { time: new GrowingColumn(), value: new GrowingColumn() }))
    series.time.push(time)
    series.value.push(value)
  }
}
