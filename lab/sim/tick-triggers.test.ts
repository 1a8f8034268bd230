/** Stops, touches and trails on ticks: the examples of models/tick-fills.md, worked by hand. */
import { describe, expect, it } from 'vitest'
import type { OrderOptions } from '../strategy/context.ts'
import { tickFills, tickOrders, tickPlay } from '../testing/tick-play.ts'

const QUOTES = ['0 quote 99x9 101x9', '10 quote 101x9 103x9', '20 quote 102x9 104x9', '30 quote 98x9 100x9']
const TRADES = ['0 trade 100x1', '10 trade 102x1', '20 trade 104x1', '30 trade 99x1', '40 trade 98x1']

const one = (rows: readonly string[], side: 'buy' | 'sell', options: OrderOptions, quantity = 2) =>
  tickPlay(rows, { 5: ({ ctx, X }) => ctx[side](X, quantity, options) })

describe('on quotes', () => {
  it('a buy stop is set off by the ask, and takes', async () => {
    expect(tickFills(await one(QUOTES, 'buy', { stop: 104 }))).toEqual(['20: buy 2 at 104'])
  })
  it('a sell stop is set off by the bid', async () => {
    expect(tickFills(await one(QUOTES, 'sell', { stop: 98.5 }))).toEqual(['30: sell 2 at 98'])
  })
  it('a stop beyond the market already is a market order', async () => {
    expect(tickFills(await one(QUOTES, 'buy', { stop: 101 }))).toEqual(['5: buy 2 at 101'])
  })
  it('a stop-limit rests at its limit where the market went further', async () => {
    const rows = [...QUOTES.slice(0, 3), '30 quote 102x9 103x9']
    expect(tickFills(await one(rows, 'buy', { stop: 104, limit: 103 }))).toEqual(['30: buy 2 at 103'])
  })
  it('a market-if-touched buys when the ask comes down to it', async () => {
    expect(tickFills(await one(QUOTES, 'buy', { touch: 100 }))).toEqual(['30: buy 2 at 100'])
  })
  it('a limit-if-touched becomes a limit order then', async () => {
    expect(tickFills(await one(QUOTES, 'buy', { touch: 100, limit: 99 }))).toEqual([])
    expect(tickFills(await one(QUOTES, 'buy', { touch: 100, limit: 100.5 }))).toEqual(['30: buy 2 at 100'])
  })
})

describe('on trades', () => {
  it('a stop is set off by one trade and fills at the next', async () => {
    expect(tickFills(await one(TRADES, 'buy', { stop: 102 }))).toEqual(['20: buy 2 at 104'])
  })
  it('beside a book it takes from the book after the rows of that time', async () => {
    const rows = [
      '0 snapshot bid 99x9 ask 101x1 ask 102x9',
      '10 trade 101x1 buy',
      '10 book ask 101x0',
      '20 book bid 97x1',
    ]
    // The trade took all that stood at 101: what it sets off finds 102.
    expect(tickFills(await one(rows, 'buy', { stop: 101 }))).toEqual(['10: buy 2 at 102'])
  })
})

describe('a trailing stop', () => {
  it('follows the best trade at its distance and never goes back', async () => {
    const run = await one(TRADES, 'sell', { trail: { amount: 5 } })
    // 95, 97, 99 with the trades; 99 sets it off, and it sells at the next.
    expect(tickFills(run)).toEqual(['40: sell 2 at 98'])
    expect(run.orders[0].stopPrice).toBe(99)
  })
  it('follows by percent of the price', async () => {
    const run = await one(TRADES, 'sell', { trail: { percent: 5 } })
    // 5 % below 104: 98.80, which 98 reaches; nothing trades after that.
    expect(tickFills(run)).toEqual([])
    expect(tickOrders(run)).toEqual(['accepted 0'])
    expect(tickFills(await one([...TRADES, '50 trade 97x1'], 'sell', { trail: { percent: 5 } }))).toEqual([
      '50: sell 2 at 97',
    ])
  })
  it('with a limit becomes a limit order beyond its stop', async () => {
    const run = await one(TRADES, 'sell', { trail: { amount: 5, limitOffset: 1.5 } })
    // Stop 99, limit 97.50, which the next trade's 98 allows.
    expect(tickFills(run)).toEqual(['40: sell 2 at 98'])
    expect(run.orders[0].limitPrice).toBe(97.5)
    const tight = await one([...TRADES, '50 trade 98.51x1'], 'sell', {
      trail: { amount: 5, limitOffset: 0.5 },
    })
    // Limit 98.50: 98 does not allow it, it rests, and 98.51 trades through it.
    expect(tickFills(tight)).toEqual(['50: sell 2 at 98.5'])
  })
  it('follows the bid where there are no trades', async () => {
    // Bids 99, 101, 102: the stop stands at 100, which 98 sets off.
    expect(tickFills(await one(QUOTES, 'sell', { trail: { amount: 2 } }))).toEqual(['30: sell 2 at 98'])
  })
  it('does not show the strategy where it stands before the market did', async () => {
    const seen: unknown[] = []
    const late = TRADES.map(row => row.replace(' ', '+100 '))
    await tickPlay([...late, '90 trade 98x1'], {
      101: ({ ctx, X }) => ctx.sell(X, 1, { trail: { amount: 50 } }),
      105: ({ ctx, ids }) => void seen.push(ctx.order(ids[0])?.stopPrice),
    })
    expect(seen).toEqual([undefined])
  })
})

describe('an auction', () => {
  const NEW_YORK = { calendar: 'XNYS', venue: 'XNYS' }
  // 3 January 2024, a Wednesday: 09:30 and 16:00 in New York are 14:30 and 21:00 UTC.
  const start = Date.UTC(2024, 0, 3) * 1000
  const at = (hours: number, ms = 0) => hours * 3_600_000 + ms
  const open = 14.5
  const close = 21
  const day = [
    `${at(14)} trade 100x1`,
    `${at(open, 7)} trade 101x5`,
    `${at(open, 9)} trade 102x5`,
    `${at(20)} trade 105x1`,
    `${at(close, -10)} trade 106x1`,
    `${at(close, 10)} trade 107x1`,
  ]
  const play = (rows: readonly string[], when: number, options: OrderOptions) =>
    tickPlay(rows, { [when]: ({ ctx, X }) => ctx.buy(X, 5, options) }, { terms: NEW_YORK, start })

  it('on open fills at the session’s first trade', async () => {
    const run = await play(day, at(14.2), { at: 'open' })
    expect(tickFills(run, start)).toEqual([`${at(open, 7)}: buy 5 at 101`])
  })
  it('on open, sent after it, waits for the next', async () => {
    const next = Date.UTC(2024, 0, 4, 14, 30, 1) * 1000 - start
    const run = await play([...day, `${next / 1000} trade 110x1`], at(15), { at: 'open' })
    expect(tickFills(run, start)).toEqual([`${next / 1000}: buy 5 at 110`])
  })
  it('limited, misses an open that its price does not allow', async () => {
    const run = await play(day, at(14.2), { at: 'open', limit: 100.5 })
    expect(tickOrders(run, start)).toEqual([`canceled 0 missedAuction (${at(open, 7)})`])
  })
  it('on close fills at the session’s last trade', async () => {
    const run = await play(day, at(20.5), { at: 'close' })
    expect(tickFills(run, start)).toEqual([`${at(close)}: buy 5 at 106`])
  })
  it('on close misses it where nothing trades after it came', async () => {
    const run = await play([...day.slice(0, 4), day[5]], at(20.5), { at: 'close' })
    expect(tickOrders(run, start)).toEqual([`canceled 0 missedAuction (${at(close)})`])
  })
  it('on open misses it where the session has no trade', async () => {
    const next = Date.UTC(2024, 0, 4, 15) * 1000 - start
    const run = await play([day[0], `${at(22)} trade 100x1`, `${next / 1000} trade 110x1`], at(14.2), {
      at: 'open',
    })
    expect(tickOrders(run, start)).toEqual([`canceled 0 missedAuction (${at(close)})`])
  })
  it('takes from the book where there are no trades', async () => {
    const quotes = [
      `${at(14)} quote 99x9 100x9`,
      `${at(open, 7)} quote 101x9 102x9`,
      `${at(close, -10)} quote 105x9 106x3`,
      `${at(close, 10)} quote 107x9 108x9`,
    ]
    expect(tickFills(await play(quotes, at(14.2), { at: 'open' }), start)).toEqual([
      `${at(open, 7)}: buy 5 at 102`,
    ])
    const run = await play(quotes, at(20), { at: 'close' })
    expect(tickFills(run, start)).toEqual([`${at(close)}: buy 3 at 106`])
    expect(tickOrders(run, start)).toEqual([`canceled 3 noLiquidity (${at(close)})`])
  })

  it('DAY ends with the session, GTD at its time; both may still meet what happens then', async () => {
    const rows = [`${at(14)} quote 99x9 101x9`, `${at(20)} quote 97x9 98x9`, `${at(22)} quote 99x9 100x9`]
    const run = await tickPlay(
      rows,
      {
        [at(15)]: ({ ctx, X }) => ctx.buy(X, 1, { limit: 90, timeInForce: 'DAY' }),
        [at(16)]: ({ ctx, X }) => ctx.buy(X, 1, { limit: 90, goodTill: start + at(18) * 1000 }),
        [at(17)]: ({ ctx, X }) => ctx.buy(X, 1, { limit: 98, goodTill: start + at(20) * 1000 }),
      },
      { terms: NEW_YORK, start },
    )
    expect(tickOrders(run, start)).toEqual([
      `expired 0 endOfSession (${at(close)})`,
      `expired 0 goodTillPassed (${at(18)})`,
      `filled 1 (${at(20)})`,
    ])
  })
})
