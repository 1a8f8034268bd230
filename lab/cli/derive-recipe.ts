/**
 * What `gordon data derive` can make: from the kind of a dataset and the flags to the maker of one stream's rows
 * (lab/derive), to words for people, and to the terms that the new dataset's manifest names.
 */
import type { Manifest, PriceType } from '../catalog/index.ts'
import type { KindRows } from '../catalog/schema.ts'
import type { SourceBatch } from '../catalog/sources/source.ts'
import { GordonError } from '../core/errors.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { BookSeries, QuoteSeries, TradeSeries } from '../domain/market-events.ts'
import {
  ActivityBars,
  type ActivityBarTerms,
  BookSnapshots,
  type BookSnapshotTerms,
  type Deriver,
  ImbalanceBars,
  type ImbalanceBarTerms,
  QuoteBars,
  Resampler,
  type Rows,
  snapshotRows,
  TimeBars,
} from '../derive/index.ts'
import { readChoice, readNumber } from './read-flags.ts'

/** As commander gives them; texts are checked here. */
export interface RecipeOptions {
  /** `5m`, `1000trades`, `50volume`, `1e6notional`, `volume-imbalance`. */
  readonly bars?: string
  /** Cadence of book snapshots. */
  readonly snapshots?: string
  readonly levels?: string
  readonly unchanged?: string
  readonly calendar?: string
  readonly outside?: string
  readonly afterBreak?: string
  readonly closingAuction?: string
  readonly atClose?: string
  readonly late?: string
  /** Of quotes: one of the three prices. */
  readonly price?: string
  readonly standing?: boolean
  readonly side?: string
  readonly expectedTrades?: string
  readonly expectedImbalance?: string
  readonly barSpan?: string
  readonly tradeSpan?: string
  readonly tradesBetween?: string
  readonly imbalanceBetween?: string
}

/** Rows of one stream in the making. */
export interface Maker {
  add(rows: KindRows['bars' | 'trades' | 'quotes' | 'book']): readonly SourceBatch[]
  end(): readonly SourceBatch[]
  /** What it left out, counted, and what it warns of. */
  readonly left: () => Readonly<Record<string, number>>
  readonly warnings?: () => readonly string[]
}

export interface Recipe {
  /** `5m bars`, for people. */
  readonly words: string
  /** What the id of the new dataset ends with. */
  readonly suffix: string
  readonly kind: 'bars' | 'book'
  readonly price?: PriceType
  /** All that decides the rows, beside those that they are made of; the calendar is each instrument's unless here. */
  readonly terms: Readonly<Record<string, unknown>>
  make(instrument: Instrument): Maker
}

/** @throws GordonError where nothing of the kind can be made of such data */
export function recipeOf(manifest: Manifest, options: RecipeOptions): Recipe {
  const { kind } = manifest
  if (options.bars !== undefined && options.snapshots !== undefined)
    throw new GordonError('DERIVE_WHAT', '--bars and --snapshots are two datasets: give one of them.')
  if (kind === 'book' && options.snapshots !== undefined) return bookSnapshots(options.snapshots, options)
  if (options.bars === undefined)
    throw new GordonError('DERIVE_WHAT', `What to make of ${manifest.id}, ${kind}? ${MAKES[kind] ?? NOTHING}`)
  const activity = ACTIVITY.exec(options.bars)
  const imbalance = IMBALANCE.exec(options.bars)
  if (kind === 'trades' && activity !== null)
    return activityBars(Number(activity[1]), activity[2] as ActivityBarTerms['by'], options)
  if (kind === 'trades' && imbalance !== null)
    return imbalanceBars(imbalance[1] as ImbalanceBarTerms['by'], options)
  if (activity === null && imbalance === null) {
    if (kind === 'trades') return timeBars(options.bars, options)
    if (kind === 'quotes') return quoteBars(options.bars, options)
    if (kind === 'bars') return coarserBars(manifest, options.bars, options)
  }
  throw new GordonError(
    'DERIVE_WHAT',
    `Bars of ${options.bars} cannot be made of ${manifest.id}, which holds ${kind}: ${MAKES[kind] ?? NOTHING}`,
  )
}

const ACTIVITY = /^(\d+(?:\.\d+)?(?:e\d+)?) ?(trades|volume|notional)$/
const IMBALANCE = /^(trades|volume|notional)-imbalance$/
const NOTHING = 'nothing is made of that.'
const MAKES: Readonly<Record<string, string>> = {
  trades: 'give --bars 5m, 1000trades, 50volume, 1e6notional or volume-imbalance.',
  quotes: 'give --bars 5m or another interval.',
  bars: 'give --bars with a longer interval, e.g. 1h, 1d, 1w or month.',
  book: 'give --snapshots 1s.',
}

const RAW = { kind: 'bars', adjustment: 'raw' } as const

/** Absent flags are no terms: equal work has equal terms, whoever asks. */
function given<T extends object>(terms: T): T {
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined)) as T
}

function edgeTerms(options: RecipeOptions) {
  const outside = readChoice('--outside', options.outside, ['leaveOut', 'keep'])
  const { calendar, closingAuction } = options
  return given({ calendar, outside, closingAuction })
}

function clockTerms(interval: string, options: RecipeOptions) {
  const afterBreak = readChoice('--after-break', options.afterBreak, ['continue', 'restart'])
  return { interval, ...edgeTerms(options), ...given({ afterBreak }) }
}

function sessionTerms(options: RecipeOptions) {
  const atClose = readChoice('--at-close', options.atClose, ['carry', 'cut'])
  return { ...edgeTerms(options), ...given({ atClose }) }
}

/** One batch of bars where there are some. */
function barsOf(
  instrument: Instrument,
  interval: string,
  rows: BarSeries,
  price: PriceType = 'trade',
): readonly SourceBatch[] {
  return rows.length === 0 ? [] : [{ ...RAW, interval, price, instrument, rows }]
}

function maker<Batch, Out extends Rows>(
  deriver: Deriver<Batch, Out>,
  batches: (rows: Out) => readonly SourceBatch[],
  left: Maker['left'],
  warnings?: Maker['warnings'],
): Maker {
  return {
    add: rows => batches(deriver.add(rows as Batch)),
    end: () => batches(deriver.end()),
    left,
    ...(warnings === undefined ? {} : { warnings }),
  }
}

function timeBars(interval: string, options: RecipeOptions): Recipe {
  const late = readChoice('--late', options.late, ['leaveOut', 'next'])
  const terms = { ...clockTerms(interval, options), ...given({ late }) }
  return {
    words: `bars of ${interval}`,
    suffix: interval,
    kind: 'bars',
    price: 'trade',
    terms: { make: 'time bars', ...terms },
    make(instrument) {
      const bars = new TimeBars({ ...terms, calendar: instrument.calendar })
      const lateWords = late === 'next' ? 'late trades, in the next bar' : 'late trades left out'
      return maker<TradeSeries, BarSeries & Rows>(
        bars,
        rows => barsOf(instrument, interval, rows),
        () => ({ 'trades outside of sessions': bars.outside, [lateWords]: bars.late }),
      )
    },
  }
}

function activityBars(threshold: number, by: ActivityBarTerms['by'], options: RecipeOptions): Recipe {
  // Bars of one time are refused by the store.
  const terms = { by, threshold, ending: 'instant', ...sessionTerms(options) } as const
  const interval = `${threshold} ${by}`
  return {
    words: `bars of ${interval}`,
    suffix: `${threshold}${by}`.replace('+', ''),
    kind: 'bars',
    price: 'trade',
    terms: { make: 'activity bars', ...terms },
    make(instrument) {
      const bars = new ActivityBars({ ...terms, calendar: instrument.calendar })
      return maker<TradeSeries, BarSeries & Rows>(
        bars,
        rows => barsOf(instrument, interval, rows),
        () => ({ 'trades outside of sessions': bars.outside }),
      )
    },
  }
}

function imbalanceBars(by: ImbalanceBarTerms['by'], options: RecipeOptions): Recipe {
  const expectedTrades = readNumber('--expected-trades', options.expectedTrades)
  if (expectedTrades === undefined)
    throw new GordonError(
      'FLAG_MISSING',
      'Imbalance bars begin with an expected length: give --expected-trades, for example 500.',
    )
  const bounds = given({
    expectedTrades: readRange('--trades-between', options.tradesBetween),
    expectedImbalance: readRange('--imbalance-between', options.imbalanceBetween),
  })
  const terms: ImbalanceBarTerms = {
    by,
    expectedTrades,
    ...given({
      expectedImbalance: readNumber('--expected-imbalance', options.expectedImbalance),
      side: readChoice('--side', options.side, ['feed', 'tickRule']),
    }),
    barSpan: readNumber('--bar-span', options.barSpan) ?? 20,
    tradeSpan: readNumber('--trade-span', options.tradeSpan) ?? 20 * expectedTrades,
    ...(Object.keys(bounds).length === 0 ? {} : { bounds }),
    ending: 'instant',
    ...sessionTerms(options),
  }
  const interval = `${by} imbalance`
  return {
    words: `bars of ${interval}`,
    suffix: `${by}-imbalance`,
    kind: 'bars',
    price: 'trade',
    terms: { make: 'imbalance bars', ...terms },
    make(instrument) {
      const bars = new ImbalanceBars({ ...terms, calendar: instrument.calendar })
      return maker<TradeSeries, BarSeries & Rows>(
        bars,
        rows => barsOf(instrument, interval, rows),
        () => ({ 'trades outside of sessions': bars.outside }),
        () => bars.warnings().map(({ text }) => text),
      )
    },
  }
}

function readRange(flag: string, text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined
  const [least, most, ...more] = text.split(',').map(part => readNumber(flag, part)!)
  if (most !== undefined && more.length === 0) return [least, most]
  throw new GordonError('FLAG_CHOICE', `${flag} is "${text}"; give two numbers, for example 10,1000.`)
}

function quoteBars(interval: string, options: RecipeOptions): Recipe {
  const price = readChoice('--price', options.price, ['bid', 'ask', 'mid'])
  const { standing } = options
  const terms = { ...clockTerms(interval, options), ...given({ standing }) }
  return {
    words: `bars of ${interval}`,
    suffix: interval,
    kind: 'bars',
    ...(price === undefined ? {} : { price }),
    terms: { make: 'quote bars', ...terms, ...given({ price }) },
    make(instrument) {
      const bars = new QuoteBars({ ...terms, calendar: instrument.calendar })
      // A mid lies on the grid or halfway between.
      const halves = { ...instrument, ticksPerUnit: instrument.ticksPerUnit * 2 }
      return maker<QuoteSeries, ReturnType<QuoteBars['add']>>(
        bars,
        rows =>
          (['bid', 'ask', 'mid'] as const).flatMap(one =>
            price === undefined || price === one
              ? barsOf(one === 'mid' ? halves : instrument, interval, rows[one], one)
              : [],
          ),
        () => ({ 'quotes outside of sessions': bars.outside, 'late quotes left out': bars.late }),
      )
    },
  }
}

function coarserBars(manifest: Manifest, interval: string, options: RecipeOptions): Recipe {
  const { adjustment, price = 'trade', interval: from } = manifest
  const terms = { from, ...clockTerms(interval, options) }
  return {
    words: `bars of ${interval}`,
    suffix: interval,
    kind: 'bars',
    price,
    terms: { make: 'coarser bars', of: from, ...clockTerms(interval, options) },
    make(instrument) {
      const bars = new Resampler({ ...terms, calendar: instrument.calendar })
      // Closes of sessions that another calendar does not have.
      const own = options.calendar === undefined ? bars : withoutCloses(bars)
      return maker<BarSeries, BarSeries & Rows>(
        own,
        rows =>
          barsOf(instrument, interval, rows, price).map(batch => ({ ...batch, adjustment }) as SourceBatch),
        () => ({ 'bars outside of sessions': bars.outside }),
      )
    },
  }
}

function withoutCloses(bars: Resampler): Deriver<BarSeries, BarSeries> {
  return {
    add: ({ sessionClose: _, ...rows }) => bars.add(rows),
    end: () => bars.end(),
  }
}

function bookSnapshots(every: string, options: RecipeOptions): Recipe {
  const levels = readNumber('--levels', options.levels) ?? 10
  const unchanged = readChoice('--unchanged', options.unchanged, ['repeat', 'leaveOut'])
  const millis = /^([1-9]\d*)ms$/.exec(every)
  const terms: Omit<BookSnapshotTerms, 'ticksPerUnit'> = {
    levels,
    every: millis === null ? every : Number(millis[1]) * 1000,
    ...given({ unchanged }),
  }
  return {
    words: `snapshots of ${levels} levels every ${every}`,
    suffix: every,
    kind: 'book',
    terms: { make: 'book snapshots', ...terms },
    make(instrument) {
      const book = new BookSnapshots({ ...terms, ticksPerUnit: instrument.ticksPerUnit })
      return maker<BookSeries, ReturnType<BookSnapshots['add']>>(
        book,
        snapshots =>
          snapshots.length === 0 ? [] : [{ kind: 'book', instrument, rows: snapshotRows(snapshots) }],
        () => ({
          'snapshots of a crossed book': book.crossed,
          'rows of orders that cannot be': book.orderFaults,
        }),
      )
    },
  }
}
