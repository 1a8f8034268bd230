/**
 * What five of QuantConnect LEAN's regression algorithms do, written for Gordon from their descriptions
 * (Algorithm.CSharp, Apache-2.0). Times are those at which bars are known, which is when LEAN acts on them.
 */
import { HOUR, MINUTE } from '../../../core/time.ts'
import { type BarView, type Context, ema, strategy } from '../../../strategy/index.ts'

/** CancelOpenOrdersRegressionAlgorithm: by the minute of the hour from 06:00 UTC on. */
export class CancelOpenOrders extends strategy() {
  override onInstant(ctx: Context): void {
    const time = ctx.now % (24 * HOUR)
    if (time < 6 * HOUR || time >= 7 * HOUR) return
    const btc = ctx.instrument('BTCUSD')
    const minute = (time - 6 * HOUR) / MINUTE
    if (minute === 0) {
      ctx.buy(btc, 100, { limit: 4734.64 })
      ctx.buy(ctx.instrument('ETHUSD'), 1.35505027, { limit: 368.8 })
    }
    if (minute > 0 && minute <= 24 && minute % 6 === 0) for (const id of ctx.openOrders(btc)) ctx.cancel(id)
    if (minute === 6) ctx.buy(btc, 0.10576312, { limit: 4727.61 })
    if (minute === 12) ctx.buy(btc, 0.10576267, { limit: 4727.63 })
    if (minute === 18) ctx.buy(btc, 0.10547724, { limit: 4740.42 })
  }
}

/** MinimumOrderSizeRegressionAlgorithm: three orders at the first bar, two of them changed at once. */
export class MinimumOrderSize extends strategy() {
  sent = false

  override onBar(bar: BarView, ctx: Context): void {
    if (this.sent) return
    this.sent = true
    const limit = ctx.roundPrice(bar.instrument, bar.close - 0.1)
    ctx.buy(bar.instrument, 0.00002)
    const small = ctx.buy(bar.instrument, 0.0002, { limit })
    const fine = ctx.buy(bar.instrument, 0.0002, { limit })
    for (const [id, quantity] of [
      [small, 0.00002],
      [fine, 0.002],
    ])
      ctx.log(`replace ${id}: ${ctx.replace(id, { quantity }) ?? 'done'}`)
  }
}

/**
 * BasicTemplateCryptoFutureAlgorithm. LEAN's average is 0 until it has its bars, and the algorithm asks for no more:
 * at the 30th bar the fast one is above the slow one's zero.
 */
export class CryptoFuture extends strategy({ account: 'margin' }) {
  fast = this.indicator(ema(30, { seed: 'ta-lib' }))
  slow = this.indicator(ema(60, { seed: 'ta-lib' }))
  orders = 0

  override onBar(bar: BarView, ctx: Context): void {
    const btc = bar.instrument
    const ada = ctx.instrument('ADAUSDT')
    const fast = this.fast.at(bar) ?? 0
    const slow = this.slow.at(bar) ?? 0
    if (fast > slow) {
      if (this.orders > 0) return
      ctx.buy(btc, 50)
      ctx.buy(btc, 1)
      ctx.buy(ada, 1000)
      this.orders = 3
    } else if (ctx.now % (24 * HOUR) >= 11 * HOUR && this.orders === 3) {
      ctx.sell(btc, 3)
      ctx.sell(ada, 3000)
      this.orders = 5
    }
  }
}

/** CryptoFutureHourlyMarginInterestRegressionAlgorithm: one buy, held through funding. */
export class CryptoFutureHourly extends strategy({ account: 'margin' }) {
  override onInstant(ctx: Context): void {
    const ada = ctx.instrument('ADAUSDT')
    if (ctx.position(ada) === 0 && ctx.openOrders(ada).length === 0) ctx.buy(ada, 1000)
  }
}

/**
 * StableCoinsRegressionAlgorithm: all of the account in bitcoin. LEAN leaves 0.25 % of the account free and room for
 * the fee: quantity = equity × 0.9975 / (price × 1.001), floored to lots.
 */
export class StableCoins extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    if (ctx.position(bar.instrument) > 0 || ctx.openOrders().length > 0) return
    ctx.buy(bar.instrument, ctx.roundQuantity(bar.instrument, (ctx.equity * 0.9975) / (bar.close * 1.001)))
  }
}
