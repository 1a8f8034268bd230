/** Data that cannot be are refused in one sentence; data that are odd are told in the result, with their first place. */
import { describe, expect, it } from 'vitest'
import type { TickSeries } from '../domain/ports/store.ts'
import { strategy } from '../strategy/strategy.ts'
import { START, share } from '../testing/fixtures.ts'
import { tickPlay, ticksOf } from '../testing/tick-play.ts'
import { backtest } from './backtest.ts'
import { memoryTicks } from './ticks.ts'

const ROWS = {
  trades: ['0 trade 100x1 buy', '10 trade 101x2 sell'],
  quotes: ['0 quote 99x1 101x1', '10 quote 99x2 101x2'],
  book: ['0 snapshot bid 99x1 ask 101x1', '10 book bid 98x2'],
} as const

type Kind = keyof typeof ROWS

/** Plays the rows with one number of one column changed. */
async function spoiled(kind: Kind, column: string, row: number, value: number): Promise<void> {
  const series = ticksOf(ROWS[kind])[kind] as unknown as Record<string, Float64Array>
  series[column][row] = value
  await backtest({
    strategy: strategy(),
    ticks: memoryTicks([
      { instrument: share('X'), [kind]: series as unknown as TickSeries[Kind] } as Parameters<
        typeof memoryTicks
      >[0][0],
    ]),
  })
}

describe('a row that cannot be', () => {
  const cases: readonly [Kind, string, number, string, RegExp][] = [
    [
      'trades',
      'price',
      100.005,
      'TICK_PRICE',
      /^Row 1 of the trades of TEST:X has the price 100.005, off the grid of 1\/100; mend/,
    ],
    ['trades', 'price', -1, 'TICK_PRICE', /has the price -1; mend the row/],
    ['trades', 'price', Number.NaN, 'TICK_PRICE', /has the price NaN/],
    ['trades', 'price', Number.POSITIVE_INFINITY, 'TICK_PRICE', /has the price Infinity/],
    [
      'trades',
      'size',
      0,
      'TICK_SIZE',
      /^Row 1 of the trades of TEST:X has the size 0; drop or mend the row\.$/,
    ],
    ['trades', 'size', -3, 'TICK_SIZE', /has the size -3/],
    ['trades', 'size', Number.POSITIVE_INFINITY, 'TICK_SIZE', /has the size Infinity/],
    ['trades', 'side', 2, 'TRADE_SIDE', /has the side 2; write 1 where a buyer took/],
    [
      'trades',
      'receiveTime',
      START - 1,
      'CLOCK_BACKWARDS',
      /^Row 1 of the trades of TEST:X was received at 2023-12-31T23:59:59.999999Z, before the row ahead of it \(2024-01-01T00:00:00Z\); sort the data by receive time\.$/,
    ],
    ['trades', 'receiveTime', Number.NaN, 'TICK_TIME', /has no time at which it was received; give µs UTC/],
    ['trades', 'eventTime', Number.NaN, 'TICK_TIME', /has the times NaN and/],
    ['quotes', 'bid', 102, 'QUOTE_CROSSED', /bids 102 over an ask of 101/],
    ['quotes', 'askSize', -1, 'TICK_SIZE', /has the size -1/],
    ['quotes', 'bidSize', Number.NaN, 'TICK_SIZE', /has the size NaN/],
    ['book', 'size', -1, 'TICK_SIZE', /has the size -1/],
    ['book', 'side', 0, 'BOOK_SIDE', /has the side 0; write 1 for bids and -1 for asks/],
    ['book', 'action', 9, 'BOOK_ACTION', /has the action 9; write one of BOOK_ACTIONS/],
    [
      'book',
      'action',
      3,
      'BOOK_ORDER',
      /has the order NaN; rows that add, change or remove an order need its id/,
    ],
  ]
  it.each(cases)('%s with %s %d is refused: %s', async (kind, column, value, code, sentence) => {
    const failed = await spoiled(kind, column, 1 + (kind === 'book' ? 1 : 0), value).then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    )
    expect(failed?.code).toBe(code)
    expect(failed?.message.replace('Row 2', 'Row 1')).toMatch(sentence)
  })
})

describe('odd data', () => {
  const warned = async (rows: readonly string[], code: string, terms = {}, start = START) => {
    const run = await tickPlay(rows, {}, { terms, start })
    return run.warnings.filter(warning => warning.code === code).map(warning => warning.text)
  }

  it('crossed and locked books are counted, with the first', async () => {
    const rows = [
      '0 snapshot bid 99x1 ask 101x1',
      '10 book bid 102x1',
      '20 book bid 102x0',
      '30 book ask 99x1',
    ]
    expect(await warned(rows, 'BOOK_CROSSED')).toEqual([
      'The book of TEST:X came to stand crossed once, its bid above its ask: two feeds that are not in step, or levels that were never taken away; what filled then filled at prices that were not there (first at 2024-01-01T00:00:00.010000Z).',
    ])
    expect(await warned(rows, 'BOOK_LOCKED')).toEqual([
      'The bid of TEST:X came to stand at its ask once: a locked market trades at no spread (first at 2024-01-01T00:00:00.030000Z).',
    ])
    expect((await warned(['0 quote 99x1 99x1', '5 quote 99x1 100x1'], 'BOOK_LOCKED')).length).toBe(1)
    expect(await warned(['0 snapshot bid 99x1 ask 101x1', '5 book bid 98x1'], 'BOOK_CROSSED')).toEqual([])
  })

  it('a message that passes through a crossed book does not count', async () => {
    const rows = ['0 snapshot bid 99x1 ask 101x1', '10 book bid 102x1 ask 101x0 ask 103x1']
    expect(await warned(rows, 'BOOK_CROSSED')).toEqual([])
  })

  it('trades outside of the book are counted', async () => {
    const rows = ['0 snapshot bid 99x1 ask 101x1', '10 trade 101x1', '20 trade 101.01x1', '30 trade 98x1']
    expect(await warned(rows, 'TRADES_OUTSIDE')).toEqual([
      '2 of 3 trades of TEST:X lay outside of the bid and ask known then: the two feeds are not in step, or a trade walked the book before the book told of it (first at 2024-01-01T00:00:00.020000Z).',
    ])
  })

  it('events received before they happened count as happening then', async () => {
    expect(await warned(['0 trade 100x1', '10+-4 trade 101x1'], 'RECEIVED_BEFORE')).toEqual([
      '1 of the trades of TEST:X was received before happening (first: row 1): clocks differ, and each counts as having happened when it was received.',
    ])
  })

  it('a venue’s clock that goes backwards is told', async () => {
    expect(
      await warned(['0+9 trade 100x1', '5+5 trade 101x1', '3+9 trade 101x1'], 'EVENTS_BACKWARDS'),
    ).toEqual([
      '1 of the trades of TEST:X happened before the row ahead, by the venue’s own clock (first: row 2): each counts as having happened with that row.',
    ])
  })

  it('lost messages are told, and a book of another instrument stays known', async () => {
    const ticks = memoryTicks([
      { instrument: share('A'), ...ticksOf(['0 snapshot bid 99x1 ask 101x1', '5 gap', '9 book bid 98x1']) },
      { instrument: share('B'), ...ticksOf(['7 book bid 49x1 ask 51x1', '9 book bid 48x1']) },
    ])
    const known: (boolean | undefined)[] = []
    const run = await backtest({
      ticks,
      strategy: class extends strategy() {
        override onEnd(
          ctx: Parameters<NonNullable<InstanceType<ReturnType<typeof strategy>>['onEnd']>>[0],
        ): void {
          known.push(...ctx.instruments.map(instrument => ctx.book(instrument)?.known))
        }
      },
    })
    expect(known).toEqual([false, true])
    const codes = run.warnings.map(warning => warning.code)
    expect(codes).toContain('BOOK_GAPS')
    expect(codes).toContain('BOOK_WITHOUT_SNAPSHOT')
  })

  it('an L3 book with orders that came twice, or not at all, is told', async () => {
    const rows = ['0 snapshot', '0 add 1 bid 99x1', '1 add 1 bid 99x1', '2 remove 7']
    expect((await warned(rows, 'BOOK_ORDERS'))[0]).toContain('(first at 2024-01-01T00:00:00.001000Z)')
  })

  it('a feed that ends in the middle of a session is told, one that ends with it is not', async () => {
    const start = Date.UTC(2024, 0, 3, 15) * 1000
    const rows = (last: number) =>
      Array.from({ length: 40 }, (_, k) => `${Math.round((k / 39) * last * 3_600_000)} trade 100x1`)
    const terms = { calendar: 'XNYS' }
    expect(await warned(rows(1), 'ENDS_IN_SESSION', terms, start)).toEqual([
      'The data of TEST:X end at 2024-01-03T16:00:00Z, and its session goes on until 2024-01-03T21:00:00Z: the last session is not whole.',
    ])
    expect(await warned(rows(5.99), 'ENDS_IN_SESSION', terms, start)).toEqual([])
    expect(await warned(rows(7), 'ENDS_IN_SESSION', terms, start)).toEqual([])
  })

  it('a stream without a row is told, and a run without any is refused', async () => {
    const none = new Float64Array(0)
    const trades = { length: 0, eventTime: none, receiveTime: none, price: none, size: none, side: none }
    const run = await backtest({
      strategy: strategy(),
      ticks: memoryTicks([
        { instrument: share('A'), trades },
        { instrument: share('B'), ...ticksOf(['0 trade 1x1', '1 trade 2x1']) },
      ]),
    })
    expect(run.warnings.map(warning => warning.text)).toContain(
      'The trades of TEST:A have no row: what depends on them did not happen in this run.',
    )
    await expect(
      backtest({ strategy: strategy(), ticks: memoryTicks([{ instrument: share('A'), trades }]) }),
    ).rejects.toThrow(/The data has no .* at all/)
  })
})
