/** Rows of a kind as the columns of its schema, and back where rows are records. */
import type { CorporateAction } from '../domain/market-events.ts'
import type { InstrumentKind } from '../domain/instrument.ts'
import type { Field, Fields } from './parquet-writer.ts'
import {
  type DataKind,
  type KindRows,
  type KnownAction,
  type KnownInstrument,
  type KnownMember,
  SCHEMAS,
  type TradingStretch,
} from './schema.ts'

/** The columns of a kind's schema, in its order; views, not copies, of a series. */
export function fieldsOf<Kind extends DataKind>(kind: Kind, rows: KindRows[Kind]): Fields {
  const named =
    kind === 'actions'
      ? actionColumns(rows as KindRows['actions'])
      : kind === 'instruments'
        ? instrumentColumns(rows as KindRows['instruments'])
        : kind === 'universe'
          ? memberColumns(rows as KindRows['universe'])
          : kind === 'calendars'
            ? stretchColumns(rows as KindRows['calendars'])
            : (rows as unknown as Readonly<Record<string, Field | undefined>>)
  const { length } = rows
  const columns = SCHEMAS[kind].columns.map(({ name, field, optional }) => {
    const column = named[field]
    if (column === undefined ? !optional && !COUNTED.has(name) : column.length < length) {
      const has = column === undefined ? 'no' : `${column.length} rows of`
      throw new Error(`bug in a source: ${length} rows of ${kind} came with ${has} ${field}`)
    }
    return column
  })
  return { length, columns }
}

/** Columns that are counted when they are written, or 0 where a source knows nothing of them. */
const COUNTED: ReadonlySet<string> = new Set(['sequence', 'event_ns', 'receive_ns'])

type Named = Record<string, Field | undefined>

function numbers<T>(rows: readonly T[], of: (row: T) => number | undefined): Float64Array {
  // What has no end has no number either: ±Infinity is NULL.
  return Float64Array.from(rows, row => {
    const value = of(row)
    return value !== undefined && Number.isFinite(value) ? value : Number.NaN
  })
}

function actionColumns(rows: readonly KnownAction[]): Named {
  const text = (of: (action: CorporateAction) => string | undefined) => rows.map(({ action }) => of(action))
  const number = (of: (action: CorporateAction) => number | undefined) =>
    numbers(rows, ({ action }) => of(action))
  return {
    eventTime: number(action => action.time),
    receiveTime: numbers(rows, ({ receiveTime }) => receiveTime),
    venue: text(({ instrument }) => instrument.slice(0, instrument.indexOf(':'))),
    symbol: text(({ instrument }) => instrument.slice(instrument.indexOf(':') + 1)),
    action: text(({ kind }) => kind),
    ratio: number(action => (action.kind === 'split' ? action.ratio : undefined)),
    amount: number(action => (action.kind === 'dividend' ? action.amount : undefined)),
    currency: text(action => (action.kind === 'dividend' ? action.currency : undefined)),
    payTime: number(action => (action.kind === 'dividend' ? action.payTime : undefined)),
    newSymbol: text(action => (action.kind === 'symbolChange' ? action.to : undefined)),
    price: number(action => (action.kind === 'delisting' ? action.price : undefined)),
    announcement: rows.map(({ announcement }) => announcement),
    canceled: numbers(rows, ({ canceled }) => (canceled === true ? 1 : undefined)),
  }
}

function memberColumns(rows: readonly KnownMember[]): Named {
  return {
    universe: rows.map(row => row.universe),
    venue: rows.map(row => row.venue),
    symbol: rows.map(row => row.symbol),
    validFrom: numbers(rows, row => row.validFrom),
    validTo: numbers(rows, row => row.validTo),
    receiveTime: numbers(rows, row => row.receiveTime),
  }
}

function stretchColumns(rows: readonly TradingStretch[]): Named {
  return {
    calendar: rows.map(row => row.calendar),
    zone: rows.map(row => row.zone),
    day: rows.map(row => row.day),
    open: numbers(rows, row => row.open),
    close: numbers(rows, row => row.close),
    early: numbers(rows, row => (row.early ? 1 : 0)),
    utcOffset: numbers(rows, row => row.utcOffset),
  }
}

function instrumentColumns(rows: readonly KnownInstrument[]): Named {
  const columns: Named = {
    validFrom: numbers(rows, row => row.validFrom),
    validTo: numbers(rows, row => row.validTo),
    receiveTime: numbers(rows, row => row.receiveTime),
    instrumentKind: rows.map(({ instrument }) => instrument.kind),
  }
  for (const { field, type } of SCHEMAS.instruments.columns) {
    if (field in columns) continue
    const of = (row: KnownInstrument): unknown =>
      (row.instrument as unknown as Readonly<Record<string, unknown>>)[field]
    columns[field] =
      type === 'text'
        ? rows.map(row => of(row) as string | undefined)
        : numbers(rows, row => of(row) as number | undefined)
  }
  return columns
}

/** A row as SQL gives it: by the names of the schema's columns, times in µs, absent where NULL. */
export type PlainRow = Readonly<Record<string, string | number | undefined>>

export function actionOf(row: PlainRow): KnownAction {
  const instrument = `${row.venue}:${row.symbol}`
  const time = row.event_time as number
  const number = (name: string) => row[name] as number
  const action = ((): CorporateAction => {
    switch (row.action as CorporateAction['kind']) {
      case 'split':
        return { kind: 'split', instrument, time, ratio: number('ratio') }
      case 'dividend':
        return {
          kind: 'dividend',
          instrument,
          time,
          payTime: number('pay_time'),
          amount: number('amount'),
          ...(row.currency === undefined ? {} : { currency: row.currency as string }),
        }
      case 'symbolChange':
        return { kind: 'symbolChange', instrument, time, to: row.new_symbol as string }
      case 'delisting':
        return {
          kind: 'delisting',
          instrument,
          time,
          ...(row.price === undefined ? {} : { price: number('price') }),
        }
    }
  })()
  return {
    action,
    receiveTime: row.receive_time as number,
    ...(row.announcement === undefined ? {} : { announcement: row.announcement as string }),
    ...(row.canceled === 1 ? { canceled: true } : {}),
  }
}

export function memberOf(row: PlainRow): KnownMember {
  return {
    universe: row.universe as string,
    venue: row.venue as string,
    symbol: row.symbol as string,
    validFrom: (row.valid_from as number | undefined) ?? Number.NEGATIVE_INFINITY,
    validTo: (row.valid_to as number | undefined) ?? Number.POSITIVE_INFINITY,
    receiveTime: (row.receive_time as number | undefined) ?? Number.NEGATIVE_INFINITY,
  }
}

export function stretchOf(row: PlainRow): TradingStretch {
  return {
    calendar: row.calendar as string,
    zone: row.zone as string,
    day: row.day as string,
    open: row.open as number,
    close: row.close as number,
    early: row.early === 1,
    utcOffset: row.utc_offset as number,
  }
}

export function instrumentOf(row: PlainRow): KnownInstrument {
  const { valid_from, valid_to, receive_time, instrument_kind } = row
  const terms: Record<string, string | number> = {}
  for (const { name, field } of SCHEMAS.instruments.columns) {
    const value = row[name]
    if (value !== undefined && !/^(valid_|receive_|instrument_kind)/.test(name)) terms[field] = value
  }
  if (instrument_kind !== undefined) terms.kind = instrument_kind as InstrumentKind
  return {
    instrument: terms as unknown as KnownInstrument['instrument'],
    validFrom: (valid_from as number | undefined) ?? Number.NEGATIVE_INFINITY,
    validTo: (valid_to as number | undefined) ?? Number.POSITIVE_INFINITY,
    receiveTime: (receive_time as number | undefined) ?? Number.NEGATIVE_INFINITY,
  }
}
