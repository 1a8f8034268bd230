/**
 * Timers among bars: when they go off, what they know, and what their orders may meet. Wall times of New York by
 * hand: UTC − 5 until 10 March 2024, UTC − 4 after; 3 July 2024 closes at 13:00.
 */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, isoTime, MINUTE } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { calendarNamed } from '../domain/calendar/calendar.ts'
import { parseDay } from '../domain/calendar/civil.ts'
import type { ScheduleDescription } from '../domain/calendar/schedule.ts'
import type { SessionChange } from '../domain/calendar/session-change.ts'
import type { BarSource } from '../domain/ports/store.ts'
import type { BarView, Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { barsOf, ordersOf, planned, START, share } from '../testing/fixtures.ts'
import { type BacktestRequest, backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

/** Bars of `step` over a venue's sessions of these dates; the close is the bar's number in its session. */
function sessions(dates: readonly string[], step: number, calendar = 'XNYS'): BarSeries {
  const rows: number[][] = []
  for (const date of dates) {
    const { open, close } = calendarNamed(calendar).session(parseDay(date)!)!
    for (let k = 1; open + k * step <= close; k++) rows.push([open + k * step, k, close])
  }
  const column = (place: number) => Float64Array.from(rows, row => row[place])
  const [time, price] = [column(0), column(1)]
  return {
    length: rows.length,
    eventTime: time,
    receiveTime: time,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: price.map(() => 1000),
    sessionClose: column(2),
  }
}

type Timers = Readonly<Record<string, ScheduleDescription>>

/** Runs schedules over bars; `act` is called by each timer. */
async function play(
  schedules: Timers,
  series: BarSeries,
  act: (name: string, ctx: Context) => unknown = (name, ctx) =>
    ctx.log(`${name} ${isoTime(ctx.now)} ${ctx.price(ctx.instruments[0])}`),
) {
  class Scheduled extends strategy({ schedules }) {
    override onTimer(name: string, ctx: Context): void {
      act(name, ctx)
    }
  }
  return backtest({
    strategy: Scheduled,
    bars: memoryBars([{ instrument: share('A', { calendar: 'XNYS' }), series }]),
    strict: true,
  })
}
const texts = (run: { readonly logs: readonly { readonly text: string }[] }) =>
  run.logs.map(line => line.text)

const SPRING = ['2024-03-07', '2024-03-08', '2024-03-11', '2024-03-12']
const JULY = ['2024-07-02', '2024-07-03', '2024-07-05']

describe('every day at 15:55', () => {
  it('keeps to the wall over a change of clocks, and knows the bar that closes with it', async () => {
    const run = await play({ late: { at: '15:55' } }, sessions(SPRING, 5 * MINUTE))
    // The 77th five minutes close at 15:55.
    expect(texts(run)).toEqual([
      'late 2024-03-07T20:55:00Z 77',
      'late 2024-03-08T20:55:00Z 77',
      'late 2024-03-11T19:55:00Z 77',
      'late 2024-03-12T19:55:00Z 77',
    ])
  })

  it('knows no more than the last bar before it where none closes with it', async () => {
    // Half hours close at 15:30 (the 12th) and 16:00.
    const run = await play({ late: { at: '15:55' } }, sessions(SPRING.slice(0, 2), 30 * MINUTE))
    expect(texts(run)).toEqual(['late 2024-03-07T20:55:00Z 12', 'late 2024-03-08T20:55:00Z 12'])
  })

  it('of another zone than the calendar’s is that zone’s', async () => {
    const run = await play(
      { london: { at: '15:55', zone: 'Europe/London' } },
      sessions(SPRING.slice(1, 3), 5 * MINUTE),
    )
    // London stays at UTC until 31 March: 10:55 in New York, then 11:55.
    expect(texts(run)).toEqual(['london 2024-03-08T15:55:00Z 17', 'london 2024-03-11T15:55:00Z 29'])
  })
})

describe('session edges', () => {
  it('on open and before close follow early closes', async () => {
    const run = await play(
      { open: { on: 'open', offset: '5m' }, close: { before: 'close', offset: '10m' } },
      sessions(JULY, 5 * MINUTE),
    )
    expect(texts(run)).toEqual([
      'open 2024-07-02T13:35:00Z 1',
      'close 2024-07-02T19:50:00Z 76',
      'open 2024-07-03T13:35:00Z 1',
      'close 2024-07-03T16:50:00Z 40',
      'open 2024-07-05T13:35:00Z 1',
      'close 2024-07-05T19:50:00Z 76',
    ])
  })

  it('at the open itself come before its first bar: the price is the last session’s', async () => {
    const run = await play({ open: { on: 'open' } }, sessions(JULY, 5 * MINUTE))
    expect(texts(run)).toEqual(['open 2024-07-03T13:30:00Z 78', 'open 2024-07-05T13:30:00Z 42'])
  })
})

describe('an order of a timer', () => {
  it('never meets a bar that began before it', async () => {
    // Sent at 15:52 of the 7th: the bar of 15:50 to 15:55 began before; the next one is the 78th.
    const run = await play(
      { late: { at: '15:52' } },
      sessions(SPRING.slice(0, 2), 5 * MINUTE),
      (_, ctx) => ctx.position(ctx.instruments[0]) === 0 && ctx.buy(ctx.instruments[0], 1),
    )
    expect(run.orders[0].submittedAt).toBe(Date.UTC(2024, 2, 7, 20, 52) * 1000)
    expect(run.fills.map(fill => [isoTime(fill.time), fill.price])).toEqual([['2024-03-07T21:00:00Z', 78]])
  })

  it('on a bar’s close meets the one that begins then', async () => {
    const run = await play(
      { late: { at: '15:50' } },
      sessions(SPRING.slice(0, 2), 5 * MINUTE),
      (_, ctx) => ctx.position(ctx.instruments[0]) === 0 && ctx.buy(ctx.instruments[0], 1),
    )
    expect(run.fills.map(fill => isoTime(fill.time))).toEqual(['2024-03-07T20:55:00Z'])
  })

  it('sent within the last bar of a session waits for the next session’s open', async () => {
    // Daily bars: 15:55 lies within the day's bar, which opened before it.
    const run = await play({ late: { at: '15:55' } }, sessions(SPRING, 6.5 * HOUR), (_, ctx) =>
      ctx.buy(ctx.instruments[0], 1),
    )
    expect(
      run.orders.map(order => [isoTime(order.submittedAt).slice(5, 10), order.state, order.reason]),
    ).toEqual([
      // The first timer comes before there is any price; decisions begin with the first bar.
      ['03-08', 'filled', undefined],
      ['03-11', 'filled', undefined],
      ['03-12', 'accepted', undefined],
    ])
    expect(run.fills.map(fill => isoTime(fill.time).slice(5, 10))).toEqual(['03-11', '03-12'])
  })
})

describe('wakeAt', () => {
  const days = (strategy: BacktestRequest['strategy'], texts = ['10', '11', '12', '13']) =>
    backtest({
      strategy,
      bars: memoryBars([{ instrument: share('A'), series: barsOf(texts) }], { interval: '1d' }),
      strict: true,
    })

  it('calls once, between bars or with one, and orders as any callback', async () => {
    class Wakes extends planned({
      1: ({ ctx }) => {
        ctx.wakeAt(START + 1.5 * DAY, 'noon')
        ctx.wakeAt(START + 3 * DAY, 'close')
        ctx.wakeAt(START + 9 * DAY, 'never')
      },
    }) {
      override onTimer(name: string, ctx: Context): void {
        ctx.log(`${name} ${(ctx.now - START) / DAY} ${ctx.price(ctx.instruments[0])}`)
        ctx.buy(ctx.instruments[0], 1)
      }
    }
    const run = await days(Wakes)
    expect(texts(run)).toEqual(['noon 1.5 10', 'close 3 12'])
    // Of noon: the second day's bar began before it. Of the close: the fourth.
    expect(ordersOf(run)).toEqual(['1.5: filled 1 (3)', '3: filled 1 (4)'])
    expect(run.fills.map(fill => fill.price)).toEqual([12, 13])
  })

  it('comes before the bar’s own callback where both are due, and after its fills', async () => {
    const seen: string[] = []
    class Order extends planned({
      1: ({ ctx, of }) => {
        ctx.buy(of.A, 1)
        ctx.wakeAt(START + 2 * DAY, 'close')
      },
    }) {
      override onFill(): void {
        seen.push('fill')
      }
      override onTimer(name: string, ctx: Context): void {
        seen.push(`${name} ${ctx.position(ctx.instruments[0])}`)
      }
      override onBar(): void {
        seen.push('bar')
      }
    }
    await days(Order, ['10', '11'])
    expect(seen).toEqual(['bar', 'fill', 'close 1', 'bar'])
  })

  it('refuses a time that has passed', async () => {
    await expect(days(planned({ 2: ({ ctx }) => ctx.wakeAt(START + 2 * DAY, 'now') }))).rejects.toThrow(
      'wakeAt("now") asks for 2024-01-03T00:00:00Z, which is not after now (2024-01-03T00:00:00Z)',
    )
  })
})

describe('onSession', () => {
  const told = async (bars: BarSource, act?: (change: SessionChange, ctx: Context) => void) => {
    class Sessions extends strategy() {
      override onBar(bar: BarView, ctx: Context): void {
        ctx.log(`bar ${bar.close}`)
      }
      override onSession(change: SessionChange, ctx: Context): void {
        act?.(change, ctx)
        ctx.log(
          `${change.kind} ${change.day}${change.early ? ' early' : ''} ${isoTime(change.time).slice(11)}`,
        )
        if (change.time !== ctx.now) ctx.log('late')
      }
    }
    return backtest({ strategy: Sessions, bars, strict: true })
  }

  it('comes at opens and closes, the bar that ends with a close known and not yet called', async () => {
    const series = sessions(JULY, 195 * MINUTE)
    const bars = memoryBars([{ instrument: share('A', { calendar: 'XNYS' }), series }])
    // Two halves a day, of which the early close at 13:00 leaves the first.
    expect(texts(await told(bars))).toEqual([
      'bar 1',
      'close 2024-07-02 20:00:00Z',
      'bar 2',
      'open 2024-07-03 early 13:30:00Z',
      'bar 1',
      'close 2024-07-03 early 17:00:00Z',
      'open 2024-07-05 13:30:00Z',
      'bar 1',
      'close 2024-07-05 20:00:00Z',
      'bar 2',
    ])
  })

  it('tells of lunch in Tokyo, and of nothing where trading never ends', async () => {
    const day = {
      instrument: share('T', { calendar: 'XTKS' }),
      series: sessions(['2024-07-04'], HOUR, 'XTKS'),
    }
    const coin = { instrument: share('C', { calendar: '24/7' }), series: day.series }
    // 9:00 to 11:30 and 12:30 to 15:00, nine hours ahead of UTC; the first bar ends at 10:00.
    expect(texts(await told(memoryBars([day, coin]))).filter(text => !text.startsWith('bar'))).toEqual([
      'pause 2024-07-04 02:30:00Z',
      'resume 2024-07-04 03:30:00Z',
      'close 2024-07-04 06:00:00Z',
    ])
  })

  it('may order at an open, for the bar that begins there', async () => {
    const bars = memoryBars([{ instrument: share('A', { calendar: 'XNYS' }), series: sessions(JULY, HOUR) }])
    const run = await told(bars, (change, ctx) => {
      if (change.kind === 'open' && change.early) ctx.buy(ctx.instruments[0], 5)
    })
    expect(run.fills.map(fill => isoTime(fill.time))).toEqual(['2024-07-03T14:30:00Z'])
  })
})
