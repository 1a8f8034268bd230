/** Every source that is known, and which one a file or folder is. A new one is a file beside this and a line here. */
import { GordonError } from '../../core/errors.ts'
import type { DataKind } from '../schema.ts'
import { ACTIONS_CSV } from './actions-csv.ts'
import { BARS_TABLE } from './bars-table.ts'
import { BINANCE_RECORDING } from './binance-recording.ts'
import { CALENDAR_CSV } from './calendar-csv.ts'
import { CCXT_OHLCV } from './ccxt-ohlcv.ts'
import { CRYPTOFEED } from './cryptofeed.ts'
import { FUNDING_CSV } from './funding-csv.ts'
import { INSTRUMENTS_CSV } from './instruments-csv.ts'
import { LEAN } from './lean.ts'
import { QUOTES_CSV } from './quotes-csv.ts'
import { SERIES_CSV } from './series-csv.ts'
import type { Guess, SourceAdapter, SourcePlace } from './source.ts'
import { SPLITS_DIVIDENDS } from './splits-dividends.ts'
import { TRADES_CSV } from './trades-csv.ts'
import { UNIVERSE_CSV } from './universe-csv.ts'
import { VENUE_PAGES } from './venue-pages.ts'
import { WIDE_SERIES } from './wide-series.ts'
import { YAHOO } from './yahoo.ts'

/** Where two are equally sure, the first one reads. */
export const SOURCES: readonly SourceAdapter[] = [
  BINANCE_RECORDING,
  CRYPTOFEED,
  LEAN,
  VENUE_PAGES,
  CCXT_OHLCV,
  YAHOO,
  ACTIONS_CSV,
  UNIVERSE_CSV,
  INSTRUMENTS_CSV,
  CALENDAR_CSV,
  SPLITS_DIVIDENDS,
  TRADES_CSV,
  QUOTES_CSV,
  FUNDING_CSV,
  SERIES_CSV,
  BARS_TABLE,
  WIDE_SERIES,
]

export interface Guessed extends Guess {
  readonly adapter: SourceAdapter
}

/**
 * @param kinds only sources of one of these
 * @throws GordonError UNKNOWN_FORMAT
 */
export function guessSource(place: SourcePlace, kinds?: readonly DataKind[]): Guessed {
  let best: Guessed | undefined
  for (const adapter of SOURCES) {
    if (kinds !== undefined && !adapter.kinds.some(kind => kinds.includes(kind))) continue
    const guess = adapter.guess(place)
    if (guess.confidence > (best?.confidence ?? 0)) best = { adapter, ...guess }
  }
  if (best === undefined) {
    throw new GordonError(
      'UNKNOWN_FORMAT',
      `${place.name} is not recognised as any source: name one with --format, of ${SOURCES.map(({ name }) => name).join(', ')}`,
    )
  }
  return best
}

/** @throws GordonError UNKNOWN_FORMAT */
export function sourceNamed(name: string): SourceAdapter {
  const found = SOURCES.find(one => one.name === name)
  if (found !== undefined) return found
  throw new GordonError(
    'UNKNOWN_FORMAT',
    `--format ${name} is not known: choose one of ${SOURCES.map(one => one.name).join(', ')}`,
  )
}
