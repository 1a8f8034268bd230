/**
 * A strategy cannot see the future by mistake. Every number of the bars is a random double of its own, so that
 * one glimpse of a later row is told from everything else, wherever it turns up: the strategy under test takes
 * hold of whatever it can reach, calls it with whatever might work, and searches all that comes back.
 */
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { DAY } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { donchian, sma } from '../indicators/index.ts'
import type { BarView, Context, FillRecord, OrderRecord } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { START, share } from '../testing/fixtures.ts'
import { streamed } from '../testing/fixtures-random.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

const DAYS = 12
const SYMBOLS = ['A', 'B', 'C']
const NAMES = ['open', 'high', 'low', 'close', 'volume'] as const

/** Bars of random doubles, times at odd microseconds, and from which day on each number is known. */
function unmistakable(seed: number) {
  const random = new Random(seed)
  const knownFrom = new Map<number, number>()
  const entries = SYMBOLS.map(symbol => {
    const column = () => new Float64Array(DAYS)
    const series = {
      length: DAYS,
      eventTime: column(),
      receiveTime: column(),
      ...{ open: column(), high: column(), low: column(), close: column(), volume: column() },
    }
    for (let day = 0; day < DAYS; day++) {
      const prices = Array.from({ length: 4 }, () => 50 + 50 * random.uniform()).sort((a, b) => a - b)
      series.low[day] = prices[0]
      series.open[day] = prices[1]
      series.close[day] = prices[2]
      series.high[day] = prices[3]
      series.volume[day] = 1e5 * random.uniform()
      // All symbols share the instant; each has an event time of its own.
      series.receiveTime[day] = START + (day + 1) * DAY + 977 * day + 101
      series.eventTime[day] = series.receiveTime[day] - random.integer(10, 100)
      for (const name of [...NAMES, 'eventTime', 'receiveTime'] as const)
        if (!knownFrom.has(series[name][day])) knownFrom.set(series[name][day], day)
    }
    return { instrument: share(symbol, { ticksPerUnit: 1e9 }), series: series as BarSeries }
  })
  return { bars: memoryBars(entries, { interval: '1d' }), entries, knownFrom }
}

/** What changes the run or the searched arrays is not called here; orders are sent on their own. */
const NOT_CALLED = new Set(
  (
    'constructor log plot random copyWithin fill set sort reverse ' +
    'buy sell target targetWeights close cancel replace'
  ).split(' '),
)
const ODD_NUMBERS = [
  0,
  1,
  2,
  3,
  -1,
  -2,
  5,
  1e9,
  2 ** 32,
  -(2 ** 31),
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
]

class Search {
  readonly seen = new Set<unknown>()
  readonly numbers = new Set<number>()

  /** Everything reachable from a value: own keys, symbols, prototypes, getters, elements, buffers. */
  walk(value: unknown, depth = 0): void {
    if (typeof value === 'number') this.numbers.add(value)
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return
    if (this.seen.has(value) || depth > 7 || value === globalThis) return
    this.seen.add(value)
    if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
      if (value.byteLength % 8 === 0) for (const number of new Float64Array(value)) this.numbers.add(number)
      return
    }
    if (ArrayBuffer.isView(value)) this.walk(value.buffer, depth + 1)
    if (value instanceof Map) for (const entry of value) this.walk(entry, depth + 1)
    if (value instanceof Set) for (const entry of value) this.walk(entry, depth + 1)
    for (let holder: object | null = value; holder !== null; holder = Object.getPrototypeOf(holder)) {
      if (holder === Object.prototype || holder === Function.prototype || holder === Array.prototype) break
      for (const key of Reflect.ownKeys(holder)) {
        if (key === 'caller' || key === 'arguments') continue
        this.try(() => Reflect.get(holder as object, key, value), depth)
        this.try(() => Reflect.getOwnPropertyDescriptor(holder as object, key)?.value, depth)
      }
    }
  }

  try(get: () => unknown, depth = 0): void {
    try {
      this.walk(get(), depth + 1)
    } catch {
      // Refused: nothing seen.
    }
  }

  /** Calls every method that a value has, on all its prototypes, with arguments of many kinds. */
  call(target: object, given: readonly unknown[][]): void {
    for (let holder: object | null = target; holder !== null; holder = Object.getPrototypeOf(holder)) {
      if (holder === Object.prototype || holder === Function.prototype) break
      for (const key of Reflect.ownKeys(holder)) {
        if (typeof key !== 'string' || NOT_CALLED.has(key)) continue
        const method = (() => {
          try {
            return Reflect.get(holder as object, key, target)
          } catch {
            return undefined
          }
        })()
        if (typeof method === 'function') for (const args of given) this.try(() => method.apply(target, args))
      }
    }
  }
}

/** Runs the attack and tells every number of a later day that it got hold of. */
async function attack(
  seed: number,
  strict: boolean,
  inStream: boolean,
): Promise<{ leaks: string[]; seen: number }> {
  const { bars, knownFrom } = unmistakable(seed)
  const leaks: string[] = []
  let seenInAll = 0
  class Attack extends strategy({ history: 5, state: () => ({ anything: [] as unknown[] }) }) {
    // Indicators that tell the very numbers of their bar, so that a row too far is seen.
    average = this.indicator(sma(1))
    channel = this.indicator(donchian(1))
    kept: unknown[] = []
    day = -1

    look(where: string, ctx: Context, ...more: unknown[]): void {
      const search = new Search()
      const handles = [
        ...ctx.instruments.map(one => one.handle),
        -1,
        3,
        99,
        Number.NaN,
        '0',
        'constructor',
        '__proto__',
      ]
      const places = [
        ...ctx.instruments,
        ...handles.map(handle => ({ handle })),
        ...this.kept,
        undefined,
        null,
      ]
      const arguments_ = [
        [],
        ...places.map(place => [place]),
        ...places.slice(0, 5).flatMap(place => ODD_NUMBERS.map(number => [place, number])),
        ...ODD_NUMBERS.map(number => [number]),
        ['A'],
        ['TEST:C'],
      ]
      for (const target of [ctx, this.average, this.channel, ...more, ...this.kept])
        if (target !== null && typeof target === 'object') {
          search.walk(target)
          search.call(target, arguments_)
        }
      search.walk(this)
      search.try(() => callSites())
      for (const instrument of ctx.instruments.slice(0, 2))
        search.try(() =>
          ctx.order(ctx.buy(instrument, 1 + this.day, this.day % 2 === 0 ? {} : { limit: 60 })),
        )
      for (const place of handles)
        for (const output of ['value', 'upper', 'lower', 'close', undefined, '0', '-1', 'length', 'buffer'])
          for (const indicator of [this.average, this.channel])
            search.try(() => indicator.at({ slot: place as number }, output as never))
      for (const instrument of ctx.instruments)
        for (const n of ODD_NUMBERS)
          search.try(() => {
            const past = ctx.history(instrument, n)
            return past === undefined
              ? undefined
              : [
                  past,
                  ...NAMES.map(name => [
                    past[name].buffer,
                    past[name].at(-1),
                    past[name].subarray(0, 99).buffer,
                  ]),
                ]
          })
      for (const number of search.numbers) {
        const from = knownFrom.get(number)
        if (from !== undefined && from > this.day)
          leaks.push(`day ${this.day} ${where}: a number of day ${from}`)
      }
      seenInAll += [...search.numbers].filter(number => knownFrom.has(number)).length
    }

    override onStart(ctx: Context): void {
      this.day = 0
      this.look('onStart', ctx)
      this.day = -1
    }
    override onBar(bar: BarView, ctx: Context): void {
      if (bar.handle === 0) this.day++
      this.kept.push(bar)
      if (this.kept.length > 4) this.kept.shift()
      if (this.day < 3 || bar.handle === 1) this.look(`onBar ${bar.instrument.symbol}`, ctx, bar)
    }
    override onInstant(ctx: Context): void {
      if (this.day % 3 === 1) this.look('onInstant', ctx)
    }
    override onFill(fill: FillRecord, ctx: Context): void {
      // Fills of the new day's open are told before that day's bars are counted.
      this.day++
      if (this.day < 4) this.look('onFill', ctx, fill)
      this.day--
    }
    override onOrder(order: OrderRecord): void {
      this.kept[0] = order
    }
    override onEnd(ctx: Context): void {
      this.look('onEnd', ctx)
    }
  }
  await backtest({ strategy: Attack, bars: inStream ? streamed(bars, 4) : bars, strict, account: 'margin' })
  return { leaks, seen: seenInAll }
}

/** `this` of every caller up the stack, as V8 tells it. */
function callSites(): unknown {
  const before = Error.prepareStackTrace
  try {
    Error.prepareStackTrace = (_, sites) => sites.map(site => [site.getThis(), site.getFunction()])
    return new Error('look').stack
  } finally {
    Error.prepareStackTrace = before
  }
}

describe('a strategy that tries everything', () => {
  it('finds the present and the past, and nothing of the future', async () => {
    const { leaks, seen } = await attack(1, false, false)
    expect(leaks).toEqual([])
    expect(seen).toBeGreaterThan(500)
  })
  it('nor in strict mode', async () => {
    expect((await attack(2, true, false)).leaks).toEqual([])
  })
  it('nor when bars come in batches', async () => {
    expect((await attack(3, false, true)).leaks).toEqual([])
  })
  it('is told from a run that leaks: the search finds a planted glimpse', () => {
    const { entries } = unmistakable(4)
    const search = new Search()
    search.walk({ deep: { row: entries[0].series.close.subarray(0, 1) } })
    expect(search.numbers.has(entries[0].series.close[DAYS - 1])).toBe(true)
  })
})

describe('a bar view', () => {
  const kept = 'A bar view of TEST:A was used after its callback; keep the numbers (bar.close), not the view.'

  it('is dead after its callback', async () => {
    for (const strict of [true, false]) {
      const { bars } = unmistakable(5)
      class Keeper extends strategy() {
        view: BarView | undefined
        override onBar(bar: BarView): void {
          this.view ??= bar
        }
        override onInstant(ctx: Context): void {
          for (const read of [
            (v: BarView) => v.close,
            (v: BarView) => v.time,
            (v: BarView) => v.volume,
            (v: BarView) => v.late,
          ])
            try {
              read(this.view!)
              ctx.log('read')
            } catch (error) {
              ctx.log((error as Error).message)
            }
        }
      }
      const run = await backtest({ strategy: Keeper, bars, strict })
      expect([...new Set(run.logs.map(line => line.text))]).toEqual([kept])
    }
  })

  it('kept into the next callback throws in strict mode', async () => {
    const { bars } = unmistakable(6)
    class Keeper extends strategy() {
      views: BarView[] = []
      override onBar(bar: BarView): void {
        this.views.push(bar)
        if (this.views.length === 7) void this.views[0].close
      }
    }
    await expect(backtest({ strategy: Keeper, bars, strict: true })).rejects.toThrow(kept)
  })
})

describe('what the context hands out', () => {
  it('cannot be reordered, so that a careless sort changes no handle', async () => {
    const { bars } = unmistakable(7)
    class Sorter extends strategy() {
      override onInstant(ctx: Context): void {
        for (const list of [ctx.instruments, ctx.universe])
          expect(() => (list as unknown as { handle: number }[]).sort((a, b) => b.handle - a.handle)).toThrow(
            TypeError,
          )
        expect(() => {
          ;(ctx.instruments[0] as { handle: number }).handle = 2
        }).toThrow(TypeError)
        expect(ctx.instruments.map(one => one.handle)).toEqual([0, 1, 2])
      }
    }
    await backtest({ strategy: Sorter, bars })
    await backtest({ strategy: Sorter, bars, universe: SYMBOLS.map(symbol => ({ symbol })) })
  })
})
