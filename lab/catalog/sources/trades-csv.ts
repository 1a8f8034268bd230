/**
 * Trades in a delimited text, one line each: a time, a price, a size, and where they are known the side that took,
 * the time of receipt, the venue's number of the trade and the symbol. The side may be a word (buy, sell), a number
 * (1, -1, 0), or Binance's flag of whether the buyer was the maker. The pattern for other texts of events.
 */
import { basename } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { openDelimited, textColumn } from '../ingest/csv.ts'
import type { CsvRows } from '../ingest/csv-rows.ts'
import { marksOf, numbersOf, roundUp, sidesOf, wholeNumbersOf } from '../ingest/event-columns.ts'
import { formatOf, stemOf } from '../ingest/open-table.ts'
import { mapRoles, plain, type Role, TIME_NAMES } from '../ingest/reading.ts'
import { chosen } from '../ingest/sound-rows.ts'
import { TickTimes } from '../ingest/tick-times.ts'
import type { KindRows } from '../schema.ts'
import { headerOf } from './place.ts'
import type { Guess, SourceAdapter, SourceBatch, SourceReading } from './source.ts'

const ROLES = {
  time: { names: [...TIME_NAMES, 'tradetime', 'transacttime', 'exchangetime'] },
  price: { names: ['price', 'p', 'px', 'tradeprice'] },
  size: { names: ['size', 'qty', 'quantity', 'amount', 'q', 'volume', 'tradesize'] },
  side: { names: ['side', 'takerside', 'aggressor', 'aggressorside', 'direction'], optional: true },
  buyerMaker: { names: ['isbuyermaker', 'buyermaker', 'm'], optional: true },
  receiveTime: {
    names: ['receivetime', 'received', 'receivedat', 'localtimestamp', 'localtime', 'receipttimestamp'],
    optional: true,
  },
  id: { names: ['id', 'tradeid', 'aggtradeid', 'aggregatetradeid'], optional: true },
  symbol: { names: ['symbol', 'ticker', 'instrument', 'market', 'pair'], optional: true },
} as const satisfies Readonly<Record<string, Role>>
type Part = keyof typeof ROLES

export const TRADES_CSV: SourceAdapter = {
  name: 'trades-csv',
  kinds: ['trades'],
  about: 'trades in CSV: time, price, size, and where there are: side, receive time, id, symbol',
  endings: '.csv or .csv.gz',
  takes: file => formatOf(file) === 'csv',
  guess: ({ name, head, isFolder, files }) =>
    isFolder
      ? files.some(file => formatOf(file) === 'csv')
        ? guessHeader(headerOf(head))
        : { confidence: 0, because: '' }
      : formatOf(name) === 'csv'
        ? guessHeader(headerOf(head))
        : { confidence: 0, because: '' },
  read,
}

function guessHeader(header: readonly string[]): Guess {
  const names = header.map(plain)
  const column = (part: Part): string | undefined =>
    header[names.findIndex(name => (ROLES[part].names as readonly string[]).includes(name))]
  const found = [column('time'), column('price'), column('size')]
  if (found.includes(undefined)) return { confidence: 0, because: '' }
  return { confidence: 0.9, because: `columns ${found.join(', ')}` }
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { path, options, issues } = reading
  const file = basename(path)
  issues.rowWord = 'line'
  const table = await openDelimited(path, file, options.header, 'time,price,size,side')
  const map = mapRoles<Part>(file, table.columns, ROLES, options.columns)
  const place = (part: Part): number => (map[part] === undefined ? -1 : table.columns.indexOf(map[part]))
  const { venue = 'FILE' } = options
  const lone = options.symbol ?? stemOf(path)
  let event: TickTimes | undefined
  let receipt: TickTimes | undefined
  let given = 0
  for await (const rows of table.pieces()) {
    if (event === undefined) {
      event = new TickTimes(rows, place('time'), map.time!, options, issues)
      for (const note of event.notes) reading.note(note)
      if (map.receiveTime !== undefined) {
        receipt = new TickTimes(rows, place('receiveTime'), map.receiveTime, options, issues)
        for (const note of receipt.notes) reading.note(note)
      } else reading.note('there is no time of receipt: a trade is known when it happens')
      if (map.side === undefined && map.buyerMaker === undefined)
        reading.note('there is no column of sides: who took is not known')
    }
    const bad = marksOf(rows, issues)
    const trades = tradesOf(rows, map, place, { event, receipt }, bad, issues)
    const symbols = map.symbol === undefined ? undefined : textColumn(rows, place('symbol'))
    for (const [symbol, places] of bySymbol(symbols, bad, lone, options.symbol)) {
      if (places.length === 0) continue
      given += places.length
      yield {
        kind: 'trades',
        instrument: { venue, symbol },
        rows: places.length === trades.length ? trades : chosen(trades, places),
        rowNumber: row => rows.lines[places[row]],
      }
    }
  }
  if (given === 0 && options.symbol !== undefined && map.symbol !== undefined) {
    throw new GordonError(
      'UNKNOWN_SYMBOL',
      `${file} has no rows of ${options.symbol}: check --symbol against its column ${map.symbol}`,
    )
  }
}

function tradesOf(
  rows: CsvRows,
  map: Readonly<Partial<Record<Part, string>>>,
  place: (part: Part) => number,
  times: { readonly event: TickTimes; readonly receipt: TickTimes | undefined },
  bad: Uint8Array,
  issues: SourceReading['issues'],
): KindRows['trades'] {
  const { length } = rows
  const eventTime = new Float64Array(length)
  const eventNanos = new Uint16Array(length)
  const some = times.event.resolve(rows, place('time'), eventTime, eventNanos, bad)
  let receiveTime = eventTime
  let receiveNanos: Uint16Array | undefined
  if (times.receipt !== undefined) {
    receiveTime = new Float64Array(length)
    const nanos = new Uint16Array(length)
    const any = times.receipt.resolve(rows, place('receiveTime'), receiveTime, nanos, bad)
    receiveNanos = roundUp(receiveTime, nanos, any)
  } else if (some) {
    receiveTime = eventTime.slice()
    receiveNanos = roundUp(receiveTime, eventNanos, true)
  }
  const numbers = (part: Part): Float64Array => numbersOf(rows, place(part), map[part]!, bad, issues)
  const price = numbers('price')
  const size = numbers('size')
  const part: Part | undefined =
    map.side !== undefined ? 'side' : map.buyerMaker !== undefined ? 'buyerMaker' : undefined
  return {
    length,
    eventTime,
    receiveTime,
    price,
    size,
    side:
      part === undefined
        ? new Float64Array(length)
        : sidesOf(rows, place(part), map[part]!, part === 'buyerMaker', bad, issues),
    ...(some ? { eventNanos } : {}),
    ...(receiveNanos === undefined ? {} : { receiveNanos }),
    ...(map.id === undefined ? {} : { venueSequence: wholeNumbersOf(rows, place('id')) }),
  }
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
