/**
 * The synthetic book held to what a venue's would be, by the order books that runs use (lab/book), and its flow to
 * queueing theory: without market orders the number of resting orders is that of an M/M/∞ queue.
 */
import { describe, expect, it } from 'vitest'
import { BOOK_FAULTS, OrderBook } from '../book/order-book.ts'
import { OrderQueueBook, QUEUE_FAULTS } from '../book/order-queue-book.ts'
import { SECOND } from '../core/time.ts'
import { BOOK_ACTIONS } from '../domain/market-events.ts'
import { backtest, memoryTicks } from '../sim/index.ts'
import { Restless } from '../testing/fixtures-ticks.ts'
import { python } from '../testing/python.ts'
import { type OrderFlowTerms, orderFlow, type SyntheticFlow } from './index.ts'
import { autocorrelation, average, holdWithin4 } from './test-moments.ts'

const GRID = { ticksPerUnit: 100, lotsPerUnit: 1000 }
/** Buys bring buys, sells bring sells, and market orders draw limit orders: a branching ratio of 0.7. */
const EXCITED = {
  jump: [
    [1, 0, 0, 2],
    [0, 1, 2, 0],
    [0.2, 0, 3, 0],
    [0, 0.2, 0, 3],
  ],
  decay: 6,
}
const FLOWS: Record<string, OrderFlowTerms> = {
  'Poisson, L2': { seed: 1, seconds: 300 },
  'Poisson, L3': { seed: 2, seconds: 300, level: 'L3', instrument: GRID },
  'Hawkes, L2': { seed: 3, seconds: 150, excitation: EXCITED, instrument: GRID },
  'Hawkes, L3': { seed: 4, seconds: 150, excitation: EXCITED, level: 'L3' },
  'a thin book, often empty, L3': {
    seed: 5,
    seconds: 900,
    limitRate: 1,
    marketRate: 0.9,
    cancelRate: 0.5,
    level: 'L3',
  },
}

/** Plays a flow into a book row by row; `at` sees the book before each trade and row, and after each instant. */
function played(
  { book, trades, instrument }: SyntheticFlow,
  at: {
    trade?(row: number, levels: OrderBook): void
    row?(row: number, queue: OrderQueueBook): void
    instant?(time: number, levels: OrderBook, queue: OrderQueueBook): void
  },
): { levels: OrderBook; queue: OrderQueueBook } {
  const queue = new OrderQueueBook()
  const levels = book.order === undefined ? new OrderBook() : queue.levels
  const scale = instrument.ticksPerUnit
  let trade = 0
  for (let row = 0; row < book.length; row++) {
    for (; trades.eventTime[trade] <= book.eventTime[row]; trade++) at.trade?.(trade, levels)
    const [action, price, size] = [book.action[row], book.price[row], book.size[row]]
    const side = book.side[row] as 1 | -1
    const ticks = Math.round(price * scale)
    const order = book.order?.[row] ?? Number.NaN
    let fault: number = QUEUE_FAULTS.none
    at.row?.(row, queue)
    if (action === BOOK_ACTIONS.clear) queue.clear()
    else if (action === BOOK_ACTIONS.set) fault = levels.set(side, ticks, size)
    else if (action === BOOK_ACTIONS.add) fault = queue.add(order, side, ticks, size)
    else if (action === BOOK_ACTIONS.change) fault = queue.change(order, ticks, size)
    else fault = queue.remove(order)
    if (fault !== BOOK_FAULTS.none) throw new Error(`row ${row} of the book has fault ${fault}`)
    if (book.eventTime[row + 1] !== book.eventTime[row]) at.instant?.(book.eventTime[row], levels, queue)
  }
  expect(trade).toBe(trades.length)
  return { levels, queue }
}

describe.each(Object.entries(FLOWS))('%s', (_, terms) => {
  const flow = orderFlow(terms)
  const { book, trades, instrument } = flow
  const { ticksPerUnit, lotsPerUnit } = instrument

  it('is never crossed or locked, and trades at the touch for no more than rests there', () => {
    let worked = 0
    let before = Number.NaN
    let left = 0
    played(flow, {
      trade(row, levels) {
        const side = trades.side[row] as 1 | -1
        const touch = levels.bestTicks(side > 0 ? -1 : 1)
        if (trades.eventTime[row] !== before) left = levels.size(side > 0 ? -1 : 1, touch)
        before = trades.eventTime[row]
        expect(trades.price[row]).toBe(touch / ticksPerUnit)
        left -= trades.size[row]
        expect(left).toBeGreaterThanOrEqual(-1e-9)
        worked++
      },
      instant(_time, levels) {
        expect(levels.state).toBe(BOOK_FAULTS.none)
      },
    })
    expect(worked).toBeGreaterThan(300)
  })

  it('has sizes in lots above zero, prices in ticks, times that rise', () => {
    for (const { eventTime, receiveTime, length } of [book, trades]) {
      expect(receiveTime).toBe(eventTime)
      for (let row = 1; row < length; row++) expect(eventTime[row]).toBeGreaterThanOrEqual(eventTime[row - 1])
      expect(eventTime[length - 1] - Date.UTC(2020, 0, 1) * 1000).toBeLessThanOrEqual(terms.seconds * SECOND)
    }
    expect(trades.size.every(size => size > 0 && Math.round(size * lotsPerUnit) / lotsPerUnit === size)).toBe(
      true,
    )
    expect(book.size.every((size, row) => size > 0 || book.action[row] !== BOOK_ACTIONS.add)).toBe(true)
    expect(trades.price.every(price => Math.round(price * ticksPerUnit) / ticksPerUnit === price)).toBe(true)
  })

  it('says that it is synthetic, and is the same for the same seed', () => {
    expect(instrument.venue).toBe('SYNTHETIC')
    expect(flow.dataset.id).toBe(`synthetic:order-flow:${terms.seed}`)
    expect(orderFlow(terms)).toEqual(flow)
    expect(orderFlow({ ...terms, seed: 99 }).dataset.snapshot.slice(-16)).not.toBe(
      flow.dataset.snapshot.slice(-16),
    )
  })

  it('runs, with no doubt about its data', async () => {
    const run = await backtest({ strategy: Restless, ticks: memoryTicks([flow], flow.dataset), seed: 1 })
    expect(run.fills.length).toBeGreaterThan(20)
    expect(run.datasets[0].snapshot).toBe(flow.dataset.snapshot)
    const ofData = /^(BOOK|TRADES|EVENTS|RECEIVED|EMPTY)_/
    expect(run.warnings.filter(({ code }) => ofData.test(code))).toEqual([])
  })
})

it('who came first trades first', () => {
  const flow = orderFlow({ seed: 11, seconds: 300, level: 'L3', marketRate: 4 })
  const { book, trades } = flow
  const traded = new Set(trades.eventTime)
  let worked = 0
  played(flow, {
    row(row, queue) {
      if (!traded.has(book.eventTime[row])) return
      const side = book.side[row] as 1 | -1
      expect(queue.firstAt(side, queue.levels.bestTicks(side))).toBe(book.order![row])
      worked++
    },
  })
  expect(worked).toBe(trades.length)
})

it('rows of levels and rows of orders tell the same book', () => {
  const terms = { seed: 6, seconds: 120, excitation: EXCITED }
  const [byLevel, byOrder] = [orderFlow(terms), orderFlow({ ...terms, level: 'L3' })]
  const sampled: unknown[][] = [[], []]
  ;[byLevel, byOrder].forEach((flow, place) => {
    played(flow, { instant: (time, levels) => sampled[place].push([time, levels.depth(50)]) })
  })
  expect(sampled[0].length).toBeGreaterThan(3000)
  expect(sampled[1]).toEqual(sampled[0])
  expect(byOrder.trades).toEqual(byLevel.trades)
})

/** How many orders rest, at even times. */
function resting(flow: SyntheticFlow, every: number): Float64Array {
  const found: number[] = []
  let next = flow.book.eventTime[0] + every * SECOND
  let count = Number.NaN
  played(flow, {
    instant(time, _levels, queue) {
      for (; next < time; next += every * SECOND) found.push(count)
      count = queue.count
    },
  })
  return Float64Array.from(found)
}

describe('orders that rest', () => {
  it('without market orders are a Poisson number with mean λ/θ, remembered as e^(−θτ) (an M/M/∞ queue)', () => {
    const [rate, seconds] = [0.5, 10_000]
    const flow = orderFlow({ seed: 7, seconds, level: 'L3', limitRate: 10, marketRate: 0, cancelRate: rate })
    const counts = resting(flow, 1)
    const n = counts.length
    const kept = Math.exp(-rate)
    // Errors of a first-order autoregression; the count's own excess kurtosis of 1/40 adds less than 2 %.
    holdWithin4('mean', average(counts), 40, Math.sqrt((40 / n) * ((1 + kept) / (1 - kept))))
    const square = kept ** 2
    const spread = average(counts, count => (count - 40) ** 2)
    holdWithin4('variance', spread, 40, 40 * Math.sqrt((2 / n) * ((1 + square) / (1 - square))) * 1.02)
    for (const lag of [1, 3]) {
      const bartlett = ((1 + square) * (1 - square ** lag)) / (1 - square) - 2 * lag * square ** lag
      holdWithin4(
        `lag ${lag}`,
        autocorrelation(counts, lag, 40),
        Math.exp(-rate * lag),
        Math.sqrt(bartlett / n),
      )
    }
  })

  it('leave after a time of their own, exponential with mean 1/θ (scipy.stats.kstest)', async () => {
    const { book } = orderFlow({ seed: 12, seconds: 1500, level: 'L3', marketRate: 0, cancelRate: 0.4 })
    const came = new Map<number, number>()
    const lives: number[] = []
    // Orders that come 50 s before the end have gone by then, but for one in e²⁰.
    const last = book.eventTime[0] + 1450 * SECOND
    for (let row = 0; row < book.length; row++) {
      const [time, order] = [book.eventTime[row], book.order![row]]
      if (book.action[row] === BOOK_ACTIONS.add && time > book.eventTime[0] && time < last)
        came.set(order, time)
      else if (book.action[row] === BOOK_ACTIONS.remove && came.has(order))
        lives.push((0.4 * (time - came.get(order)!)) / SECOND)
    }
    expect(lives).toHaveLength(came.size)
    const chance = await python(
      `
import json, sys
from scipy import stats
print(json.dumps(float(stats.kstest(json.load(sys.stdin), 'expon').pvalue)))`,
      lives,
    )
    expect(chance).toBeGreaterThan(0.001)
  })

  it('with market orders of one lot are (λ − μ)/θ on average, with variance λ/θ', () => {
    // Births λ = 20, deaths θN + μ: the mean is where they balance; the variance from its own moment equation.
    const seconds = 10_000
    const flow = orderFlow({
      seed: 8,
      seconds,
      level: 'L3',
      limitRate: 10,
      marketRate: 4,
      cancelRate: 0.2,
      lots: 1,
    })
    const counts = resting(flow, 1)
    holdWithin4('mean', average(counts), 60, Math.sqrt((100 * 2) / (0.2 * seconds)))
    const kept = Math.exp(-0.4)
    const error = 100 * Math.sqrt((2 / counts.length) * ((1 + kept) / (1 - kept)))
    holdWithin4(
      'variance',
      average(counts, count => (count - 60) ** 2),
      100,
      error,
    )
  })
})

describe('orders that come', () => {
  const flow = orderFlow({ seed: 9, seconds: 3000, level: 'L3', levels: 10, placement: 0.52, lots: 5 })

  it('stand as far from the best price across as the power law says, and are geometric in size', () => {
    const { book } = flow
    const away = new Float64Array(11)
    const sizes: number[] = []
    let across = { 1: Number.NaN, [-1]: Number.NaN }
    let row = 0
    played(flow, {
      instant(time, levels) {
        for (; book.eventTime[row] <= time; row++)
          if (book.action[row] === BOOK_ACTIONS.add && !Number.isNaN(across[1])) {
            const side = book.side[row] as 1 | -1
            away[side * (across[side] - Math.round(book.price[row] * 100))]++
            sizes.push(book.size[row])
          }
        across = { 1: levels.bestAskTicks, [-1]: levels.bestBidTicks }
      },
    })
    const n = sizes.length
    expect(n).toBeGreaterThan(50_000)
    const powers = Array.from({ length: 10 }, (_, k) => (k + 1) ** -0.52)
    const total = powers.reduce((a, b) => a + b)
    powers.forEach((power, k) => {
      const share = power / total
      holdWithin4(`${k + 1} ticks`, away[k + 1] / n, share, Math.sqrt((share * (1 - share)) / n))
    })
    // Geometric from 1 on: variance m (m − 1), and a chance of 1/m for one lot.
    holdWithin4('mean size', average(sizes), 5, Math.sqrt(20 / n))
    holdWithin4(
      'single lots',
      average(sizes, size => (size === 1 ? 1 : 0)),
      0.2,
      Math.sqrt(0.16 / n),
    )
  })

  it('come at their rates, with the excess variance of their excitation and none without', () => {
    // Market buys: in windows of 20 s, with lots of 1 and a deep book, so that each order is one trade.
    const seconds = 6000
    const terms = { seed: 10, seconds, lots: 1, limitRate: 12, marketRate: 2, cancelRate: 0.1 }
    const excitation = {
      jump: [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 3, 0],
        [0, 0, 0, 3],
      ],
      decay: 6,
    }
    for (const [own, ratio] of [
      [terms, 0],
      [{ ...terms, excitation }, 0.5],
    ] as const) {
      const { trades } = orderFlow(own)
      const found = new Float64Array(seconds / 20)
      const start = Date.UTC(2020, 0, 1) * 1000
      trades.eventTime.forEach((time, row) => {
        if (trades.side[row] > 0)
          found[Math.min(found.length - 1, Math.floor((time - start) / (20 * SECOND)))]++
      })
      const mean = (2 * 20) / (1 - ratio)
      const slowness = 6 * (1 - ratio)
      // As in hawkes.test.ts: the variance of counts of one type that excites itself.
      const density = (mean * 6 * ratio * (2 - ratio)) / (2 * 20 * (1 - ratio))
      const variance = mean + 2 * density * (20 / slowness - (1 - Math.exp(-slowness * 20)) / slowness ** 2)
      holdWithin4('mean', average(found), mean, Math.sqrt(mean / found.length) / (1 - ratio))
      const spread = average(found, count => (count - mean) ** 2)
      holdWithin4('variance', spread, variance, variance * Math.sqrt((2 + 1 / mean) / found.length))
    }
  })
})

it.each([
  [{ level: 'L4' as 'L2' }, "has the level 'L4'; give L2 or L3."],
  [{ seconds: 0 }, 'has seconds 0; give a finite number above 0.'],
  [{ lots: 0.5 }, 'has lots 0.5; give a finite number of at least 1.'],
  [
    { excitation: { jump: [[1]], decay: 2 } },
    'has a jump matrix of 1 rows of 1 numbers; give 4 rows of 4 finite numbers.',
  ],
  [
    { price: 0.05 },
    /takes SYNTHETIC:ORDER-FLOW to a price of 0 ticks after 0 seconds; choose another price or another grid\.$/,
  ],
])('refuses %j in one sentence', (wrong, sentence) => {
  expect(() => orderFlow({ seed: 1, seconds: 10, ...wrong })).toThrow(sentence)
})
