/** Optimal execution against the example of Almgren and Chriss (2001), section 4: λ = 1e-6. */
import { describe, expect, it } from 'vitest'
import { type ExecutionProblem, optimalExecution } from './index.ts'

/** A million shares at 50 dollars in five days: 30 % a year, a spread of 1/8, 5 million shares a day. */
const EXAMPLE: ExecutionProblem = {
  units: 1_000_000,
  days: 5,
  periods: 5,
  volatility: 0.95,
  eta: 2.5e-6,
  gamma: 2.5e-7,
  epsilon: 0.0625,
  riskAversion: 1e-6,
}

/** E + λV of any schedule of trades, from the definitions of the paper (eq. 4 and 5), step by step. */
function utility(problem: ExecutionProblem, trades: readonly number[]): number {
  const { days, periods, volatility, eta, gamma, epsilon, riskAversion } = problem
  const tau = days / periods
  let left = problem.units
  let moved = 0
  let cost = 0
  let variance = 0
  for (const sold of trades) {
    cost += sold * (moved + epsilon + (eta * sold) / tau)
    moved += gamma * sold
    left -= sold
    variance += volatility ** 2 * tau * left ** 2
  }
  return cost + riskAversion * variance
}

describe('a million shares in five days', () => {
  const plan = optimalExecution(EXAMPLE)
  it('are sold with urgency 0.60708, leaving 541956, 289854, 147897, 62142, 0', () => {
    expect(plan.urgency).toBeCloseTo(0.60708, 5)
    expect([...plan.holdings].map(Math.round)).toEqual([1_000_000, 541_956, 289_854, 147_897, 62_142, 0])
    expect(plan.trades.reduce((sum, sold) => sum + sold, 0)).toBeCloseTo(1e6, 6)
  })
  it('cost what the steps of the paper add up to', () => {
    const { expectedCost, variance } = plan
    expect(expectedCost + 1e-6 * variance).toBeCloseTo(utility(EXAMPLE, [...plan.trades]), 6)
  })
  it('cannot be sold better: any shift between two days costs more', () => {
    const best = utility(EXAMPLE, [...plan.trades])
    for (let from = 0; from < 5; from++)
      for (let to = 0; to < 5; to++) {
        if (from === to) continue
        const other = [...plan.trades]
        other[from] -= 100
        other[to] += 100
        expect(utility(EXAMPLE, other)).toBeGreaterThan(best)
      }
  })
  it('bought, they mirror that', () => {
    const bought = optimalExecution({ ...EXAMPLE, units: -1_000_000 })
    expect([...bought.holdings]).toEqual([...plan.holdings].map(held => 0 - held))
    expect(bought.expectedCost).toBeCloseTo(plan.expectedCost, 6)
  })
})

describe('the ends of the scale', () => {
  it('without risk aversion an even pace: E = γX²/2 + εX + η̃X²/T', () => {
    const plan = optimalExecution({ ...EXAMPLE, riskAversion: 0 })
    expect([...plan.holdings]).toEqual([1e6, 8e5, 6e5, 4e5, 2e5, 0].map(held => expect.closeTo(held, 6)))
    // 125,000 + 62,500 + 2.375e-6 × 1e12 / 5
    expect(plan.expectedCost).toBeCloseTo(662_500, 6)
  })
  it('a hair of it is nearly an even pace', () => {
    const { holdings } = optimalExecution({ ...EXAMPLE, riskAversion: 1e-15 })
    expect(holdings[2]).toBeCloseTo(600_000, 1)
  })
  it('all of it sells at once', () => {
    const plan = optimalExecution({ ...EXAMPLE, days: 500, periods: 500, riskAversion: 1e6 })
    expect(plan.holdings[1] / 1e6).toBeLessThan(1e-10)
    expect(plan.holdings.every(Number.isFinite)).toBe(true)
  })
})

describe('what has no schedule', () => {
  it('is refused', () => {
    expect(() => optimalExecution({ ...EXAMPLE, periods: 0 })).toThrow('No schedule for')
    expect(() => optimalExecution({ ...EXAMPLE, volatility: Number.NaN })).toThrow('No schedule for')
    expect(() => optimalExecution({ ...EXAMPLE, gamma: 1e-5 })).toThrow('take more periods')
  })
})
