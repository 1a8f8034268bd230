/** A bar series that grows by one bar at a time: what a paper session has received, per instrument. */
import { DAY } from '../core/time.ts'
import type { BarColumns, BarSeries } from '../domain/bar.ts'

type Columns = { -readonly [Name in keyof BarColumns]: BarColumns[Name] }

export interface NewBar {
  readonly eventTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly sessionClose?: number
}

const NAMES = ['eventTime', 'receiveTime', 'open', 'high', 'low', 'close', 'volume', 'sessionClose'] as const
const PRICES = ['open', 'high', 'low', 'close', 'volume'] as const

export class GrowingSeries implements Columns, BarSeries {
  length = 0
  eventTime = new Float64Array(256)
  receiveTime = new Float64Array(256)
  open = new Float64Array(256)
  high = new Float64Array(256)
  low = new Float64Array(256)
  close = new Float64Array(256)
  volume = new Float64Array(256)
  sessionClose: Float64Array | undefined

  /** @param sessions whether bars say when their session closes */
  constructor(sessions: boolean) {
    this.sessionClose = sessions ? new Float64Array(256) : undefined
  }

  push(bar: NewBar, receiveTime: number): void {
    if (this.length === this.eventTime.length) this.#grow()
    const row = this.length++
    this.eventTime[row] = bar.eventTime
    this.receiveTime[row] = receiveTime
    for (const name of PRICES) this[name][row] = bar[name]
    if (this.sessionClose !== undefined) this.sessionClose[row] = bar.sessionClose ?? endOfDay(bar.eventTime)
  }

  /** Row of the bar that closed at `time`, −1 when there is none; event times rise. */
  rowOf(time: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.eventTime[middle] < time) low = middle + 1
      else high = middle
    }
    return low < this.length && this.eventTime[low] === time ? low : -1
  }

  /** Whether the bar of a row says the same as another of its time. */
  same(row: number, bar: NewBar): boolean {
    return PRICES.every(name => this[name][row] === bar[name])
  }

  /** The series as it stands, columns cut to length. @param from first row of it @param to behind its last */
  snapshot(from = 0, to = this.length): BarSeries {
    const end = Math.min(to, this.length)
    const columns = Object.fromEntries(
      NAMES.filter(name => this[name] !== undefined).map(name => [name, this[name]!.slice(from, end)]),
    )
    return { length: end - from, ...columns } as BarSeries
  }

  #grow(): void {
    for (const name of NAMES) {
      const column = this[name]
      if (column === undefined) continue
      const larger = new Float64Array(column.length * 2)
      larger.set(column)
      this[name] = larger
    }
  }
}

/** Whether two bars of one instrument and time say the same. */
export function sameBar(a: NewBar, b: NewBar): boolean {
  return PRICES.every(name => a[name] === b[name])
}

function endOfDay(time: number): number {
  return Math.ceil(time / DAY) * DAY
}
