/**
 * Terms of instruments by date in a delimited text: from when to when a tick, a lot, a multiplier held, and when that was
 * known. What has no `from` held always; what has no `known` is known when it begins to hold.
 *
 *   instrument,from,to,tick,lot,currency,calendar,kind,multiplier
 *   XNYS:GE,,2001-01-28,0.0625,1,USD,XNYS,,
 *   XNYS:GE,2001-01-29,,0.01,1,USD,XNYS,,
 */
import { GordonError } from '../../core/errors.ts'
import { calendarNamed, calendarOfVenue } from '../../domain/calendar/calendar.ts'
import type { Instrument, InstrumentKind } from '../../domain/instrument.ts'
import { perUnit } from '../ingest/grid.ts'
import type { Role } from '../ingest/reading.ts'
import type { KnownInstrument } from '../schema.ts'
import { backwards, type DatedRow, datedRows, refuseCell } from './dated-csv.ts'
import { FACTS_TABLE, guessedColumns } from './guessed-columns.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'

const ROLES = {
  instrument: { names: ['instrument', 'symbol', 'ticker'] },
  venue: { names: ['venue', 'exchange', 'mic'], optional: true },
  from: { names: ['from', 'validfrom', 'start'], optional: true },
  to: { names: ['to', 'validto', 'end'], optional: true },
  known: { names: ['known', 'announced', 'receivetime'], optional: true },
  tick: { names: ['tick', 'ticksize'] },
  lot: { names: ['lot', 'lotsize', 'step'], optional: true },
  currency: { names: ['currency', 'quote'], optional: true },
  calendar: { names: ['calendar'], optional: true },
  kind: { names: ['kind', 'type'], optional: true },
  base: { names: ['base'], optional: true },
  settlement: { names: ['settlement'], optional: true },
  multiplier: { names: ['multiplier', 'contractsize'], optional: true },
  initialMargin: { names: ['initialmargin'], optional: true },
  maintenanceMargin: { names: ['maintenancemargin'], optional: true },
  expiry: { names: ['expiry', 'expiration'], optional: true },
  minQuantity: { names: ['minquantity'], optional: true },
  maxQuantity: { names: ['maxquantity'], optional: true },
  minNotional: { names: ['minnotional'], optional: true },
} as const satisfies Readonly<Record<string, Role>>
type Part = keyof typeof ROLES

const KINDS = {
  spot: 'spot',
  fx: 'fx',
  linear: 'linear',
  inverse: 'inverse',
  future: 'future',
} as const satisfies Readonly<Record<string, InstrumentKind>>
const NUMBERS = [
  'multiplier',
  'initialMargin',
  'maintenanceMargin',
  'minQuantity',
  'maxQuantity',
  'minNotional',
] as const satisfies readonly (Part & keyof Instrument)[]

export const INSTRUMENTS_CSV: SourceAdapter = {
  name: 'instruments-csv',
  kinds: ['instruments'],
  about:
    'terms of instruments by date in CSV: instrument, from, to, tick, lot, currency, kind, multiplier, …',
  ...FACTS_TABLE,
  guess: guessedColumns<Part>(ROLES, has =>
    has('instrument') && has('tick') && (has('currency') || has('lot') || has('from'))
      ? 'columns instrument and tick'
      : undefined,
  ),
  async *read(reading: SourceReading): AsyncGenerator<SourceBatch> {
    for await (const rows of datedRows<Part, KnownInstrument>(reading, ROLES, row => termsOf(row, reading)))
      yield { kind: 'instruments', rows }
  },
}

function termsOf(row: DatedRow<Part>, { options }: SourceReading): KnownInstrument {
  const { venue, symbol } = row.instrument('instrument', 'venue')
  const validFrom = row.begins('from') ?? Number.NEGATIVE_INFINITY
  const validTo = row.ends('to') ?? Number.POSITIVE_INFINITY
  if (validTo <= validFrom) backwards(validFrom, validTo - 1)
  const optional: Record<string, string | number> = {}
  for (const part of NUMBERS) {
    const value = row.optionalNumber(part)
    if (value !== undefined) optional[part] = value
  }
  for (const part of ['base', 'settlement'] as const) {
    const value = row.text(part)
    if (value !== undefined) optional[part] = value
  }
  const expiry = row.takesEffect('expiry', venue)
  if (expiry !== undefined) optional.expiry = expiry
  if (row.text('kind') !== undefined) optional.kind = row.oneOf('kind', KINDS)
  const instrument: Instrument = {
    venue,
    symbol,
    ticksPerUnit: grid(row, 'tick', '1'),
    lotsPerUnit: grid(row, 'lot', '1'),
    currency: row.text('currency') ?? options.currency ?? 'USD',
    calendar: calendarNamed(row.text('calendar') ?? options.calendar ?? calendarOfVenue(venue)).name,
    ...optional,
  }
  return { instrument, validFrom, validTo, receiveTime: row.known('known') ?? validFrom }
}

function grid(row: DatedRow<Part>, part: 'tick' | 'lot', unless: string): number {
  const text = row.text(part) ?? unless
  try {
    return perUnit(part === 'tick' ? '--tick' : '--lot', text)
  } catch (error) {
    if (!(error instanceof GordonError)) throw error
    return refuseCell(part, `${part} ${text} does not divide one unit`)
  }
}
