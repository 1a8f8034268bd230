/** Slippage models that read bars, on instruments that have none. */
import { expect, it } from 'vitest'
import { tickFills, tickPlay } from '../testing/tick-play.ts'

const trades = ['0 trade 100x1', '10 trade 100x1', '20 trade 100x1']

it.each(['volume-share:cap=2.5%', '2bps:cap=10%', '0.5spread'])('%s is refused', async slippage => {
  await expect(tickPlay(trades, {}, { slippage })).rejects.toThrow(
    /^Slippage ".*" reads a bar's volume or spread, and orders of TEST:X fill on ticks; set slippage in bps, or none\.$/,
  )
})

it('basis points are paid where trades alone are seen: 100 × 1.001', async () => {
  const run = await tickPlay(trades, { 0: ({ ctx, X }) => ctx.buy(X, 1) }, { slippage: '10bps' })
  expect(tickFills(run)).toEqual(['10: buy 1 at 100.1'])
})
