/** The warm-up proof: every strategy of the project begins later as it begins earlier; who lacks bars is told how many. */
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openBars, openStore } from '../catalog/index.ts'
import { ema, obv, sma } from '../indicators/index.ts'
import { loadStrategy } from '../sim/loader.ts'
import type { AnyStrategy } from '../sim/members.ts'
import type { BarView, Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { sampleFolder } from '../../data/us-daily.ts'
import { corpusMarket } from './corpus/read-corpus.ts'
import { proveWarmUp } from './warm-up.ts'

const sample = await openBars({ store: await openStore(sampleFolder()), datasets: ['us-daily/total-return'] })

const names = readdirSync('strategies')
  .filter(file => !file.endsWith('.test.ts'))
  .map(file => file.replace(/\.ts$/, ''))

it('are six at least', () => expect(names.length).toBeGreaterThanOrEqual(6))

it.each(names)('strategies/%s.ts begun at 50 dates decides as with all of history', async name => {
  const { strategy } = await loadStrategy(`strategies/${name}.ts`)
  const proof = await proveWarmUp({ strategy: strategy as AnyStrategy, bars: sample, fees: '10bps' })
  expect(proof.starts).toHaveLength(50)
  expect(proof.text).toBeUndefined()
  expect(proof.differing).toEqual([])
  expect(proof.needed).toBe(proof.declared)
})

/** Sells and buys on one side or the other of what an indicator says. */
function follower(spec: ReturnType<typeof sma>, warmup?: number): AnyStrategy {
  return class Follower extends strategy({ warmup }) {
    line = this.indicator(spec)
    override onBar(bar: BarView, ctx: Context): void {
      const line = this.line.at(bar)
      if (line === undefined) return
      const held = ctx.position(bar.instrument)
      if (bar.close > line && held === 0) ctx.buy(bar.instrument, 100)
      else if (bar.close < line && held > 0) ctx.close(bar.instrument)
    }
  }
}

const walk = corpusMarket('one')

it('says how many bars are missing where an average is seeded too late', async () => {
  // TA-Lib's EMA of 50 is valid from its 50th row, where its seed, a simple mean, has all the weight.
  const short = await proveWarmUp({ strategy: follower(ema(50, { seed: 'ta-lib' })), bars: walk })
  expect(short.declared).toBe(50)
  expect(short.differing.length).toBeGreaterThan(0)
  expect(short.needed).toBeGreaterThan(50)
  expect(short.text).toContain(
    `declares 50 bars of warm-up and lacks ${short.needed! - 50}: begun at ${new Date(short.differing[0] / 1000).toISOString().slice(0, 19)}Z`,
  )
  const enough = await proveWarmUp({
    strategy: follower(ema(50, { seed: 'ta-lib' }), short.needed),
    bars: walk,
    dates: short.starts,
  })
  expect(enough.differing).toEqual([])
  const oneLess = await proveWarmUp({
    strategy: follower(ema(50, { seed: 'ta-lib' }), short.needed! - 1),
    bars: walk,
    dates: short.starts,
  })
  expect(oneLess.differing.length).toBeGreaterThan(0)
})

it('says that no number suffices where an indicator goes back to the first bar', async () => {
  const proof = await proveWarmUp({ strategy: volumes(), bars: walk, starts: 5 })
  expect(proof.needed).toBeUndefined()
  expect(proof.text).toContain('no number of bars suffices')
})

/** Compares on-balance volume, which begins at the first bar, with a fixed level. */
function volumes(): AnyStrategy {
  return class Volumes extends strategy() {
    line = this.indicator(obv())
    override onBar(bar: BarView, ctx: Context): void {
      const line = this.line.at(bar)
      const held = ctx.position(bar.instrument)
      if (line === undefined) return
      const size = 100 + (Math.abs(Math.round(line)) % 50)
      if (bar.close > bar.open && held === 0) ctx.buy(bar.instrument, size)
      else if (bar.close < bar.open && held > 0) ctx.close(bar.instrument)
    }
  }
}

it('has no dates to begin at in data that are shorter than the warm-up', async () => {
  await expect(proveWarmUp({ strategy: follower(sma(700)), bars: walk })).rejects.toThrow(
    'The strategy declares 700 bars of warm-up and the data have 640; take longer data.',
  )
})
