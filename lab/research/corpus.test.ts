/** The corpus itself: whole, told in words, and each of its strategies trades on the market it names. */
import { afterAll, describe, expect, it, vi } from 'vitest'
import { backtest } from '../sim/backtest.ts'
import { loadStrategy } from '../sim/loader.ts'
import type { AnyStrategy } from '../sim/members.ts'
import { type CorpusEntry, corpusMarket, readCorpus } from './corpus/read-corpus.ts'

// Some go through typed arrays, which are closed to strategies since they were written.
vi.mock('../sim/loading/seal.ts', () => ({ sealColumns: () => undefined }))

const corpus = readCorpus()
const own = { slice: Float64Array.prototype.slice, subarray: Float64Array.prototype.subarray }
afterAll(() => {
  corpus.remove()
  Object.assign(Float64Array.prototype, own)
})

async function run(entry: CorpusEntry) {
  const loaded = await loadStrategy(entry.file)
  const bars = corpusMarket(entry.market)
  const strategy = loaded.strategy as AnyStrategy
  // Whole columns are handed on as they are; parts of them go through the methods that these cheats replace.
  const from = entry.unsealed === undefined ? undefined : Date.UTC(2018, 0, 8) * 1000
  return backtest({ strategy, bars, from, fees: '1bps', ...entry.settings })
}

it('has twenty cheats and twenty honest ones, each with its leak or its verdict in words', () => {
  expect(corpus.cheating).toHaveLength(20)
  expect(corpus.honest).toHaveLength(20)
  for (const { about, leak, expect: code } of corpus.cheating) {
    expect(about).toMatch(/^[A-Z].{20,}\.$/)
    expect(leak).toMatch(/\w{3}/)
    expect(code).toMatch(/^[A-Z_]{6,}$/)
  }
  for (const { expect: verdict } of corpus.honest) expect(verdict).toMatch(/^(passed|inconclusive)$/)
})

describe('honest ones', () => {
  it.each(corpus.honest)('$name decides as often as it is said to', async entry => {
    const { orders } = await run(entry)
    if (entry.expect === 'passed') expect(orders.length).toBeGreaterThanOrEqual(30)
    else expect(orders.length).toBeLessThan(30)
    expect(orders.length).toBeGreaterThan(0)
  })
})

describe('cheats', () => {
  it.each(corpus.cheating)('$name trades', async entry => {
    expect((await run(entry)).orders.length).toBeGreaterThan(0)
  })
})
