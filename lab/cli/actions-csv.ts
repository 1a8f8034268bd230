/**
 * Corporate actions from a CSV, read strictly; the first row names the columns.
 *
 *   kind          split, dividend, symbolChange or delisting
 *   instrument    AAPL or XNAS:AAPL
 *   date | time   when it takes effect: a day means the open of its session (midnight UTC where there are none)
 *   ratio         of a split: new shares per old one
 *   amount, pay   of a dividend: per share, and the day or time of payment; currency where it is not the share's
 *   to            of a symbol change
 *   price         of a delisting, where it is known
 */
import { readFile } from 'node:fs/promises'
import { GordonError } from '../core/errors.ts'
import { DAY, type Micros } from '../core/time.ts'
import { calendarNamed } from '../domain/calendar/calendar.ts'
import { parseDay } from '../domain/calendar/civil.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import type { CorporateAction } from '../domain/market-events.ts'

const KINDS = ['split', 'dividend', 'symbolChange', 'delisting'] as const
const COLUMNS = [
  'kind',
  'instrument',
  'date',
  'time',
  'ratio',
  'amount',
  'pay',
  'currency',
  'to',
  'price',
] as const
type Column = (typeof COLUMNS)[number]

/** A day, or an instant. */
type When = { readonly day: string } | { readonly time: Micros }

export interface ActionRow {
  readonly kind: CorporateAction['kind']
  readonly instrument: string
  readonly when: When
  readonly ratio: number
  readonly amount: number
  readonly pay?: When
  readonly currency?: string
  readonly to: string
  readonly price?: number
}

/** @throws FILE_NOT_FOUND */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new GordonError('FILE_NOT_FOUND', `${path} cannot be read; give the path of a CSV of actions.`, {
      cause,
    })
  }
}

/** @throws ACTIONS_TABLE with the row that is wrong */
export function parseActions(text: string, file: string): ActionRow[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, at) => ({ line, row: at + 1 }))
    .filter(({ line }) => line.trim() !== '')
  const wrong = (what: string, mend: string): GordonError =>
    new GordonError('ACTIONS_TABLE', `${file} ${what}; ${mend}.`)
  if (lines.length === 0) throw wrong('is empty', 'give it columns kind, instrument, date and what they need')
  const header = lines[0].line.split(',').map(name => name.trim())
  for (const name of header)
    if (!COLUMNS.includes(name as Column))
      throw wrong(`has a column ${name}`, `its columns are among ${COLUMNS.join(', ')}`)
  for (const name of ['kind', 'instrument'] as const)
    if (!header.includes(name)) throw wrong(`has no column ${name}`, `name it in the first row`)
  return lines.slice(1).map(({ line, row }) => {
    const fields = line.split(',').map(field => field.trim())
    if (fields.length !== header.length)
      throw wrong(`row ${row} has ${fields.length} fields where the header has ${header.length}`, 'mend it')
    const cell = (name: Column): string | undefined => fields[header.indexOf(name)] || undefined
    const need = (name: Column): string => {
      const value = cell(name)
      if (value !== undefined) return value
      throw wrong(`row ${row} (${cell('kind')}) has no ${name}`, 'give it')
    }
    const number = (name: Column): number => {
      const value = Number(need(name))
      if (Number.isFinite(value)) return value
      throw wrong(`row ${row} has the ${name} "${cell(name)}"`, 'give a number')
    }
    const when = (name: Column): When => {
      const value = need(name)
      if (parseDay(value) !== undefined) return { day: value }
      const time = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(value) ? Date.parse(value) : Number.NaN
      if (Number.isFinite(time)) return { time: time * 1000 }
      throw wrong(
        `row ${row} has the ${name} "${value}"`,
        'give a day (2020-08-31) or a time with its zone (2020-08-31T09:30:00-04:00)',
      )
    }
    const kind = need('kind') as ActionRow['kind']
    if (!KINDS.includes(kind)) throw wrong(`row ${row} is of kind ${kind}`, `give one of ${KINDS.join(', ')}`)
    return {
      kind,
      instrument: need('instrument'),
      when: when(cell('time') === undefined ? 'date' : 'time'),
      ratio: kind === 'split' ? number('ratio') : Number.NaN,
      amount: kind === 'dividend' ? number('amount') : Number.NaN,
      pay: kind === 'dividend' && cell('pay') !== undefined ? when('pay') : undefined,
      currency: cell('currency'),
      to: kind === 'symbolChange' ? need('to') : '',
      price: kind === 'delisting' && cell('price') !== undefined ? number('price') : undefined,
    }
  })
}

/** The actions of a run's instruments; those of others are left aside. @throws ACTIONS_UNUSED when all are */
export function resolveActions(
  rows: readonly ActionRow[],
  instruments: readonly Instrument[],
  file: string,
): CorporateAction[] {
  const actions = rows.flatMap(row => {
    const found = instruments.find(
      one => instrumentId(one) === row.instrument || one.symbol === row.instrument,
    )
    return found === undefined ? [] : [resolved(row, found)]
  })
  if (actions.length > 0 || rows.length === 0) return actions
  throw new GordonError(
    'ACTIONS_UNUSED',
    `None of the ${rows.length} actions of ${file} is for ${instruments.slice(0, 5).map(instrumentId).join(', ')}; name instruments as the data do.`,
  )
}

function resolved(row: ActionRow, { calendar }: Instrument): CorporateAction {
  const { kind, instrument, ratio, amount, currency, to, price } = row
  const time = timeOf(row.when, calendar)
  switch (kind) {
    case 'split':
      return { kind, instrument, time, ratio }
    case 'dividend':
      return {
        kind,
        instrument,
        time,
        payTime: row.pay === undefined ? time : timeOf(row.pay, calendar),
        amount,
        currency,
      }
    case 'symbolChange':
      return { kind, instrument, time, to }
    default:
      return { kind: 'delisting', instrument, time, price }
  }
}

/** The open of a day's session, or of the next one's where it has none. */
function timeOf(when: When, name: string): Micros {
  if ('time' in when) return when.time
  const calendar = calendarNamed(name)
  const first = parseDay(when.day)!
  for (let day = Math.max(first, calendar.firstDay); day <= calendar.lastDay; day++) {
    const session = calendar.session(day)
    if (session !== undefined) return session.open
  }
  return first * DAY
}
