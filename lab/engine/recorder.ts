/** What a run leaves behind: the equity curve per instant, every order and fill, logs and plots. */
import { CurveRecord } from './curve-record.ts'
import { FillArchive } from './fill-archive.ts'
import { GrowingColumn } from './growing-column.ts'
import { OrderArchive } from './order-archive.ts'

const LOG_LINES = 10_000

export class Recorder {
  readonly curve = new CurveRecord()
  readonly orders = new OrderArchive()
  readonly fills = new FillArchive()
  readonly logs: { time: number; text: string }[] = []
  logsDropped = 0
  /** Orders changed between two bars of their instrument, while others had bars. */
  changedWithinBar = 0
  /** Bars that did not say which of two orders came first, by what decided. */
  readonly ambiguousBars = { pessimistic: 0, optimistic: 0 }
  /** How often margin did not suffice, with how many orders it was met, and when first. */
  readonly liquidations = { times: 0, orders: 0, first: Number.NaN }
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
