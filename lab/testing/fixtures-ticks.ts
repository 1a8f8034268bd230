/** Seeded random markets of ticks, the same in batches, and a strategy that sends everything there is to send. */
import { Random } from '../core/random.ts'
import type { Micros } from '../core/time.ts'
import { BOOK_ACTIONS } from '../domain/market-events.ts'
import type { TickSeries, TickSource, TickStream } from '../domain/ports/store.ts'
import { memoryTicks } from '../sim/ticks.ts'
import type { BookView, Context, FillRecord, OrderOptions, Tradable, TradeView } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { START, share } from './fixtures.ts'

export interface RandomTicks {
  readonly seed: number
  readonly events: number
  /** Default: book and trades. */
  readonly kinds?: readonly ('book' | 'trades' | 'quotes')[]
  readonly symbols?: number
  /** µs by which the feed is late at most; default 3,000. */
  readonly late?: number
  /** µs between events at most; default 2,000. */
  readonly apart?: number
  readonly start?: Micros
}

/** A middle that wanders, five levels around it, trades at the best; some messages of several rows, some of one time. */
export function randomTicks(terms: RandomTicks): TickSource {
  const { symbols = 1, seed } = terms
  return memoryTicks(
    Array.from({ length: symbols }, (_, place) => ({
      instrument: share(`T${place}`),
      ...randomSymbol(terms, new Random(seed * 1000 + place)),
    })),
  )
}

type Cells = number[]

function randomSymbol(terms: RandomTicks, random: Random): Partial<TickSeries> {
  const { events, kinds = ['book', 'trades'], late = 3000, apart = 2000, start = START } = terms
  for (let k = 0; k < 64; k++) random.uniform()
  const rows: Record<string, Cells[]> = { book: [], trades: [], quotes: [] }
  let time = start
  let received = start
  let middle = 10_000
  const level = (side: number, away: number, size: number, action: number): Cells => [
    (middle - side * away) / 100,
    size,
    side,
    action,
  ]
  for (let k = 0; k < events; k++) {
    if (random.uniform() > 0.2) time += random.integer(1, apart)
    received = Math.max(received, time + random.integer(0, late + 1))
    const put = (kind: string, cells: Cells) => rows[kind].push([time, received, ...cells])
    const draw = random.uniform()
    if (k === 0 || draw < 0.03) {
      for (let away = 1; away <= 5; away++) {
        put('book', level(1, away, random.integer(1, 30), away === 1 ? BOOK_ACTIONS.clear : 0))
        put('book', level(-1, away, random.integer(1, 30), 0))
      }
    } else if (draw < 0.55) {
      const side = random.uniform() < 0.5 ? 1 : -1
      put('book', level(side, random.integer(1, 6), random.uniform() < 0.2 ? 0 : random.integer(1, 30), 0))
    } else if (draw < 0.7) {
      // The market moves: what the new best crosses goes first.
      const step = random.uniform() < 0.5 ? 1 : -1
      put('book', level(-step, 1, 0, 0))
      middle += step
      put('book', level(step, 1, random.integer(1, 20), 0))
    } else {
      const side = random.uniform() < 0.5 ? 1 : -1
      const away = random.uniform() < 0.9 ? 1 : 2
      put('trades', [(middle + side * away) / 100, random.integer(1, 40), side])
    }
    if (draw > 0.5)
      put('quotes', [(middle - 1) / 100, (middle + 1) / 100, random.integer(1, 30), random.integer(1, 30)])
  }
  const names = {
    book: ['price', 'size', 'side', 'action'],
    trades: ['price', 'size', 'side'],
    quotes: ['bid', 'ask', 'bidSize', 'askSize'],
  }
  return Object.fromEntries(
    kinds.map(kind => {
      const columns = ['eventTime', 'receiveTime', ...names[kind]].map((name, place) => [
        name,
        Float64Array.from(rows[kind], row => row[place]),
      ])
      return [kind, { length: rows[kind].length, ...Object.fromEntries(columns) }]
    }),
  )
}

/** The same ticks from streams that hand over batches of at most so many rows. */
export function streamedTicks(source: TickSource, batch: number): TickSource {
  return {
    ...source,
    streams: source.streams.map(({ series, ...stream }): TickStream => {
      let at = 0
      return {
        ...stream,
        async next(rows) {
          if (at >= series!.length) return undefined
          const from = at
          at = Math.min(series!.length, at + Math.min(rows, batch))
          return cutTicks(series!, from, at)
        },
      }
    }),
  }
}

/** Rows [from, to) as columns of their own. */
export function cutTicks<Series extends TickSeries[keyof TickSeries]>(
  series: Series,
  from: number,
  to: number,
): Series {
  const cut: Record<string, unknown> = { ...series, length: to - from }
  for (const [name, column] of Object.entries(series))
    if (column instanceof Float64Array) cut[name] = column.slice(from, to)
  return cut as unknown as Series
}

/** Sends orders of every type at random, changes and cancels them, and writes down what it sees and is told. */
export class Restless extends strategy({ account: 'margin' }) {
  /** One in so many events makes it act. */
  static every = 7
  diary: string[] = []

  override onTrade(trade: TradeView, ctx: Context): void {
    this.act(trade.instrument, ctx)
  }
  override onBook(book: BookView, ctx: Context): void {
    this.act(book.instrument, ctx)
  }
  override onQuote(quote: { readonly instrument: Tradable }, ctx: Context): void {
    this.act(quote.instrument, ctx)
  }
  override onFill(fill: FillRecord, ctx: Context): void {
    ctx.plot('filled', fill.orderId)
  }

  act(instrument: Tradable, ctx: Context): void {
    if (ctx.random() * Restless.every >= 1) return
    const price = ctx.price(instrument)
    if (price === undefined) return
    const open = ctx.openOrders(instrument)
    const draw = ctx.random()
    const one = open[Math.floor(ctx.random() * open.length)]
    if (one !== undefined && draw < 0.25) ctx.cancel(one)
    else if (one !== undefined && draw < 0.4)
      ctx.replace(one, { quantity: 1 + Math.floor(ctx.random() * 40) })
    else if (open.length < 12) this.order(instrument, price, ctx)
    ctx.plot('equity', ctx.equity)
    ctx.plot('open', open.length)
  }

  order(instrument: Tradable, price: number, ctx: Context): void {
    const near = (ticks: number) => ctx.roundPrice(instrument, price + ticks / 100)
    const away = Math.floor(ctx.random() * 9) - 4
    const options: readonly OrderOptions[] = [
      {},
      { limit: near(away) },
      { limit: near(away), timeInForce: 'IOC' },
      { limit: near(away), timeInForce: 'FOK' },
      { limit: near(away), postOnly: true },
      { limit: near(away), display: 3 },
      { stop: near(away) },
      { stop: near(away), limit: near(-away) },
      { touch: near(away) },
      { trail: { amount: 0.05 } },
      { limit: near(away), goodTill: ctx.now + 40_000 },
      { limit: near(away), group: `g${Math.floor(ctx.random() * 3)}` },
      { limit: near(away), takeProfit: near(away + 400), stopLoss: near(away - 400) },
      { limit: near(away), reduceOnly: true },
    ]
    const chosen = options[Math.floor(ctx.random() * options.length)]
    const quantity = 1 + Math.floor(ctx.random() * 25)
    // Brackets of a sale have their prices on the other side.
    if (ctx.random() < 0.5 || chosen.takeProfit !== undefined) ctx.buy(instrument, quantity, chosen)
    else ctx.sell(instrument, quantity, chosen)
  }
}
