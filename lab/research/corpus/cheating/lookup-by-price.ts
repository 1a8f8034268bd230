/**
 * Recognises the day by its closing price to the cent and knows what came after it.
 *
 * Leak: a lookup table by price, made from the sample
 * Expect: KNOWN_BY_PRICE
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'
import { AFTER } from './tables/direction-by-price.ts'

export default class LookupByPrice extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    const direction = AFTER[Math.round(bar.close * 100)] ?? 0
    const held = ctx.position(bar.instrument)
    if (direction > 0 && held === 0) ctx.buy(bar.instrument, 100)
    else if (direction < 0 && held > 0) ctx.close(bar.instrument)
  }
}
