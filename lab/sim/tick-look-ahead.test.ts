/**
 * A strategy on ticks cannot see the future by mistake: what happens after a moment changes nothing that was decided,
 * filled or known before it; views die with their callback; and whatever it takes hold of has no number of a later row.
 */
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import type { TickSeries, TickSource } from '../domain/ports/store.ts'
import type { BookView, Context, PointView, QuoteView, TradeView } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { START, share } from '../testing/fixtures.ts'
import { cutTicks, randomTicks, Restless } from '../testing/fixtures-ticks.ts'
import { ticksOf } from '../testing/tick-play.ts'
import { backtest } from './backtest.ts'
import type { Run } from './run.ts'
import { memoryTicks } from './ticks.ts'

const SETTINGS = { account: 'margin', cash: 1_000_000, leverage: 10, strict: true } as const

/** Other sizes and prices for every row that happened after `time`. */
function otherFuture(source: TickSource, time: number, seed: number): TickSource {
  const random = new Random(seed)
  return {
    ...source,
    streams: source.streams.map(stream => {
      const series = cutTicks(stream.series!, 0, stream.series!.length) as unknown as Record<
        string,
        Float64Array
      >
      for (let row = 0; row < stream.series!.length; row++) {
        if (series.eventTime[row] <= time) continue
        const up = random.integer(1, 400) / 100
        for (const name of ['price', 'bid', 'ask'])
          if (name in series) series[name][row] = Math.round((series[name][row] + up) * 100) / 100
        for (const name of ['size', 'bidSize', 'askSize'])
          if (name in series) series[name][row] = random.integer(1, 99)
      }
      return { ...stream, series: series as unknown as TickSeries['trades'] }
    }),
  } as TickSource
}

/** All that a run had decided, been told and written down by a time. */
function known(run: Run, time: number) {
  return {
    orders: run.orders
      .filter(order => order.submittedAt <= time)
      .map(({ id, side, type, quantity, submittedAt, endedAt, state, reason }) =>
        endedAt !== undefined && endedAt <= time
          ? [id, side, type, quantity, submittedAt, state, reason]
          : [id, side, type, submittedAt],
      ),
    fills: run.fills.filter(fill => fill.time <= time),
    plots: run.plots.map(({ name, time: times, value }) => [
      name,
      [...value].filter((_, row) => times[row] <= time),
    ]),
  }
}

describe('another future', () => {
  for (const [place, kinds] of (
    [['book', 'trades'], ['quotes', 'trades'], ['trades'], ['book', 'trades', 'quotes']] as const
  ).entries())
    it(`changes nothing before it: ${kinds.join(' and ')}`, async () => {
      const source = randomTicks({
        seed: 40 + place,
        events: kinds.length === 1 ? 3000 : 900,
        kinds,
        symbols: 2,
      })
      const play = (ticks: TickSource) =>
        backtest({ strategy: Restless, ticks, ...SETTINGS, latency: 'lognormal:3ms:sigma=1' })
      const run = await play(source)
      const times = run.orders.map(order => order.submittedAt)
      expect(times.length).toBeGreaterThan(40)
      const random = new Random(place)
      let differed = 0
      for (let round = 0; round < 12; round++) {
        const time = times[random.integer(5, times.length - 5)]
        const other = await play(otherFuture(source, time, round))
        expect(known(other, time)).toEqual(known(run, time))
        if (other.decisions !== run.decisions) differed++
      }
      // The other futures are others.
      expect(differed).toBe(12)
    })
})

describe('a view', () => {
  const rows = [
    '0 trade 100x1',
    '0 quote 99x1 101x1',
    '0 point 5',
    '10 trade 101x1',
    '10 quote 100x1 102x1',
    '10 point 6',
  ]
  const kept = async (strict: boolean) => {
    const outcomes: string[] = []
    class Keeper extends strategy() {
      views: (() => number)[] = []
      look(): void {
        for (const view of this.views) {
          try {
            outcomes.push(String(view()))
          } catch (error) {
            outcomes.push((error as { code: string }).code)
          }
        }
      }
      override onTrade(trade: TradeView): void {
        this.look()
        this.views.push(() => trade.price)
      }
      override onQuote(quote: QuoteView): void {
        this.look()
        this.views.push(() => quote.bid)
      }
      override onPoint(point: PointView): void {
        this.look()
        this.views.push(() => point.value)
      }
      override onInstant(): void {
        this.look()
      }
    }
    await backtest({
      strategy: Keeper,
      ticks: memoryTicks([{ instrument: share('X'), ...ticksOf(rows) }]),
      strict,
    })
    return outcomes
  }
  it('is dead after its callback, in strict mode also in the next', async () => {
    expect(new Set(await kept(true))).toEqual(new Set(['VIEW_KEPT']))
    // Otherwise the one view of a stream shows the row of its stream's present callback, and no other.
    const loose = await kept(false)
    expect(
      loose
        .filter(outcome => outcome !== 'VIEW_KEPT')
        .every(outcome => ['101', '100', '6'].includes(outcome)),
    ).toBe(true)
    expect(loose).toContain('VIEW_KEPT')
  })
})

describe('whatever a strategy takes hold of', () => {
  const ARGUMENTS = [
    [],
    [0],
    [1],
    [5],
    [-1],
    [1e9],
    [Number.NaN],
    ['bid', 3],
    ['ask', 1e6],
    ['bid', 100.5],
  ] as const

  /** All numbers that can be had from a value: own and inherited, got and called for. */
  function numbersOf(value: unknown, into: Set<number>, seen = new Set<unknown>(), depth = 0): void {
    if (typeof value === 'number') into.add(value)
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return
    if (seen.has(value) || depth > 6 || value === globalThis) return
    seen.add(value)
    if (ArrayBuffer.isView(value)) {
      if (value.buffer.byteLength % 8 === 0)
        for (const number of new Float64Array(value.buffer)) into.add(number)
      return
    }
    for (
      let holder: object | null = value as object;
      holder !== null;
      holder = Object.getPrototypeOf(holder)
    ) {
      if (holder === Object.prototype || holder === Function.prototype || holder === Array.prototype) break
      for (const key of Reflect.ownKeys(holder)) {
        if (
          /^(constructor|caller|arguments|log|plot|random|wakeAt|buy|sell|target|targetWeights|close|cancel|replace)$/.test(
            String(key),
          )
        )
          continue
        try {
          const found = Reflect.get(holder, key, value) as unknown
          numbersOf(found, into, seen, depth + 1)
          if (typeof found === 'function')
            for (const args of ARGUMENTS) {
              try {
                numbersOf(Reflect.apply(found, value, [...args]), into, seen, depth + 1)
              } catch {
                // Refused: nothing seen.
              }
            }
        } catch {
          // Refused: nothing seen.
        }
      }
    }
  }

  it('has no number of a row that was not received yet', async () => {
    const random = new Random(99)
    // Prices that occur once, so that a glimpse of a later row is told from everything else.
    const price = () => Math.round((90 + 20 * random.uniform()) * 1e9) / 1e9
    const from = new Map<number, number>()
    const count = 60
    const times = Float64Array.from({ length: count }, (_, row) => START + 1009 * row + 7)
    const column = (make: () => number) => Float64Array.from({ length: count }, make)
    const bids = column(price).map(value => Math.round((value - 30) * 1e9) / 1e9)
    const series = {
      trades: { price: column(price), size: column(() => 1 + random.uniform()), side: column(() => 1) },
      quotes: {
        bid: bids,
        ask: column(price),
        bidSize: column(random.uniform.bind(random)),
        askSize: column(() => 1 + random.uniform()),
      },
      book: {
        price: column(price),
        size: column(() => 1 + random.uniform()),
        side: column(() => -1),
        action: column(() => 0),
      },
      custom: { name: 'news', value: column(random.uniform.bind(random)) },
    }
    const entry = Object.fromEntries(
      Object.entries(series).map(([kind, columns]) => [
        kind,
        { length: count, eventTime: times.map(time => time - 3), receiveTime: times, ...columns },
      ]),
    )
    for (const columns of Object.values(series))
      for (const values of Object.values(columns))
        if (values instanceof Float64Array)
          values.forEach((value, row) => {
            if (!from.has(value)) from.set(value, row)
          })
    times.forEach((time, row) => {
      from.set(time, row)
      from.set(time - 3, row)
    })
    const leaks: string[] = []
    let seen = 0
    class Attack extends strategy() {
      at = -1
      look(where: string, view: unknown, ctx: Context): void {
        this.at = (ctx.now - START - 7) / 1009
        const numbers = new Set<number>()
        const X = ctx.instruments[0]
        for (const target of [
          this,
          view,
          ctx,
          ctx.book(X),
          ctx.quote(X),
          ctx.price(X),
          ctx.book(X)?.levels('ask', 99),
        ])
          numbersOf(target, numbers)
        for (const number of numbers) {
          const row = from.get(number)
          if (row === undefined) continue
          seen++
          if (row > this.at) leaks.push(`${where} at row ${this.at}: ${number} of row ${row}`)
        }
      }
      override onTrade(view: TradeView, ctx: Context): void {
        this.look('onTrade', view, ctx)
      }
      override onQuote(view: QuoteView, ctx: Context): void {
        this.look('onQuote', view, ctx)
      }
      override onBook(view: BookView, ctx: Context): void {
        this.look('onBook', view, ctx)
      }
      override onPoint(view: PointView, ctx: Context): void {
        this.look('onPoint', view, ctx)
      }
    }
    await backtest({
      strategy: Attack,
      ticks: memoryTicks([{ instrument: share('X', { ticksPerUnit: 1e9 }), ...entry }]),
      ...SETTINGS,
    })
    expect(leaks).toEqual([])
    expect(seen).toBeGreaterThan(1000)
  })
})
