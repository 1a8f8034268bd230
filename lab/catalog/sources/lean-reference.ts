/**
 * What LEAN's own reference files say of a market and a symbol: the zone in which its files tell the time
 * (market-hours-database.json, `dataTimeZone`, which is not the zone of its sessions), and its currency, grid and
 * contract size (symbol-properties-database.csv). Where the folder has none of them, what is known of LEAN's markets.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calendarOfVenue } from '../../domain/calendar/calendar.ts'
import type { LeanFile, LeanType } from './lean-path.ts'
import type { SourceInstrument } from './source.ts'

export interface LeanFacts {
  /** IANA name, `UTC`, or an offset such as `-05:00`. */
  readonly timezone: string
  readonly instrument: SourceInstrument
}

export class LeanReference {
  /** Zone by `Forex-fxcm-[*]`; undefined without a database. */
  readonly #zones: ReadonlyMap<string, string> | undefined
  /** Fields by `fxcm,EURUSD,forex`; undefined without a database. */
  readonly #properties: ReadonlyMap<string, readonly string[]> | undefined

  private constructor(
    zones: ReadonlyMap<string, string> | undefined,
    properties: ReadonlyMap<string, readonly string[]> | undefined,
  ) {
    this.#zones = zones
    this.#properties = properties
  }

  /** @param root LEAN's data folder */
  static async of(root: string): Promise<LeanReference> {
    const [hours, properties] = await Promise.all([
      textOf(join(root, 'market-hours', 'market-hours-database.json')),
      textOf(join(root, 'symbol-properties', 'symbol-properties-database.csv')),
    ])
    return new LeanReference(
      hours === undefined ? undefined : zonesOf(hours),
      properties === undefined ? undefined : propertiesOf(properties),
    )
  }

  /** Which of the databases were found, for people. */
  get words(): string {
    const found = [
      ...(this.#zones === undefined ? [] : ['market-hours-database.json']),
      ...(this.#properties === undefined ? [] : ['symbol-properties-database.csv']),
    ]
    return found.length > 0
      ? `time zones, grids and contracts are those of ${found.join(' and ')}`
      : 'there is no LEAN database beside the files: grids are measured'
  }

  of({ type, market, symbol }: LeanFile): LeanFacts {
    const zone =
      this.#zones?.get(`${type}-${market}-${symbol}`.toLowerCase()) ??
      this.#zones?.get(`${type}-${market}-[*]`) ??
      knownZone(type, market)
    const fields =
      this.#properties?.get(`${market},${symbol},${type}`) ?? this.#properties?.get(`${market},[*],${type}`)
    return { timezone: zone, instrument: instrumentOf(type, market, symbol, fields) }
  }
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

function zonesOf(text: string): Map<string, string> {
  const { entries } = JSON.parse(text) as { entries: Record<string, { dataTimeZone: string }> }
  return new Map(
    Object.entries(entries).map(([key, { dataTimeZone }]) => [key.toLowerCase(), ianaZone(dataTimeZone)]),
  )
}

/** `UTC-05` → `-05:00` */
function ianaZone(name: string): string {
  const fixed = /^UTC([+-]\d{2})$/.exec(name)
  return fixed === null ? name : `${fixed[1]}:00`
}

function propertiesOf(text: string): Map<string, readonly string[]> {
  const rows = text
    .split(/\r?\n/)
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => line.split(','))
  return new Map(rows.map(fields => [`${fields[0]},${fields[1]},${fields[2]}`, fields]))
}

function knownZone(type: LeanType, market: string): string {
  if (market === 'fxcm') return '-05:00'
  if (market === 'india') return 'Asia/Kolkata'
  return type === 'equity' ? 'America/New_York' : 'UTC'
}

/** LEAN: a crypto future that is quoted in none of these is margined in its coin. */
const STABLE = new Set(['USDT', 'BUSD', 'USDC'])
/** Calendar and currency of LEAN's markets of shares. */
const SHARES: Readonly<Record<string, { readonly calendar: string; readonly currency: string }>> = {
  usa: { calendar: 'XNYS', currency: 'USD' },
  india: { calendar: 'XNSE', currency: 'INR' },
}

function instrumentOf(
  type: LeanType,
  market: string,
  symbol: string,
  fields: readonly string[] | undefined,
): SourceInstrument {
  const [, , , , quoted, multiplier, tick, lot, , least] = fields ?? []
  const grid = {
    ...(perUnit(tick) === undefined ? {} : { ticksPerUnit: perUnit(tick) }),
    ...(perUnit(lot) === undefined ? {} : { lotsPerUnit: perUnit(lot) }),
    // A lot of more than a unit is a bound: the grid has no steps above one.
    ...(Number(lot) > 1 ? { lotsPerUnit: 1, minQuantity: Number(lot) } : {}),
  }
  const venue = market.toUpperCase()
  const currency = quoted || (type === 'forex' && symbol.length === 6 ? symbol.slice(3) : undefined)
  const base =
    currency !== undefined && symbol.endsWith(currency) ? symbol.slice(0, -currency.length) : undefined
  const common = {
    symbol,
    ...grid,
    ...(currency === undefined ? {} : { currency }),
    ...(base === undefined || base === '' || type === 'equity' ? {} : { base }),
  }
  switch (type) {
    case 'forex':
      return { ...common, venue, kind: 'fx', calendar: 'FX' }
    case 'cfd':
      return { ...common, venue, kind: 'linear', calendar: 'FX' }
    case 'crypto': {
      const bound = Number(least) > 0 && market !== 'binance' ? { minQuantity: Number(least) } : {}
      // Binance's smallest order is a value, as LEAN's own brokerage model has it.
      const value = Number(least) > 0 && market === 'binance' ? { minNotional: Number(least) } : {}
      return { ...common, ...bound, ...value, venue, kind: 'spot', calendar: '24/7' }
    }
    case 'cryptofuture': {
      const coin = currency !== undefined && !STABLE.has(currency)
      const size = Number(multiplier) > 0 ? { multiplier: Number(multiplier) } : {}
      const contract = coin
        ? ({ kind: 'inverse', ...(base === undefined ? {} : { settlement: base }) } as const)
        : ({ kind: 'linear', ...(currency === undefined ? {} : { settlement: currency }) } as const)
      return { ...common, ...size, ...contract, venue: futureVenue(venue, coin), calendar: '24/7' }
    }
    case 'equity':
      return { ...(SHARES[market] ?? { calendar: calendarOfVenue(venue) }), ...common, venue, kind: 'spot' }
  }
}

/** Spot and futures of one market share their symbols; as ccxt has it for Binance, the venue tells them apart. */
function futureVenue(venue: string, coin: boolean): string {
  if (venue === 'BINANCE') return coin ? 'BINANCECOINM' : 'BINANCEUSDM'
  return `${venue}FUTURES`
}

/** Steps in a unit; undefined where they do not divide it. */
function perUnit(step: string | undefined): number | undefined {
  const size = Number(step)
  const count = Math.round(1 / size)
  return size > 0 && size <= 1 && Math.abs(count * size - 1) < 1e-9 ? count : undefined
}
