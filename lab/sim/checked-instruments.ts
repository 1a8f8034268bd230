/** What an instrument must be before anything is traded on it, and which streams it may have. */
import { GordonError } from '../core/errors.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import type { StreamTerms } from '../engine/streams.ts'

/** @throws INSTRUMENT_GRID for grids that no price or quantity lies on */
export function checkGrid(instrument: Instrument): void {
  for (const [name, example] of [
    ['ticksPerUnit', '100 for cents'],
    ['lotsPerUnit', '1 for whole shares'],
  ] as const) {
    const value = instrument[name] as number | undefined
    if (Number.isSafeInteger(value) && value! >= 1) continue
    throw new GordonError(
      'INSTRUMENT_GRID',
      `Instrument ${instrumentId(instrument)} has ${name} ${value}; give a whole number above zero, ${example}.`,
    )
  }
}

/** @throws FUNDING_NOT_PERPETUAL */
export function checkFunding(instruments: readonly Instrument[], streams: readonly StreamTerms[]): void {
  for (const { kind: stream, handle } of streams) {
    const { kind = 'spot' } = instruments[handle]
    if (stream !== 'funding' || kind === 'linear' || kind === 'inverse') continue
    throw new GordonError(
      'FUNDING_NOT_PERPETUAL',
      `Funding was given for ${instrumentId(instruments[handle])}, which is of kind ${kind}; only perpetuals (linear, inverse) have funding.`,
    )
  }
}
