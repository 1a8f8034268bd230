/**
 * Bars to coarser bars, by the edges of exchange time (bar-edges.ts). A bar that closes on an edge belongs to the bar
 * that ends there. Stamped with the close of its interval, or of its session if that comes first; received with the
 * latest of its parts, never before its close. A stretch without bars gives none. A volume that is not known makes the
 * volume of the whole unknown (NaN): a sum that leaves a part out is no volume.
 *
 * Where the bars carry the closes of their sessions, and one of them is earlier than the calendar has it (trading was
 * ended on the day), a bar ends with that. For another calendar than the one that they were made with, leave them out;
 * `24/7` has no sessions and asks for none.
 */
import { GordonError } from '../core/errors.ts'
import { isoTime, type Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { BarEdges, type EdgeTerms } from './bar-edges.ts'
import type { Deriver } from './deriver.ts'
import { GrowingRows } from './growing-rows.ts'
import { badRow, requireInterval } from './terms.ts'

export interface ResampleTerms extends EdgeTerms {
  /** Interval of the bars that come in: `1m`. The last of a session may be shorter. */
  readonly from: string
}

const NAMES = [
  ...(['eventTime', 'receiveTime', 'open', 'high', 'low', 'close', 'volume'] as const),
  'sessionClose',
] as const

/**
 * `end` gives the bar in the making too, though more of it might have come.
 * @example
 * whole(new Resampler({ from: '1m', interval: '1h', calendar: 'XNYS' }), minutes)
 */
export class Resampler implements Deriver<BarSeries, BarSeries> {
  /** Bars outside of sessions, left out. */
  outside = 0
  readonly #edges: BarEdges
  readonly #from: string
  readonly #span: Micros
  readonly #rows = new GrowingRows(NAMES)
  #parts = 0
  /** What the edges call the bar in the making; its own close may come sooner. */
  #edge = Number.NaN
  #close = Number.NaN
  #sessionClose = Number.NaN
  #receiveTime = Number.NaN
  #first = Number.NaN
  #high = Number.NaN
  #low = Number.NaN
  #last = Number.NaN
  #volume = Number.NaN
  #lost = Number.NaN
  #time = Number.NEGATIVE_INFINITY
  #row = 0

  /** @throws DERIVE_INTERVAL, UNKNOWN_CALENDAR */
  constructor(terms: ResampleTerms) {
    this.#edges = new BarEdges(terms)
    this.#from = terms.from
    this.#span = requireInterval('from', terms.from)
    const { unit, step } = this.#edges
    if (unit === 'elapsed' && (this.#span > step || step % this.#span !== 0)) {
      throw new GordonError(
        'DERIVE_INTERVAL',
        `Bars of ${terms.from} cannot be put together to bars of ${terms.interval}: choose a multiple, or finer bars.`,
      )
    }
  }

  /** @throws DERIVE_ROW, DERIVE_ORDER, DERIVE_EDGE, CALENDAR_RANGE */
  add(bars: BarSeries): BarSeries {
    const edges = this.#edges
    for (let i = 0; i < bars.length; i++) {
      const time = bars.eventTime[i]
      if (!(time > this.#time)) throw this.#disorder(time)
      this.#time = time
      // A bar that closes on an edge lies before it.
      if (!(time > edges.from && time <= edges.until)) edges.seek(time - 1)
      if (!edges.inside) this.outside++
      else {
        if (this.#parts === 0 || edges.close !== this.#edge) this.#begin(time)
        this.#take(bars, i)
        // Nothing more can come of it.
        if (time === this.#edge && !edges.lingers) this.#give()
      }
      this.#row++
    }
    return this.#taken()
  }

  end(): BarSeries {
    this.#give()
    return this.#taken()
  }

  #begin(time: Micros): void {
    this.#give()
    const { unit, close, sessionClose, from, begin, end } = this.#edges
    this.#edge = close
    this.#close = close
    this.#sessionClose = sessionClose
    // What reaches back over an edge belongs to two bars. Where trading begins or ends bars may be shorter.
    if (unit === 'elapsed' && time - this.#span < from && from !== begin && time !== end) {
      throw new GordonError(
        'DERIVE_EDGE',
        `The bar of ${this.#from} that closes at ${isoTime(time)} begins before ${isoTime(from)}, where a bar ends: ` +
          'resample from finer bars, or give the calendar and interval that they were made with.',
      )
    }
  }

  #take(bars: BarSeries, i: number): void {
    const { open, high, low, close, volume, receiveTime, sessionClose } = bars
    // What is finite is itself less itself; NaN and ±∞ are not.
    if (open[i] - open[i] + high[i] - high[i] + low[i] - low[i] + close[i] - close[i] !== 0)
      throw badRow('bars', this.#row, `has prices ${open[i]}, ${high[i]}, ${low[i]}, ${close[i]}`)
    if (this.#parts++ === 0) {
      this.#first = open[i]
      this.#high = high[i]
      this.#low = low[i]
      this.#volume = volume[i]
      this.#lost = 0
      this.#receiveTime = receiveTime[i]
    } else {
      if (high[i] > this.#high) this.#high = high[i]
      if (low[i] < this.#low) this.#low = low[i]
      const sum = this.#volume
      const more = volume[i]
      this.#volume = sum + more
      this.#lost += Math.abs(sum) >= Math.abs(more) ? sum - this.#volume + more : more - this.#volume + sum
      if (receiveTime[i] > this.#receiveTime) this.#receiveTime = receiveTime[i]
    }
    this.#last = close[i]
    // The last session of the bar ended before the calendar's hour. Days of UTC never do.
    const told = sessionClose?.[i]
    const edges = this.#edges
    if (edges.calendar.continuous) return
    if (told !== undefined && told < edges.ownClose && edges.ownClose === edges.sessionClose) {
      this.#sessionClose = Math.max(told, this.#time)
      this.#close = Math.min(this.#close, this.#sessionClose)
    }
  }

  #give(): void {
    if (this.#parts === 0) return
    this.#parts = 0
    const at = this.#rows.next()
    const { columns } = this.#rows
    columns.eventTime[at] = this.#close
    columns.receiveTime[at] = Math.max(this.#receiveTime, this.#close)
    columns.open[at] = this.#first
    columns.high[at] = this.#high
    columns.low[at] = this.#low
    columns.close[at] = this.#last
    columns.volume[at] = this.#volume + this.#lost
    columns.sessionClose[at] = this.#sessionClose
  }

  #taken(): BarSeries {
    const { sessionClose, ...rows } = this.#rows.take()
    return this.#edges.calendar.continuous ? rows : { ...rows, sessionClose }
  }

  #disorder(time: Micros): GordonError {
    return new GordonError(
      'DERIVE_ORDER',
      `Bar ${this.#row} closes at ${isoTime(time)}, not after the one before (${isoTime(this.#time)}): ` +
        'sort the bars and leave duplicates out.',
    )
  }
}
