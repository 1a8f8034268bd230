/** A market of one synthetic instrument in bars: what a process moves, put on a grid and labelled. */
import type { Random } from '../core/random.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { RunDataset } from '../domain/run-result.ts'
import { type Advance, barsOf, type Frame, type FrameTerms, frameOf } from './bars.ts'
import { chance, type SyntheticInstrument, syntheticDataset, syntheticInstrument } from './label.ts'
import { requireNumber } from './terms.ts'

/** Asked of every market of one instrument. */
export interface MarketTerms extends FrameTerms {
  /** Before the first step; default 100. */
  readonly price?: number
  /** Mean volume of a bar, units; default 100,000. */
  readonly volume?: number
  /** Default: symbol of the process, cents, whole units, USD. The venue is always SYNTHETIC. */
  readonly instrument?: SyntheticInstrument
}

/** For a run: `memoryBars([market], market.dataset)`. */
export interface SyntheticMarket {
  readonly instrument: Instrument
  readonly series: BarSeries
  /** `synthetic:<process>:<seed>`, its rows' hash in the snapshot. */
  readonly dataset: RunDataset
}

export const DEFAULT_PRICE = 100
export const DEFAULT_VOLUME = 100_000

/** @param process given the frame and the chance of its prices, answers with what moves the log price a step on */
export function marketOf(
  name: string,
  terms: MarketTerms,
  process: (frame: Frame, random: Random) => Advance,
): SyntheticMarket {
  const { seed, price = DEFAULT_PRICE, volume = DEFAULT_VOLUME } = terms
  const random = chance(name, seed)
  const frame = frameOf(name, terms)
  requireNumber(name, 'price', price, { above: 0 })
  requireNumber(name, 'volume', volume, { above: 0 })
  const instrument = syntheticInstrument(name.toUpperCase(), terms.instrument)
  const asset = { instrument, price, volume, volumeChance: chance(name, seed, 1) }
  const [series] = barsOf(frame, [asset], process(frame, random))
  return { instrument, series, dataset: syntheticDataset(name, seed, frame.interval, barColumns(series)) }
}

export function barColumns(series: BarSeries): readonly Float64Array[] {
  return [series.eventTime, series.open, series.high, series.low, series.close, series.volume]
}
