/**
 * What the store holds, written down: every kind of data, the columns of its Parquet files, and since which version
 * each column is there. A manifest names the version that its files were written with; a file of an older version is
 * read with what it lacks as NULL (NaN in a column), so a new optional column needs no rewriting of old stores. A
 * change that NULL cannot mend takes a new column; none ever changes its meaning.
 *
 * Order of rows in every file is the order of delivery: by `sequence`, that is by receive time and then as they came.
 * eventTime is rounded down to the µs and receiveTime up; the nanoseconds that were cut stand beside them:
 * event_time × 1000 + event_ns and receive_time × 1000 − receive_ns are what the source said.
 */
import type { BarSeries } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import type {
  BookSeries,
  CorporateAction,
  CustomSeries,
  FundingSeries,
  QuoteSeries,
  TradeSeries,
} from '../domain/market-events.ts'
import type { Micros } from '../core/time.ts'
import type { TickKind } from '../domain/ports/store.ts'

/** One dataset holds one kind. */
export type DataKind = 'bars' | TickKind | TableKind

/** Kinds that are one table for all instruments, few enough to be held as records. */
export type TableKind = 'actions' | 'instruments' | 'universe' | 'calendars'

export const TICK_KINDS: readonly TickKind[] = ['trades', 'quotes', 'book', 'funding', 'custom']
export const TABLE_KINDS: readonly TableKind[] = ['actions', 'instruments', 'universe', 'calendars']
export const DATA_KINDS: readonly DataKind[] = ['bars', ...TICK_KINDS, ...TABLE_KINDS]

/** Which prices a dataset of bars holds. */
export type PriceType = 'trade' | 'bid' | 'ask' | 'mid'
export const PRICE_TYPES: readonly PriceType[] = ['trade', 'bid', 'ask', 'mid']

/**
 *   time     µs UTC, TIMESTAMPTZ          whole   integer below 2⁵³, BIGINT
 *   double   DOUBLE                       count   INTEGER       small   SMALLINT
 *   text     VARCHAR; only in kinds that are small enough to be held as records
 */
export type ColumnType = 'time' | 'double' | 'whole' | 'count' | 'small' | 'text'

export interface Column {
  /** In Parquet and in SQL: `event_time`. */
  readonly name: string
  /** In the columns of a series: `eventTime`. */
  readonly field: string
  readonly type: ColumnType
  /** May be NULL, which is NaN in a column of numbers. */
  readonly optional: boolean
  /** First version of the schema that has it. */
  readonly since: number
  readonly about: string
}

export interface Schema {
  readonly kind: DataKind
  /** Version that is written now. */
  readonly version: number
  readonly columns: readonly Column[]
}

/** `event_time` → `eventTime` */
function fieldOf(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function column(name: string, type: ColumnType, about: string, more: Partial<Column> = {}): Column {
  return { name, field: more.field ?? fieldOf(name), type, optional: false, since: 1, about, ...more }
}

const MAY_LACK = { optional: true } as const

const EVENT: readonly Column[] = [
  column('event_time', 'time', 'when it happened at the venue, rounded down'),
  column('receive_time', 'time', 'when it could have been known, rounded up; never falls'),
]
const ORDER: readonly Column[] = [
  column('sequence', 'whole', 'place in the stream, from 0'),
  column('event_ns', 'small', 'nanoseconds of the event beyond event_time, 0–999', { field: 'eventNanos' }),
  column('receive_ns', 'small', 'nanoseconds by which receive_time was rounded up, 0–999', {
    field: 'receiveNanos',
  }),
  column(
    'venue_sequence',
    'whole',
    'the venue’s own number: a trade id, an update id; NULL where it gives none',
    MAY_LACK,
  ),
]

function ticks(kind: TickKind, ...columns: readonly Column[]): Schema {
  return { kind, version: 1, columns: [...EVENT, ...columns, ...ORDER] }
}

export const SCHEMAS: Readonly<Record<DataKind, Schema>> = {
  // Interval, adjustment and price type (trade, bid, ask, mid) are the dataset's, in its manifest and its path.
  bars: {
    kind: 'bars',
    version: 1,
    columns: [
      column('event_time', 'time', 'close of the bar, rounded down'),
      column('receive_time', 'time', 'when it could have been known, rounded up'),
      column('session_close', 'time', 'close of its session; NULL where each UTC day is one', MAY_LACK),
      column('open', 'double', 'in units of the currency'),
      column('high', 'double', ''),
      column('low', 'double', ''),
      column('close', 'double', ''),
      column('volume', 'double', 'NULL where it is not known', MAY_LACK),
      column('sequence', 'count', 'place among the instrument’s bars, from 0'),
      column('event_ns', 'small', 'nanoseconds of the close beyond event_time', { field: 'eventNanos' }),
    ],
  },
  trades: ticks(
    'trades',
    column('price', 'double', ''),
    column('size', 'double', 'in units'),
    column('side', 'small', 'who took: 1 a buyer, -1 a seller, 0 unknown'),
  ),
  quotes: ticks(
    'quotes',
    column('bid', 'double', 'NULL where there is no bid', MAY_LACK),
    column('ask', 'double', 'NULL where there is no ask', MAY_LACK),
    column('bid_size', 'double', '0 where there is no bid'),
    column('ask_size', 'double', '0 where there is no ask'),
  ),
  // Deltas and snapshots in one stream: a snapshot is a `clear` row and the `set` rows that follow.
  book: ticks(
    'book',
    column('action', 'small', 'BOOK_ACTIONS: 0 set, 1 clear, 2 gap, 3 add, 4 change, 5 remove'),
    column('side', 'small', '1 bid, -1 ask'),
    column('price', 'double', 'NULL in a gap, and in a clear that sets no level', MAY_LACK),
    column('size', 'double', 'NULL where price is', MAY_LACK),
    column('order_id', 'whole', 'of one order in an L3 feed; NULL in L2', {
      optional: true,
      field: 'order',
    }),
  ),
  funding: ticks(
    'funding',
    column('rate', 'double', 'fraction of notional that longs pay to shorts'),
    column('mark_price', 'double', 'price that it is reckoned at; NULL: the last known', MAY_LACK),
  ),
  // The series' name is in the manifest and the path.
  custom: ticks('custom', column('value', 'double', 'NULL where the source has none', MAY_LACK)),
  actions: {
    kind: 'actions',
    version: 2,
    columns: [
      column('event_time', 'time', 'when it takes effect at the venue'),
      column('receive_time', 'time', 'when it could have been known'),
      column('venue', 'text', ''),
      column('symbol', 'text', 'at that time'),
      column('action', 'text', 'split, dividend, symbolChange or delisting'),
      column('ratio', 'double', 'of a split: new shares per old one', MAY_LACK),
      column('amount', 'double', 'of a dividend, per share', MAY_LACK),
      column('currency', 'text', 'of a dividend, where it is not the share’s', MAY_LACK),
      column('pay_time', 'time', 'of a dividend', MAY_LACK),
      column('new_symbol', 'text', 'of a symbol change', MAY_LACK),
      column('price', 'double', 'of a delisting: paid per share; NULL: the last close', MAY_LACK),
      column(
        'announcement',
        'text',
        'the source’s own name of the event: a later row with it takes its place',
        {
          ...MAY_LACK,
          since: 2,
        },
      ),
      column('canceled', 'small', '1: called off; NULL: it stands', { ...MAY_LACK, since: 2 }),
    ],
  },
  instruments: {
    kind: 'instruments',
    version: 1,
    columns: [
      column('venue', 'text', ''),
      column('symbol', 'text', ''),
      column('valid_from', 'time', 'first instant of these terms; NULL: always', MAY_LACK),
      column('valid_to', 'time', 'first instant after them; NULL: until further notice', MAY_LACK),
      column('receive_time', 'time', 'when the terms could have been known; NULL: always', MAY_LACK),
      column('ticks_per_unit', 'whole', 'price grid'),
      column('lots_per_unit', 'whole', 'quantity grid'),
      column('currency', 'text', ''),
      column('calendar', 'text', ''),
      // `kind` is the kind of data, in the path.
      column('instrument_kind', 'text', 'spot, fx, linear, inverse or future; NULL: spot', MAY_LACK),
      column('base', 'text', '', MAY_LACK),
      column('settlement', 'text', '', MAY_LACK),
      column('multiplier', 'double', '', MAY_LACK),
      column('initial_margin', 'double', '', MAY_LACK),
      column('maintenance_margin', 'double', '', MAY_LACK),
      column('expiry', 'time', '', MAY_LACK),
      column('min_quantity', 'double', '', MAY_LACK),
      column('max_quantity', 'double', '', MAY_LACK),
      column('min_notional', 'double', '', MAY_LACK),
    ],
  },
  // A later row of one universe, instrument and valid_from takes the place of the earlier, from when it is known.
  universe: {
    kind: 'universe',
    version: 1,
    columns: [
      column('universe', 'text', 'sp500'),
      column('venue', 'text', ''),
      column('symbol', 'text', 'at that time'),
      column('valid_from', 'time', 'first instant of membership; NULL: always', MAY_LACK),
      column('valid_to', 'time', 'first instant after it; NULL: until further notice', MAY_LACK),
      column('receive_time', 'time', 'when it could have been known; NULL: always', MAY_LACK),
    ],
  },
  // One row for each stretch of trading: a session with a lunch has two of one day.
  calendars: {
    kind: 'calendars',
    version: 1,
    columns: [
      column('calendar', 'text', 'XNYS'),
      column('zone', 'text', 'IANA name of its time zone'),
      column('day', 'text', 'the trading day’s date at the venue'),
      column('open', 'time', 'first instant of the stretch'),
      column('close', 'time', 'its last'),
      column('early', 'small', '1: the session closes before its regular hour'),
      column('utc_offset', 'whole', 'local time minus UTC as the session opens, µs'),
    ],
  },
}

/** What a source may know of each row beside the columns of a series; absent: 0, 0 and not known. */
export interface RowExtras {
  readonly eventNanos?: Uint16Array
  readonly receiveNanos?: Uint16Array
  readonly venueSequence?: Float64Array
}

/** A corporate action and when it could have been known. */
export interface KnownAction {
  readonly action: CorporateAction
  readonly receiveTime: Micros
  /** The source's own name of the event, by which it is revised whatever else changes. */
  readonly announcement?: string
  /** It was called off. */
  readonly canceled?: true
}

/** One spell of membership, from `validFrom` up to and not including `validTo`; ±Infinity where there is no end. */
export interface KnownMember {
  readonly universe: string
  readonly venue: string
  readonly symbol: string
  readonly validFrom: Micros
  readonly validTo: Micros
  /** -Infinity: always known. */
  readonly receiveTime: Micros
}

/** Trading without a pause, on a day of a calendar. */
export interface TradingStretch {
  readonly calendar: string
  readonly zone: string
  /** `yyyy-mm-dd` */
  readonly day: string
  readonly open: Micros
  readonly close: Micros
  readonly early: boolean
  readonly utcOffset: Micros
}

/** Terms of an instrument from `validFrom` on, up to and not including `validTo`; ±Infinity where there is no end. */
export interface KnownInstrument {
  readonly instrument: Instrument
  readonly validFrom: Micros
  readonly validTo: Micros
  /** -Infinity: always known. */
  readonly receiveTime: Micros
}

/** Rows of each kind on their way in: series of the domain in columns, records where they are few. */
export interface KindRows {
  readonly bars: BarSeries & RowExtras
  readonly trades: TradeSeries & RowExtras
  readonly quotes: QuoteSeries & RowExtras
  readonly book: BookSeries & RowExtras
  readonly funding: FundingSeries & RowExtras
  readonly custom: CustomSeries & RowExtras
  readonly actions: readonly KnownAction[]
  readonly instruments: readonly KnownInstrument[]
  readonly universe: readonly KnownMember[]
  readonly calendars: readonly TradingStretch[]
}

export function isTableKind(kind: DataKind): kind is TableKind {
  return (TABLE_KINDS as readonly DataKind[]).includes(kind)
}

export function isTickKind(kind: DataKind): kind is TickKind {
  return (TICK_KINDS as readonly DataKind[]).includes(kind)
}
