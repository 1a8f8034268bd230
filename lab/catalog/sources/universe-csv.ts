/**
 * Who belonged to an index or another list when, in a delimited text. A later row of the same universe, symbol and `from`
 * takes the place of the earlier from when it is known. A row without `known` is known when it begins, and its end when
 * it ends: nobody knows at admission when a company will leave.
 *
 *   universe,symbol,from,to,known
 *   sp500,XNYS:LEH,1998-01-12,2008-09-16,
 */
import { stemOf } from '../ingest/open-table.ts'
import type { Role } from '../ingest/reading.ts'
import type { KnownMember } from '../schema.ts'
import { backwards, type DatedRow, datedRows } from './dated-csv.ts'
import { FACTS_TABLE, guessedColumns } from './guessed-columns.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'

const ROLES = {
  universe: { names: ['universe', 'index', 'list'], optional: true },
  symbol: { names: ['symbol', 'instrument', 'ticker', 'member'] },
  venue: { names: ['venue', 'exchange', 'mic'], optional: true },
  from: { names: ['from', 'added', 'start', 'startdate', 'validfrom'], optional: true },
  to: { names: ['to', 'removed', 'end', 'enddate', 'validto', 'until'], optional: true },
  known: { names: ['known', 'announced', 'receivetime'], optional: true },
} as const satisfies Readonly<Record<string, Role>>
type Part = keyof typeof ROLES

export const UNIVERSE_CSV: SourceAdapter = {
  name: 'universe-csv',
  kinds: ['universe'],
  about: 'members of an index by date in CSV: universe, symbol, from, to, known',
  ...FACTS_TABLE,
  guess: guessedColumns<Part>(ROLES, (has, names) => {
    const other = names.some(one => ['kind', 'action', 'tick', 'close', 'price', 'value'].includes(one))
    return has('symbol') && has('from') && has('to') && !other ? 'columns symbol, from and to' : undefined
  }),
  read,
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const lone = stemOf(reading.path)
  for await (const rows of datedRows<Part, KnownMember>(reading, ROLES, row => spellsOf(row, lone)))
    yield { kind: 'universe', rows }
}

function spellsOf(row: DatedRow<Part>, lone: string): KnownMember[] {
  const universe = row.text('universe') ?? lone
  const validFrom = row.begins('from') ?? Number.NEGATIVE_INFINITY
  const validTo = row.ends('to') ?? Number.POSITIVE_INFINITY
  if (validTo <= validFrom) backwards(validFrom, validTo - 1)
  const told = row.known('known')
  const spell = {
    universe,
    ...row.instrument('symbol', 'venue'),
    validFrom,
    validTo,
    receiveTime: told ?? validFrom,
  }
  if (told !== undefined || validTo === Number.POSITIVE_INFINITY) return [spell]
  return [
    { ...spell, validTo: Number.POSITIVE_INFINITY },
    { ...spell, receiveTime: validTo },
  ]
}
