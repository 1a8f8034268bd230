/**
 * Fills on books agree with hftbacktest 2.4.4, fill for fill (order, side, price, quantity, maker, time), how every
 * other order ended, and its P&L within 1e-6, on seeded markets of levels and trades. hftbacktest_run.py runs the
 * library itself, here, on the markets that book-market.ts makes: quotes on both sides, cancelled or moved; market
 * orders; limits GTC, GTX, IOC, FOK that take or rest; constant latency, equal and unequal; feeds that are late by a
 * constant or by chance; snapshots; its risk-averse and probabilistic queues; its exchanges without and with partial
 * fills.
 *
 * Where the two differ, and what these markets therefore leave out:
 *   time      its nanoseconds are our microseconds; all times here are whole microseconds
 *   ties      what happens at the venue at one time, it takes as filed and we as trades, then levels; both then let
 *             orders arrive, and at one local time both let all news in before the strategy acts
 *   the end   it does not act on the last event, and we hear no reports after it; actions stop before a quiet end
 *   crossing  a level that crosses the other side moves that side's best out of its way there; here both stand until
 *             the feed takes one away, and orders meet what stands
 *   no side   a trade without a taker's side moves nothing there; here it may have met orders of either side
 *   smaller   an order made smaller at its price goes to the end of its queue there and keeps its place here
 *   partial   (1) a best that comes to the price of a resting order fills all of it there, here what the best holds:
 *             levels are larger than orders here; (2) what a taker took stands there again at once, here when the feed
 *             next sets the level: snapshots come between takers; (3) a GTC limit that finds too little fills the rest
 *             at its own price there and rests here: takers are IOC and FOK; (4) an order that a trade fills to the
 *             last lot, exactly, stays in its book and stops it with an error when met again: sizes are thousandths;
 *             (5) its local account books only the last execution of an order, so that no P&L is compared there
 */
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Instrument } from '../../domain/instrument.ts'
import { backtest, memoryTicks } from '../../sim/index.ts'
import { type OrderQueue, probabilisticQueue, riskAverseQueue } from '../../sim/models/queue.ts'
import { type Context, strategy, type Tradable } from '../../strategy/index.ts'
import { python } from '../python.ts'
import {
  type Action,
  type ActionTerms,
  actionsOf,
  type BookMarketTerms,
  bookMarket,
  columnsOf,
  type MarketRow,
} from './book-market.ts'

interface Case {
  readonly name: string
  readonly market: Omit<BookMarketTerms, 'seed' | 'groups'>
  readonly actions: Omit<ActionTerms, 'seed' | 'count'>
  /** µs to the venue, µs back. */
  readonly latency: readonly [number, number]
  /** `risk`, or a shape with its exponent; default risk. */
  readonly queue?: string
  /** Lots in a unit; default 1. */
  readonly lotsPerUnit?: number
  /** hftbacktest's PartialFillExchange, not its NoPartialFillExchange. */
  readonly partial?: boolean
}

const QUOTES: Case = {
  name: 'quotes on both sides, replaced',
  market: { late: [500, 500] },
  actions: { kinds: ['quote'] },
  latency: [1000, 1000],
}
const WHOLE: readonly Case[] = [
  QUOTES,
  {
    ...QUOTES,
    name: 'the same, slow one way and known irregularly',
    market: { late: [0, 3000] },
    latency: [700, 2900],
  },
  {
    name: 'quotes whose price is changed',
    market: { late: [100, 900], snapshotEvery: 400 },
    actions: { kinds: ['move'] },
    latency: [1500, 300],
  },
  {
    name: 'market orders and limits that take or rest',
    market: { late: [500, 1500], snapshotEvery: 300 },
    actions: { kinds: ['market', 'limit'] },
    latency: [1000, 2000],
  },
  {
    name: 'all of it, with many snapshots',
    market: { late: [0, 5000], snapshotEvery: 97 },
    actions: { kinds: ['quote', 'move', 'limit', 'market'] },
    latency: [250, 250],
  },
  {
    name: 'orders that come long after their decision',
    market: { late: [1, 1], snapshotEvery: 500 },
    actions: { kinds: ['quote', 'move', 'limit'] },
    latency: [20_000, 10_000],
  },
  {
    name: 'thousandths of a unit',
    market: { late: [300, 600], snapshotEvery: 250, sizes: [1, 3000] },
    actions: { kinds: ['quote', 'limit', 'market'], lots: [1, 2000] },
    latency: [400, 800],
    lotsPerUnit: 1000,
  },
]
const CHANCES: readonly Case[] = ['power:2', 'power2:3', 'power3:3', 'log', 'log2'].map(queue => ({
  ...QUOTES,
  name: queue,
  market: { late: [500, 500], snapshotEvery: 300 },
  queue,
  lotsPerUnit: queue === 'log' || queue === 'power3:3' ? 1000 : 1,
}))
const PARTIAL: readonly Case[] = [
  {
    name: 'resting orders larger than what trades',
    market: { late: [500, 500], snapshotEvery: 300, sizes: [30_000, 80_000] },
    actions: { kinds: ['quote'], lots: [1, 30_000], offsets: [0, 4], timesInForce: ['GTX'] },
    latency: [1000, 1000],
    lotsPerUnit: 1000,
    partial: true,
  },
  {
    name: 'orders that walk the book',
    market: { late: [500, 500], snapshotEvery: 8 },
    actions: { kinds: ['limit', 'market'], lots: [1, 100], timesInForce: ['IOC', 'FOK'] },
    latency: [1000, 1000],
    partial: true,
  },
]
const SEEDS = [1, 2, 3]
const FEES = { maker: -0.0001, taker: 0.0005 }

/** Order, side, price, lots, maker, when it was known (µs). */
type Fill = readonly [number, number, number, number, boolean, number]

interface Outcome {
  readonly fills: readonly Fill[]
  /** By order, in hftbacktest's numbers. */
  readonly ended: Readonly<Record<string, number>>
  readonly orders: number
  readonly position: number
  readonly balance: number
  readonly fee: number
}
const EXPIRED = 2
const FILLED = 3
const CANCELED = 4

interface Work extends Case {
  readonly every: number
  readonly instrument: Instrument
  readonly rows: readonly MarketRow[]
  readonly turns: readonly (readonly Action[])[]
}

function workOf(one: Case, seed: number): Work {
  const rows = bookMarket({ ...one.market, seed, groups: 2_500 })
  const every = 16
  // The last actions come well before the end: hftbacktest does not act on the last event.
  const count = Math.floor((new Set(rows.map(row => row.local)).size - 10) / every)
  return {
    ...one,
    every,
    rows,
    turns: actionsOf({ ...one.actions, seed, count }),
    instrument: {
      venue: 'HFT',
      symbol: 'X',
      ticksPerUnit: 100,
      lotsPerUnit: one.lotsPerUnit ?? 1,
      currency: 'USD',
      calendar: '24/7',
    },
  }
}

/** Does what hftbacktest_run.py does, by the same rules. */
class Script extends strategy({ account: 'margin' }) {
  static work: Work
  seen = 0
  turn = 0
  fed = false
  quote = new Map<number, number>()
  freeAt = new Map<number, number>()

  override onBook(): void {
    this.fed = true
  }
  override onTrade(): void {
    this.fed = true
  }
  override onInstant(ctx: Context): void {
    if (!this.fed) return
    this.fed = false
    const { every, turns } = Script.work
    if (++this.seen % every !== 0 || this.turn >= turns.length) return
    for (const action of turns[this.turn++]) this.#send(action, ctx.instruments[0], ctx)
  }

  #send({ kind, side, offset, lots, timeInForce }: Action, tradable: Tradable, ctx: Context): void {
    const { latency, instrument } = Script.work
    const book = ctx.book(tradable)!
    const [own, other] = side > 0 ? [book.bid, book.ask] : [book.ask, book.bid]
    const ticks = Math.round((kind === 'limit' ? other : own) * instrument.ticksPerUnit) - side * offset
    const limit = ticks / instrument.ticksPerUnit
    const free = ctx.now + latency[0] + latency[1]
    const quotes = kind === 'quote' || kind === 'move'
    if (quotes) {
      const id = this.quote.get(side) ?? 0
      const living = id > 0 && ctx.order(id)!.endedAt === undefined
      if (living && this.freeAt.get(id)! > ctx.now) return
      if (living) {
        this.freeAt.set(id, free)
        if (kind === 'move') {
          expect(ctx.replace(id, { limit })).toBeUndefined()
          return
        }
        ctx.cancel(id)
      }
    }
    const resting = timeInForce === 'GTX' ? { limit, postOnly: true } : { limit, timeInForce }
    const terms = kind === 'market' ? {} : resting
    const quantity = lots / instrument.lotsPerUnit
    const id = side > 0 ? ctx.buy(tradable, quantity, terms) : ctx.sell(tradable, quantity, terms)
    this.freeAt.set(id, free)
    if (quotes) this.quote.set(side, id)
  }
}

function queueOf(text = 'risk'): OrderQueue {
  const [shape, exponent] = text.split(':')
  return shape === 'risk' ? riskAverseQueue() : probabilisticQueue(shape as 'power', Number(exponent ?? 1))
}

async function ours(work: Work): Promise<Outcome> {
  const { instrument, rows, latency } = work
  Script.work = work
  const run = await backtest({
    strategy: Script,
    ticks: memoryTicks([{ instrument, ...columnsOf(rows, instrument) }]),
    cash: 1_000_000,
    leverage: 1000,
    fees: `maker:${FEES.maker * 10_000}bps,taker:${FEES.taker * 10_000}bps`,
    latency: `${latency[0]}us/${latency[1]}us`,
    queue: queueOf(work.queue),
    partialFills: work.partial ?? false,
    strict: true,
  })
  let balance = 0
  let position = 0
  let fees = 0
  const fills = run.fills.map(({ orderId, side, price, quantity, fee, time }): Fill => {
    const sign = side === 'buy' ? 1 : -1
    balance -= sign * price * quantity
    position += sign * quantity
    fees += fee
    return [orderId, sign, price, Math.round(quantity * instrument.lotsPerUnit), fee < 0, time]
  })
  const ended = Object.fromEntries(
    run.orders.flatMap(({ id, state, reason }) => {
      if (state === 'filled') return [[id, FILLED]]
      return state === 'canceled' ? [[id, reason === 'byStrategy' ? CANCELED : EXPIRED]] : []
    }),
  )
  return { fills, ended, orders: run.orders.length, position, balance, fee: fees }
}

/** Reports of one time in order of orders; of an order that walks the book, one line with its last price. */
function told(fills: readonly Fill[]): Fill[] {
  const sorted = [...fills].sort((a, b) => a[5] - b[5] || a[0] - b[0])
  const lines: Fill[] = []
  for (const fill of sorted) {
    const last = lines.at(-1)
    if (last === undefined || last[0] !== fill[0] || last[5] !== fill[5]) lines.push(fill)
    else lines[lines.length - 1] = [last[0], last[1], fill[2], last[3] + fill[3], last[4], last[5]]
  }
  return lines
}

const works = (cases: readonly Case[]) =>
  cases.flatMap(one => SEEDS.map(seed => ({ title: `${one.name}, seed ${seed}`, work: workOf(one, seed) })))
const GROUPS = {
  'hftbacktest’s risk-averse queue, fills whole': works(WHOLE),
  'its probabilistic queues': works(CHANCES),
  'its partial fills': works(PARTIAL),
}
const theirs = new Map<Work, Outcome>()

beforeAll(async () => {
  const path = JSON.stringify(fileURLToPath(new URL('hftbacktest_run.py', import.meta.url)))
  const all = Object.values(GROUPS).flat()
  const answer = (await python(
    `import runpy; runpy.run_path(${path}, run_name='__main__')`,
    all.map(({ work }) => ({
      ticksPerUnit: work.instrument.ticksPerUnit,
      lotsPerUnit: work.instrument.lotsPerUnit,
      rows: work.rows.map(row => [row.kind, row.exchange, row.local, row.side, row.ticks, row.lots]),
      every: work.every,
      actions: work.turns,
      latency: work.latency,
      queue: work.queue ?? 'risk',
      exchange: work.partial ? 'partial' : 'whole',
      fees: [FEES.maker, FEES.taker],
    })),
  )) as { version: string; runs: Outcome[] }
  expect(answer.version).toBe('2.4.4')
  all.forEach(({ work }, place) => {
    theirs.set(work, answer.runs[place])
  })
})

describe.each(Object.entries(GROUPS))('%s', (_, group) => {
  test.each(group)('$title', async ({ work }) => {
    const expected = theirs.get(work)!
    const run = await ours(work)
    expect(expected.fills.length).toBeGreaterThan(60)
    const [mine, reference] = [told(run.fills), told(expected.fills)]
    const facts = ([order, side, , lots, maker, time]: Fill) => [order, side, lots, maker, time]
    expect(mine.map(facts)).toEqual(reference.map(facts))
    for (const [k, fill] of mine.entries()) expect(fill[2]).toBeCloseTo(reference[k][2], 9)
    expect(run.ended).toEqual(expected.ended)
    expect(run.orders).toBe(expected.orders)
    if (work.partial) return
    expect(run.position).toBeCloseTo(expected.position, 9)
    expect(Math.abs(run.balance - run.fee - (expected.balance - expected.fee))).toBeLessThan(1e-6)
  })
})
