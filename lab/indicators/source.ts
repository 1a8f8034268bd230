/** Which column of the bars an indicator reads, and what a grid or a split means for it. */
import { GordonError } from '../core/errors.ts'
import type { IndicatorScale } from './indicator.ts'

export type Source = 'open' | 'high' | 'low' | 'close' | 'volume'

export interface SourceOptions {
  /** Column that is read; `close` unless told otherwise. */
  readonly source?: Source
}

const SOURCES: readonly string[] = ['open', 'high', 'low', 'close', 'volume']

/** @throws GordonError INDICATOR_PARAMETER for a column that bars do not have */
export function checkSource(indicator: string, source: Source): void {
  if (SOURCES.includes(source)) return
  throw new GordonError(
    'INDICATOR_PARAMETER',
    `${indicator}: source is ${JSON.stringify(source)}; it must be one of ${SOURCES.join(', ')}.`,
  )
}

/** Integers per unit in that column: ticks for prices, lots for volume. */
export function gridOf(source: Source, scale: IndicatorScale): number {
  return source === 'volume' ? scale.lotsPerUnit : scale.ticksPerUnit
}

/** What a split multiplies that column's past by. */
export function splitFactor(source: Source, priceFactor: number, volumeFactor: number): number {
  return source === 'volume' ? volumeFactor : priceFactor
}
