/**
 * Corporate actions in a delimited text, with when each was announced. A later row of the same `id` (or, without ids, of
 * the same kind, instrument and date) takes the place of the earlier from when it is known; `canceled` calls it off.
 *
 *   kind,instrument,date,ratio,amount,pay,currency,to,price,known,id,canceled
 *   split,XNAS:AAPL,2014-06-09,7,,,,,,2014-04-23,,
 *   dividend,XNAS:AAPL,2012-08-09,,2.65,2012-08-16,,,,2012-07-24,d1,
 */
import type { CorporateAction } from '../../domain/market-events.ts'
import type { Role } from '../ingest/reading.ts'
import type { KnownAction } from '../schema.ts'
import { type DatedRow, datedRows, refuseCell } from './dated-csv.ts'
import { FACTS_TABLE, guessedColumns } from './guessed-columns.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'

const ROLES = {
  kind: { names: ['kind', 'action', 'type'] },
  instrument: { names: ['instrument', 'symbol', 'ticker'] },
  venue: { names: ['venue', 'exchange', 'mic'], optional: true },
  date: { names: ['date', 'time', 'exdate', 'extime', 'effectivedate'] },
  ratio: { names: ['ratio', 'splitratio'], optional: true },
  amount: { names: ['amount', 'dividend', 'cash'], optional: true },
  pay: { names: ['pay', 'paydate', 'paytime', 'paymentdate'], optional: true },
  currency: { names: ['currency'], optional: true },
  to: { names: ['to', 'newsymbol'], optional: true },
  price: { names: ['price'], optional: true },
  known: { names: ['known', 'announced', 'announcementdate', 'receivetime', 'declareddate'], optional: true },
  id: { names: ['id', 'announcement', 'eventid'], optional: true },
  canceled: { names: ['canceled', 'cancelled'], optional: true },
} as const satisfies Readonly<Record<string, Role>>
type Part = keyof typeof ROLES

const KINDS = {
  split: 'split',
  dividend: 'dividend',
  symbolchange: 'symbolChange',
  rename: 'symbolChange',
  delisting: 'delisting',
} as const satisfies Readonly<Record<string, CorporateAction['kind']>>
const FLAGS = {
  canceled: 'yes',
  cancelled: 'yes',
  yes: 'yes',
  y: 'yes',
  true: 'yes',
  no: 'no',
  n: 'no',
  false: 'no',
} as const

export const ACTIONS_CSV: SourceAdapter = {
  name: 'actions-csv',
  kinds: ['actions'],
  about:
    'splits, dividends, new symbols and delistings in CSV: kind, instrument, date, known, and what each needs',
  ...FACTS_TABLE,
  guess: guessedColumns<Part>(ROLES, has =>
    has('kind') && has('instrument') && has('date') && (has('ratio') || has('amount'))
      ? 'columns kind, instrument, date and ratio or amount'
      : undefined,
  ),
  read,
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  let told = true
  for await (const rows of datedRows<Part, KnownAction>(reading, ROLES, row => {
    const known = actionOf(row)
    told &&= row.text('known') !== undefined
    return known
  }))
    yield { kind: 'actions', rows }
  if (!told) reading.note('actions without a time of announcement are known when they take effect')
}

function actionOf(row: DatedRow<Part>): KnownAction {
  const { venue, symbol } = row.instrument('instrument', 'venue')
  const instrument = `${venue}:${symbol}`
  row.need('date')
  const time = row.takesEffect('date', venue)!
  const announcement = row.text('id')
  const isCanceled = calledOff(row)
  return {
    action: eventOf(row, instrument, time, venue, isCanceled),
    receiveTime: row.known('known') ?? time,
    ...(announcement === undefined ? {} : { announcement }),
    ...(isCanceled ? { canceled: true } : {}),
  }
}

function eventOf(
  row: DatedRow<Part>,
  instrument: string,
  time: number,
  venue: string,
  isCanceled: boolean,
): CorporateAction {
  const kind = row.oneOf('kind', KINDS)
  // Who calls it off need not say what it was.
  const number = (part: 'ratio' | 'amount') =>
    isCanceled ? (row.optionalNumber(part) ?? 1) : row.number(part)
  switch (kind) {
    case 'split': {
      const ratio = number('ratio')
      if (!(ratio > 0)) refuseCell('ratio', `ratio is ${ratio}: new shares per old one are above zero`)
      return { kind, instrument, time, ratio }
    }
    case 'dividend': {
      const amount = number('amount')
      if (!(amount >= 0)) refuseCell('amount', `amount is ${amount}: a dividend is zero or more`)
      const currency = row.text('currency')
      const payTime = row.takesEffect('pay', venue) ?? time
      return { kind, instrument, time, payTime, amount, ...(currency === undefined ? {} : { currency }) }
    }
    case 'symbolChange':
      return { kind, instrument, time, to: isCanceled ? (row.text('to') ?? instrument) : row.need('to') }
    case 'delisting': {
      const price = row.optionalNumber('price')
      return { kind, instrument, time, ...(price === undefined ? {} : { price }) }
    }
  }
}

function calledOff(row: DatedRow<Part>): boolean {
  const text = row.text('canceled')
  if (text === undefined || text === '0') return false
  return text === '1' || row.oneOf('canceled', FLAGS) === 'yes'
}
