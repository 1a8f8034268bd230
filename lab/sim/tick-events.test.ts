/** Several streams in one run: whose turn it is, and where each instrument's orders fill. */
import { describe, expect, it } from 'vitest'
import type { Instrument } from '../domain/instrument.ts'
import type { BarView, BookView, Context, PointView, QuoteView, TradeView } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { barsOf, START, share } from '../testing/fixtures.ts'
import { tickFills, tickPlay, ticksOf } from '../testing/tick-play.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'
import { memoryTicks } from './ticks.ts'

const MS = 1000
const SECOND = 1_000_000
let diary: string[] = []
const note = (ctx: Context, text: string) => void diary.push(`${(ctx.now - START) / MS} ${text}`)

class Diary extends strategy({ account: 'margin' }) {
  override onTrade(trade: TradeView, ctx: Context): void {
    note(ctx, `trade ${trade.instrument.symbol} ${trade.price}`)
  }
  override onQuote(quote: QuoteView, ctx: Context): void {
    note(ctx, `quote ${quote.instrument.symbol} ${quote.bid}`)
  }
  override onBook(book: BookView, ctx: Context): void {
    note(ctx, `book ${book.instrument.symbol} ${book.bid}/${book.ask}`)
  }
  override onBar(bar: BarView, ctx: Context): void {
    note(ctx, `bar ${bar.instrument.symbol} ${bar.close}`)
  }
  override onPoint(point: PointView, ctx: Context): void {
    note(ctx, `${point.name} ${point.value}`)
  }
  override onTimer(name: string, ctx: Context): void {
    note(ctx, `timer ${name}`)
  }
  override onInstant(ctx: Context): void {
    note(ctx, 'instant')
  }
}
const written = async (request: Omit<Parameters<typeof backtest>[0], 'strategy'>, kind = Diary) => {
  diary = []
  const run = await backtest({ strategy: kind, account: 'margin', strict: true, ...request })
  return { run, diary }
}
const entry = (symbol: string, rows: readonly string[], terms: Partial<Instrument> = {}) => ({
  instrument: share(symbol, terms),
  ...ticksOf(rows),
})

describe('events of one instant', () => {
  it('come as quotes, trades, book, bars and points, each by instrument, all known to the first', async () => {
    const seen: (number | undefined)[] = []
    class First extends Diary {
      override onQuote(quote: QuoteView, ctx: Context): void {
        super.onQuote(quote, ctx)
        seen.push(ctx.quote(ctx.instrument('A'))?.ask)
      }
    }
    const ticks = memoryTicks([
      entry('B', ['5 quote 50x1 51x1', '5 trade 50x1', '6 trade 51x1']),
      entry('A', ['5 trade 10x1', '5 book bid 9x1 ask 11x1', '5 point 3', '5 trade 10.5x1']),
    ])
    const bars = memoryBars([{ instrument: share('C'), series: barsOf(['7', '8'], 5 * MS) }], {
      interval: '5ms',
    })
    const { diary } = await written({ ticks, bars }, First)
    expect(diary).toEqual([
      '5 quote B 50',
      '5 trade A 10',
      '5 trade A 10.5',
      '5 trade B 50',
      '5 book A 9/11',
      '5 bar C 7',
      '5 points 3',
      '5 instant',
      '6 trade B 51',
      '6 instant',
      '10 bar C 8',
      '10 instant',
    ])
    expect(seen).toEqual([11])
  })

  it('happen at the venue by their own times, whatever the feed did', async () => {
    // The trade at 98 is known after the book of 12, and happened before it: the order of 5 meets it first.
    const run = await tickPlay(
      ['0 snapshot bid 99x4 ask 101x5', '10+9 trade 98x1 sell', '12 book ask 97x9', '30 book bid 90x1'],
      { 5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }) },
    )
    expect(tickFills(run)).toEqual(['10: buy 5 at 99'])
  })
})

describe('timers', () => {
  it('fire in order between and in instants, once the instant’s events are known', async () => {
    class Timed extends Diary {
      override onStart(ctx: Context): void {
        ctx.wakeAt(START + 9 * MS, 'late')
        ctx.wakeAt(START + 7 * MS, 'between')
        ctx.wakeAt(START + 5 * MS, 'with')
        ctx.wakeAt(START + 7 * MS, 'second')
      }
      override onTimer(name: string, ctx: Context): void {
        super.onTimer(name, ctx)
        note(ctx, `sees ${ctx.price(ctx.instruments[0])}`)
        if (name === 'between') ctx.wakeAt(START + 8 * MS, 'more')
      }
      override onInstant(): void {}
    }
    const rows = ['0 trade 1x1', '5 trade 2x1', '10 trade 3x1']
    const expected = [
      '0 trade X 1',
      '5 timer with',
      '5 sees 2',
      '5 trade X 2',
      '7 timer between',
      '7 sees 2',
      '7 timer second',
      '7 sees 2',
      '8 timer more',
      '8 sees 2',
      '9 timer late',
      '9 sees 2',
      '10 trade X 3',
    ]
    expect((await written({ ticks: memoryTicks([entry('X', rows)]) }, Timed)).diary).toEqual(expected)
  })

  it('order for the market as it is at their time', async () => {
    const run = await tickPlay(['0 quote 99x9 101x9', '10 quote 104x9 106x9', '20 quote 109x9 111x9'], {
      15: ({ ctx, X }) => ctx.buy(X, 1),
    })
    expect(tickFills(run)).toEqual(['15: buy 1 at 106'])
  })

  it('of schedules go by the calendar’s sessions', async () => {
    // 15:59 in New York on 3 January 2024 is 20:59 UTC.
    const start = Date.UTC(2024, 0, 3, 20, 58) * 1000
    const times: number[] = []
    class Closing extends strategy({ schedules: { flat: { before: 'close', offset: '1m' } } }) {
      override onTimer(name: string, ctx: Context): void {
        times.push((ctx.now - start) / SECOND)
        expect(name).toBe('flat')
      }
    }
    const ticks = memoryTicks([
      {
        instrument: share('X', { calendar: 'XNYS' }),
        ...ticksOf(['0 trade 1x1', '100000 trade 2x1', '200000 trade 3x1'], start),
      },
    ])
    await backtest({ strategy: Closing, ticks })
    expect(times).toEqual([60])
  })
})

describe('an instrument with ticks and bars', () => {
  it('fills on its ticks, and sees its bars', async () => {
    class Buyer extends Diary {
      override onBar(bar: BarView, ctx: Context): void {
        super.onBar(bar, ctx)
        ctx.buy(bar.instrument, 1)
      }
      override onInstant(): void {}
    }
    const { run, diary } = await written(
      {
        ticks: memoryTicks([entry('X', ['1 trade 10x1', '12 trade 12x1', '17 trade 13x1'])]),
        bars: memoryBars([{ instrument: share('X'), series: barsOf(['10', '12'], 10 * MS) }], {
          interval: '10ms',
        }),
      },
      Buyer,
    )
    expect(diary).toEqual(['1 trade X 10', '10 bar X 10', '12 trade X 12', '17 trade X 13', '20 bar X 12'])
    expect(tickFills(run)).toEqual(['12: buy 1 at 12'])
  })

  it('beside another with bars alone fills there, and that one on its bars', async () => {
    class Both extends strategy({ account: 'margin' }) {
      override onBar(_bar: BarView, ctx: Context): void {
        if (ctx.openOrders().length > 0) return
        for (const instrument of ctx.instruments) ctx.buy(instrument, 1)
      }
    }
    const run = await backtest({
      strategy: Both,
      account: 'margin',
      ticks: memoryTicks([entry('T', ['1 trade 10x1', '12 trade 12x1', '31 trade 13x1'])]),
      bars: memoryBars([{ instrument: share('B'), series: barsOf(['20', '21', '22'], 10 * MS) }], {
        interval: '10ms',
      }),
    })
    expect(
      run.fills.slice(0, 2).map(fill => [fill.instrument, (fill.time - START) / MS, fill.price]),
    ).toEqual([
      ['TEST:T', 12, 12],
      ['TEST:B', 20, 21],
    ])
  })

  it('with a book and quotes fills on the book, and is told of both', async () => {
    const rows = ['0 snapshot bid 99x1 ask 101x1 ask 102x9', '1 quote 99x1 101x50', '20 book bid 98x1']
    const run = await tickPlay(rows, { 5: ({ ctx, X }) => ctx.buy(X, 3) })
    expect(tickFills(run)).toEqual(['5: buy 1 at 101', '5: buy 2 at 102'])
  })
})
