/**
 * How much worse than the market's price an order that takes fills, how much of it a bar can fill, and how far
 * the market's own price moves for good. Limit orders that rest do not slip.
 *
 * A venue asks `capLots` for the lots, `price` for their price, and after the fill adds `permanent` to every
 * later price of that instrument.
 */
import type { Instrument } from '../domain/instrument.ts'

/** What a venue knows of the market when it fills; one object, written anew for each fill. NaN is unknown. */
export class FillMarket {
  /** Handle of the instrument: its place in the list that `session` was given. */
  handle = 0
  /** Traded in the bar, lots. */
  volumeLots = Number.NaN
  /** Filled against that bar before, by any order of ours, lots. */
  takenLots = Number.NaN
  /** Length of the bar as time in which the market is open, seconds. */
  barSeconds = Number.NaN
  /** Ask − bid, currency. */
  spread = Number.NaN
  /** Mean volume of a day and standard deviation of daily returns, of days that are over (day-statistics.ts). */
  dayVolumeLots = Number.NaN
  dayVolatility = Number.NaN

  constructor() {
    this.takenLots = 0
  }
}

export interface SlippageModel {
  /** In words, for the report. */
  readonly description: string
  /** Everything that decides, as plain data: it goes into the digest of a run's inputs. */
  readonly terms: unknown
  /** `price` and `permanent` read the market beyond `handle`. */
  readonly readsMarket: boolean
  /** `price` reads `dayVolumeLots` and `dayVolatility`, which cost a venue some work a bar. */
  readonly readsDays: boolean
  /** A bar may fill less than is wanted: the rest waits for the next. */
  readonly caps: boolean
  /** The price paid: above `price` for sign +1, below for −1. */
  price(price: number, sign: 1 | -1, lots: number, market: FillMarket): number
  /** Lots, whole, that a bar of `volumeLots` fills of `wantedLots` after `takenLots`; none where volume is unknown. */
  capLots(wantedLots: number, volumeLots: number, takenLots: number): number
  /** What the fill adds to every later price of the instrument, currency; 0 for most models. */
  permanent(sign: 1 | -1, lots: number, market: FillMarket): number
  /** The same model for the instruments of a run. @throws SLIPPAGE_SPREAD for a preset that does not know a pair */
  session(instruments: readonly Instrument[]): SlippageModel
}
