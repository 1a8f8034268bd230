/**
 * One series from the bars of many contracts of a future: it holds one contract at a time, the front one, and rolls to
 * the next by expiry. Nothing is known early:
 *
 *     session  ───── S−1 ─────┼────── S ──────┼───── S+1 ─────      S: n sessions before the one of the expiry, or that
 *     series      front       │     front     │     next            of a date that was given, or the first in which
 *                             │               │                     the next one had more volume
 *                                             └ the roll: decided at the close of S, held from the next bar on
 *
 * Prices at the roll are both contracts' closes at the latest instant by then at which both have a bar (pricesTime), as
 * two prices of different times are no spread; without such an instant, their latest closes. A contract that has not
 * traded has no price to roll at: the roll waits for it, until the front one has expired.
 *
 * `none` leaves prices as they were, with a jump at each roll that nobody earned. Forward adjustment shifts what comes
 * after a roll to the level before, by the difference or by the ratio of the two prices: what was given never changes.
 * Back adjustment (back-adjustment.ts) shifts the past instead.
 */
import { GordonError } from '../core/errors.ts'
import { isoTime, type Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { Session } from '../domain/calendar/calendar.ts'
import { type Day, parseDay } from '../domain/calendar/civil.ts'
import { BarEdges } from './bar-edges.ts'
import type { ContractBars } from './contract-bars.ts'
import type { Deriver } from './deriver.ts'
import { GrowingRows } from './growing-rows.ts'
import { badTerms, requireWhole } from './terms.ts'

export interface FuturesContract {
  readonly symbol: string
  /** When it is settled, µs UTC. */
  readonly expiry: Micros
}

export interface ContinuousTerms {
  /** In order of expiry; `contract` of a row is the place here. */
  readonly contracts: readonly FuturesContract[]
  readonly calendar: string
  /**
   * `expiry`: at the close of the session that many before the one of the expiry, 0 being that one itself.
   * `volume`: at the close of a session in which the next contract had more volume, at the latest at expiry.
   * `dates`: at the close of the sessions of these dates (`2024-03-13`), one for every contract but the last; of the
   * session before where a date has none, and at the latest at expiry.
   */
  readonly roll:
    | { readonly at: 'expiry'; readonly sessionsBefore: number }
    | { readonly at: 'volume' }
    | { readonly at: 'dates'; readonly dates: readonly string[] }
  /** Default `none`. */
  readonly adjust?: 'none' | 'forwardDifference' | 'forwardRatio'
}

export interface Roll {
  /** Close of the session at which it was decided; bars after it are of the new contract. */
  readonly time: Micros
  readonly from: string
  readonly to: string
  /** Unadjusted closes, and when; undefined where one of them had never traded. */
  readonly fromPrice?: number
  readonly toPrice?: number
  readonly pricesTime?: Micros
  /** toPrice − fromPrice. */
  readonly gap?: number
  /** Places of the two in the list of contracts. */
  readonly places: readonly [from: number, to: number]
}

/** The series, and which contract each row is of. */
export interface ContinuousSeries extends BarSeries {
  readonly contract: Float64Array
}

const NAMES = [
  ...(['eventTime', 'receiveTime', 'open', 'high', 'low', 'close', 'volume'] as const),
  ...(['sessionClose', 'contract'] as const),
]

/**
 * @example
 * const front = new ContinuousFutures({ contracts, calendar: 'CMES', roll: { at: 'volume' } })
 * const series = whole(front, contractBars([march, june]))
 * front.rolls
 */
export class ContinuousFutures implements Deriver<ContractBars, ContinuousSeries> {
  readonly rolls: Roll[] = []
  readonly #terms: ContinuousTerms
  readonly #edges: BarEdges
  readonly #rows = new GrowingRows(NAMES)
  /** Place of the contract that is held; −1 before the first row. */
  #front = -1
  /** Close of the session in which the latest row lies. */
  #session = Number.NEGATIVE_INFINITY
  #time = Number.NEGATIVE_INFINITY
  #received = Number.NEGATIVE_INFINITY
  /** By contract: its latest close and when, and its volume in this session. */
  readonly #closes: Float64Array
  readonly #times: Float64Array
  readonly #volumes: Float64Array
  /** The latest instant at which the front and the next one both had a bar. */
  readonly #pair = { time: Number.NaN, front: Number.NaN, next: Number.NaN }
  #offset = 0
  #factor = 1
  /** Days of the rolls, where they are given. */
  readonly #days: readonly Day[] | undefined

  /** @throws DERIVE_TERMS, UNKNOWN_CALENDAR */
  constructor(terms: ContinuousTerms) {
    const { contracts, roll } = terms
    if (contracts.length === 0) throw badTerms('There are no contracts', 'give at least one')
    for (let k = 1; k < contracts.length; k++) {
      const [before, one] = [contracts[k - 1], contracts[k]]
      if (!(one.expiry > before.expiry))
        throw badTerms(
          `${one.symbol} does not expire after ${before.symbol}`,
          'list contracts in order of expiry, each once',
        )
    }
    if (roll.at === 'expiry') requireWhole('sessionsBefore', roll.sessionsBefore, 0)
    this.#days = roll.at === 'dates' ? daysOf(roll.dates, contracts.length) : undefined
    this.#terms = terms
    // A bar outside of sessions belongs to the one that closes next.
    this.#edges = new BarEdges({ calendar: terms.calendar, interval: '1d', outside: 'keep' })
    this.#closes = new Float64Array(contracts.length).fill(Number.NaN)
    this.#times = new Float64Array(contracts.length).fill(Number.NEGATIVE_INFINITY)
    this.#volumes = new Float64Array(contracts.length)
  }

  /** @throws DERIVE_ORDER, DERIVE_ROLL, DERIVE_TERMS, CALENDAR_RANGE */
  add(bars: ContractBars): ContinuousSeries {
    const edges = this.#edges
    for (let i = 0; i < bars.length; i++) {
      const time = bars.eventTime[i]
      const contract = bars.contract[i]
      this.#require(contract, time)
      // A bar that closes with its session lies in it.
      if (!(time > edges.from && time <= edges.until)) edges.seek(time - 1)
      if (edges.close > this.#session) this.#begin(edges.close)
      this.#time = time
      this.#times[contract] = time
      this.#closes[contract] = bars.close[i]
      this.#volumes[contract] += bars.volume[i]
      this.#see(time)
      if (bars.receiveTime[i] > this.#received) this.#received = bars.receiveTime[i]
      if (contract === this.#front) this.#give(bars, i)
    }
    return this.#taken()
  }

  end(): ContinuousSeries {
    return this.#taken()
  }

  /** A new session: what the one before has shown decides. */
  #begin(session: Micros): void {
    if (this.#front < 0) {
      this.#front = 0
      while (this.#next !== undefined && session > this.#lastClose(this.#front)) this.#front++
    } else {
      while (this.#next !== undefined && this.#due(session)) this.#roll(this.#next)
    }
    this.#session = session
    this.#volumes.fill(0)
  }

  get #next(): number | undefined {
    return this.#front + 1 < this.#terms.contracts.length ? this.#front + 1 : undefined
  }

  #due(session: Micros): boolean {
    const front = this.#front
    if (session > this.#expirySession(front).close) return true
    // There is no price to roll at.
    if (Number.isNaN(this.#closes[front + 1])) return false
    if (this.#terms.roll.at === 'volume') return this.#volumes[front + 1] > this.#volumes[front]
    return session > this.#lastClose(front)
  }

  /** Close of the last session in which a contract is held by the rule, volume apart. */
  #lastClose(contract: number): Micros {
    let session = this.#expirySession(contract)
    const { roll } = this.#terms
    const given = this.#days?.at(contract)
    if (given !== undefined && given < session.day) session = this.#lastSession(given)
    for (let count = roll.at === 'expiry' ? roll.sessionsBefore : 0; count > 0; count--)
      session = this.#lastSession(session.day - 1)
    return session.close
  }

  /** The session of a day, or the one before. @throws CALENDAR_RANGE */
  #lastSession(from: Day): Session {
    const { calendar } = this.#edges
    for (let day = from; ; day--) {
      const session = calendar.session(day)
      if (session !== undefined) return session
    }
  }

  #expirySession(contract: number): Session {
    return this.#edges.calendar.nextClose(this.#terms.contracts[contract].expiry)
  }

  #roll(to: number): void {
    const from = this.#front
    const { contracts } = this.#terms
    const places = [from, to] as const
    const told = { time: this.#session, from: contracts[from].symbol, to: contracts[to].symbol, places }
    const paired = !Number.isNaN(this.#pair.time)
    const fromPrice = paired ? this.#pair.front : this.#closes[from]
    const toPrice = paired ? this.#pair.next : this.#closes[to]
    if (Number.isNaN(fromPrice) || Number.isNaN(toPrice)) this.rolls.push(told)
    else {
      const pricesTime = paired ? this.#pair.time : Math.max(this.#times[from], this.#times[to])
      this.rolls.push({ ...told, fromPrice, toPrice, pricesTime, gap: toPrice - fromPrice })
    }
    const { adjust = 'none' } = this.#terms
    if (adjust === 'forwardDifference') this.#offset -= gapOf(this.rolls[this.rolls.length - 1])
    else if (adjust === 'forwardRatio') this.#factor /= ratioOf(this.rolls[this.rolls.length - 1])
    this.#front = to
    this.#pair.time = Number.NaN
    this.#see(this.#time)
  }

  #see(time: Micros): void {
    const front = this.#front
    if (this.#times[front] !== time || this.#times[front + 1] !== time) return
    this.#pair.time = time
    this.#pair.front = this.#closes[front]
    this.#pair.next = this.#closes[front + 1]
  }

  #give(bars: BarSeries, i: number): void {
    const at = this.#rows.next()
    const { columns } = this.#rows
    columns.eventTime[at] = bars.eventTime[i]
    columns.receiveTime[at] = this.#received
    columns.open[at] = bars.open[i] * this.#factor + this.#offset
    columns.high[at] = bars.high[i] * this.#factor + this.#offset
    columns.low[at] = bars.low[i] * this.#factor + this.#offset
    columns.close[at] = bars.close[i] * this.#factor + this.#offset
    columns.volume[at] = bars.volume[i]
    columns.sessionClose[at] = bars.sessionClose?.[i] ?? this.#edges.sessionClose
    columns.contract[at] = this.#front
  }

  #taken(): ContinuousSeries {
    const { sessionClose, ...rows } = this.#rows.take()
    return this.#edges.calendar.continuous ? rows : { ...rows, sessionClose }
  }

  #require(contract: number, time: Micros): void {
    const { contracts } = this.#terms
    if (contracts[contract] === undefined)
      throw badTerms(`A bar is of contract ${contract}`, `there are ${contracts.length}, counted from 0`)
    if (time >= this.#time && time > this.#times[contract]) return
    throw new GordonError(
      'DERIVE_ORDER',
      `A bar of ${contracts[contract].symbol} at ${isoTime(time)} does not come after what was there ` +
        `(${isoTime(this.#time)}): give the bars of all contracts in order of time, each once.`,
    )
  }
}

/** @throws DERIVE_TERMS */
function daysOf(dates: readonly string[], contracts: number): Day[] {
  if (dates.length !== contracts - 1)
    throw badTerms(
      `There are ${dates.length} dates to roll at and ${contracts} contracts`,
      'give one date for every contract but the last',
    )
  return dates.map((date, k) => {
    const day = parseDay(date)
    if (day === undefined) throw badTerms(`${JSON.stringify(date)} is no date`, 'write 2024-03-13')
    if (k > 0 && !(date > dates[k - 1]))
      throw badTerms(`${date} is not after ${dates[k - 1]}`, 'give the dates of the rolls in order')
    return day
  })
}

/** @throws DERIVE_ROLL */
export function gapOf(roll: Roll): number {
  if (roll.gap !== undefined) return roll.gap
  throw noRatio(roll, 'one of them never traded by then')
}

/** toPrice / fromPrice. @throws DERIVE_ROLL */
export function ratioOf(roll: Roll): number {
  const { fromPrice, toPrice } = roll
  if (fromPrice === undefined || toPrice === undefined)
    throw noRatio(roll, 'one of them never traded by then')
  if (fromPrice > 0 && toPrice > 0) return toPrice / fromPrice
  throw noRatio(roll, `prices ${fromPrice} and ${toPrice} have no ratio`)
}

function noRatio(roll: Roll, why: string): GordonError {
  return new GordonError(
    'DERIVE_ROLL',
    `The roll from ${roll.from} to ${roll.to} at ${isoTime(roll.time)} cannot be adjusted for, as ${why}: ` +
      "take unadjusted prices (adjust: 'none'), differences instead of ratios, or bring the missing bars.",
  )
}
