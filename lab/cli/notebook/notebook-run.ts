/**
 * A run as a notebook reads it: what happened as Arrow tables, charts that draw themselves, and the whole as its
 * own summary when it is a cell's last value. `result` is the run itself, as records and typed arrays.
 */
import { type RunStatistics, runStatistics } from '../../analytics/index.ts'
import { instrumentId } from '../../domain/instrument.ts'
import { candlesFigure, equityFigure, exposureFigure, plotsFigure, renderReport } from '../../report/index.ts'
import { type Benchmark, benchmarkEquity } from '../../sim/benchmark.ts'
import type { Run } from '../../sim/index.ts'
import { runSummary } from '../run-summary.ts'
import { writeWhole } from '../write-whole.ts'
import { chart } from './chart.ts'
import { escapeHtml } from './escape.ts'
import { columnTable, type FrameTable, recordTable } from './frame-table.ts'
import type { Bundle } from './kernel.ts'
import { pagePalette } from './page-palette.ts'
import { JUPYTER, tableBundle } from './table.ts'

const DAY_MS = 86_400_000

export class NotebookRun {
  readonly result: Run
  /** Buy and hold of the same data, from the same money. */
  readonly benchmark: Benchmark | undefined
  /** The statistics of the report, undefined ones absent; shows as a table. */
  readonly statistics: RunStatistics
  #trades: FrameTable | undefined
  #orders: FrameTable | undefined
  #fills: FrameTable | undefined
  #equity: FrameTable | undefined

  constructor(result: Run) {
    this.result = result
    this.benchmark = benchmarkEquity(result)
    this.statistics = showable(
      runStatistics({
        curve: result.curve,
        trades: result.trades,
        fills: result.fills,
        benchmark: this.benchmark?.equity,
      }),
      statisticsBundle,
    )
  }

  get digest(): string {
    return this.result.digest
  }

  /** Round trips, first in first out. */
  get trades(): FrameTable {
    this.#trades ??= recordTable(this.result.trades, {
      ...this.#whose,
      instrument: 'text',
      direction: 'text',
      quantity: 'number',
      entryTime: 'time',
      exitTime: 'time',
      entryPrice: 'number',
      exitPrice: 'number',
      fees: 'number',
      profit: 'number',
      return: 'number',
      bars: 'number',
      mae: 'number',
      mfe: 'number',
      entryOrderId: 'number',
      exitOrderId: 'number',
    })
    return this.#trades
  }

  get orders(): FrameTable {
    this.#orders ??= recordTable(this.result.orders, {
      id: 'number',
      ...this.#whose,
      instrument: 'text',
      side: 'text',
      type: 'text',
      timeInForce: 'text',
      quantity: 'number',
      limitPrice: 'number',
      stopPrice: 'number',
      state: 'text',
      filledQuantity: 'number',
      averagePrice: 'number',
      submittedAt: 'time',
      endedAt: 'time',
      reason: 'text',
      tag: 'text',
    })
    return this.#orders
  }

  get fills(): FrameTable {
    this.#fills ??= recordTable(this.result.fills, {
      id: 'number',
      orderId: 'number',
      ...this.#whose,
      time: 'time',
      instrument: 'text',
      side: 'text',
      quantity: 'number',
      price: 'number',
      fee: 'number',
      slippage: 'number',
    })
    return this.#fills
  }

  /** What is still held at the end; never counted among the trades. */
  get openTrades(): FrameTable {
    return recordTable(this.result.openTrades, {
      ...this.#whose,
      instrument: 'text',
      direction: 'text',
      quantity: 'number',
      entryTime: 'time',
      entryPrice: 'number',
      fees: 'number',
      profit: 'number',
      entryOrderId: 'number',
    })
  }

  /** Each strategy of several, and what became of its part of the money; one strategy has no row. */
  get members(): FrameTable {
    const members = (this.result.members ?? []).map(({ equity: _, params, ...member }) => ({
      ...member,
      params: JSON.stringify(params),
      return: member.endEquity / member.startEquity - 1,
    }))
    return recordTable(members, {
      name: 'text',
      params: 'text',
      share: 'number',
      startEquity: 'number',
      endEquity: 'number',
      return: 'number',
      fees: 'number',
    })
  }

  /** A column for whose a record is, where there are several. */
  get #whose(): { readonly strategy?: 'text' } {
    return this.result.members === undefined ? {} : { strategy: 'text' }
  }

  /** What `ctx.log` said. */
  get logs(): FrameTable {
    return recordTable(this.result.logs, { time: 'time', text: 'text' })
  }

  /** Equity, cash and exposure at every execution bar. */
  get equity(): FrameTable {
    const { time, equity, cash, grossExposure, netExposure } = this.result.curve
    this.#equity ??= columnTable({ time, equity, cash, grossExposure, netExposure })
    return this.#equity
  }

  /** Why an order filled or did not, in sentences. */
  why(orderId: number): string {
    return this.result.why(orderId)
  }

  /** The account beside its benchmark, with its drawdown below. */
  equityChart() {
    return drawn(equityFigure(this.result, { palette: pagePalette, benchmark: this.benchmark }), 460)
  }

  /** Candles with the round trips on them, zoomable. @param instrument `AAPL` or `XNAS:AAPL`; the only one unless said */
  tradesChart(instrument: string = instrumentId(this.result.instruments[0])) {
    const id = this.result.instruments.find(one => one.symbol === instrument)
    const figure = candlesFigure(this.result, id === undefined ? instrument : instrumentId(id), {
      palette: pagePalette,
    })
    return figure === undefined ? undefined : drawn(figure, 520)
  }

  /** What `ctx.plot` drew; undefined where it drew nothing. */
  plotsChart() {
    const figure = plotsFigure(this.result, { palette: pagePalette })
    return figure === undefined ? undefined : drawn(figure, 360)
  }

  exposureChart() {
    return drawn(exposureFigure(this.result, { palette: pagePalette }), 320)
  }

  /** Writes the HTML report, the one of `gordon backtest --report`; returns the path. */
  async saveReport(path: string): Promise<string> {
    const input = { result: this.result, statistics: this.statistics, benchmark: this.benchmark }
    return await writeWhole(path, renderReport(input))
  }

  [JUPYTER](): Bundle {
    const text = runSummary(this.result, this.statistics, this.benchmark, undefined)
    return { 'text/html': `<pre style="line-height:1.35">${escapeHtml(text)}</pre>`, 'text/plain': text }
  }
}

/** Several runs side by side, a statistic per row. @param runs by the name of their column */
export function compare(runs: Readonly<Record<string, NotebookRun>>): { [JUPYTER]: () => Bundle } {
  const names = Object.keys(runs)
  const statistics = [...new Set(names.flatMap(name => Object.keys(scalars(runs[name].statistics))))]
  const rows = statistics.map(statistic => ({
    statistic,
    ...Object.fromEntries(names.map(name => [name, scalars(runs[name].statistics)[statistic]])),
  }))
  return { [JUPYTER]: () => tableBundle(rows, { columns: ['statistic', ...names], rows: rows.length }) }
}

function drawn(figure: { readonly data: readonly object[]; readonly layout: object }, height: number) {
  return chart(figure.data, { ...figure.layout, height, margin: { l: 64, r: 16, t: 32, b: 36 } })
}

function statisticsBundle(statistics: object): Bundle {
  const rows = Object.entries(scalars(statistics)).map(([statistic, value]) => ({ statistic, value }))
  return tableBundle(rows, { rows: rows.length })
}

/** Numbers and words; times (µs) as days, what is nested stays out. */
function scalars(statistics: object): Record<string, unknown> {
  const told = Object.entries(statistics).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'number' &&
    /(Start|End|Peak|Trough|Time|Date|Recovery)$/.test(name) &&
    value > DAY_MS * 1000
      ? new Date(value / 1000)
      : value,
  ])
  return Object.fromEntries(
    told.filter(([, value]) => value !== undefined && (typeof value !== 'object' || value instanceof Date)),
  )
}

function showable<T extends object>(value: T, bundle: (value: T) => Bundle): T {
  return Object.defineProperty({ ...value }, JUPYTER, { value: () => bundle(value), enumerable: false })
}
