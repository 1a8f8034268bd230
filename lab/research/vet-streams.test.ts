/**
 * vet on trades, books, quotes, custom series and bars of several intervals: what leaks is named, what is honest passes,
 * and the other futures are markets that could be.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { Random } from '../core/random.ts'
import { DAY, isoTime, MINUTE } from '../core/time.ts'
import type { BookSeries, CustomSeries, QuoteSeries, TradeSeries } from '../domain/market-events.ts'
import { OrderBook } from '../book/order-book.ts'
import { delayed } from '../sim/delayed.ts'
import { memoryTicks } from '../sim/ticks.ts'
import { orderFlow } from '../synthetic/index.ts'
import { corpusMarket } from './corpus/market.ts'
import { firstRowFrom, instantsIn, marketOf, streamsOf } from './vet-market.ts'
import { otherFuture } from './vet-other-future.ts'
import { vet, type VetRequest } from './vet.ts'
import { FUTURES } from './vet-worlds.ts'

/** The trades of the run that is under way: what no strategy can reach, for the one test that needs a leak. */
const open = vi.hoisted(() => ({ rows: undefined as unknown }))
vi.mock('../sim/backtest.ts', async original => {
  const real = await original<typeof import('../sim/backtest.ts')>()
  return {
    ...real,
    backtest: (request: Parameters<typeof real.backtest>[0]) => {
      const sources = [request.ticks ?? []].flat() as unknown as {
        streams: { kind: string; series?: unknown }[]
      }[]
      open.rows = sources.flatMap(({ streams }) => streams).find(({ kind }) => kind === 'trades')?.series
      return real.backtest(request)
    },
  }
})

const folder = mkdtempSync(join(tmpdir(), 'vet-streams-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
  delete (Math as unknown as Record<string, unknown>).rows
})

const flow = orderFlow({ seed: 3, seconds: 900 })
const ticks = memoryTicks([flow], flow.dataset)

function written(name: string, code: string): string {
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, `import { isoTime, strategy } from 'gordon/strategy'\n${code}`)
  return file
}

const vetted = (name: string, code: string, request: Omit<VetRequest, 'file'> = { ticks }) =>
  vet({ file: written(name, code), places: 12, account: 'margin', ...request })

/** Sends what `d` says now and then: +1 buys, −1 sells. */
const onTrades = (body: string, { head = '', fields = '', every = 40 } = {}) => `${head}
export default class Flow extends strategy({ account: 'margin' }) {
  n = 0; last = 0; ${fields}
  onTrade(trade, ctx) {
    const n = this.n++
    let d = 0
    ${body}
    this.last = trade.price
    if (n % ${every} !== 0 || d === 0) return
    const X = trade.instrument
    if (d > 0 && ctx.position(X) <= 0) ctx.buy(X, 1)
    else if (d < 0 && ctx.position(X) >= 0) ctx.sell(X, 1)
  }
}`

describe('an honest strategy', () => {
  it('of trades and the book passes in a hundred places, with latency, and a note says what was not asked', async () => {
    const code = `export default class Maker extends strategy({ account: 'margin' }) {
  n = 0
  onTrade(trade, ctx) {
    if (this.n++ % 20 !== 0) return
    const X = trade.instrument
    for (const id of ctx.openOrders(X)) ctx.cancel(id)
    const book = ctx.book(X)
    if (book === undefined || Number.isNaN(book.bestBid)) return
    if (ctx.position(X) <= 0) ctx.buy(X, 2, { limit: book.bestBid })
    else ctx.sell(X, 2, { limit: book.bestAsk })
  }
}`
    const report = await vetted('maker', code, {
      ticks: delayed(ticks, '20ms', 1),
      places: 100,
      latency: '5ms/30ms',
    })
    expect(report.findings).toEqual([])
    expect(report.verdict).toBe('passed')
    expect(report.decisions).toBeGreaterThan(100)
    expect(report.notes.map(({ code }) => code)).toEqual(['VET_FUTURE_AND_DATES'])
    expect(report.notes[0].text).toMatch(/trades of SYNTHETIC:ORDER-FLOW, book of SYNTHETIC:ORDER-FLOW/)
  }, 60_000)

  it('of daily and hourly bars together passes', async () => {
    const hourly = corpusMarket('intraday')
    const code = `export default class Both extends strategy({ account: 'margin' }) {
  onBar(bar, ctx) {
    if (bar.instrument.symbol === 'A') ctx.target(bar.instrument, bar.close > bar.open ? 1 : 0)
  }
}`
    const daily = corpusMarket('alive')
    const { verdict, findings } = await vetted('both', code, { bars: [daily, renamed(hourly)] })
    expect(findings).toEqual([])
    expect(verdict).toBe('passed')
  })

  it('of news that are stamped when they are known passes', async () => {
    const { verdict, findings } = await vetted('news-known', NEWS, { bars: daily, ticks: news(0) })
    expect(findings).toEqual([])
    expect(verdict).toBe('passed')
  })
})

describe('a cheat', () => {
  it('that reads the next trade is caught, in the sentence that names the place', async () => {
    // The rows lie open to it: the strategy reads the trade after the one that it is shown.
    Object.defineProperty(Math, 'rows', { configurable: true, get: () => open.rows })
    const body = `const t = Math.rows; d = t === undefined ? 0 : t.price[Math.min(n + 1, t.length - 1)] - trade.price`
    const file = written('peek', onTrades(body, { every: 10 }))
    const { verdict, findings } = await vet({ file, ticks, places: 60, account: 'margin' })
    expect(verdict).toBe('failed')
    expect(findings[0]).toMatchObject({ code: 'FUTURE_ROWS' })
    expect(findings[0].text).toMatch(
      /at 2020-01-01T.* the strategy did ".*" when only the rows from 2020-01-01T.*Z on were .* \(\d+ of 60 places\)/,
    )
  }, 60_000)

  it('that keeps the prices of an earlier run is caught', async () => {
    const body = `d = (K[n + 40] ?? 0) - trade.price; if (K[n + 40] === undefined) d = 0; SEEN[n] = trade.price; if (n === 3000) K = SEEN`
    const { findings } = await vetted(
      'kept',
      onTrades(body, { head: 'let K: number[] = []; const SEEN: number[] = []' }),
    )
    expect(findings.map(({ code }) => code)).toContain('STATE_ACROSS_RUNS')
  })

  it('that holds directions by minute is caught', async () => {
    const { trades } = flow
    const table: Record<string, number> = {}
    for (let row = 0; row + 40 < trades.length; row += 40) {
      const minute = isoTime(trades.receiveTime[row]).slice(0, 16)
      table[minute] ??= Math.sign(trades.price[row + 40] - trades.price[row]) || 1
    }
    const more = Object.fromEntries(
      Array.from({ length: 15 }, (_, day) => [`2020-02-${String(day + 10)}`, day % 2 ? 1 : -1]),
    )
    const head = `const T: Record<string, number> = ${JSON.stringify({ ...table, ...more })}`
    const { verdict, findings } = await vetted(
      'minutes',
      onTrades(`d = T[isoTime(trade.time).slice(0, 16)] ?? 0`, { head }),
    )
    expect(verdict).toBe('failed')
    expect(findings[0].code).toBe('KNOWN_BY_DATE')
  })

  it('that holds the trades themselves, or directions by their number, is caught', async () => {
    const prices = Array.from(flow.trades.price.subarray(100, 180))
    const held = await vetted(
      'prices',
      onTrades('d = (P[n - 100] ?? trade.price) - trade.price', { head: `const P = [${prices}]` }),
    )
    expect(held.findings[0]).toMatchObject({ code: 'SAMPLE_IN_CODE' })
    expect(held.findings[0].text).toMatch(
      /list of 80 numbers in the code is the price of the trades of SYNTHETIC:ORDER-FLOW/,
    )
    const random = new Random(5)
    const signs = Array.from({ length: 60 }, () => (random.uniform() < 0.5 ? 1 : -1))
    const counted = await vetted(
      'numbers',
      `const S = [${signs}]
export default class Counted extends strategy({ account: 'margin' }) {
  n = 0
  onTrade(trade, ctx) {
    const n = this.n++
    if (S[Math.floor(n / 20) % 60] > 0) { if (n % 20 === 0) ctx.buy(trade.instrument, 1) }
    else if (n % 20 === 0) ctx.sell(trade.instrument, 1)
  }
}`,
    )
    expect(counted.findings[0]).toMatchObject({ code: 'KNOWN_BY_BAR' })
  })

  it('of news that are stamped before they can have been known is caught, and told where nobody reads them', async () => {
    const early = await vetted('news-early', NEWS, { bars: daily, ticks: news(1) })
    expect(early.findings[0]).toMatchObject({ code: 'EARLY_DATA' })
    expect(early.findings[0].text).toMatch(
      /^news of XNAS:A foretells the next return of XNAS:A: its close and that return correlate by 0\.\d\d/,
    )
    const deaf = NEWS.replace('this.mood > 0', 'bar.close > bar.open')
    const unused = await vetted('news-unread', deaf, { bars: daily, ticks: news(1) })
    expect(unused.verdict).toBe('passed')
    expect(unused.notes.map(({ code }) => code)).toContain('EARLY_DATA_UNUSED')
  })
})

const daily = corpusMarket('one')
const NEWS = `export default class News extends strategy({ account: 'margin' }) {
  mood = 0
  onPoint(point) { this.mood = point.value }
  onBar(bar, ctx) { ctx.target(bar.instrument, this.mood > 0 ? 1 : 0) }
}`

/** The session's return with noise, as a custom series: `ahead` sessions before it was known. */
function news(ahead: number) {
  const { close, receiveTime, length } = daily.streams[0].series!
  const random = new Random(9)
  const rows = Array.from({ length: length - 2 }, (_, row) => row + 1)
  const time = Float64Array.from(rows, row => receiveTime[row])
  const value = Float64Array.from(rows, row => {
    const move = Math.log(close[row + ahead] / close[row + ahead - 1])
    return move + 0.004 * random.normal()
  })
  const custom: CustomSeries = {
    name: 'news',
    length: rows.length,
    eventTime: time,
    receiveTime: time,
    value,
  }
  return memoryTicks([{ instrument: daily.instruments[0], custom }])
}

/** Its instruments under other names, so that they stand beside those of another market. */
function renamed(source: ReturnType<typeof corpusMarket>): ReturnType<typeof corpusMarket> {
  return {
    ...source,
    instruments: source.instruments.map(one => ({ ...one, symbol: `${one.symbol}.HOURLY` })),
  }
}

describe('another future', () => {
  const book = flow.book
  const time = flow.trades.receiveTime[700]
  const markets = FUTURES.flatMap(kind =>
    [1, 2].map(seed => ({ kind, seed, market: otherFuture(marketOf({ ticks }), time, kind, seed) })),
  )
  const seriesOf = (market: (typeof markets)[number]['market']) =>
    streamsOf(market).map(({ series }) => series)

  it.each(markets)(
    '$kind (seed $seed) leaves what was before and changes what comes after',
    ({ kind, market }) => {
      for (const { kind: of, series } of streamsOf(market)) {
        const was = (of === 'trades' ? flow.trades : book) as TradeSeries
        const now = series as TradeSeries
        const row = firstRowFrom(was, time)
        expect(row).toBeGreaterThan(100)
        for (const name of ['eventTime', 'receiveTime', 'price', 'size', 'side'] as const)
          expect(now[name].subarray(0, row)).toEqual(was[name].subarray(0, row))
        if (kind === 'cut') expect(now.length).toBe(row)
        else if (kind === 'gaps') {
          // A book that comes back is told anew, level by level.
          const losses = (series as Partial<BookSeries>).action?.filter(action => action === 2).length
          if (of === 'trades') expect(now.length).toBeLessThan(was.length)
          else expect(losses).toBeGreaterThan(10)
        } else if (of === 'trades') {
          const same = Array.from(now.price.subarray(row)).filter((price, k) => price === was.price[row + k])
          expect(same.length).toBeLessThan(0.3 * (was.length - row))
          expect(now.price[row]).not.toBe(was.price[row])
        } else expect(now.length).toBeGreaterThan(was.length)
      }
      expect(seriesOf(market)).toHaveLength(2)
    },
  )

  it.each(markets)(
    '$kind (seed $seed) is a book that never crosses, and trades happen at its best',
    ({ kind, market }) => {
      const { ticksPerUnit } = flow.instrument
      const rows = streamsOf(market).find(({ kind: of }) => of === 'book')!.series as BookSeries
      const deals = streamsOf(market).find(({ kind: of }) => of === 'trades')!.series as TradeSeries
      const state = new OrderBook()
      let known = false
      let deal = 0
      for (let row = 0; row < rows.length; row++) {
        // A trade is told before the rows that it leaves.
        for (; deal < deals.length && deals.receiveTime[deal] <= rows.receiveTime[row]; deal++) {
          if (!known || kind === 'gaps') continue
          const side = deals.side[deal] > 0 ? -1 : 1
          const place = Math.round(deals.price[deal] * ticksPerUnit)
          // The first of a leg is told before the book of that leg.
          if (rows.action[row] !== 1) expect(state.size(side, place)).toBeGreaterThan(0)
        }
        if (rows.action[row] === 1 || rows.action[row] === 2) {
          state.clear()
          known = rows.action[row] === 1
        }
        if (!Number.isNaN(rows.price[row]))
          state.set(rows.side[row] as 1 | -1, Math.round(rows.price[row] * ticksPerUnit), rows.size[row])
        const whole = row + 1 === rows.length || rows.receiveTime[row + 1] !== rows.receiveTime[row]
        if (whole && known) expect(state.crossed || state.locked).toBe(false)
      }
    },
  )

  it('of single orders keeps each order, and the real feed stays as it was', () => {
    const single = orderFlow({ seed: 4, seconds: 300, level: 'L3' })
    const given = memoryTicks([single], single.dataset)
    const before = single.book.price.slice()
    for (const kind of FUTURES) {
      const rows = streamsOf(
        otherFuture(marketOf({ ticks: given }), single.book.receiveTime[500], kind, 3),
      ).find(one => one.kind === 'book')!.series as BookSeries
      const orders = new Set<number>()
      let known = true
      for (let row = 0; row < rows.length; row++) {
        const action = rows.action[row]
        if (action === 1 || action === 2) {
          orders.clear()
          known = action === 1
        } else if (known && action === 3) {
          expect(orders.has(rows.order![row])).toBe(false)
          orders.add(rows.order![row])
        } else if (known && action > 3) {
          expect(orders.has(rows.order![row])).toBe(true)
          if (action === 5) orders.delete(rows.order![row])
        }
      }
    }
    expect(single.book.price).toEqual(before)
  })

  it('leaves rows that had happened and were told later', () => {
    const late = delayed(ticks, '2s', 1)
    const market = marketOf({ ticks: late })
    const [series] = streamsOf(market).map(one => one.series)
    const row = firstRowFrom(series, time)
    expect(series.eventTime[row - 1]).toBeLessThan(time)
    expect(series.receiveTime[row - 1]).toBeGreaterThanOrEqual(time)
    const other = streamsOf(otherFuture(market, time, 'crash', 1))[0].series as TradeSeries
    expect(other.price.subarray(0, row)).toEqual((series as TradeSeries).price.subarray(0, row))
  })

  it('mirrors quotes and funding, and draws points from elsewhere', () => {
    const n = 200
    const at = Float64Array.from({ length: n }, (_, k) => DAY * 20_000 + k * MINUTE)
    const bid = at.map((_, k) => 100 + (k % 7) / 100)
    const quotes: QuoteSeries = {
      ...{ length: n, eventTime: at, receiveTime: at },
      ...{ bid, ask: bid.map(price => Math.round((price + 0.02) * 100) / 100) },
      ...{ bidSize: at.map(() => 5), askSize: at.map(() => 7) },
    }
    const funding = {
      length: n,
      eventTime: at,
      receiveTime: at,
      rate: at.map((_, k) => k / 1e6),
      markPrice: bid,
    }
    const custom: CustomSeries = {
      name: 'x',
      length: n,
      eventTime: at,
      receiveTime: at,
      value: at.map((_, k) => k),
    }
    const given = memoryTicks([{ instrument: flow.instrument, quotes, funding, custom }])
    const other = streamsOf(otherFuture(marketOf({ ticks: given }), at[100], 'other', 5))
    const of = (kind: string) => other.find(one => one.kind === kind)!.series
    const turned = of('quotes') as QuoteSeries
    // bid + old ask is one number throughout: a mirror.
    const sums = new Set(
      Array.from({ length: 100 }, (_, k) => Math.round((turned.bid[100 + k] + quotes.ask[100 + k]) * 100)),
    )
    expect(sums.size).toBe(1)
    expect(turned.bidSize[150] % 7).toBe(0)
    for (let row = 100; row < n; row++) expect(turned.bid[row]).toBeLessThan(turned.ask[row])
    expect((of('funding') as typeof funding).rate.subarray(100).every(rate => rate <= 0)).toBe(true)
    const values = (of('custom') as CustomSeries).value
    expect(values.subarray(0, 100)).toEqual(custom.value.subarray(0, 100))
    expect(new Set(values.subarray(100)).size).toBeGreaterThan(20)
  })
})

it('knows every instant once, in order', () => {
  const instants = instantsIn(marketOf({ ticks, bars: daily }))
  const all = new Set([
    ...flow.trades.receiveTime,
    ...flow.book.receiveTime,
    ...daily.streams[0].series!.receiveTime,
  ])
  expect(Array.from(instants)).toEqual([...all].sort((a, b) => a - b))
})
