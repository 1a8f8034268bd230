/**
 * A seeded market of book levels and trades, and a list of what a strategy does in it: read by Gordon as columns
 * and by other engines as JSON. Prices are whole ticks around a wandering middle, and the book is never crossed.
 *
 * What happens: levels gain and lose size, spreads open and are filled from either side, takers sweep one to three
 * levels (their trades are printed first, the levels follow at the same time), and now and then the venue clears
 * the book and sends a snapshot whose sizes differ from what was known. Times are whole microseconds; two groups of
 * events never happen at one time, since engines order such ties differently (trades before levels, or as filed).
 */
import { Random } from '../../core/random.ts'
import { BOOK_ACTIONS, type BookSeries, type TradeSeries } from '../../domain/market-events.ts'

/** 2024-01-01T00:00Z */
const START = 1_704_067_200_000_000
const LEVELS = 12

export interface BookMarketTerms {
  readonly seed: number
  /** Groups of events, each at a time of its own. */
  readonly groups: number
  /** Bounds of how late an event is known, µs; drawn for each. */
  readonly late: readonly [number, number]
  /** Groups between two snapshots; 0: only the first. */
  readonly snapshotEvery?: number
  /** Bounds of a level's size, lots. */
  readonly sizes?: readonly [number, number]
}

/** One row, in order of both times. */
export interface MarketRow {
  readonly kind: 'trade' | 'level' | 'clear'
  readonly exchange: number
  readonly local: number
  /** Trades: +1 a buyer took, −1 a seller; levels: +1 bid, −1 ask; 0 for a clear. */
  readonly side: number
  readonly ticks: number
  readonly lots: number
}

type Side = 1 | -1

export function bookMarket(terms: BookMarketTerms): MarketRow[] {
  const { seed, groups, late, snapshotEvery = 0, sizes = [1, 40] } = terms
  const random = new Random(seed)
  const rows: MarketRow[] = []
  const levels = { 1: new Map<number, number>(), [-1]: new Map<number, number>() }
  let exchange = START
  let local = START
  const best = (side: Side) =>
    side > 0 ? Math.max(...levels[side].keys()) : Math.min(...levels[side].keys())
  const draw = () => random.integer(sizes[0], sizes[1])
  const add = (kind: MarketRow['kind'], side: number, ticks: number, lots: number) =>
    rows.push({ kind, exchange, local, side, ticks, lots })
  const set = (side: Side, ticks: number, size: number) => {
    if (size > 0) levels[side].set(ticks, size)
    else levels[side].delete(ticks)
    add('level', side, ticks, size)
  }
  const snapshot = () => {
    add('clear', 0, 0, 0)
    for (const side of [1, -1] as const)
      for (const ticks of [...levels[side].keys()].sort((a, b) => side * (b - a))) set(side, ticks, draw())
  }
  const refill = () => {
    for (const side of [1, -1] as const) {
      if (levels[side].size === 0) set(side, best(-side as Side) - side, draw())
      for (let ticks = best(side) - side; levels[side].size < LEVELS / 2; ticks -= side)
        if (!levels[side].has(ticks)) set(side, ticks, draw())
    }
  }
  /** A taker: trades from the best on, then what is left of the levels. */
  const sweep = (taker: Side) => {
    const side = -taker as Side
    let ticks = best(side)
    const left: [number, number][] = []
    for (let reach = random.uniform() < 0.8 ? 1 : random.integer(2, 4); reach > 0; reach--) {
      while (!levels[side].has(ticks)) ticks -= side
      const there = levels[side].get(ticks)!
      const whole = reach > 1 || random.uniform() < 0.3
      const size = whole ? there : random.integer(1, there + 1)
      add('trade', taker, ticks, size)
      left.push([ticks, there - size])
      ticks -= side
      if (levels[side].size <= left.length + 1) break
    }
    for (const [at, size] of left) set(side, at, size)
  }
  const change = () => {
    const side: Side = random.uniform() < 0.5 ? 1 : -1
    const spread = best(-1) - best(1)
    const inside = spread > 1 && random.uniform() < 0.4
    const ticks = inside
      ? best(side) + side * random.integer(1, spread)
      : best(side) - side * Math.floor(random.uniform() ** 2 * LEVELS)
    const gone = !inside && levels[side].size > 3 && random.uniform() < 0.25
    set(side, ticks, gone ? 0 : draw())
  }

  for (let k = 1; k <= LEVELS / 2; k++) {
    levels[1].set(10_000 - k, 1)
    levels[-1].set(10_000 + k, 1)
  }
  for (let group = 0; group < groups; group++) {
    exchange += random.integer(1, 2_000)
    local = Math.max(local, exchange + random.integer(late[0], late[1] + 1))
    if (group === 0 || (snapshotEvery > 0 && group % snapshotEvery === 0)) snapshot()
    else if (random.uniform() < 0.35) sweep(random.uniform() < 0.5 ? 1 : -1)
    else change()
    refill()
  }
  // A quiet end, in which reports of the last fills come home.
  for (let k = 1; k <= 4; k++) {
    exchange += 50_000
    local = exchange + late[1]
    set(1, best(1) - 5 * LEVELS, draw())
  }
  return rows
}

export function columnsOf(
  rows: readonly MarketRow[],
  { ticksPerUnit, lotsPerUnit }: { readonly ticksPerUnit: number; readonly lotsPerUnit: number },
): { book: BookSeries; trades: TradeSeries } {
  const book = rows.filter(row => row.kind !== 'trade')
  const trades = rows.filter(row => row.kind === 'trade')
  const shared = (some: readonly MarketRow[]) => ({
    length: some.length,
    eventTime: Float64Array.from(some, row => row.exchange),
    receiveTime: Float64Array.from(some, row => row.local),
    price: Float64Array.from(some, row => (row.kind === 'clear' ? Number.NaN : row.ticks / ticksPerUnit)),
    size: Float64Array.from(some, row => row.lots / lotsPerUnit),
    side: Float64Array.from(some, row => row.side),
  })
  const action = Float64Array.from(book, row =>
    row.kind === 'clear' ? BOOK_ACTIONS.clear : BOOK_ACTIONS.set,
  )
  return { book: { ...shared(book), action }, trades: shared(trades) }
}

/** What is done at every n-th time at which something becomes known. Prices lie `offset` ticks from the best. */
export interface Action {
  /** `quote` and `move` keep one order a side: they cancel it for a new one, or change its price. */
  readonly kind: 'quote' | 'move' | 'limit' | 'market'
  readonly side: Side
  /** Beyond the own side's best, away from the market; of `limit`, beyond the other side's best. */
  readonly offset: number
  readonly lots: number
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK' | 'GTX'
}

export interface ActionTerms {
  readonly seed: number
  readonly count: number
  readonly kinds: readonly Action['kind'][]
  /** Bounds of an order's size. */
  readonly lots?: readonly [number, number]
  /** Bounds of how far quotes lie from the best; below 0 inside the spread, or across it. */
  readonly offsets?: readonly [number, number]
  readonly timesInForce?: readonly Action['timeInForce'][]
}

/** As many lists of actions as there are turns. */
export function actionsOf(terms: ActionTerms): Action[][] {
  const { count, kinds, lots: bounds = [1, 6], offsets = [-1, 4] } = terms
  const { timesInForce = ['GTC', 'GTX', 'IOC', 'FOK'] } = terms
  const random = new Random(terms.seed)
  const resting = timesInForce.filter(force => force === 'GTC' || force === 'GTX')
  const pick = <One>(some: readonly One[]) => some[random.integer(0, some.length)]
  return Array.from({ length: count }, () => {
    const kind = pick(kinds)
    const lots = () => random.integer(bounds[0], bounds[1])
    if (kind === 'quote' || kind === 'move')
      return ([1, -1] as const).map(side => ({
        kind,
        side,
        offset: random.integer(offsets[0], offsets[1]),
        lots: lots(),
        timeInForce: pick(resting),
      }))
    const timeInForce = pick(timesInForce)
    return [
      {
        kind,
        side: pick([1, -1] as const),
        offset: random.integer(-1, 3),
        lots: lots(),
        timeInForce,
      },
    ]
  })
}
