/**
 * Trades in a table, one row each: a time, a price, a size, and where they are known the side that took, the time of
 * receipt, the venue's number of the trade and the symbol. The side may be a word (buy, sell), a number (1, -1, 0), or
 * Binance's flag of whether the buyer was the maker.
 */
import { sidesOf } from '../ingest/event-columns.ts'
import { EVENT_ROLES, eventTable } from './event-table.ts'

export const TRADES_CSV = eventTable({
  kind: 'trades',
  name: 'trades-csv',
  about:
    'trades in CSV, Parquet, Arrow or JSON: time, price, size, and where there are: side, receive time, id, symbol',
  example: 'time,price,size,side',
  roles: {
    ...EVENT_ROLES,
    price: { names: ['price', 'p', 'px', 'tradeprice'] },
    size: { names: ['size', 'qty', 'quantity', 'amount', 'q', 'volume', 'tradesize'] },
    side: { names: ['side', 'takerside', 'aggressor', 'aggressorside', 'direction'], optional: true },
    buyerMaker: { names: ['isbuyermaker', 'buyermaker', 'm'], optional: true },
  },
  numbers: ['price', 'size'],
  telling: ['time', 'price', 'size'],
  columns({ rows, bad, issues, has, place, columnName, number }) {
    const price = number('price')
    const size = number('size')
    const part = has('side') ? 'side' : has('buyerMaker') ? 'buyerMaker' : undefined
    const side =
      part === undefined
        ? new Float64Array(rows.length)
        : sidesOf(rows, place(part), columnName(part), part === 'buyerMaker', bad, issues)
    return { price, size, side }
  },
  notes: ({ side, buyerMaker }) =>
    side === undefined && buyerMaker === undefined
      ? ['there is no column of sides: who took is not known']
      : [],
})
