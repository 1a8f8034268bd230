/** Ticks larger than memory stream through: what a run holds does not grow with them. */
import { expect, it } from 'vitest'
import type { TickSource } from '../domain/ports/store.ts'
import type { Context, TradeView } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { START, share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'

/** Trades made as they are asked for: 40 bytes each. */
function endless(count: number): TickSource {
  let at = 0
  return {
    datasets: [{ id: 'made', snapshot: 'made', adjustment: 'raw', interval: 'ticks' }],
    instruments: [share('X')],
    notes: [],
    streams: [
      {
        kind: 'trades',
        instrument: 0,
        rows: count,
        async next(rows) {
          const length = Math.min(rows, count - at)
          if (length === 0) return undefined
          const from = at
          at += length
          const column = (make: (row: number) => number) =>
            Float64Array.from({ length }, (_, k) => make(from + k))
          return {
            length,
            eventTime: column(row => START + row * 100),
            receiveTime: column(row => START + row * 100 + 50),
            price: column(row => 100 + (row % 50) / 100),
            size: column(() => 1),
            side: column(row => (row % 2 === 0 ? 1 : -1)),
          }
        },
      },
    ],
  }
}

it('three million trades and a hundred orders in flight need no more memory than the batches at hand', async () => {
  class Quoter extends strategy({ account: 'margin' }) {
    seen = 0
    last = 0
    override onTrade(trade: TradeView, ctx: Context): void {
      if (++this.seen % 30_000 !== 0) return
      if (this.last > 0) ctx.cancel(this.last)
      this.last = ctx.buy(trade.instrument, 1, { limit: 99 })
    }
  }
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  const run = await backtest({
    strategy: Quoter,
    ticks: endless(3_000_000),
    latency: '1ms',
    account: 'margin',
    onProgress: () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    },
  })
  expect(run.orders.length).toBe(100)
  // All of it would be 120 MB, a batch is 1.3; some are waiting for the collector.
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThan(80e6)
})
