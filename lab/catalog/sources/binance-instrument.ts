/**
 * What a symbol of Binance says of its instrument. Venues are named as ccxt names them, since spot and futures give
 * the same symbol to different things: BINANCE, BINANCEUSDM and BINANCECOINM.
 */
import type { SourceInstrument } from './source.ts'

/** Coins and currencies that prices are quoted in, the longer first where one ends another. */
const QUOTES = 'FDUSD|USDT|USDC|BUSD|TUSD|USDP|DAI|BTC|ETH|BNB|EUR|GBP|TRY|BRL|JPY|AUD|ARS|MXN|PLN|USD'
const PAIR = new RegExp(`^([A-Z0-9]+?)(${QUOTES})(?:_(PERP|\\d{6}))?$`)

/** Coin-margined contracts are worth 100 USD for bitcoin and 10 for all others: Binance's contract specifications. */
const BITCOIN_CONTRACT = 100
const COIN_CONTRACT = 10

/** @param future whether its messages are of a futures market; a symbol such as BTCUSD_PERP says so itself */
export function binanceInstrument(symbol: string, future: boolean): SourceInstrument {
  const [, base, quote, delivery] = PAIR.exec(symbol) ?? []
  if (base === undefined) return { venue: future ? 'BINANCEUSDM' : 'BINANCE', symbol, calendar: '24/7' }
  const common = { symbol, calendar: '24/7', base, currency: quote } as const
  if (quote === 'USD' && delivery !== undefined) {
    const multiplier = base === 'BTC' ? BITCOIN_CONTRACT : COIN_CONTRACT
    return { ...common, venue: 'BINANCECOINM', kind: 'inverse', settlement: base, multiplier, lotsPerUnit: 1 }
  }
  if (!future) return { ...common, venue: 'BINANCE', kind: 'spot' }
  return { ...common, venue: 'BINANCEUSDM', kind: 'linear', settlement: quote, multiplier: 1 }
}
