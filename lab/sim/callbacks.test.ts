/** When a strategy is called, with what, and what becomes of what it says. */
import { describe, expect, it } from 'vitest'
import { DAY } from '../core/time.ts'
import type { BarView, Context, FillRecord, OrderRecord } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import {
  barsOf,
  dayOf,
  fillsOf,
  market,
  onEveryBar,
  ordersOf,
  planned,
  play,
  START,
} from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'

describe('callbacks', () => {
  it('come in one order: fills, bars by symbol, the instant', async () => {
    const seen: string[] = []
    class Diary extends strategy() {
      override onStart(): void {
        seen.push('start')
      }
      override onBar(bar: BarView, ctx: Context): void {
        seen.push(`bar ${bar.instrument.symbol} ${bar.close}`)
        if (bar.instrument.symbol === 'A' && bar.close === 10) ctx.buy(bar.instrument, 1)
      }
      override onInstant(ctx: Context): void {
        seen.push(`instant ${dayOf(ctx.now)}`)
      }
      override onFill(fill: FillRecord): void {
        seen.push(`fill ${fill.quantity} at ${fill.price}`)
      }
      override onOrder(order: OrderRecord): void {
        seen.push(`order ${order.state}`)
      }
      override onEnd(): void {
        seen.push('end')
      }
    }
    await backtest({ strategy: Diary, bars: market({ B: ['5', '6'], A: ['10', '11'] }), strict: true })
    expect(seen).toEqual([
      'start',
      'bar A 10',
      'bar B 5',
      'instant 1',
      'fill 1 at 11',
      'bar A 11',
      'bar B 6',
      'instant 2',
      'end',
    ])
  })

  it('see an order of onFill work from the next bar on', async () => {
    class Bracket extends strategy() {
      override onInstant(ctx: Context): void {
        if (ctx.now === START + DAY) ctx.buy(ctx.instruments[0], 1)
      }
      override onFill(fill: FillRecord, ctx: Context): void {
        if (fill.side === 'buy') ctx.sell(ctx.instruments[0], 1, { limit: 105 })
      }
    }
    // The entry's own bar reaches 120; the target may only use the bar after it.
    const run = await backtest({
      strategy: Bracket,
      bars: market({ A: ['100', '100 120 99 100', '101 106 100 102'] }),
    })
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 100', '3: sell 1 A at 105'])
  })

  it('know every bar of their instant before anyone decides: 500 symbols', async () => {
    // Symbol k closes at 1000 × day + k; every second one has no bar on day 2.
    const symbols = Array.from({ length: 500 }, (_, k) => `S${String(k).padStart(3, '0')}`)
    const table = Object.fromEntries(
      symbols.map((symbol, k) => [
        symbol,
        [1, 2, 3].map(day => (day === 2 && k % 2 === 1 ? '-' : `${1000 * day + k}`)),
      ]),
    )
    const sums: number[] = []
    let checked = 0
    await backtest({
      strategy: onEveryBar((bar, ctx) => {
        // The first symbol's callback already reads the last symbol's close of the same instant.
        const known = ctx.instruments.map(one => ctx.price(one) ?? 0)
        if (bar.handle === 0) sums.push(known.reduce((sum, value) => sum + value, 0))
        checked++
      }),
      bars: market(table),
    })
    // Σk = 124,750; on day 2 half of them still stand at day 1's close.
    expect(sums).toEqual([500 * 1000 + 124_750, 250 * 1000 + 250 * 2000 + 124_750, 500 * 3000 + 124_750])
    expect(checked).toBe(500 + 250 + 500)
  })
})

describe('onStart', () => {
  it('sends its orders with the first instant: the prices of the warm-up are known, time is told', async () => {
    class Early extends strategy() {
      override onStart(ctx: Context): void {
        ctx.buy(ctx.instruments[0], 2)
        ctx.log(`started on day ${dayOf(ctx.now)}`)
      }
    }
    const run = await backtest({
      strategy: Early,
      bars: market({ A: ['10', '11', '12', '13'] }),
      from: START + 3 * DAY,
    })
    expect(fillsOf(run)).toEqual(['4: buy 2 A at 13'])
    expect(run.logs.map(line => line.text)).toEqual(['started on day 3'])
    expect(run.why(1)).toContain('sent at 2024-01-04T00:00:00Z')
  })
})

describe('onEnd', () => {
  it('may send orders, which no bar follows', async () => {
    class Late extends strategy() {
      override onEnd(ctx: Context): void {
        ctx.buy(ctx.instruments[0], 2)
        ctx.buy(ctx.instruments[0], -1)
      }
    }
    const run = await backtest({ strategy: Late, bars: market({ A: ['10', '11'] }) })
    expect(ordersOf(run)).toEqual(['2: accepted 0', '2: rejected 0 nonPositiveQuantity'])
    expect(run.why(1)).toContain('No bar had followed when the run ended.')
  })
})

describe('history', () => {
  const rows = ['10 12 9 11 100', '20 22 19 21 200', '30 32 29 31 300', '40 42 39 41 400']

  it('is a copy of the last n known bars, oldest first', async () => {
    const run = await backtest({
      strategy: planned(
        {
          1: ({ ctx, of }) => expect(ctx.history(of.A, 2)).toBeUndefined(),
          3: ({ ctx, of }) => {
            const past = ctx.history(of.A, 2)!
            expect(past.length).toBe(2)
            expect([...past.time]).toEqual([START + 2 * DAY, START + 3 * DAY])
            expect([...past.open]).toEqual([20, 30])
            expect([...past.high]).toEqual([22, 32])
            expect([...past.low]).toEqual([19, 29])
            expect([...past.close]).toEqual([21, 31])
            expect([...past.volume]).toEqual([200, 300])
            past.close.fill(1e9)
            expect(past.close.buffer.byteLength).toBe(16)
            expect(ctx.history(of.A, 1)!.close[0]).toBe(31)
          },
        },
        { history: 3 },
      ),
      bars: market({ A: rows }),
      strict: true,
    })
    expect(run.fills).toEqual([])
  })

  it('reaches no further than the strategy declares, and says what to declare', async () => {
    for (const [n, sentence] of [
      [
        4,
        'history(A, 4) reaches further than the strategy declares (3 bars); set history: 4 in strategy({ … }).',
      ],
      [0, 'history(A, 0)'],
      [-1, 'history(A, -1)'],
      [1.5, 'history(A, 1.5)'],
      [Number.NaN, 'history(A, NaN)'],
    ] as const)
      await expect(
        backtest({
          strategy: planned({ 1: ({ ctx, of }) => ctx.history(of.A, n) }, { history: 3 }),
          bars: market({ A: rows }),
        }),
      ).rejects.toThrow(sentence)
  })
})

describe('log and plot', () => {
  it('land in the result with their time', async () => {
    const run = await play(
      { A: ['10', '11'] },
      {
        1: ({ ctx }) => ctx.log('first'),
        2: ({ ctx }) => {
          ctx.plot('spread', 1.5)
          ctx.plot('other', -1)
        },
      },
    )
    expect(run.logs).toEqual([{ time: START + DAY, text: 'first' }])
    expect(run.plots.map(one => [one.name, [...one.time], [...one.value]])).toEqual([
      ['spread', [START + 2 * DAY], [1.5]],
      ['other', [START + 2 * DAY], [-1]],
    ])
  })
})

describe('chance', () => {
  it('is seeded: equal seeds draw equal numbers, others do not', async () => {
    const draw = async (seed: number) => {
      const drawn: number[] = []
      await play({ A: ['1', '1', '1'] }, { 1: ({ ctx }) => drawn.push(ctx.random(), ctx.random()) }, { seed })
      return drawn
    }
    const first = await draw(5)
    expect(await draw(5)).toEqual(first)
    expect(await draw(6)).not.toEqual(first)
    for (const value of first) expect(value >= 0 && value < 1).toBe(true)
  })
})

describe('state', () => {
  it('is one object that structuredClone copies', async () => {
    class Counter extends strategy({
      state: () => ({ bars: 0, closes: [] as number[], seen: new Map<string, number>() }),
    }) {
      override onBar(bar: BarView): void {
        this.state.bars++
        this.state.closes.push(bar.close)
        this.state.seen.set(bar.instrument.id, bar.time)
      }
      override onEnd(ctx: Context): void {
        ctx.log(
          JSON.stringify(structuredClone(this.state), (_, value) =>
            value instanceof Map ? [...value] : value,
          ),
        )
      }
    }
    const run = await backtest({ strategy: Counter, bars: market({ A: ['10', '11'] }) })
    expect(run.logs[0].text).toBe(`{"bars":2,"closes":[10,11],"seen":[["TEST:A",${START + 2 * DAY}]]}`)
    const again = await backtest({ strategy: Counter, bars: market({ A: ['10', '11'] }) })
    expect(again.logs).toEqual(run.logs)
  })
})

describe('a universe by date', () => {
  const universe = [
    { symbol: 'A', to: '2024-01-02' },
    { symbol: 'TEST:B', from: '2024-01-03' },
    { symbol: 'C' },
  ]
  const table = { A: ['1', '1', '1', '1'], B: ['2', '2', '2', '2'], C: ['3', '3', '3', '3'] }

  it('tells its members point in time; both ends belong', async () => {
    const seen: string[] = []
    const tell = ({ ctx }: { ctx: Context }) => seen.push(ctx.universe.map(one => one.symbol).join(''))
    await play(table, { 1: tell, 2: tell, 3: tell }, { universe })
    // The first bar closes at 2024-01-02T00:00Z.
    expect(seen).toEqual(['AC', 'BC', 'BC'])
  })

  it('refuses to buy who is no member, and lets go of who has left', async () => {
    const run = await play(
      table,
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.B, 1)
          ctx.buy(of.A, 5)
        },
        2: ({ ctx, of }) => ctx.buy(of.A, 1),
        3: ({ ctx, of }) => ctx.close(of.A),
      },
      { universe },
    )
    expect(ordersOf(run)).toEqual([
      '1: rejected 0 instrumentNotInUniverse',
      '1: filled 5 (2)',
      '2: rejected 0 instrumentNotInUniverse',
      '3: filled 5 (4)',
    ])
    expect(run.why(1)).toContain('because its instrument was not a member of the universe then.')
  })

  it('with a date that is none is refused', async () => {
    await expect(play(table, {}, { universe: [{ symbol: 'A', from: '2024-13-01' }] })).rejects.toThrow(
      'Universe membership of A has the date "2024-13-01"; write yyyy-mm-dd.',
    )
    await expect(play(table, {}, { universe: [{ symbol: 'A', to: 'yesterday' }] })).rejects.toThrow(
      'Universe membership of A has the date "yesterday"; write yyyy-mm-dd.',
    )
  })
})

describe('a range', () => {
  it('decides from its first to its last instant; bars before it only warm up', async () => {
    const days: number[] = []
    const run = await backtest({
      strategy: planned(
        {
          1: ({ ctx, of }) => {
            days.push(dayOf(ctx.now))
            expect([...ctx.history(of.A, 3)!.close]).toEqual([2, 3, 4])
          },
          2: ({ ctx }) => days.push(dayOf(ctx.now)),
          3: ({ ctx }) => days.push(dayOf(ctx.now)),
        },
        { history: 3 },
      ),
      bars: market({ A: ['1', '2', '3', '4', '5', '6'] }),
      from: START + 4 * DAY,
      to: START + 5 * DAY,
    })
    expect(days).toEqual([4, 5])
    expect([...run.curve.time].map(dayOf)).toEqual([4, 5])
    expect([dayOf(run.from), dayOf(run.to)]).toEqual([4, 5])
  })

  it('without a bar is refused', async () => {
    await expect(
      play({ A: ['1', '2'] }, {}, { from: START + 10 * DAY, to: START + 12 * DAY }),
    ).rejects.toThrow(
      'The data has no bar from 2024-01-11T00:00:00Z to 2024-01-13T00:00:00Z; choose a range that it covers.',
    )
  })

  it('with too little before it warns', async () => {
    const run = await backtest({
      strategy: planned({}, { history: 3 }),
      bars: market({ A: ['1', '2', '3', '4'] }),
      from: START + 2 * DAY,
    })
    expect(run.warnings.map(one => one.text)).toContain(
      'TEST:A has 1 of the 3 warm-up bars before 2024-01-03T00:00:00Z; its first decisions come later.',
    )
  })
})

describe('a strategy that throws', () => {
  it('is told by callback, time, symbol, bar and line', async () => {
    class ThrowingStrategy extends strategy() {
      override onBar(bar: BarView): void {
        if (bar.close === 6) throw new Error('no such thing')
      }
    }
    const failure = await backtest({
      strategy: ThrowingStrategy,
      bars: market({ A: ['1', '2'], B: ['5', '6'] }),
    }).catch((error: unknown) => error as Error & { code: string })
    expect(failure).toMatchObject({ name: 'GordonError', code: 'STRATEGY_THREW' })
    expect((failure as Error).message).toMatch(
      /^Strategy ThrowingStrategy threw "no such thing" in onBar at 2024-01-03T00:00:00Z for TEST:B \(bar 2\), .*lab\/sim\/callbacks\.test\.ts:\d+:\d+\.$/,
    )
    expect(((failure as Error).cause as Error).message).toBe('no such thing')
  })

  it('by asking for what the context refuses is told its own line, not ours', async () => {
    await expect(play({ A: ['1'] }, { 1: ({ ctx }) => ctx.instrument('B') })).rejects.toThrow(
      /^Strategy Planned threw "The run is not subscribed to "B"; it has TEST:A\." in onInstant at 2024-01-02T00:00:00Z, .*callbacks\.test\.ts:\d+:\d+\.$/,
    )
  })

  it('with what is no Error is told too', async () => {
    await expect(
      play(
        { A: ['1'] },
        {
          1: () => {
            throw 'a text'
          },
        },
      ),
    ).rejects.toThrow('Strategy Planned threw "a text" in onInstant at 2024-01-02T00:00:00Z.')
  })

  it('answering its own notices for ever is stopped', async () => {
    class Echo extends strategy() {
      override onBar(bar: BarView, ctx: Context): void {
        ctx.buy(bar.instrument, -1)
      }
      override onOrder(_order: OrderRecord, ctx: Context): void {
        ctx.buy(ctx.instruments[0], -1)
      }
    }
    await expect(backtest({ strategy: Echo, bars: market({ A: ['1'] }) })).rejects.toThrow(
      'The strategy answers its own order notices without end at one instant (',
    )
  })
})

describe('what cannot run is refused before it starts', () => {
  const bars = market({ A: ['1', '2'] })
  it('a class that is no strategy', async () => {
    await expect(backtest({ strategy: class {} as never, bars })).rejects.toThrow(
      'What was given to run is not a strategy class; write `export default class X extends strategy({ … })`.',
    )
  })
  it('a callback that awaits', async () => {
    class Waiting extends strategy() {
      override async onBar(): Promise<void> {}
    }
    await expect(backtest({ strategy: Waiting, bars })).rejects.toThrow(
      'onBar of strategy Waiting is asynchronous or a generator; write it without async, await and *, as each instant is decided at once.',
    )
  })
  it('a symbol that the data does not have', async () => {
    await expect(backtest({ strategy: planned({}, { symbols: ['ZZZ'] }), bars })).rejects.toThrow(
      'Strategy Planned needs ZZZ and the data has TEST:A.',
    )
    await expect(
      backtest({ strategy: planned({ 1: ({ ctx }) => ctx.instrument('ZZZ') }), bars }),
    ).rejects.toThrow('The run is not subscribed to "ZZZ"; it has TEST:A.')
  })
  it('instruments of two currencies', async () => {
    const two = market({ A: ['1'], B: ['1'] })
    await expect(
      backtest({
        strategy: planned({}),
        bars: { ...two, instruments: [two.instruments[0], { ...two.instruments[1], currency: 'EUR' }] },
      }),
    ).rejects.toThrow(
      "The instruments pay in USD and EUR; set the account's currency: currency: 'USD', and rates or a traded pair for the others.",
    )
  })
  it('settings out of range', async () => {
    for (const [settings, sentence] of [
      [{ cash: 0 }, 'Setting cash is 0; it must be a number above zero.'],
      [{ cash: Number.NaN }, 'Setting cash is NaN; it must be a number above zero.'],
      [{ account: 'margin', leverage: -1 }, 'Setting leverage is -1; it must be a number above zero.'],
      [{ seed: 1.5 }, 'Setting seed is 1.5; it must be a whole number.'],
      [{ maxPosition: 0 }, 'Setting maxPosition is 0; it must be a number above zero.'],
      [{ fees: 'free' }, 'Fees "free" are not understood'],
    ] as const)
      await expect(backtest({ strategy: planned({}), bars, ...settings })).rejects.toThrow(sentence)
  })
  it('nothing at all', async () => {
    await expect(backtest({ strategy: planned({}), bars: market({}) })).rejects.toThrow(
      'The data has no instrument; choose a dataset that has one.',
    )
    await expect(backtest({ strategy: planned({}), bars: market({ A: [] }) })).rejects.toThrow(
      'The data has no bar at all; choose data that has some.',
    )
    expect(barsOf([]).length).toBe(0)
  })
})
