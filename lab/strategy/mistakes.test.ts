/**
 * Mistakes that the editor marks red. The compiler is the test: each line below must fail to compile, and `tsc`
 * complains when one of them does not.
 */
import { expect, it } from 'vitest'
import { type BarView, type Context, choice, integer, macd, sma, strategy } from './index.ts'

class Mistaken extends strategy({
  params: {
    fast: integer({ default: 10 }),
    // @ts-expect-error the default is not one of the choices
    kind: choice(['long', 'short'], { default: 'both' }),
  },
}) {
  fast = this.indicator(sma(this.params.fast))
  trend = this.indicator(macd(12, 26, 9))

  // @ts-expect-error no such callback
  override onBarr(): void {}

  override onBar(bar: BarView, ctx: Context): void {
    // @ts-expect-error before warm-up is over there is no value
    const value: number = this.fast.at(bar)
    // @ts-expect-error an output that the indicator does not have
    this.trend.at(bar, 'hist')
    // @ts-expect-error a parameter that the strategy does not have
    this.params.slow
    // @ts-expect-error the past is read-only
    bar.close = value
    // @ts-expect-error an instrument is not its name
    ctx.buy('AAPL', 1)
    // @ts-expect-error the side is in the verb, the terms are named
    ctx.buy(bar.instrument, 1, { price: 10 })
    // @ts-expect-error a time in force that no venue here knows
    ctx.sell(bar.instrument, 1, { timeInForce: 'FOREVER' })
    // @ts-expect-error a history of as yet unknown bars may be undefined
    ctx.history(bar.instrument, 3).close
    // @ts-expect-error the price may not be known yet
    ctx.price(bar.instrument).toFixed(2)
  }
}

it('is a class all the same, and refuses at run time what the editor would have marked', () => {
  expect(() => new Mistaken()).toThrow(
    'Parameter kind of strategy Mistaken is "both"; it must be one of long, short.',
  )
})
