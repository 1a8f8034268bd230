/** How a file of bars is to be read: what the caller said, and which of its columns plays which part. */
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import type { Adjustment } from '../../domain/bar.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { DecimalMark } from './number-text.ts'

export interface ReadingOptions {
  /** Part → column of the file, e.g. `{ time: 'Date', close: 'Last' }` or `time=Date,close=Last`; the rest is found by name. */
  readonly columns?: Readonly<Record<string, string>> | string
  /** Names of the columns of a CSV without a header line, in order. */
  readonly header?: readonly string[]
  /** IANA zone of times that carry none; the calendar's own unless said. */
  readonly timezone?: string
  /** Pattern of times in a text, e.g. `dd.MM.yyyy HH:mm:ss`, or `excel`, `s`, `ms`, `us`, `ns`; detected where it is clear. */
  readonly timeFormat?: string
  /** What parts the decimals of numbers in a text; found unless said, and asked for where it may be either. */
  readonly decimal?: DecimalMark
  /** What a time names: the bar's opening or its close. Close unless the column's name says otherwise. */
  readonly stamp?: 'open' | 'close'
  /** The one symbol wanted of a file with many, or the name of a file's only one; else the file's name. */
  readonly symbol?: string
  /** ISO 10383 code, or any short name. */
  readonly venue?: string
  /** `1m`, `1h`, `1d`; else measured on the first rows. */
  readonly interval?: string
  /** `XNYS`, `24/7`; else that of the venue. */
  readonly calendar?: string
  /** ISO 4217; USD unless said. */
  readonly currency?: string
  /** How prices are meant; `raw` unless said. With a column adjustedClose, `total-return` multiplies by its ratio to close. */
  readonly adjustment?: Adjustment
  /** Price grid, e.g. 0.01; else the coarsest power of ten, from cents down, that holds every price. */
  readonly tick?: number | string
  /** Quantity grid, e.g. 1 or 0.001; else 1 where all volumes are whole, 1e-8 where not. */
  readonly lot?: number | string
  /** What else is known of every instrument of the source: its kind, settlement, multiplier, margin, expiry, bounds. */
  readonly terms?: Partial<Omit<Instrument, 'venue' | 'symbol'>>
  /** Put rows in order of time first; holds the file in memory. */
  readonly sort?: boolean
  /** What to do with rows that cannot be bars; `refuse` unless said. */
  readonly onIssue?: 'refuse' | 'drop'
  /** Where rows are appended: when this file was published, from which its corrections of stored rows are known. */
  readonly known?: Micros
  /** Bars that close later are reported; without it nothing is held to be in the future. */
  readonly now?: Micros
}

/** The parts that columns of a kind of file play: names under which files carry each, as `plain` gives them. */
export interface Role {
  readonly names: readonly string[]
  readonly optional?: true
}

/** Names of the time of an event; those that begin or end with UTC or GMT name its zone, too. */
export const TIME_NAMES = [
  'time',
  'timestamp',
  'timestampms',
  'unixtime',
  'unix',
  'ts',
  'date',
  'datetime',
  'tradedate',
  'tradingday',
  't',
  'eventtime',
  'utctime',
  'gmttime',
  'timeutc',
  'dateutc',
  'datetimeutc',
  'timestamputc',
] as const
/** Of a file with both, a time is the two together. */
const DATE_NAMES: readonly string[] = ['date', 'tradedate', 'tradingday']

/** Names that say which edge of its bar a time is. */
const OPEN_NAMES: readonly string[] = ['opentime', 'starttime', 'start', 'begintime', 'windowstart']
const CLOSE_NAMES: readonly string[] = ['closetime', 'endtime', 'end', 'windowend']

/** The edge that a column's name tells, where it does. */
export function edgeOf(name: string): 'open' | 'close' | undefined {
  if (OPEN_NAMES.includes(plain(name))) return 'open'
  return CLOSE_NAMES.includes(plain(name)) ? 'close' : undefined
}

/** UTC where a column's name says so. */
export function zoneOf(name: string): string | undefined {
  return /^(utc|gmt)|(utc|gmt)$/.test(plain(name)) ? 'UTC' : undefined
}

export const BAR_ROLES = {
  time: { names: [...TIME_NAMES, ...OPEN_NAMES, ...CLOSE_NAMES, 'bartime'] },
  open: { names: ['open', 'o', 'openprice'] },
  high: { names: ['high', 'h', 'highprice'] },
  low: { names: ['low', 'l', 'lowprice'] },
  close: { names: ['close', 'c', 'closeprice', 'closelast'] },
  volume: { names: ['volume', 'vol', 'v'], optional: true },
  symbol: { names: ['symbol', 'ticker', 'tic'], optional: true },
  adjustedClose: { names: ['adjclose', 'adjustedclose', 'adjcp'], optional: true },
} as const satisfies Readonly<Record<string, Role>>

export type ColumnRole = keyof typeof BAR_ROLES

export type ColumnMap<Part extends string = ColumnRole> = Readonly<Partial<Record<Part, string>>>

/** Which column of a file of bars plays which part. */
export function mapColumns(
  file: string,
  header: readonly string[],
  options: ReadingOptions,
): ColumnMap & { readonly [role in 'time' | 'open' | 'high' | 'low' | 'close']: string } {
  return mapRoles(file, header, BAR_ROLES, options.columns) as ReturnType<typeof mapColumns>
}

/**
 * Which column plays which part: as the caller said, else by its name.
 * @throws GordonError COLUMN_UNKNOWN, COLUMN_MISSING, COLUMN_AMBIGUOUS, BAD_COLUMNS
 */
export function mapRoles<Part extends string>(
  file: string,
  header: readonly string[],
  roles: Readonly<Record<Part, Role>>,
  columns: ReadingOptions['columns'],
): ColumnMap<Part> {
  const parts = Object.keys(roles) as Part[]
  const given = typeof columns === 'string' ? parseColumns(columns, parts) : (columns ?? {})
  const map: Partial<Record<Part, string>> = {}
  const listed = header.join(', ')
  for (const role of parts) {
    const named = given[role]
    if (named !== undefined) {
      const parts = role === 'time' && !header.includes(named) ? named.split('+') : [named]
      const twice = parts.find(name => header.indexOf(name) !== header.lastIndexOf(name))
      if (twice !== undefined) throw twiceNamed(file, twice)
      if (!parts.every(name => header.includes(name))) {
        throw new GordonError(
          'COLUMN_UNKNOWN',
          `${file} has no column ${JSON.stringify(named)}, named in --columns ${role}=${named}: it has ${listed}`,
        )
      }
      map[role] = named
      continue
    }
    const taken = new Set(Object.values(given))
    const { names, optional }: Role = roles[role]
    const found = header.filter(name => !taken.has(name) && names.includes(plain(name)))
    const both = role === 'time' ? dateAndTime(found) : undefined
    if (both !== undefined) {
      map[role] = both
      continue
    }
    if (found.length > 1 && new Set(found).size === 1) throw twiceNamed(file, found[0])
    if (found.length > 1) {
      throw new GordonError(
        'COLUMN_AMBIGUOUS',
        `${file} has several columns for ${role}, ${found.join(' and ')}: choose one with --columns ${role}=${found[0]}`,
      )
    }
    if (found.length === 1) map[role] = found[0]
    else if (optional !== true) {
      throw new GordonError(
        'COLUMN_MISSING',
        `${file} has no column for ${role}: it has ${listed}; name the right one with --columns ${role}=NAME`,
      )
    }
  }
  return map
}

function twiceNamed(file: string, name: string): GordonError {
  return new GordonError(
    'COLUMN_AMBIGUOUS',
    `${file} has several columns called ${JSON.stringify(name)}: give each a name of its own in its header`,
  )
}

/** `Date+Time` where times stand in two columns, a date and a time of day. */
function dateAndTime(found: readonly string[]): string | undefined {
  if (found.length !== 2) return undefined
  const date = found.find(name => DATE_NAMES.includes(plain(name)))
  const time = found.find(name => plain(name) === 'time')
  return date === undefined || time === undefined ? undefined : `${date}+${time}`
}

/** `Adj. Close` → `adjclose` */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/**
 * `time=Date,close=Last` → `{ time: 'Date', close: 'Last' }`
 * @throws GordonError BAD_COLUMNS
 */
function parseColumns(text: string, parts: readonly string[]): Record<string, string> {
  const columns: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const [role, name] = [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1).trim()]
    if (!pair.includes('=') || name === '' || !parts.includes(role)) {
      throw new GordonError(
        'BAD_COLUMNS',
        `${JSON.stringify(pair)} in --columns is not of the form part=NAME with a part of ${parts.join(', ')}`,
      )
    }
    columns[role] = name
  }
  return columns
}
