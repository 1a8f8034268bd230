import { describe, expect, it } from 'vitest'
import type { QueueModel } from './queue-position.ts'
import { exactFront, ProbabilisticQueue, RiskAverseQueue, reached } from './queue-position.ts'

type Step = readonly [kind: 'level' | 'trade', size: number]

/** An order joins a level of 10; then the steps. */
const SCENARIOS: Record<string, readonly Step[]> = {
  A: [['level', 6]],
  B: [
    ['level', 14],
    ['level', 9],
  ],
  C: [
    ['trade', 3],
    ['level', 7],
  ],
  D: [
    ['trade', 3],
    ['level', 5],
  ],
  E: [
    ['level', 30],
    ['level', 21],
    ['trade', 2],
    ['level', 15],
    ['level', 40],
    ['level', 12],
  ],
  F: [
    ['level', 3],
    ['level', 20],
    ['level', 11],
  ],
}

/**
 * How much then had to trade at the price, in trades of 0.01, until hftbacktest 2.4.4 filled the order:
 * HashMapMarketDepthBacktest with no_partial_fill_exchange(), lot_size(0.01), no latency and, in this order,
 * risk_adverse_queue_model(), power_prob_queue_model(2.0), power_prob_queue_model(3.0),
 * power_prob_queue_model2(2.0), power_prob_queue_model3(2.0), log_prob_queue_model(), log_prob_queue_model2().
 */
const HFTBACKTEST: readonly (readonly [string, QueueModel, readonly number[]])[] = [
  ['risk-averse', new RiskAverseQueue(), [6.01, 9.01, 7.01, 5.01, 8.01, 3.01]],
  ['power 2', new ProbabilisticQueue('power', 2), [6.01, 5.7, 7.01, 5.01, 4.89, 2.74]],
  ['power 3', new ProbabilisticQueue('power', 3), [6.01, 5.31, 7.01, 5.01, 6.36, 2.96]],
  ['power2 2', new ProbabilisticQueue('power2', 2), [6.01, 5.42, 7.01, 5.01, 0.01, 0.51]],
  ['power3 2', new ProbabilisticQueue('power3', 2), [6.01, 7.46, 7.01, 5.01, 5.81, 2.81]],
  ['log', new ProbabilisticQueue('log'), [6.01, 7.02, 7.01, 5.01, 0.01, 0.09]],
  ['log2', new ProbabilisticQueue('log2'), [6.01, 7.98, 7.01, 5.01, 5.2, 2.55]],
]

/** Plays the steps, then trades of 0.01, as a venue would; the quantity that it took. */
function tradedUntilFilled(model: QueueModel, steps: readonly Step[]): number {
  let level = 10
  let front = model.join(level)
  let traded = 0
  for (const [kind, size] of steps)
    if (kind === 'trade') {
      front = model.onTrade(front, size)
      traded += size
    } else {
      front = model.onLevel(front, traded, level, size)
      traded = 0
      level = size
    }
  let trades = 0
  do {
    front = model.onTrade(front, 0.01)
    trades++
  } while (reached(front, 1, 100) === 0)
  return trades / 100
}

describe('a queue position', () => {
  it.each(HFTBACKTEST)('%s moves as in hftbacktest', (_name, model, expected) => {
    expect(Object.values(SCENARIOS).map(steps => tradedUntilFilled(model, steps))).toEqual(expected)
  })

  it('fills in lots, and what is below half a lot waits', () => {
    // hftbacktest 2.4.4, partial_fill_exchange(), risk_adverse_queue_model(): an order of 5 behind 10, then trades
    // of 11.3, 0.4, 1.6 and 20; the executed quantities with lot_size 1, 0.5 and 0.01.
    const expected = new Map([
      [1, [1, 0, 2, 2]],
      [2, [1.5, 0.5, 1.5, 1.5]],
      [100, [1.3, 0.4, 1.6, 1.7]],
    ])
    for (const [lotsPerUnit, fills] of expected) {
      const model = new RiskAverseQueue()
      let front = model.join(10)
      let remaining = 5
      const got = [11.3, 0.4, 1.6, 20].map(size => {
        front = model.onTrade(front, size)
        const filled = reached(front, remaining, lotsPerUnit)
        if (filled > 0) front = 0
        remaining -= filled
        return Number(filled.toFixed(9))
      })
      expect(got).toEqual(fills)
    }
  })

  it('starts behind all that the level holds', () => {
    for (const model of [new RiskAverseQueue(), new ProbabilisticQueue('log')])
      expect([model.join(0), model.join(7)]).toEqual([0, 7])
  })

  it('takes what the level holds where the share is undefined', () => {
    // Nothing in front, nothing behind: 0/0.
    expect(new ProbabilisticQueue('power', 2).onLevel(0, 0, 0, 0)).toBe(0)
  })

  it('moves exactly by what earlier orders give up where orders are known', () => {
    expect(exactFront(30, 5, 4, 10)).toBe(20)
    expect(exactFront(30, 5, 6, 10)).toBe(30)
    expect(exactFront(3, 5, 4, 10)).toBe(0)
  })
})
