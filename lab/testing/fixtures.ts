/**
 * Small markets written as text and strategies written as a plan, so that a test reads like the example that
 * was worked by hand:
 *
 *   const run = await play({ A: ['10', '12 13 11 12'] }, { 1: ({ ctx, of }) => ctx.buy(of.A, 5) })
 *   fillsOf(run)   // ['2: buy 5 A at 12']
 *
 * A bar is `open high low close [volume]`, or one price for a bar that stood still; '-' is no bar.
 */
import { DAY, type Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { type BacktestRequest, backtest } from '../sim/backtest.ts'
import type { Run } from '../sim/run.ts'
import { memoryBars } from '../sim/series.ts'
import type { AnyStrategy } from '../sim/members.ts'
import type { BarView, Context, Tradable } from '../strategy/context.ts'
import type { ParamSchema } from '../strategy/params.ts'
import { type StrategyDefinition, strategy } from '../strategy/strategy.ts'

/** The day before the first bar: bar k of a daily market closes at START + k days. */
export const START: Micros = Date.UTC(2024, 0, 1) * 1000

/** A share on a grid of cents that trades around the clock. */
export function share(symbol: string, terms: Partial<Instrument> = {}): Instrument {
  return {
    venue: 'TEST',
    symbol,
    ticksPerUnit: 100,
    lotsPerUnit: 1,
    currency: 'USD',
    calendar: '24/7',
    ...terms,
  }
}

/** Bars from text; the k-th text (from 1) closes at `start + k × step`. */
export function barsOf(texts: readonly string[], step: Micros = DAY, start: Micros = START): BarSeries {
  const rows = texts.flatMap((text, place) => {
    if (text === '-') return []
    const numbers = text.split(' ').map(Number)
    const [open, high = open, low = open, close = open, volume = 1000] = numbers
    return [[start + (place + 1) * step, open, high, low, close, volume]]
  })
  const column = (place: number) => Float64Array.from(rows, row => row[place])
  const time = column(0)
  return {
    length: rows.length,
    eventTime: time,
    receiveTime: time,
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  }
}

export type Table = Readonly<Record<string, readonly string[]>>

/** A daily market; `terms` change all of its instruments. */
export function market(table: Table, terms: Partial<Instrument> = {}): BarSource {
  return memoryBars(
    Object.entries(table).map(([symbol, texts]) => ({
      instrument: share(symbol, terms),
      series: barsOf(texts),
    })),
    { interval: '1d' },
  )
}

export interface Moment {
  readonly ctx: Context
  /** Instruments by symbol. */
  readonly of: Readonly<Record<string, Tradable>>
}

/** What to do at the n-th instant, counted from 1, after all its bars are known. */
export type Plan = Readonly<Record<number, (moment: Moment) => unknown>>

export function planned(
  plan: Plan,
  definition: Omit<StrategyDefinition<ParamSchema, object>, 'params' | 'check'> = {},
): AnyStrategy {
  return class Planned extends strategy({ ...definition, params: {} }) {
    instant = 0
    override onInstant(ctx: Context): void {
      this.instant++
      const of = Object.fromEntries(ctx.instruments.map(one => [one.symbol, one]))
      plan[this.instant]?.({ ctx, of })
    }
  }
}

/** Calls one function at every bar. */
export function onEveryBar(act: (bar: BarView, ctx: Context) => void): AnyStrategy {
  return class EveryBar extends strategy() {
    override onBar(bar: BarView, ctx: Context): void {
      act(bar, ctx)
    }
  }
}

export type Settings = Omit<BacktestRequest, 'strategy' | 'bars'> & { readonly terms?: Partial<Instrument> }

/** Runs a plan on a daily market, in strict mode. */
export function play(table: Table, plan: Plan, settings: Settings = {}): Promise<Run> {
  const { terms, ...rest } = settings
  return backtest({ strict: true, strategy: planned(plan), bars: market(table, terms), ...rest })
}

/** Day of a time in a daily market, counted from 1. */
export function dayOf(time: Micros | undefined): number {
  return ((time ?? Number.NaN) - START) / DAY
}

/** `2: buy 5 A at 12` */
export function fillsOf(run: Run): string[] {
  return run.fills.map(
    fill => `${dayOf(fill.time)}: ${fill.side} ${fill.quantity} ${fill.instrument.slice(5)} at ${fill.price}`,
  )
}

/** `1: filled 5`, `2: canceled 0 noMarket (3)`: submitted on, state, filled, reason, ended on when later. */
export function ordersOf(run: Run): string[] {
  return run.orders.map(order => {
    const sent = dayOf(order.submittedAt)
    const ended = dayOf(order.endedAt)
    return (
      `${sent}: ${order.state} ${order.filledQuantity}` +
      (order.reason === undefined ? '' : ` ${order.reason}`) +
      (ended > sent ? ` (${ended})` : '')
    )
  })
}
