/** Answers in the shapes that Binance's and OANDA's documents show, with a few markets in them. */

/** Open time, open, high, low, close, volume, close time, quote volume, trades, taker volumes, unused. */
export type Kline = readonly [
  number,
  string,
  string,
  string,
  string,
  string,
  number,
  string,
  number,
  string,
  string,
  string,
]

export interface AggregateTrade {
  /** Number, price, quantity, first and last trade of it, time, whether the buyer was the maker. */
  readonly a: number
  readonly p: string
  readonly q: string
  readonly f: number
  readonly l: number
  readonly T: number
  readonly m: boolean
}

export interface FundingRate {
  readonly symbol: string
  readonly fundingTime: number
  readonly fundingRate: string
  readonly markPrice: string
}

export interface Candle {
  readonly complete: boolean
  readonly volume: number
  /** Seconds with nine decimals: Accept-Datetime-Format UNIX. */
  readonly time: string
  readonly bid: { readonly o: string; readonly h: string; readonly l: string; readonly c: string }
  readonly ask: { readonly o: string; readonly h: string; readonly l: string; readonly c: string }
}

function filters(tick: string, lot: string, notional: string): object[] {
  return [
    { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: '1000000.00000000', tickSize: tick },
    { filterType: 'LOT_SIZE', minQty: lot, maxQty: '9000.00000000', stepSize: lot },
    { filterType: 'NOTIONAL', minNotional: notional, applyMinToMarket: true },
  ]
}

function spotSymbol(base: string, quote: string, tick: string, lot: string): object {
  return {
    symbol: `${base}${quote}`,
    status: 'TRADING',
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    orderTypes: ['LIMIT', 'MARKET'],
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: filters(tick, lot, '5.00000000'),
    permissions: [],
    permissionSets: [['SPOT']],
  }
}

/** GET /api/v3/exchangeInfo */
export function exchangeInfo(): object {
  const symbols = [
    spotSymbol('BTC', 'USDT', '0.01000000', '0.00001000'),
    spotSymbol('ETH', 'USDT', '0.01000000', '0.00010000'),
    spotSymbol('ETH', 'BTC', '0.00001000', '0.00010000'),
  ]
  return { timezone: 'UTC', serverTime: 0, rateLimits: [], exchangeFilters: [], symbols }
}

/** GET /fapi/v1/exchangeInfo */
export function futuresExchangeInfo(): object {
  const contract = (symbol: string, contractType: string, deliveryDate: number) => ({
    symbol,
    pair: 'BTCUSDT',
    contractType,
    deliveryDate,
    onboardDate: 1569398400000,
    status: 'TRADING',
    baseAsset: 'BTC',
    quoteAsset: 'USDT',
    marginAsset: 'USDT',
    pricePrecision: 2,
    quantityPrecision: 3,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: '556.80', maxPrice: '4529764', tickSize: '0.10' },
      { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '1000', stepSize: '0.001' },
      { filterType: 'MIN_NOTIONAL', notional: '100' },
    ],
    orderTypes: ['LIMIT', 'MARKET'],
  })
  const symbols = [
    contract('BTCUSDT', 'PERPETUAL', 4133404800000),
    contract('BTCUSDT_250328', 'CURRENT_QUARTER', Date.UTC(2025, 2, 28, 8)),
  ]
  return { timezone: 'UTC', serverTime: 0, rateLimits: [], exchangeFilters: [], assets: [], symbols }
}

/** GET /dapi/v1/exchangeInfo */
export function dapiExchangeInfo(): object {
  const contract = {
    symbol: 'BTCUSD_PERP',
    pair: 'BTCUSD',
    contractType: 'PERPETUAL',
    deliveryDate: 4133404800000,
    onboardDate: 1597042800000,
    contractStatus: 'TRADING',
    contractSize: 100,
    marginAsset: 'BTC',
    baseAsset: 'BTC',
    quoteAsset: 'USD',
    pricePrecision: 1,
    quantityPrecision: 0,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: '1000', maxPrice: '4520958', tickSize: '0.1' },
      { filterType: 'LOT_SIZE', minQty: '1', maxQty: '1000000', stepSize: '1' },
    ],
    orderTypes: ['LIMIT', 'MARKET'],
  }
  return { timezone: 'UTC', serverTime: 0, rateLimits: [], exchangeFilters: [], symbols: [contract] }
}

/** GET /v3/accounts/{account}/instruments */
export const OANDA_INSTRUMENTS = [
  {
    name: 'EUR_USD',
    type: 'CURRENCY',
    displayName: 'EUR/USD',
    pipLocation: -4,
    displayPrecision: 5,
    tradeUnitsPrecision: 0,
    minimumTradeSize: '1',
    maximumOrderUnits: '100000000',
    marginRate: '0.0333',
  },
  {
    name: 'XAU_USD',
    type: 'METAL',
    displayName: 'Gold',
    pipLocation: -2,
    displayPrecision: 3,
    tradeUnitsPrecision: 0,
    minimumTradeSize: '1',
    maximumOrderUnits: '10000',
    marginRate: '0.05',
  },
] as const
