/**
 * What marks a market as made, wherever it goes: its venue, so that every instrument id, order, chart and input
 * digest says `SYNTHETIC:…`, and its dataset, `synthetic:<process>:<seed>`, with the hash of its rows behind that
 * in the snapshot. Neither can be set by who asks for the market.
 */
import { Digest } from '../core/digest.ts'
import { Random } from '../core/random.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { RunDataset } from '../domain/run-result.ts'
import { requireNumber } from './terms.ts'

export const SYNTHETIC_VENUE = 'SYNTHETIC'

/** What may be chosen of a synthetic instrument; it trades around the clock. */
export type SyntheticInstrument = Partial<Omit<Instrument, 'venue' | 'calendar'>>

/** An instrument on a grid of cents, in USD and whole units, where `chosen` says nothing else. */
export function syntheticInstrument(symbol: string, chosen: SyntheticInstrument = {}): Instrument {
  return {
    symbol,
    ticksPerUnit: 100,
    lotsPerUnit: 1,
    currency: 'USD',
    ...chosen,
    venue: SYNTHETIC_VENUE,
    calendar: '24/7',
  }
}

/** @param columns all that the process gave, in a fixed order */
export function syntheticDataset(
  process: string,
  seed: number,
  interval: string,
  columns: readonly Float64Array[],
): RunDataset {
  const digest = new Digest()
  for (const column of columns) digest.column(column)
  const id = `synthetic:${process}:${seed}`
  return { id, snapshot: `${id}:${digest.hex().slice(0, 16)}`, adjustment: 'raw', interval }
}

/**
 * One of the independent streams of chance of a seed: prices take the first, volumes others, so that asking for
 * other volumes moves no price.
 * @throws SYNTHETIC_TERMS for a seed that is not a whole number from 0 to 2³² − 1
 */
export function chance(process: string, seed: number, stream = 0): Random {
  requireNumber(process, 'seed', seed, { from: 0, below: 2 ** 32, whole: true })
  return Random.ofChoice(seed + stream * 2 ** 32)
}
