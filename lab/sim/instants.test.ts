/** Events of one receive time form an instant; what is known when, worked by hand. */
import { describe, expect, it } from 'vitest'
import { DAY, MINUTE, SECOND } from '../core/time.ts'
import type { BarView, Context, Tradable } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import {
  barsOf,
  dayOf,
  fillsOf,
  market,
  onEveryBar,
  planned,
  play,
  START,
  share,
} from '../testing/fixtures.ts'
import { randomMarket } from '../testing/fixtures-random.ts'
import { roc } from '../indicators/index.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

/** Logs `time: bars | known prices` at every instant. */
class Diary extends strategy() {
  bars: string[] = []
  override onBar(bar: BarView): void {
    this.bars.push(`${bar.instrument.symbol}${bar.close}`)
  }
  override onInstant(ctx: Context): void {
    const known = ctx.instruments.map(one => `${one.symbol}=${ctx.price(one) ?? '?'}`)
    ctx.log(`${dayOf(ctx.now)}: ${this.bars.join(' ')} | ${known.join(' ')}`)
    this.bars = []
  }
}

describe('an instant', () => {
  it('has the bars of one receive time, in canonical order; other symbols stand at their last close', async () => {
    const run = await backtest({
      strategy: Diary,
      bars: market({ C: ['-', '7', '8'], A: ['1', '-', '3'], B: ['4', '5', '-'] }),
    })
    expect(run.logs.map(line => line.text)).toEqual([
      '1: A1 B4 | A=1 B=4 C=?',
      '2: B5 C7 | A=1 B=5 C=7',
      '3: A3 C8 | A=3 B=5 C=8',
    ])
  })

  it('comes when its bars could have been known, not when they closed', async () => {
    const series = barsOf(['10', '11'])
    const late = { ...barsOf(['20', '21']), receiveTime: series.eventTime.map(time => time + DAY / 2) }
    const run = await backtest({
      strategy: Diary,
      bars: memoryBars([
        { instrument: share('A'), series },
        { instrument: share('B'), series: late },
      ]),
    })
    expect(run.logs.map(line => line.text)).toEqual([
      '1: A10 | A=10 B=?',
      '1.5: B20 | A=10 B=20',
      '2: A11 | A=11 B=20',
      '2.5: B21 | A=11 B=21',
    ])
    expect([...run.curve.time].map(dayOf)).toEqual([1, 1.5, 2, 2.5])
  })

  it('values what is held at the last close, also where there is no bar', async () => {
    const run = await play(
      { A: ['10', '10', '-', '12'], B: ['5', '6', '7', '8'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 10)
          ctx.buy(of.B, 20)
        },
      },
      { cash: 1000 },
    )
    // Cash 1000 − 100 − 120 = 780; A 10, 10, 12 and B 6, 7, 8
    expect([...run.curve.equity]).toEqual([1000, 780 + 100 + 120, 780 + 100 + 140, 780 + 120 + 160])
    expect([...run.curve.cash]).toEqual([1000, 780, 780, 780])
    expect([...run.curve.grossExposure]).toEqual([0, 220, 240, 280])
  })
})

describe('bars that come later than they close', () => {
  // B's bars are told a second after A's.
  const bars = () => {
    const b = barsOf(['20', '21', '22 23 15 22', '24'])
    return memoryBars(
      [
        { instrument: share('A'), series: barsOf(['10', '10', '10', '10']) },
        { instrument: share('B'), series: { ...b, receiveTime: b.eventTime.map(time => time + SECOND) } },
      ],
      { interval: '1d' },
    )
  }

  it('still fill an order for them: the session is not over before they are told', async () => {
    // Instants: A1 B1 A2 B2 …; decided at A's second bar, known is B's first.
    const run = await backtest({
      strategy: planned({
        3: ({ ctx, of }) => {
          ctx.buy(of.B, 1)
          ctx.buy(of.B, 2, { limit: 16, timeInForce: 'DAY' })
          ctx.buy(of.B, 3, { limit: 12, timeInForce: 'DAY' })
        },
      }),
      bars: bars(),
    })
    expect(run.fills.map(fill => [fill.quantity, fill.price])).toEqual([
      [1, 22],
      [2, 16],
    ])
    expect(run.orders[2]).toMatchObject({ state: 'expired', endedAt: START + 3 * DAY + SECOND })
  })
})

describe('a bar without prices', () => {
  it('fills nothing and leaves the last known close as the mark', async () => {
    const run = await play(
      { A: ['10', '10', 'NaN NaN NaN NaN', '12'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 5) },
      { cash: 100 },
    )
    expect([...run.curve.equity]).toEqual([100, 100, 100, 110])
  })
})

describe('the context', () => {
  it('tells working orders oldest first, of all or of one instrument, and copies of each', async () => {
    await play(
      { A: ['10', '10'], B: ['20', '20'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.B, 1, { limit: 5 })
          ctx.buy(of.A, 2, { limit: 5, tag: 'low' })
          ctx.buy(of.B, 3, { limit: 6 })
        },
        2: ({ ctx, of }) => {
          expect(ctx.openOrders()).toEqual([1, 2, 3])
          expect(ctx.openOrders(of.B)).toEqual([1, 3])
          ctx.cancel(1)
          expect(ctx.openOrders()).toEqual([2, 3])
          expect(ctx.order(2)).toEqual({
            id: 2,
            instrument: 'TEST:A',
            side: 'buy',
            type: 'limit',
            timeInForce: 'GTC',
            quantity: 2,
            limitPrice: 5,
            state: 'accepted',
            filledQuantity: 0,
            submittedAt: START + DAY,
            tag: 'low',
          })
          expect(ctx.order(1)).toMatchObject({ state: 'canceled', reason: 'byStrategy' })
          expect(ctx.order(4)).toBeUndefined()
          expect(ctx.order(0)).toBeUndefined()
          // 100,000 less what the two working orders have reserved.
          expect(ctx.buyingPower).toBe(100_000 - 10 - 18)
          expect(ctx.cash).toBe(100_000)
        },
      },
    )
  })

  it('finds instruments by symbol and by id', async () => {
    await play(
      { A: ['10'] },
      {
        1: ({ ctx, of }) => {
          expect(ctx.instrument('A')).toBe(of.A)
          expect(ctx.instrument('TEST:A')).toBe(of.A)
        },
      },
    )
  })
})

describe('orders of two symbols', () => {
  it('go to the venue callback by callback: a symbol’s batch before the next symbol decides', async () => {
    const run = await backtest({
      strategy: onEveryBar((bar, ctx) => {
        if (ctx.now !== START + DAY) return
        // A spends what B then does not have.
        ctx.buy(bar.instrument, bar.instrument.symbol === 'A' ? 70 : 40)
      }),
      bars: market({ B: ['10', '10'], A: ['10', '10'] }),
      cash: 1000,
    })
    expect(fillsOf(run)).toEqual(['2: buy 70 A at 10'])
    expect(run.orders.map(order => order.reason)).toEqual([undefined, 'insufficientCash'])
  })
})

describe('a rebalance of many symbols', () => {
  it('is never refused and never overdraws (the rule of the benchmark W3)', async () => {
    class Rotation extends strategy({ state: () => ({ day: -1 }) }) {
      momentum = this.indicator(roc(20))
      override onInstant(ctx: Context): void {
        if (++this.state.day < 20 || this.state.day % 10 !== 0) return
        const ranked = ctx.universe
          .map((one): [Tradable, number] => [one, this.momentum.at(one) ?? Number.NEGATIVE_INFINITY])
          .sort((a, b) => b[1] - a[1] || a[0].handle - b[0].handle)
        ctx.targetWeights(new Map(ranked.slice(0, 10).map(([one]) => [one, 0.098])), { closeOthers: true })
      }
    }
    for (const seed of [1, 2, 3]) {
      const run = await backtest({
        strategy: Rotation,
        bars: randomMarket({ seed, symbols: 100, bars: 200 }),
        cash: 1_000_000,
        fees: '10bps',
      })
      expect(run.orders.filter(order => order.state === 'rejected')).toEqual([])
      expect(run.fills.length).toBeGreaterThan(150)
      expect(Math.min(...run.curve.cash)).toBeGreaterThanOrEqual(0)
    }
  })
})

describe('minutes', () => {
  it('run through a night without a bar: a market order waits for the morning', async () => {
    // Two sessions of three minutes; the order of the last minute fills at the next morning's open.
    const close = (session: number) => START + session * DAY + 3 * MINUTE
    const time = Float64Array.from([0, 1].flatMap(day => [1, 2, 3].map(k => START + day * DAY + k * MINUTE)))
    const series = {
      ...barsOf(['10', '11', '12', '20', '21', '22']),
      eventTime: time,
      receiveTime: time,
      sessionClose: Float64Array.from([0, 0, 0, 1, 1, 1].map(close)),
    }
    const run = await backtest({
      strategy: onEveryBar((bar, ctx) => {
        if (bar.close === 12) ctx.buy(bar.instrument, 1)
      }),
      bars: memoryBars([{ instrument: share('A', { calendar: 'XNYS' }), series }], { interval: '1m' }),
    })
    expect(run.fills.map(fill => [fill.price, fill.time])).toEqual([[20, time[3]]])
  })
})
