/**
 * Prices of bars that no market made. A market may jump, and then it stays; a bad print comes back at once. So:
 *
 *   outlier     a close (or a whole bar) more than six robust deviations from the last good close and from what
 *               follows, on the same side of both, and at least half of the way is gone again; an open likewise
 *               between the last close and its own; three deviations are enough where the next bar follows at once and
 *               opens twelve times as far from the close as bars usually do; a high or a low more than seven usual ranges beyond open and close
 *   scaleJump   a lasting jump by a power of ten: pence for pounds, a price in other units
 *   jump        any other lasting jump of more than twelve deviations; a note, as most of them are news
 *
 * Deviations are robust ones (Hampel 1974; Davies and Gather 1993, JASA 88; sorted-window.ts) of the last 100 log
 * returns, of steps from bar to bar and of those across a longer pause each by themselves, no less than half of what
 * they were over a thousand bars, and no less than half a tick: quiet hours make no outliers of the busy ones. Until twenty returns are there the first bars wait. A close is judged when the next bar is known.
 */
import type { BarSeries } from '../../domain/bar.ts'
import type { Micros } from '../../core/time.ts'
import { type Check, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'
import { SortedWindow } from './sorted-window.ts'

const WINDOW = 100
const WARM_UP = 20
const SPIKE = 6
const WICK = 7
const JUMP = 12
/** What a close is to be beside a jump to the next open that nothing explains. */
const TORN = 3
const GAP = 12
const MEASURE = 8
/** Of the mean deviation of the last thousand steps or so; half of it is the least that is believed. */
const SLOW = 1 / 128
/** No market moves tenfold from one bar to the next, so near is enough: by two thirds, as on a day of panic. */
const NEAR_SCALE = 0.5
/** Part of a spike that may be left after it. */
const LEFT = 0.5
const SCALES = [10, 100, 1000, 10_000].map(Math.log)

type Slot = 'row' | 'time' | 'known' | 'open' | 'high' | 'low' | 'close'

export class BarOutliers implements Check<BarSeries> {
  readonly #findings: Findings
  readonly #interval: Micros
  readonly #tick: number
  readonly #steps = new SortedWindow(WINDOW)
  readonly #pauses = new SortedWindow(WINDOW)
  readonly #ranges = new SortedWindow(WINDOW)
  /** From the close of a bar to the open of the one right after it. */
  readonly #gaps = new SortedWindow(WINDOW)
  /** Bars that wait: the first ones, later the last one only. */
  readonly #held: Readonly<Record<Slot, Float64Array>>
  #size = 0
  #measured = 0
  #slow = 0
  #measureIn = 0
  /** The last bar that was no outlier. */
  #goodClose = Number.NaN
  #goodTime: Micros = Number.NaN
  #lastClose = Number.NaN
  #row = 0

  constructor(stream: CheckedStream & { readonly interval: Micros }) {
    this.#findings = new Findings(streamName(stream))
    this.#interval = stream.interval
    this.#tick = 1 / stream.instrument.ticksPerUnit
    const slot = () => new Float64Array(WARM_UP + 2)
    this.#held = {
      row: slot(),
      time: slot(),
      known: slot(),
      open: slot(),
      high: slot(),
      low: slot(),
      close: slot(),
    }
  }

  add({ length, eventTime, receiveTime, open, high, low, close }: BarSeries): void {
    const held = this.#held
    for (let i = 0; i < length; i++) {
      // What is no bar at all is told elsewhere.
      if (!(low[i] > 0 && high[i] >= low[i] && high[i] < Number.POSITIVE_INFINITY)) continue
      if (!(open[i] > 0 && close[i] > 0)) continue
      const at = this.#size
      held.row[at] = this.#row + i
      held.time[at] = eventTime[i]
      held.known[at] = receiveTime[i]
      held.open[at] = open[i]
      held.high[at] = high[i]
      held.low[at] = low[i]
      held.close[at] = close[i]
      this.#size++
      if (this.#steps.size < WARM_UP) {
        this.#ranges.push(Math.log(high[i] / low[i]))
        if (!Number.isNaN(this.#lastClose)) this.#steps.push(Math.log(close[i] / this.#lastClose))
        this.#lastClose = close[i]
        if (this.#steps.size < WARM_UP) continue
        for (let b = 0; b + 1 < this.#size; b++) this.#judge(b, false)
      } else this.#judge(this.#size - 2, true)
      this.#keepLast()
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    const few = this.#steps.size < WARM_UP
    if (!few) {
      this.#wicks(0)
      if (this.#size > 0) this.#opens(0)
    }
    return this.#findings.list()
  }

  #keepLast(): void {
    const from = this.#size - 1
    for (const column of Object.values(this.#held)) column[0] = column[from]
    this.#size = 1
  }

  /** Deviation of a step that began at a time. */
  #deviation(from: Micros, to: Micros, price: number): number {
    const bars = (to - from) / this.#interval
    const floor = (0.5 * this.#tick) / price
    const step = Math.max(floor, this.#stepDeviation())
    if (!(bars > 1.5)) return step
    if (this.#pauses.size >= WARM_UP) return Math.max(step, this.#pauses.deviation())
    return step * Math.sqrt(bars)
  }

  /** Measured again every eight steps: it hardly changes, and takes longer than all else. */
  #stepDeviation(): number {
    if (--this.#measureIn <= 0) {
      const fast = this.#steps.deviation()
      this.#slow = this.#slow === 0 ? fast : this.#slow + (fast - this.#slow) * SLOW
      this.#measured = Math.max(fast, this.#slow / 2)
      this.#measureIn = MEASURE
    }
    return this.#measured
  }

  /** Of two bars that wait the first, now that the one after it is known. @param learn whether windows lack it yet */
  #judge(at: number, learn: boolean): void {
    const { time, open, high, low, close } = this.#held
    const c = close[at]
    const good = this.#goodClose
    if (learn) this.#ranges.push(Math.log(high[at] / low[at]))
    this.#wicks(at)
    if (Number.isNaN(good)) {
      // The very first bar is judged by what follows it alone.
      const d = Math.log(c / open[at + 1])
      const e = Math.log(c / close[at + 1])
      const size = JUMP * this.#deviation(time[at], time[at + 1], c)
      if (Math.abs(d) > size && Math.abs(e) > size && Math.abs(Math.log(open[at] / c)) < size) {
        this.#tell('outlier', at, 'close', `close ${c} is far from ${open[at + 1]} that follows`)
        return
      }
      this.#goodClose = c
      this.#goodTime = time[at]
      return
    }
    this.#opens(at)
    const d1 = Math.log(c / good)
    const s1 = this.#deviation(this.#goodTime, time[at], c)
    if (Math.abs(d1) > TORN * s1) {
      const toOpen = Math.log(c / open[at + 1])
      const toClose = Math.log(c / close[at + 1])
      const d2 = Math.abs(toOpen) < Math.abs(toClose) ? toOpen : toClose
      const s2 = this.#deviation(time[at], time[at + 1], c)
      const isBack = Math.abs(d1 - d2) <= LEFT * Math.max(Math.abs(d1), Math.abs(d2))
      const isFar = Math.abs(d1) > SPIKE * s1 && Math.abs(d2) > SPIKE * s2
      const isTorn = Math.abs(toOpen) > TORN * s2 && this.#isTorn(at, toOpen)
      if (d1 * d2 > 0 && toOpen * toClose > 0 && (isFar || isTorn) && isBack) {
        const words = `close ${c} lies between ${good} before and ${close[at + 1]} after, ${(Math.abs(d1) / s1).toFixed(0)} robust deviations away`
        this.#tell('outlier', at, 'close', words)
        return
      }
      if (Math.abs(d1) > JUMP * s1) {
        const scale = SCALES.find(one => Math.abs(Math.abs(d1) - one) < NEAR_SCALE)
        const words = `close goes from ${good} to ${c}, ${(Math.abs(d1) / s1).toFixed(0)} robust deviations, and stays`
        if (scale === undefined) this.#tell('jump', at, 'close', words)
        else this.#tell('scaleJump', at, 'close', `${words}: a power of ten`)
      }
    }
    if (learn) {
      if ((time[at] - this.#goodTime) / this.#interval > 1.5) this.#pauses.push(d1)
      else {
        this.#steps.push(d1)
        this.#gaps.push(Math.log(open[at] / good))
      }
    }
    this.#goodClose = c
    this.#goodTime = time[at]
  }

  /** Whether the next bar follows at once and opens where bars never open after such a close. */
  #isTorn(at: number, toOpen: number): boolean {
    const { time, close } = this.#held
    if ((time[at + 1] - time[at]) / this.#interval > 1.5 || this.#gaps.size < WARM_UP) return false
    return Math.abs(toOpen) > GAP * Math.max(this.#gaps.deviation(), this.#tick / close[at])
  }

  #opens(at: number): void {
    const { time, open, close } = this.#held
    const o = open[at]
    const good = this.#goodClose
    if (Number.isNaN(good)) return
    const d1 = Math.log(o / good)
    const d2 = Math.log(o / close[at])
    const isBack = Math.abs(d1 - d2) <= LEFT * Math.max(Math.abs(d1), Math.abs(d2))
    if (!(d1 * d2 > 0) || !isBack) return
    const s1 = this.#deviation(this.#goodTime, time[at], o)
    const s2 = this.#deviation(time[at], time[at], o)
    if (!(Math.abs(d1) > SPIKE * s1 && Math.abs(d2) > SPIKE * s2)) return
    const words = `open ${o} lies far from the close ${good} before and the close ${close[at]} after`
    this.#tell('outlier', at, 'open', words)
  }

  #wicks(at: number): void {
    if (at >= this.#size) return
    const { open, high, low, close } = this.#held
    const h = high[at]
    const l = low[at]
    const top = Math.max(open[at], close[at])
    const bottom = Math.min(open[at], close[at])
    const up = Math.log(h / top)
    const down = Math.log(bottom / l)
    const range = this.#ranges.median()
    if (!(up > WICK * range || down > WICK * range)) return
    const usual = Math.max(range, this.#steps.deviation(), (2 * this.#tick) / bottom)
    if (up > WICK * usual)
      this.#tell('outlier', at, 'high', `high ${h} is ${(up / usual).toFixed(0)} usual ranges above ${top}`)
    if (down > WICK * usual)
      this.#tell(
        'outlier',
        at,
        'low',
        `low ${l} is ${(down / usual).toFixed(0)} usual ranges below ${bottom}`,
      )
  }

  /** Known with the newest bar that waits: nothing is judged before it is there. */
  #tell(
    code: 'outlier' | 'scaleJump' | 'jump',
    at: number,
    column: 'open' | 'high' | 'low' | 'close',
    words: string,
  ): void {
    const { row, time, known } = this.#held
    const text = () => words
    this.#findings.add({
      code,
      row: row[at],
      rows: 0,
      column,
      value: this.#held[column][at],
      from: time[at],
      to: time[at],
      known: known[this.#size - 1],
      text,
    })
  }
}
