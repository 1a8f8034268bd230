/**
 * How much worse than the market's price a market or stop order fills. Limit orders do not slip.
 * Wrong when: the order is large against the bar's volume; then a volume or impact model belongs here.
 */
export interface SlippageModel {
  readonly description: string
  /** The price paid: above `price` for sign +1, below for −1. */
  price(price: number, sign: 1 | -1): number
}

/** A fraction of the price, rounded to 1e-9 so that the ledger's decimal is short. @param bps ≥ 0 */
export function bpsSlippage(bps: number): SlippageModel {
  const rate = bps / 10_000
  return {
    description: bps === 0 ? 'none' : `${bps} bps of price on market and stop orders`,
    price: (price, sign) => {
      if (rate === 0) return price
      const slipped = price * (1 + sign * rate)
      return slipped < 9e6 ? Math.round(slipped * 1e9) / 1e9 : slipped
    },
  }
}
