/**
 * What a file of a LEAN data folder is, by its path: LEAN names its files by type, market, resolution, symbol and
 * date, and writes nothing of these into them.
 *
 *   forex/oanda/minute/eurusd/20140501_quote.zip      equity/usa/daily/aapl.zip
 *   crypto/coinbase/hour/btcusd_trade.zip             cryptofuture/binance/margin_interest/btcusd.csv
 *
 * Also unpacked, as .csv. Source: LEAN, Data/readme.md and Common/Util/LeanData.cs.
 */
import { type Day, parseDay } from '../../domain/calendar/civil.ts'

export type LeanType = 'forex' | 'cfd' | 'crypto' | 'cryptofuture' | 'equity'
export type LeanResolution = 'tick' | 'second' | 'minute' | 'hour' | 'daily'

export interface LeanFile {
  readonly path: string
  /** Its name, for messages. */
  readonly name: string
  /** LEAN's data folder, which holds the types. */
  readonly root: string
  readonly type: LeanType
  readonly market: string
  readonly symbol: string
  readonly what:
    | { readonly kind: 'funding' }
    | {
        readonly kind: 'trade' | 'quote'
        readonly resolution: LeanResolution
        /** The local date of files with one day each. */
        readonly day?: Day
      }
}

// The last such folder counts: a data folder may lie under one of that name.
const PLACE = /^(.*\/|)(forex|cfd|crypto|cryptofuture|equity)\/([^/]+)\/([a-z_]+)\/(.+)$/
const DATED = /^([^/]+)\/(\d{8})(?:_[^/]+?)?_(trade|quote)\.(?:csv|zip)$/
const WHOLE = /^([^/]+?)(?:_(trade|quote))?\.(?:csv|zip)$/

/** @param path absolute, with `/`; undefined where it is no file of LEAN's that is known here */
export function leanFile(path: string): LeanFile | undefined {
  const place = PLACE.exec(path)
  if (place === null) return undefined
  const [, root, type, market, resolution, rest] = place
  const common = {
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    root: root.replace(/\/$/, ''),
    type: type as LeanType,
    market,
  }
  if (resolution === 'tick' || resolution === 'second' || resolution === 'minute') {
    const dated = DATED.exec(rest)
    if (dated === null) return undefined
    const [, symbol, date, kind] = dated
    const day = parseDay(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`)
    if (day === undefined) return undefined
    return { ...common, symbol: symbol.toUpperCase(), what: { kind: kind as 'trade', resolution, day } }
  }
  const whole = WHOLE.exec(rest)
  if (whole === null) return undefined
  const [, symbol, kind] = whole
  if (resolution === 'margin_interest')
    return { ...common, symbol: symbol.toUpperCase(), what: { kind: 'funding' } }
  if (resolution !== 'hour' && resolution !== 'daily') return undefined
  // Without a word in the name: pairs are quoted, shares are traded.
  const said = (kind as 'trade' | 'quote' | undefined) ?? (type === 'equity' ? 'trade' : 'quote')
  return { ...common, symbol: symbol.toUpperCase(), what: { kind: said, resolution } }
}

const ORDER = ['tick', 'second', 'minute', 'hour', 'daily']

/** Files of one stream beside each other, in order of their dates. */
export function compareLeanFiles(a: LeanFile, b: LeanFile): number {
  const keys = ({ type, market, symbol, what, name }: LeanFile): (string | number)[] => [
    type,
    market,
    symbol,
    what.kind,
    what.kind === 'funding' ? -1 : ORDER.indexOf(what.resolution),
    what.kind === 'funding' ? 0 : (what.day ?? 0),
    name,
  ]
  const [left, right] = [keys(a), keys(b)]
  const at = left.findIndex((key, i) => key !== right[i])
  return at < 0 ? 0 : left[at] < right[at] ? -1 : 1
}
