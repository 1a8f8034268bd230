/** Strategies that are wrong in a way that types do not catch: each is told what to mend, none runs on silently. */
import { describe, expect, it } from 'vitest'
import { sma } from '../indicators/index.ts'
import type { BarView } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { market, planned } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'

const bars = market({ A: ['1', '2', '3'] })

describe('a strategy', () => {
  it('that throws in its constructor is told with its line', async () => {
    class Broken extends strategy() {
      price = (undefined as unknown as { close: number }).close
    }
    await expect(backtest({ strategy: Broken, bars })).rejects.toMatchObject({
      code: 'STRATEGY_THREW',
      kind: 'input',
      message: expect.stringMatching(
        /^Strategy Broken threw "Cannot read properties of undefined \(reading 'close'\)" in its constructor, .*strategy-mistakes\.test\.ts:\d+:\d+\.$/,
      ),
    })
  })

  it.each([
    ['history', Number.NaN],
    ['history', -1],
    ['warmup', Number.POSITIVE_INFINITY],
    ['warmup', Number.NaN],
  ])('that declares %s: %d is refused', async (what, value) => {
    await expect(backtest({ strategy: planned({}, { [what]: () => value }), bars })).rejects.toThrow(
      `Strategy Planned declares ${what}: ${value}; it must be a number of bars, 0 or more.`,
    )
  })

  it('that asks for an order that cannot be gets none', async () => {
    const asked: unknown[] = []
    await backtest({
      strategy: planned({
        1: ({ ctx, of }) => {
          ctx.sell(of.A, 1)
          for (const id of [1.5, 0, -1, 2, Number.NaN, 1e9])
            asked.push(ctx.order(id), ctx.replace(id, { limit: 1 }))
        },
      }),
      bars,
    })
    expect(asked).toEqual(Array.from({ length: 6 }, () => [undefined, 'unknownOrder']).flat())
  })

  it('that declares an indicator in a callback is told where indicators are declared', async () => {
    class Late extends strategy() {
      override onBar(bar: BarView): void {
        this.indicator(sma(2)).at(bar)
      }
    }
    await expect(backtest({ strategy: Late, bars })).rejects.toThrow(
      'Indicator sma(2,close) is declared while the strategy runs; declare it as a field of the class: average = this.indicator(…).',
    )
  })
})
