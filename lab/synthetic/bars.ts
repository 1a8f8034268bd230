/**
 * Bars of log-price paths that move in finer steps than a bar: open and close are the path's at the bar's ends,
 * high and low the extremes of its steps, each rounded to the instrument's ticks. A path seen at n steps a bar
 * misses part of its range: the extreme of a Brownian motion by 0.5826 σ √(bar / n) on average on each side
 * (Broadie, Glasserman and Kou 1997, Mathematical Finance 7(4)), 3 % of a daily σ for n = 390.
 *
 * The market never closes: a bar opens where the last one closed. A year has 365 days, as `24/7` has.
 * Volume is lognormal with a deviation of 0.3 of its logarithm, and independent of prices: it is there because
 * fills ask for it, and says nothing.
 */
import { GordonError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { DAY, type Micros, parseInterval } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import { badTerms, requireNumber } from './terms.ts'

export const YEAR: Micros = 365 * DAY

/** Asked of every market of bars. */
export interface FrameTerms {
  /** Whole number from 0 to 2³² − 1; equal seeds and terms give equal bars. */
  readonly seed: number
  /** How many bars. */
  readonly bars: number
  /** `1m`, `1h`, `1d`; default `1d`. */
  readonly interval?: string
  /** Open of the first bar, µs UTC; default 2020-01-01. A bar is known when it closes. */
  readonly start?: Micros
  /** Steps of the path in a bar, which its high and low come from; default 32. */
  readonly stepsPerBar?: number
}

/** A checked frame: when bars close, and how far a step goes. */
export interface Frame {
  readonly process: string
  readonly bars: number
  readonly interval: string
  readonly stepsPerBar: number
  /** Length of a bar and of a step in years. */
  readonly barYears: number
  readonly stepYears: number
  /** Close of each bar, µs UTC. */
  readonly time: Float64Array
}

/** One asset of a market: where it starts, what it is, how much of it trades in a bar. */
export interface Asset {
  readonly instrument: Instrument
  readonly price: number
  /** Mean volume of a bar, units. */
  readonly volume: number
  readonly volumeChance: Random
}

/** Moves the log prices of all assets by one step, in place. */
export type Advance = (logs: Float64Array) => void

/** @throws SYNTHETIC_TERMS */
export function frameOf(process: string, terms: FrameTerms): Frame {
  const { bars, interval = '1d', start = Date.UTC(2020, 0, 1) * 1000, stepsPerBar = 32 } = terms
  requireNumber(process, 'bars', bars, { from: 1, whole: true })
  requireNumber(process, 'stepsPerBar', stepsPerBar, { from: 1, whole: true })
  requireNumber(process, 'start', start, { whole: true })
  const length = parseInterval(interval)
  if (length === undefined)
    throw badTerms(process, `has the interval '${interval}'`, 'give one such as 1m, 1h or 1d')
  return {
    process,
    bars,
    interval,
    stepsPerBar,
    barYears: length / YEAR,
    stepYears: length / YEAR / stepsPerBar,
    time: new Float64Array(bars).map((_, bar) => start + (bar + 1) * length),
  }
}

/**
 * @returns a series per asset, in their order; times are one array, as nothing is late
 * @throws SYNTHETIC_PRICE where a path leaves what its instrument can quote
 */
export function barsOf(frame: Frame, assets: readonly Asset[], advance: Advance): BarSeries[] {
  const { bars, stepsPerBar, time } = frame
  const logs = Float64Array.from(assets, asset => Math.log(asset.price))
  const lows = new Float64Array(assets.length)
  const highs = new Float64Array(assets.length)
  const series = assets.map(() => emptyBars(time))
  for (let bar = 0; bar < bars; bar++) {
    assets.forEach((asset, place) => {
      series[place].open[bar] = quoted(logs[place], asset, frame, bar)
    })
    lows.set(logs)
    highs.set(logs)
    for (let step = 0; step < stepsPerBar; step++) {
      advance(logs)
      for (let place = 0; place < logs.length; place++) {
        if (logs[place] < lows[place]) lows[place] = logs[place]
        else if (logs[place] > highs[place]) highs[place] = logs[place]
      }
    }
    assets.forEach((asset, place) => {
      const own = series[place]
      own.high[bar] = quoted(highs[place], asset, frame, bar)
      own.low[bar] = quoted(lows[place], asset, frame, bar)
      own.close[bar] = quoted(logs[place], asset, frame, bar)
      own.volume[bar] = traded(asset)
    })
  }
  return series
}

function emptyBars(time: Float64Array): BarSeries {
  const column = () => new Float64Array(time.length)
  return {
    length: time.length,
    eventTime: time,
    receiveTime: time,
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  }
}

/** The price on the instrument's grid. */
function quoted(log: number, { instrument }: Asset, { process }: Frame, bar: number): number {
  const price = Math.exp(log)
  const ticks = Math.round(price * instrument.ticksPerUnit)
  if (ticks >= 1 && Number.isSafeInteger(ticks)) return ticks / instrument.ticksPerUnit
  throw new GordonError(
    'SYNTHETIC_PRICE',
    `Synthetic market ${process} takes ${instrumentId(instrument)} to a price of ${price} in bar ${bar + 1}, which is off a grid of ${instrument.ticksPerUnit} ticks a unit; choose a calmer process, another price or another grid.`,
  )
}

const VOLUME_DEVIATION = 0.3

/** At least one lot. */
function traded({ instrument, volume, volumeChance }: Asset): number {
  const { lotsPerUnit } = instrument
  const drawn = volume * Math.exp(VOLUME_DEVIATION * volumeChance.normal() - VOLUME_DEVIATION ** 2 / 2)
  return Math.max(1, Math.round(drawn * lotsPerUnit)) / lotsPerUnit
}
