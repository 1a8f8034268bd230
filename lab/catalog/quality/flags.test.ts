/** A strategy that sees the flags of its data, in a run. */
import { expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import type { BarSeries } from '../../domain/bar.ts'
import { backtest } from '../../sim/backtest.ts'
import { memoryBars } from '../../sim/series.ts'
import { memoryTicks } from '../../sim/ticks.ts'
import type { Context, PointView } from '../../strategy/context.ts'
import { strategy } from '../../strategy/strategy.ts'
import { dailyMarket } from '../../testing/clean-markets.ts'
import { FAULTS } from '../../testing/corruption.ts'
import { findingsOf } from '../../testing/recall.ts'
import { qualityFlags } from './flags.ts'

let seen: { now: number; time: number; name: string; value: number }[] = []

class Watchful extends strategy({ account: 'cash' }) {
  override onPoint({ name, time, value }: PointView, ctx: Context): void {
    seen.push({ now: ctx.now, time, name, value })
  }
}

test('a strategy learns of a bad print when the next bar shows it, not before', async () => {
  const market = dailyMarket(3)
  const { instrument } = market.stream
  const injected = FAULTS['bad print'](market, Random.ofChoice(3, 5))!
  const found = await findingsOf(market.stream, injected.rows)
  const row = market.rows.eventTime.indexOf(injected.from)
  seen = []
  const run = await backtest({
    strategy: Watchful,
    bars: memoryBars([{ instrument, series: injected.rows as BarSeries }]),
    ticks: memoryTicks([{ instrument, custom: qualityFlags(found, { codes: ['outlier'] }) }]),
  })
  expect(run.warnings.filter(({ code }) => code.startsWith('RECEIVED'))).toEqual([])
  expect(seen).toEqual([
    { now: market.rows.eventTime[row + 1], time: injected.from, name: 'quality', value: 2 },
  ])
})

test('flags are in order of when they were known, each with its severity', async () => {
  const market = dailyMarket(4)
  const twice = FAULTS.duplicate(
    { ...market, rows: FAULTS['bad print'](market, Random.ofChoice(4, 1))!.rows },
    Random.ofChoice(4, 2),
  )!
  const flags = qualityFlags(await findingsOf(market.stream, twice.rows), { name: 'doubts' })
  expect(flags.name).toBe('doubts')
  expect([...flags.value].sort()).toEqual([2, 3])
  expect([...flags.receiveTime]).toEqual([...flags.receiveTime].sort((a, b) => a - b))
  for (let i = 0; i < flags.length; i++) expect(flags.eventTime[i]).toBeLessThanOrEqual(flags.receiveTime[i])
})
