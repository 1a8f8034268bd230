/**
 * Bars that end when trades are more one-sided than was expected: information arriving, in the words of M. López de
 * Prado, Advances in Financial Machine Learning (2018), section 2.3.2 (tick, volume and dollar imbalance bars).
 *
 *     b_t   sign of trade t, +1 a buyer, −1 a seller (trade-sign.ts)
 *     x_t   b_t, b_t × size, or b_t × size × price
 *     θ_T   x_1 + … + x_T of the bar
 *     a bar ends with the first trade T at which |θ_T| ≥ E[T] × |E[x]|
 *     E[T] ← a T + (1 − a) E[T] at the end of each bar, a = 2 / (barSpan + 1)
 *     E[x] ← c x_t + (1 − c) E[x] with each trade, c = 2 / (tradeSpan + 1)
 *
 * Both expectations are those at the bar's first trade and stand still while it lasts; the book's 2P[b = 1] − 1 and
 * 2v⁺ − E[v] are E[x]. The book says neither where they begin nor how long they remember: both are terms here.
 *
 * Known to be unstable, since the threshold feeds on its own bars: a long bar raises E[T], which makes the next one
 * longer, until a bar never ends; or E[x] passes 0, and every trade is a bar. `bounds` holds either in a range;
 * without, `warnings` tells when it went off. Longer spans only make it slower.
 */
import type { TradeSeries } from '../domain/market-events.ts'
import type { RunWarning } from '../domain/run-result.ts'
import type { Deriver } from './deriver.ts'
import { GrowingRows } from './growing-rows.ts'
import { badTerms, requirePositive, requireWhole } from './terms.ts'
import { NO_LIMITS, TradeBar, TradeBarRows, type TradeBarSeries } from './trade-bar.ts'
import { type SessionTerms, TradeSessions } from './trade-sessions.ts'
import { type SideSource, TradeSign } from './trade-sign.ts'

export interface ImbalanceBarTerms extends SessionTerms {
  readonly by: 'trades' | 'volume' | 'notional'
  /** E[T] of the first bar. */
  readonly expectedTrades: number
  /**
   * E[x] of the first bar, in trades, units or notional a trade. Absent: the first `expectedTrades` trades are the
   * first bar, whatever their θ, and their mean is E[x] from then on.
   */
  readonly expectedImbalance?: number
  /** Spans of the two averages, in bars and in trades; at least 1. */
  readonly barSpan: number
  readonly tradeSpan: number
  /** Default: the feed's side where it has one, else the tick rule. */
  readonly side?: SideSource
  /**
   * A bar ends with the `trade` that reaches the threshold (the default), or with the last trade of that `instant`, as
   * bars of one time are refused by the store.
   */
  readonly ending?: 'trade' | 'instant'
  /** What the expectations are held between: E[T], and |E[x]|. */
  readonly bounds?: {
    readonly expectedTrades?: readonly [least: number, most: number]
    readonly expectedImbalance?: readonly [least: number, most: number]
  }
}

export interface ImbalanceBarSeries extends TradeBarSeries {
  /** θ at the end of the bar. */
  readonly imbalance: Float64Array
  /** What |θ| had to reach; NaN where that was not known. */
  readonly threshold: Float64Array
}

/** Times the first E[T], or its inverse, at which it is told. */
const WILD = 20

/**
 * `end` leaves the bar in the making out.
 * @example
 * whole(new ImbalanceBars({ by: 'volume', expectedTrades: 500, barSpan: 20, tradeSpan: 5000 }), trades)
 */
export class ImbalanceBars implements Deriver<TradeSeries, ImbalanceBarSeries> {
  readonly #terms: ImbalanceBarTerms
  readonly #sessions: TradeSessions
  readonly #sign: TradeSign
  readonly #bar = new TradeBar()
  readonly #rows: TradeBarRows
  readonly #more = new GrowingRows(['imbalance', 'threshold'])
  readonly #barWeight: number
  readonly #tradeWeight: number
  readonly #atInstant: boolean
  /** The bar has reached its threshold, and waits for the end of its instant. */
  #full = false
  /** E[T] and E[x], as they go; NaN while the first trades are averaged. */
  #trades: number
  #imbalance: number
  /** Σ x of the first trades. */
  #start = 0
  #started = 0
  #theta = 0
  #threshold: number
  #most: number
  #least: number
  #bars = 0
  #row = 0

  /** @throws DERIVE_TERMS, UNKNOWN_CALENDAR */
  constructor(terms: ImbalanceBarTerms) {
    const { expectedTrades, expectedImbalance = Number.NaN, barSpan, tradeSpan } = terms
    requirePositive('expectedTrades', expectedTrades)
    if (terms.expectedImbalance === undefined) requireWhole('expectedTrades', expectedTrades, 1)
    else if (!Number.isFinite(expectedImbalance))
      throw badTerms(`expectedImbalance is ${expectedImbalance}`, 'give a finite number, or none')
    for (const [name, span] of Object.entries({ barSpan, tradeSpan }))
      if (!(span >= 1 && span < Number.POSITIVE_INFINITY))
        throw badTerms(`${name} is ${span}`, 'give a finite number of at least 1')
    for (const [name, range] of Object.entries(terms.bounds ?? {}))
      if (!(range[0] >= 0 && range[0] <= range[1]))
        throw badTerms(`bounds of ${name} are ${range[0]} and ${range[1]}`, 'give [least, most], from 0 on')
    this.#terms = terms
    this.#sessions = new TradeSessions(terms)
    this.#sign = new TradeSign(terms.side ?? 'feed')
    this.#rows = new TradeBarRows(this.#sessions.stamped)
    this.#atInstant = terms.ending === 'instant'
    this.#barWeight = 2 / (barSpan + 1)
    this.#tradeWeight = 2 / (tradeSpan + 1)
    this.#trades = expectedTrades
    this.#imbalance = expectedImbalance
    this.#most = expectedTrades
    this.#least = expectedTrades
    this.#threshold = this.#expected()
  }

  /** Trades outside of sessions, left out. */
  get outside(): number {
    return this.#sessions.outside
  }

  /** What |θ| of the bar in the making must reach; undefined while the first trades are averaged. */
  get threshold(): number | undefined {
    return Number.isNaN(this.#threshold) ? undefined : this.#threshold
  }

  /** @throws DERIVE_ROW, CALENDAR_RANGE */
  add(trades: TradeSeries): ImbalanceBarSeries {
    const { price, size, side, eventTime } = trades
    const { by } = this.#terms
    const sessions = this.#sessions
    const bar = this.#bar
    // Rows from here on are not in the bar yet.
    let begin = 0
    for (let i = 0; i < trades.length; i++) {
      let began = false
      if (!sessions.holds(eventTime[i])) {
        bar.take(trades, begin, i, NO_LIMITS, this.#row)
        begin = i + 1
        if (sessions.skips(eventTime[i])) continue
        begin = i
        began = sessions.began
      }
      if (this.#full) {
        if (eventTime[i] > bar.eventTime) this.#finish(began ? sessions.lastClose : sessions.close)
      } else if (began && sessions.cut && bar.trades > 0) this.#cut()
      const sign = this.#sign.next(price[i], side[i])
      const x = by === 'trades' ? sign : by === 'volume' ? sign * size[i] : sign * (size[i] * price[i])
      this.#theta += x
      const reached = Number.isNaN(this.#imbalance) ? this.#begins(x) : this.#goesOn(x)
      if (!reached && !this.#full) continue
      bar.take(trades, begin, i + 1, NO_LIMITS, this.#row)
      begin = i + 1
      this.#full = this.#atInstant
      if (!this.#full) this.#finish(sessions.close)
    }
    bar.take(trades, begin, trades.length, NO_LIMITS, this.#row)
    this.#row += trades.length
    return this.#taken()
  }

  end(): ImbalanceBarSeries {
    if (this.#full) this.#finish(this.#sessions.close)
    return this.#taken()
  }

  /** What went off so far; empty where nothing did. */
  warnings(): RunWarning[] {
    const first = this.#terms.expectedTrades
    const longest = Math.max(this.#most, this.#bar.trades)
    const warnings: RunWarning[] = []
    const told = `${this.#bars} bars are done, the one in the making has ${this.#bar.trades} trades`
    if (longest > WILD * first)
      warnings.push({
        code: 'IMBALANCE_THRESHOLD_GROWS',
        text: `Bars were expected to have ${first} trades, and came to ${Math.round(longest)}: the threshold grows with its own bars (${told}). Give bounds.`,
      })
    if (this.#least < first / WILD || (this.#threshold === 0 && this.#bars > 0))
      warnings.push({
        code: 'IMBALANCE_THRESHOLD_VANISHES',
        text: `Bars were expected to have ${first} trades, and came to ${this.#least.toPrecision(3)}: nearly every trade is a bar (${told}). Give bounds.`,
      })
    return warnings
  }

  /** One of the first trades, whose mean is the first E[x]: true for the last of them. */
  #begins(x: number): boolean {
    this.#start += x
    if (++this.#started < this.#terms.expectedTrades) return false
    this.#imbalance = this.#start / this.#started
    return true
  }

  /** True for a trade with which θ is at its threshold. */
  #goesOn(x: number): boolean {
    this.#imbalance += this.#tradeWeight * (x - this.#imbalance)
    return Math.abs(this.#theta) >= this.#threshold
  }

  /** The bar of the first trades had the length that it was given: it says nothing of how long bars are. */
  #finish(sessionClose: number): void {
    this.#full = false
    if (!Number.isNaN(this.#threshold)) this.#trades += this.#barWeight * (this.#bar.trades - this.#trades)
    this.#give(this.#bar.eventTime, sessionClose)
  }

  /** Nor does a bar that its session cut. */
  #cut(): void {
    const { lastClose } = this.#sessions
    this.#give(Math.max(lastClose, this.#bar.eventTime), lastClose)
  }

  #give(eventTime: number, sessionClose: number): void {
    const at = this.#more.next()
    this.#more.columns.imbalance[at] = this.#theta
    this.#more.columns.threshold[at] = this.#threshold
    this.#most = Math.max(this.#most, this.#trades)
    this.#least = Math.min(this.#least, this.#trades)
    this.#rows.give(this.#bar, eventTime, sessionClose)
    this.#bars++
    this.#theta = 0
    this.#threshold = this.#expected()
  }

  #expected(): number {
    const { expectedTrades, expectedImbalance } = this.#terms.bounds ?? {}
    return held(this.#trades, expectedTrades) * held(Math.abs(this.#imbalance), expectedImbalance)
  }

  #taken(): ImbalanceBarSeries {
    return { ...this.#rows.take(), ...this.#more.take() }
  }
}

function held(value: number, range: readonly [least: number, most: number] | undefined): number {
  return range === undefined ? value : Math.min(Math.max(value, range[0]), range[1])
}
