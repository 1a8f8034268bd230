/**
 * A limit order book moved by nothing but order flow: zero intelligence as in Smith, Farmer, Gillemot and
 * Krishnamurthy 2003 (Quantitative Finance 3) and Cont, Stoikov and Talreja 2010 (Operations Research 58(3)).
 *
 *   limit orders    come at d = 1 … levels ticks from the best price across, with chances ∝ d^−placement (Cont's
 *                   power law, exponent 0.52); so none ever crosses
 *   market orders   take what rests at the best price across, first come first served, and no more: what they
 *                   could not get there is gone, and on an empty side they do nothing
 *   cancels         each resting order leaves after an exponential time, independently of all else
 *
 * Limit and market orders of both sides arrive as a Poisson process, or as a Hawkes process of four types
 * (hawkes.ts) where `excitation` is given, after Large 2007 (Journal of Financial Markets 10): real orders come in
 * clusters. Sizes are geometric. Price moves come out of the flow; nothing here pulls the price anywhere, and no
 * one here reacts to orders of yours. Every event has a microsecond of its own; trades come before their book rows.
 */
import { GordonError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { type Micros, SECOND } from '../core/time.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import type { BookSeries, TradeSeries } from '../domain/market-events.ts'
import type { RunDataset } from '../domain/run-result.ts'
import { exponential } from '../math/index.ts'
import { FlowRows } from './flow-rows.ts'
import { Arrivals, type Excitation, requireArrivals } from './hawkes.ts'
import { chance, type SyntheticInstrument, syntheticDataset, syntheticInstrument } from './label.ts'
import { RestingOrders, type Side } from './resting-orders.ts'
import { badTerms, requireNumber } from './terms.ts'

export interface OrderFlowTerms {
  /** Whole number from 0 to 2³² − 1. */
  readonly seed: number
  /** How long is recorded. */
  readonly seconds: number
  /** When the recording begins, with a snapshot; µs UTC, default 2020-01-01. */
  readonly start?: Micros
  /** Seconds that the market lives before, unrecorded; default 10 / cancelRate. */
  readonly warmUp?: number
  /** Rows of levels or of single orders; default L2. */
  readonly level?: 'L2' | 'L3'
  /** Middle of the book before the warm-up; default 100. */
  readonly price?: number
  /** Limit orders a second on each side, without excitation; default 10. */
  readonly limitRate?: number
  /** Market orders a second on each side, without excitation; default 2. */
  readonly marketRate?: number
  /** Chance a second that a resting order is cancelled; default 0.2. */
  readonly cancelRate?: number
  /** Furthest a limit order comes from the best price across, ticks; default 20. */
  readonly levels?: number
  /** Exponent of distances; default 0.52; 0 is uniform. */
  readonly placement?: number
  /** Mean size of an order, lots, at least 1; default 5. */
  readonly lots?: number
  /** Of the four types: 0 limit buy, 1 limit sell, 2 market buy, 3 market sell. Absent: Poisson arrivals. */
  readonly excitation?: Excitation
  readonly instrument?: SyntheticInstrument
}

/** For a run: `memoryTicks([flow], flow.dataset)`. */
export interface SyntheticFlow {
  readonly instrument: Instrument
  /** Begins with a snapshot; of L3 rows, `order` holds ids. */
  readonly book: BookSeries
  readonly trades: TradeSeries
  /** `synthetic:order-flow:<seed>`. */
  readonly dataset: RunDataset
}

const NAME = 'order-flow'

/**
 * @throws SYNTHETIC_TERMS; SYNTHETIC_PRICE where the price falls to the grid's lower end
 * @example
 * const flow = synthetic.orderFlow({ seed: 7, seconds: 600 })
 * await backtest({ strategy, ticks: memoryTicks([flow], flow.dataset) })
 */
export function orderFlow(terms: OrderFlowTerms): SyntheticFlow {
  const { seed, level = 'L2' } = terms
  if (level !== 'L2' && level !== 'L3') throw badTerms(NAME, `has the level '${level}'`, 'give L2 or L3')
  const instrument = syntheticInstrument('ORDER-FLOW', terms.instrument)
  const rows = new FlowRows(level, instrument)
  new Flow(terms, instrument, rows).play()
  const book = rows.book()
  const trades = rows.trades()
  const columns = [book, trades].flatMap(series => Object.values(series).filter(isColumn))
  return { instrument, book, trades, dataset: syntheticDataset(NAME, seed, 'ticks', columns) }
}

function isColumn(value: unknown): value is Float64Array {
  return value instanceof Float64Array
}

class Flow {
  readonly #random: Random
  readonly #resting = new RestingOrders()
  readonly #arrivals: Arrivals
  readonly #instrument: Instrument
  readonly #rows: FlowRows
  readonly #start: Micros
  readonly #seconds: number
  readonly #warmUp: number
  readonly #cancelRate: number
  readonly #meanLots: number
  /** Chance that a limit order comes at most so far: place 0 is one tick. */
  readonly #within: Float64Array
  /** Ticks of the last best price of each side, for a side that is empty now. */
  #lastBid: number
  #lastAsk: number
  #recording = false
  #now: Micros

  constructor(terms: OrderFlowTerms, instrument: Instrument, rows: FlowRows) {
    const {
      seed,
      seconds,
      start = Date.UTC(2020, 0, 1) * 1000,
      price = 100,
      limitRate = 10,
      marketRate = 2,
    } = terms
    const { cancelRate = 0.2, levels = 20, placement = 0.52, lots = 5, excitation } = terms
    this.#random = chance(NAME, seed)
    requireNumber(NAME, 'seconds', seconds, { above: 0 })
    requireNumber(NAME, 'start', start, { whole: true })
    requireNumber(NAME, 'price', price, { above: 0 })
    requireNumber(NAME, 'limitRate', limitRate, { above: 0 })
    requireNumber(NAME, 'marketRate', marketRate, { from: 0 })
    requireNumber(NAME, 'cancelRate', cancelRate, { above: 0 })
    requireNumber(NAME, 'levels', levels, { from: 1, whole: true })
    requireNumber(NAME, 'placement', placement)
    requireNumber(NAME, 'lots', lots, { from: 1 })
    const baseline = [limitRate, limitRate, marketRate, marketRate]
    requireArrivals(NAME, baseline, excitation)
    this.#warmUp = terms.warmUp ?? 10 / cancelRate
    requireNumber(NAME, 'warmUp', this.#warmUp, { from: 0 })
    this.#arrivals = new Arrivals(baseline, excitation, chance(NAME, seed, 1))
    this.#instrument = instrument
    this.#rows = rows
    this.#start = this.#now = start
    this.#seconds = seconds
    this.#cancelRate = cancelRate
    this.#meanLots = lots
    this.#within = cumulated(levels, placement)
    this.#lastBid = Math.round(price * instrument.ticksPerUnit)
    this.#lastAsk = this.#lastBid + 1
    for (let away = 0; away < levels; away++) {
      this.#rest(1, this.#lastBid - away)
      this.#rest(-1, this.#lastAsk + away)
    }
  }

  play(): void {
    this.#until(this.#warmUp)
    this.#rows.snapshot(this.#start, this.#resting)
    this.#recording = true
    this.#until(this.#warmUp + this.#seconds)
  }

  /** Cancels and arrivals compete: neither remembers how long it has waited. */
  #until(horizon: number): void {
    let cancel = this.#nextCancel()
    for (;;) {
      const arrived = this.#arrivals.next(Math.min(cancel, horizon))
      if (!arrived && cancel >= horizon) return
      if (this.#recording) this.#tick()
      if (!arrived) this.#cancel()
      else if (this.#arrivals.type < 2) this.#limit(this.#arrivals.type === 0 ? 1 : -1)
      else this.#market(this.#arrivals.type === 2 ? 1 : -1)
      cancel = this.#nextCancel()
    }
  }

  #nextCancel(): number {
    const rate = this.#cancelRate * this.#resting.count
    return rate > 0 ? this.#arrivals.time + exponential(this.#random) / rate : Number.POSITIVE_INFINITY
  }

  /** The event's microsecond, later than the one before. */
  #tick(): void {
    const time = this.#start + Math.ceil((this.#arrivals.time - this.#warmUp) * SECOND)
    this.#now = Math.max(this.#now + 1, time)
  }

  #limit(side: Side): void {
    const across = side > 0 ? this.#lastAsk : this.#lastBid
    const draw = this.#random.uniform()
    let away = 1
    while (away < this.#within.length && draw >= this.#within[away - 1]) away++
    this.#rest(side, across - side * away)
  }

  #rest(side: Side, ticks: number): void {
    if (!(ticks >= 1 && Number.isSafeInteger(ticks)))
      throw new GordonError(
        'SYNTHETIC_PRICE',
        `Synthetic market ${NAME} takes ${instrumentId(this.#instrument)} to a price of ${ticks} ticks after ${this.#arrivals.time} seconds; choose another price or another grid.`,
      )
    const order = this.#resting.add(side, ticks, this.#lots())
    this.#remember()
    if (this.#recording) this.#rows.changed(this.#now, 'add', order, this.#resting)
  }

  #market(taker: Side): void {
    const side: Side = taker > 0 ? -1 : 1
    const ticks = this.#resting.best(side)
    for (let wanted = this.#lots(); wanted > 0; ) {
      const maker = this.#resting.first(side)
      if (maker === undefined || maker.ticks !== ticks) break
      const lots = Math.min(wanted, maker.lots)
      wanted -= lots
      this.#resting.take(maker, lots)
      if (!this.#recording) continue
      this.#rows.trade(this.#now, taker, ticks, lots)
      this.#rows.changed(this.#now, maker.lots > 0 ? 'change' : 'remove', maker, this.#resting)
    }
    this.#remember()
  }

  #cancel(): void {
    const order = this.#resting.at(this.#random.integer(0, this.#resting.count))
    this.#resting.take(order, order.lots)
    this.#remember()
    if (this.#recording) this.#rows.changed(this.#now, 'remove', order, this.#resting)
  }

  /** Where the best prices are; of an empty side, where it was last, which the other never reaches. */
  #remember(): void {
    const bid = this.#resting.best(1)
    const ask = this.#resting.best(-1)
    if (!Number.isNaN(bid)) this.#lastBid = bid
    if (!Number.isNaN(ask)) this.#lastAsk = ask
  }

  /** Geometric from 1 on. */
  #lots(): number {
    if (this.#meanLots === 1) return 1
    return 1 + Math.floor(-exponential(this.#random) / Math.log1p(-1 / this.#meanLots))
  }
}

/** Chances of d^−placement, added up; the last is 1. */
function cumulated(levels: number, placement: number): Float64Array {
  const within = new Float64Array(levels)
  let total = 0
  for (let away = 1; away <= levels; away++) within[away - 1] = total += away ** -placement
  return within.map(sum => sum / total)
}
