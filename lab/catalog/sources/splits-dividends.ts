/**
 * Splits or dividends as vendors list them, a table of each without a column of kinds: `symbol,ex_date,amount`,
 * `symbol,effective_date,ratio`, `Date,Stock Splits`. A ratio is new shares per old one, 7 or `7:1`; a column called
 * price_ratio has what prices are multiplied by, 1/7. Days that write 0, or a split of 1, had none.
 * An action takes effect as in actions-csv.ts; where nobody says when it was announced, it is known no earlier.
 */
import { GordonError } from '../../core/errors.ts'
import { basename } from 'node:path'
import { numberOf } from '../ingest/number-text.ts'
import { formatOf, stemOf } from '../ingest/open-table.ts'
import { BAR_ROLES, plain, type Role } from '../ingest/reading.ts'
import type { KnownAction } from '../schema.ts'
import { type DatedRow, datedRows, refuseCell } from './dated-csv.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'

const ROLES = {
  symbol: { names: ['symbol', 'instrument', 'ticker'], optional: true },
  venue: { names: ['venue', 'exchange', 'mic'], optional: true },
  date: { names: ['date', 'exdate', 'exdividenddate', 'effectivedate', 'extime'] },
  ratio: { names: ['ratio', 'splitratio', 'stocksplits', 'splitfactor'], optional: true },
  priceRatio: { names: ['priceratio'], optional: true },
  amount: { names: ['amount', 'dividend', 'dividends', 'dividendamount', 'cashamount'], optional: true },
  pay: { names: ['pay', 'paydate', 'paymentdate', 'payabledate'], optional: true },
  currency: { names: ['currency'], optional: true },
  known: {
    names: ['known', 'announced', 'declareddate', 'declarationdate', 'announcementdate'],
    optional: true,
  },
} as const satisfies Readonly<Record<string, Role>>
type Part = keyof typeof ROLES
/** A table with one of these is of something else. */
const OTHERS = ['kind', 'action', 'type', 'price', 'size', 'side', 'qty', 'value', 'bid', 'ask']

export const SPLITS_DIVIDENDS: SourceAdapter = {
  name: 'splits-dividends',
  kinds: ['actions'],
  about: 'splits or dividends in CSV, Parquet, Arrow or JSON: symbol, date, and a ratio or an amount',
  endings: '.csv, .parquet, .arrow or .json',
  takes: file => formatOf(file) !== undefined,
  guess({ name, isFolder, columns }) {
    const names = columns.map(plain)
    const has = (part: Part) => names.some(one => (ROLES[part].names as readonly string[]).includes(one))
    const other = names.some(
      one => OTHERS.includes(one) || (BAR_ROLES.close.names as readonly string[]).includes(one),
    )
    const fits = has('date') && (has('ratio') || has('priceRatio') || has('amount')) && !other
    return fits && !isFolder && formatOf(name) !== undefined
      ? { confidence: 0.9, because: 'columns of a date and a ratio or an amount' }
      : { confidence: 0, because: '' }
  },
  read,
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { path, options } = reading
  const lone = options.symbol ?? stemOf(path)
  let told = true
  let none = 0
  let found = 0
  for await (const rows of datedRows<Part, KnownAction>(reading, ROLES, row => {
    const symbol = row.text('symbol') ?? lone
    if (options.symbol !== undefined && symbol !== options.symbol) return []
    const actions = actionsOf(row, symbol, options.venue)
    told &&= row.text('known') !== undefined
    if (actions.length === 0) none++
    found += actions.length
    return actions
  }))
    yield { kind: 'actions', rows }
  if (found === 0 && none > 0)
    throw new GordonError(
      'NO_ROWS',
      `${basename(path)} has neither a split nor a dividend: name their columns with --columns ratio=NAME or amount=NAME`,
    )
  if (!told) reading.note('actions without a time of announcement are known when they take effect')
  if (none > 0) reading.note(`${none} rows have neither a split nor a dividend`)
}

function actionsOf(row: DatedRow<Part>, symbol: string, venueTold = 'FILE'): KnownAction[] {
  const at = symbol.indexOf(':')
  const venue = at > 0 ? symbol.slice(0, at) : (row.text('venue') ?? venueTold)
  const instrument = at > 0 ? symbol : `${venue}:${symbol}`
  row.need('date')
  const time = row.takesEffect('date', venue)!
  const receiveTime = Math.min(row.known('known') ?? time, time)
  const actions: KnownAction[] = []
  const ratio = splitOf(row)
  if (ratio > 0 && ratio !== 1)
    actions.push({ action: { kind: 'split', instrument, time, ratio }, receiveTime })
  const amount = row.optionalNumber('amount') ?? 0
  if (amount < 0) refuseCell('amount', `amount is ${amount}: a dividend is zero or more`)
  if (amount > 0) {
    const currency = row.text('currency')
    const payTime = row.takesEffect('pay', venue) ?? time
    const paid = { kind: 'dividend' as const, instrument, time, payTime, amount }
    actions.push({ action: currency === undefined ? paid : { ...paid, currency }, receiveTime })
  }
  return actions
}

/** New shares per old one; 0 where there is no split. */
function splitOf(row: DatedRow<Part>): number {
  const priceRatio = row.optionalNumber('priceRatio')
  if (priceRatio !== undefined) {
    if (!(priceRatio > 0)) refuseCell('priceRatio', `the price ratio is ${priceRatio}: it is above zero`)
    return newPerOld(1 / priceRatio)
  }
  const text = row.text('ratio')
  if (text === undefined) return 0
  // `7`, `7:1`, `7/1`, `7 for 1`.
  const parts = text.split(/\s*(?::|\/|-?for-?)\s*/i).map(part => numberOf(part, '.'))
  const ratio = parts.length === 2 ? parts[0] / parts[1] : parts.length === 1 ? parts[0] : Number.NaN
  if (!(ratio >= 0 && ratio < Number.POSITIVE_INFINITY))
    refuseCell('ratio', `ratio ${JSON.stringify(text)} is none: new shares per old one, 7 or 7:1`)
  return ratio
}

/** 1 / 0.14285714285714285 is 7.000000000000001: where a whole number is meant, it is taken. */
function newPerOld(ratio: number): number {
  const whole = Math.round(ratio)
  return Math.abs(ratio - whole) < 1e-9 * ratio ? whole : ratio
}
