/**
 * Orders on bars and on quotes agree with nautilus_trader 1.221.0: fill for fill (order, row, price, quantity, fee to the
 * cent), and how every other order ended. Expected fills are its own, made by order_types_nautilus.py with its markets
 * and plans and pinned here with the script's hash: it takes 670 MB.
 *
 * On bars it walks open, high, low, close (bar_adaptive_high_low_ordering off) and an order meets these four prices. A
 * bar that reaches both orders of a pair therefore fills the upper one: of buys the stop, which is our pessimistic
 * ambiguity, of sales the limit, which is our optimistic one.
 *
 * Where the two differ, and what these plans therefore leave out:
 *   market      on bars it fills at the close that decided; here at the next open. None on bars; on quotes both fill at
 *               the quote that decided
 *   taking      on bars what takes at once does so at that close there; limits stand behind the market, stops ahead
 *   gaps        a price that jumps over an order fills it at its own limit or trigger there, here limits and stops at
 *               the open, and stops at the quote: bars open where they closed, quotes move by one tick at a time
 *   stop-limits on bars, with their limit within the bar: there it depends on what is left of the path, and once
 *               filled they are makers. On quotes they agree
 *   trailing    on bars it follows the path; on quotes both follow the quote
 *   many        where one price reaches two orders of a side it fills the first and the second when the next price comes:
 *               one order, or pair, lives at a time
 *   fees        of exactly half a cent go up there and to even here: the rates leave none
 *   touch       it fills limits that are touched: limitFill is 'touch'
 */
import { expect, test } from 'vitest'
import { DAY, SECOND } from '../../core/time.ts'
import { backtest, memoryBars, memoryTicks } from '../../sim/index.ts'
import { barsOf, START, share } from '../fixtures.ts'
import { fileDigest, type Pinned, pinnedIn } from './aapl.ts'
import { Planned, type PlannedOrder } from './order-plan.ts'

/** Name, row, price, quantity, fee, maker. */
type Fill = readonly [string, number, number, number, number, boolean]

interface ReferenceRun {
  readonly title: string
  readonly kind: 'bars' | 'quotes'
  readonly rows: readonly (readonly [number, number, number, number])[]
  readonly plan: readonly PlannedOrder[]
  readonly fills: readonly Fill[]
  readonly ended: Readonly<Record<string, string>>
}

const reference = pinnedIn<Pinned & { readonly runs: readonly ReferenceRun[] }>('order-types.nautilus.json')

test('made by the script that stands here', () => {
  expect(reference.version).toBe('1.221.0')
  expect(fileDigest('order_types_nautilus.py')).toBe(reference.script)
})

const instrument = share('X')

function sourcesOf({ kind, rows }: ReferenceRun) {
  if (kind === 'bars') {
    const series = barsOf(rows.map(row => [...row, 1_000_000].join(' ')))
    return { times: series.receiveTime, bars: memoryBars([{ instrument, series }], { interval: '1d' }) }
  }
  const times = Float64Array.from(rows, (_, row) => START + (row + 1) * SECOND)
  const column = (place: number) => Float64Array.from(rows, row => row[place])
  const quotes = {
    length: rows.length,
    eventTime: times,
    receiveTime: times,
    bid: column(0),
    ask: column(1),
    bidSize: column(2),
    askSize: column(3),
  }
  return { times, ticks: memoryTicks([{ instrument, quotes }]) }
}

test.each(reference.runs)('$title', async expected => {
  const { times, ...sources } = sourcesOf(expected)
  Planned.plan = expected.plan
  Planned.times = times
  const run = await backtest({
    strategy: Planned,
    ...sources,
    cash: 10_000_000,
    leverage: 100,
    limitFill: 'touch',
    ambiguity: expected.title.startsWith('sales') ? 'optimistic' : 'pessimistic',
    fees: 'maker:2.371bps,taker:5.137bps:round=cent',
    strict: true,
  })
  const tagOf = (id: number) => run.orders[id - 1].tag!
  const step = expected.kind === 'bars' ? DAY : SECOND
  const fills = run.fills.map(({ orderId, time, price, quantity, fee }) => [
    tagOf(orderId),
    (time - START) / step - 1,
    price,
    quantity,
    fee,
  ])
  const sorted = (some: readonly (readonly unknown[])[]) =>
    [...some].sort((a, b) => Number(a[1]) - Number(b[1]) || ((a[0] as string) < (b[0] as string) ? -1 : 1))
  expect(expected.fills.length).toBeGreaterThan(25)
  expect(sorted(fills)).toEqual(sorted(expected.fills.map(fill => fill.slice(0, 5))))
  const ended = run.orders.filter(({ state }) => ['canceled', 'expired', 'rejected'].includes(state))
  expect(Object.fromEntries(ended.map(order => [order.tag!, order.state]))).toEqual(expected.ended)
})
