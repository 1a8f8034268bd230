/**
 * Events in a table, one row each: a time, what happened, and where they are known the time of receipt, the venue's
 * number and the symbol. Trades, quotes and funding rates are this with columns of their own.
 */
import { basename } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { fieldsOfTime, textColumn } from '../ingest/csv.ts'
import type { CsvRows } from '../ingest/csv-rows.ts'
import { marksOf, numbersOf, roundUp, wholeNumbersOf } from '../ingest/event-columns.ts'
import { formatOf, openRows, stemOf } from '../ingest/open-table.ts'
import { type ColumnMap, mapRoles, plain, type Role, TIME_NAMES } from '../ingest/reading.ts'
import { chosen } from '../ingest/sound-rows.ts'
import { TickTimes } from '../ingest/tick-times.ts'
import type { KindRows } from '../schema.ts'
import type { Guess, SourceAdapter, SourceBatch, SourcePlace, SourceReading } from './source.ts'

/** Parts that every table of events may have. */
export const EVENT_ROLES = {
  time: { names: [...TIME_NAMES, 'tradetime', 'transacttime', 'exchangetime', 'calctime', 'fundingtime'] },
  receiveTime: {
    names: ['receivetime', 'received', 'receivedat', 'localtimestamp', 'localtime', 'receipttimestamp'],
    optional: true,
  },
  id: { names: ['id', 'tradeid', 'aggtradeid', 'aggregatetradeid', 'updateid'], optional: true },
  symbol: { names: ['symbol', 'ticker', 'instrument', 'market', 'pair'], optional: true },
} as const satisfies Readonly<Record<string, Role>>
export type EventPart = keyof typeof EVENT_ROLES

type EventKind = 'trades' | 'quotes' | 'funding'
type Times = 'length' | 'eventTime' | 'receiveTime' | 'eventNanos' | 'receiveNanos' | 'venueSequence'

/** What a kind of events has beside its times. */
export interface EventTable<Part extends string, Kind extends EventKind> {
  readonly kind: Kind
  /** As in `--format`. */
  readonly name: string
  /** What the events are, for people: `trades: time, price, size, and where there are: …`. */
  readonly about: string
  readonly example: string
  readonly roles: Readonly<Record<Part | EventPart, Role>>
  /** Parts that are numbers. */
  readonly numbers: readonly NoInfer<Part>[]
  /** Parts without which it is no such table, for guessing. */
  readonly telling: readonly NoInfer<Part | EventPart>[]
  columns(columns: EventColumns<NoInfer<Part>>): Omit<KindRows[Kind], Times>
  /** Told once, of the columns that there are. */
  notes?(map: ColumnMap<NoInfer<Part | EventPart>>): readonly string[]
}

/** Columns of a piece, by part. */
export interface EventColumns<Part extends string> {
  readonly rows: CsvRows
  readonly bad: Uint8Array
  readonly issues: SourceReading['issues']
  has(part: Part): boolean
  place(part: Part): number
  columnName(part: Part): string
  /** A number in every row; a row without one is reported. */
  number(part: Part): Float64Array
}

export function eventTable<Part extends string, Kind extends EventKind>(
  table: EventTable<Part, Kind>,
): SourceAdapter {
  return {
    name: table.name,
    kinds: [table.kind],
    about: table.about,
    endings: '.csv, .parquet, .arrow or .json',
    takes: file => formatOf(file) !== undefined,
    guess: place => guessTable(table, place),
    read: reading => read(table, reading),
  }
}

function guessTable<Part extends string, Kind extends EventKind>(
  { roles, telling }: EventTable<Part, Kind>,
  { name, isFolder, files, columns }: SourcePlace,
): Guess {
  const tables = isFolder ? files.some(file => formatOf(file) !== undefined) : formatOf(name) !== undefined
  const found = telling.map(part =>
    columns.find(column => (roles[part].names as readonly string[]).includes(plain(column))),
  )
  if (!tables || found.includes(undefined)) return { confidence: 0, because: '' }
  return { confidence: 0.9, because: `columns ${found.join(', ')}` }
}

async function* read<Part extends string, Kind extends EventKind>(
  table: EventTable<Part, Kind>,
  reading: SourceReading,
): AsyncGenerator<SourceBatch> {
  const { path, options, issues } = reading
  const file = basename(path)
  const source = await openRows(path, options, table.example)
  issues.rowWord = source.rowWord
  const map = mapRoles<Part | EventPart>(file, source.columns, table.roles, options.columns)
  const place = (part: Part | EventPart): number =>
    map[part] === undefined ? -1 : source.columns.indexOf(map[part])
  const timeName = map.time as string
  const time = fieldsOfTime(timeName, source.columns)
  const received = map.receiveTime === undefined ? undefined : [place('receiveTime')]
  const { venue = 'FILE' } = options
  const lone = options.symbol ?? stemOf(path)
  let event: TickTimes | undefined
  let receipt: TickTimes | undefined
  let given = 0
  const numeric = table.numbers.map(place).filter(field => field >= 0)
  for await (const rows of source.pieces(numeric)) {
    if (event === undefined) {
      event = new TickTimes(rows, time, timeName, options, issues)
      for (const note of event.notes) reading.note(note)
      if (received !== undefined) {
        receipt = new TickTimes(rows, received, map.receiveTime as string, options, issues)
        for (const note of receipt.notes) reading.note(note)
      } else reading.note(`there is no time of receipt: ${WORDS[table.kind]} known when it happens`)
      for (const note of table.notes?.(map) ?? []) reading.note(note)
    }
    const bad = marksOf(rows, issues)
    const { length } = rows
    const eventTime = new Float64Array(length)
    const eventNanos = new Uint16Array(length)
    const some = event.resolve(rows, time, eventTime, eventNanos, bad)
    let receiveTime = eventTime
    let receiveNanos: Uint16Array | undefined
    if (receipt !== undefined) {
      receiveTime = new Float64Array(length)
      const nanos = new Uint16Array(length)
      const any = receipt.resolve(rows, received!, receiveTime, nanos, bad)
      receiveNanos = roundUp(receiveTime, nanos, any)
    } else if (some) {
      receiveTime = eventTime.slice()
      receiveNanos = roundUp(receiveTime, eventNanos, true)
    }
    const own = table.columns({
      rows,
      bad,
      issues,
      has: part => map[part] !== undefined,
      place,
      columnName: part => map[part] as string,
      number: part => numbersOf(rows, place(part), map[part] as string, bad, issues),
    })
    const all = {
      length,
      eventTime,
      receiveTime,
      ...own,
      ...(some ? { eventNanos } : {}),
      ...(receiveNanos === undefined ? {} : { receiveNanos }),
      ...(map.id === undefined ? {} : { venueSequence: wholeNumbersOf(rows, place('id')) }),
    } as unknown as KindRows[Kind]
    const symbols = map.symbol === undefined ? undefined : textColumn(rows, place('symbol'))
    for (const [symbol, places] of bySymbol(symbols, bad, lone, options.symbol)) {
      if (places.length === 0) continue
      given += places.length
      yield {
        kind: table.kind,
        instrument: { venue, symbol },
        rows: places.length === length ? all : chosen(all, places),
        rowNumber: (row: number) => rows.lines[places[row]],
      } as SourceBatch
    }
  }
  for (const note of source.notes) reading.note(note)
  if (given === 0 && options.symbol !== undefined && map.symbol !== undefined) {
    throw new GordonError(
      'UNKNOWN_SYMBOL',
      `${file} has no rows of ${options.symbol}: check --symbol against its column ${map.symbol}`,
    )
  }
}

const WORDS: Readonly<Record<EventKind, string>> = {
  trades: 'a trade is',
  quotes: 'a quote is',
  funding: 'a rate is',
}

/** Places of the good rows of each symbol, in order. */
function bySymbol(
  symbols: readonly (string | undefined)[] | undefined,
  bad: Uint8Array,
  lone: string,
  only: string | undefined,
): Map<string, ArrayLike<number>> {
  if (symbols === undefined && !bad.includes(1)) return new Map([[lone, everyPlace(bad.length)]])
  const places = new Map<string, number[]>()
  for (let row = 0; row < bad.length; row++) {
    if (bad[row] !== 0) continue
    const symbol = symbols === undefined ? lone : (symbols[row] ?? lone)
    if (symbols !== undefined && only !== undefined && symbol !== only) continue
    const known = places.get(symbol)
    if (known === undefined) places.set(symbol, [row])
    else known.push(row)
  }
  return places
}

let counted = new Uint32Array(0)

/** 0, 1, 2 and so on: all rows, as nearly every piece of a file has them. */
function everyPlace(rows: number): Uint32Array {
  if (counted.length < rows) counted = Uint32Array.from({ length: rows }, (_, row) => row)
  return counted.subarray(0, rows)
}
