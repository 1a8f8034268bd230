/**
 * Markets of ticks written as text, and strategies as a plan by the clock, so that a test reads like the example that
 * was worked by hand. Times are milliseconds after the start; `10+3` happened at 10 and was known at 13.
 *
 *   const run = await tickPlay(
 *     ['0 snapshot bid 99x5 ask 101x5', '10 trade 101x2 buy', '20 quote 99x5 101x4'],
 *     { 5: ({ ctx, X }) => ctx.buy(X, 3) },
 *   )
 *   tickFills(run)   // ['5: buy 3 at 101']
 *
 *   trade 101x2 [buy|sell]                who took
 *   quote 99x5 101x5                      bid and ask; `-` for a side that is empty
 *   snapshot, book  bid 99x5 ask 101x0    all levels anew, or changes
 *   gap                                   messages were lost
 *   add, change 7 bid 99x5 · remove 7     one order of an L3 book
 *   point 3                               of a custom series
 */
import type { Micros } from '../core/time.ts'
import { BOOK_ACTIONS } from '../domain/market-events.ts'
import type { Instrument } from '../domain/instrument.ts'
import { type BacktestRequest, backtest } from '../sim/backtest.ts'
import type { Run } from '../sim/run.ts'
import type { AnyStrategy } from '../sim/members.ts'
import { type MemoryTicks, memoryTicks } from '../sim/ticks.ts'
import type { Context, Tradable } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { START, share } from './fixtures.ts'

const MS = 1000

export interface TickMoment {
  readonly ctx: Context
  readonly X: Tradable
  /** Ids of orders in the order in which the plan sent them. */
  readonly ids: readonly number[]
}
/** What to do at which millisecond, once that instant's events are known. */
export type TickPlan = Readonly<Record<number, (moment: TickMoment) => unknown>>

type Row = readonly [event: Micros, receive: Micros, ...cells: number[]]

export function ticksOf(lines: readonly string[], start: Micros = START): Omit<MemoryTicks, 'instrument'> {
  const trades: Row[] = []
  const quotes: Row[] = []
  const book: Row[] = []
  const points: Row[] = []
  for (const line of lines) {
    const [when, kind, ...rest] = line.split(' ')
    const [event, late = '0'] = when.split('+')
    const time = start + Number(event) * MS
    const times = [time, time + Number(late) * MS] as const
    const set = (word: string, level: string, action: number, order = Number.NaN) => {
      const [price, size] = level.split('x').map(Number)
      book.push([...times, price, size, word === 'bid' ? 1 : -1, action, order])
    }
    if (kind === 'trade') {
      const [price, size] = rest[0].split('x').map(Number)
      trades.push([...times, price, size, rest[1] === 'buy' ? 1 : rest[1] === 'sell' ? -1 : 0])
    } else if (kind === 'quote') {
      const [bid, ask] = rest.map(level => (level === '-' ? [Number.NaN, 0] : level.split('x').map(Number)))
      quotes.push([...times, bid[0], ask[0], bid[1], ask[1]])
    } else if (kind === 'gap') book.push([...times, Number.NaN, Number.NaN, 1, BOOK_ACTIONS.gap, Number.NaN])
    else if (kind === 'point') points.push([...times, Number(rest[0])])
    else if (kind === 'remove')
      book.push([...times, Number.NaN, Number.NaN, 1, BOOK_ACTIONS.remove, Number(rest[0])])
    else if (kind === 'add' || kind === 'change') set(rest[1], rest[2], BOOK_ACTIONS[kind], Number(rest[0]))
    else if (kind === 'snapshot' && rest.length === 0)
      book.push([...times, Number.NaN, Number.NaN, 1, BOOK_ACTIONS.clear, Number.NaN])
    else if (kind === 'book' || kind === 'snapshot')
      for (let k = 0; k < rest.length; k += 2)
        set(rest[k], rest[k + 1], kind === 'snapshot' && k === 0 ? BOOK_ACTIONS.clear : BOOK_ACTIONS.set)
    else throw new Error(`no such row: ${line}`)
  }
  const columns = (rows: Row[], ...names: string[]) => {
    rows.sort((a, b) => a[1] - b[1])
    const series: Record<string, unknown> = { length: rows.length }
    for (const [place, name] of ['eventTime', 'receiveTime', ...names].entries())
      series[name] = Float64Array.from(rows, row => row[place])
    return series
  }
  const all: Record<string, unknown> = {}
  if (trades.length > 0) all.trades = columns(trades, 'price', 'size', 'side')
  if (quotes.length > 0) all.quotes = columns(quotes, 'bid', 'ask', 'bidSize', 'askSize')
  if (book.length > 0) all.book = columns(book, 'price', 'size', 'side', 'action', 'order')
  if (points.length > 0) all.custom = { ...columns(points, 'value'), name: 'points' }
  return all as Omit<MemoryTicks, 'instrument'>
}

/** Calls the plan's entries by the clock. */
export function byClock(plan: TickPlan, start: Micros = START): AnyStrategy {
  return class ByClock extends strategy({ account: 'cash' }) {
    ids: number[] = []
    override onStart(ctx: Context): void {
      for (const when of Object.keys(plan).map(Number)) {
        const time = start + when * MS
        if (time > ctx.now) ctx.wakeAt(time, String(when))
        else this.act(when, ctx)
      }
    }
    override onTimer(name: string, ctx: Context): void {
      this.act(Number(name), ctx)
    }
    act(when: number, ctx: Context): void {
      const id = plan[when]({ ctx, X: ctx.instruments[0], ids: this.ids })
      if (typeof id === 'number') this.ids.push(id)
    }
  }
}

export type TickSettings = Partial<Omit<BacktestRequest, 'ticks' | 'bars'>> & {
  readonly terms?: Partial<Instrument>
  readonly start?: Micros
}

export function tickPlay(
  lines: readonly string[],
  plan: TickPlan,
  settings: TickSettings = {},
): Promise<Run> {
  const { terms, start, ...rest } = settings
  return backtest({
    strict: true,
    strategy: byClock(plan, start),
    ticks: memoryTicks([{ instrument: share('X', terms), ...ticksOf(lines, start) }]),
    account: 'margin',
    cash: 1_000_000,
    ...rest,
  })
}

const ms = (time: Micros | undefined, start: Micros) =>
  Math.round(((time ?? Number.NaN) - start) / 10) / (MS / 10)

/** `5: buy 3 at 101` */
export function tickFills(run: Run, start: Micros = START): string[] {
  return run.fills.map(fill => `${ms(fill.time, start)}: ${fill.side} ${fill.quantity} at ${fill.price}`)
}

/** `filled 3 (12)`, `canceled 0 byStrategy (20)`: state, filled, reason, when it ended. */
export function tickOrders(run: Run, start: Micros = START): string[] {
  return run.orders.map(
    order =>
      `${order.state} ${order.filledQuantity}${order.reason === undefined ? '' : ` ${order.reason}`}` +
      (order.endedAt === undefined ? '' : ` (${ms(order.endedAt, start)})`),
  )
}
