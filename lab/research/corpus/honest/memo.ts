/**
 * Keeps square roots in a variable of the module: a cache that holds nothing of the market but arithmetic.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

const roots = new Map<number, number>()

function root(value: number): number {
  let found = roots.get(value)
  if (found === undefined) roots.set(value, (found = Math.sqrt(value)))
  return found
}

export default class Memo extends strategy({ state: () => ({ before: 0 }) }) {
  override onBar(bar: BarView, ctx: Context): void {
    const range = root(Math.round((bar.high - bar.low) * 100))
    const rising = range > this.state.before
    this.state.before = range
    const held = ctx.position(bar.instrument)
    if (rising && bar.close > bar.open && held === 0) ctx.buy(bar.instrument, 100)
    else if (!rising && held > 0) ctx.close(bar.instrument)
  }
}
