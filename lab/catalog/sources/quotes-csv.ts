/**
 * Best bids and asks in a table, one row each time one of them changes: a time, bid, ask, and where they are known
 * their sizes. A side that is empty has no quote.
 */
import { numberColumn } from '../ingest/csv.ts'
import { MISSING } from '../ingest/raw-batch.ts'
import { EVENT_ROLES, eventTable, type EventColumns } from './event-table.ts'

type Part = 'bid' | 'ask' | 'bidSize' | 'askSize'

export const QUOTES_CSV = eventTable({
  kind: 'quotes',
  name: 'quotes-csv',
  about:
    'quotes in CSV, Parquet, Arrow or JSON: time, bid, ask, and where there are: sizes, receive time, symbol',
  example: 'time,bid,ask,bidSize,askSize',
  roles: {
    ...EVENT_ROLES,
    bid: { names: ['bid', 'bidprice', 'bestbid', 'bestbidprice', 'bidpx', 'b'] },
    ask: { names: ['ask', 'askprice', 'bestask', 'bestaskprice', 'askpx', 'a', 'offer'] },
    bidSize: {
      names: ['bidsize', 'bidqty', 'bestbidqty', 'bestbidsize', 'bidamount', 'bidvolume', 'bidsz'],
      optional: true,
    },
    askSize: {
      names: ['asksize', 'askqty', 'bestaskqty', 'bestasksize', 'askamount', 'askvolume', 'asksz'],
      optional: true,
    },
  },
  numbers: ['bid', 'ask', 'bidSize', 'askSize'],
  telling: ['time', 'bid', 'ask'],
  columns(columns) {
    const bid = side(columns, 'bid')
    const ask = side(columns, 'ask')
    return { bid, ask, bidSize: sizes(columns, 'bidSize', bid), askSize: sizes(columns, 'askSize', ask) }
  },
  notes: ({ bidSize, askSize }) =>
    bidSize === undefined && askSize === undefined ? ['quotes have no sizes: 0'] : [],
})

/** Prices of one side, NaN where it is empty. */
function side(
  { rows, bad, issues, place, columnName }: EventColumns<Part>,
  part: 'bid' | 'ask',
): Float64Array {
  const name = columnName(part)
  const { values, flags, text } = numberColumn(rows, place(part), name)
  if (flags === undefined) return values
  for (let row = 0; row < values.length; row++) {
    if (flags[row] === 0 || flags[row] === MISSING || bad[row] !== 0) continue
    bad[row] = 1
    const words = `${name} ${JSON.stringify(text!(row))} is not a number`
    issues.add({ code: 'badNumber', row: rows.lines[row], column: name, text: words })
  }
  return values
}

/** 0 where there is no price, or nobody says. */
function sizes(columns: EventColumns<Part>, part: 'bidSize' | 'askSize', price: Float64Array): Float64Array {
  const nothing = new Float64Array(price.length)
  if (!columns.has(part)) return nothing
  const { rows, place, columnName } = columns
  const { values } = numberColumn(rows, place(part), columnName(part))
  for (let row = 0; row < values.length; row++)
    nothing[row] = Number.isNaN(price[row]) || Number.isNaN(values[row]) ? 0 : values[row]
  return nothing
}
