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
import { beforeAll, describe, expect, test } from 'vitest'
import { type ActionTerms, actionsOf, type BookMarketTerms, bookMarket } from './book-market.ts'
import { type Outcome, ours, theirs, told, turnsIn, type Work } from './book-script.ts'

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
    name: 'nothing takes any time',
    market: { late: [0, 0], snapshotEvery: 250 },
    actions: { kinds: ['quote', 'move', 'limit', 'market'] },
    latency: [0, 0],
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

function workOf(one: Case, seed: number): Work {
  const rows = bookMarket({ ...one.market, seed, groups: 2_500 })
  return {
    ...one,
    every: 16,
    rows,
    turns: actionsOf({ ...one.actions, seed, count: turnsIn(rows, 16) }),
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

const works = (cases: readonly Case[]) =>
  cases.flatMap(one => SEEDS.map(seed => ({ title: `${one.name}, seed ${seed}`, work: workOf(one, seed) })))
const GROUPS = {
  'hftbacktest’s risk-averse queue, fills whole': works(WHOLE),
  'its probabilistic queues': works(CHANCES),
  'its partial fills': works(PARTIAL),
}
const outcomes = new Map<Work, Outcome>()

beforeAll(async () => {
  const all = Object.values(GROUPS).flat()
  const { version, runs } = await theirs(all.map(({ work }) => work))
  expect(version).toBe('2.4.4')
  all.forEach(({ work }, place) => {
    outcomes.set(work, runs[place])
  })
})

describe.each(Object.entries(GROUPS))('%s', (_, group) => {
  test.each(group)('$title', async ({ work }) => {
    const expected = outcomes.get(work)!
    const run = await ours(work)
    expect(expected.fills.length).toBeGreaterThan(60)
    expect(told(run)).toEqual(told(expected))
    if (work.partial) return
    expect(run.position).toBeCloseTo(expected.position, 9)
    expect(Math.abs(run.balance - run.fee - (expected.balance - expected.fee))).toBeLessThan(1e-6)
  })
})
