/**
 * One script of orders on one market of levels and trades, by Gordon and by hftbacktest: what both were asked, and what
 * they told. hftbacktest_run.py runs the library.
 */
import type { Instrument } from '../../domain/instrument.ts'
import { backtest, memoryTicks } from '../../sim/index.ts'
import { type OrderQueue, probabilisticQueue, riskAverseQueue } from '../../sim/models/queue.ts'
import { type Context, strategy, type Tradable } from '../../strategy/index.ts'
import { python } from '../python.ts'
import { beside } from './aapl.ts'
import { type Action, columnsOf, type MarketRow } from './book-market.ts'

export interface Work {
  readonly instrument: Instrument
  readonly rows: readonly MarketRow[]
  /** Every n-th time at which something becomes known is a turn. */
  readonly every: number
  readonly turns: readonly (readonly Action[])[]
  /** µs to the venue, µs back. */
  readonly latency: readonly [number, number]
  /** `risk`, or a shape with its exponent; default risk. */
  readonly queue?: string
  /** hftbacktest's PartialFillExchange, not its NoPartialFillExchange. */
  readonly partial?: boolean
}

const FEES = { maker: -0.0001, taker: 0.0005 }

/** Order, side, price, lots, maker, when it was known (µs). */
export type Fill = readonly [number, number, number, number, boolean, number]

export interface Outcome {
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
          const refused = ctx.replace(id, { limit })
          if (refused !== undefined) throw new Error(`a change was refused: ${refused}`)
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

export async function ours(work: Work): Promise<Outcome> {
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

/**
 * What both must agree on to the last digit but those that adding doubles misses: fills, reports of one time in order of
 * orders, of an order that walks the book one line with its last price; how other orders ended.
 */
export function told({ fills, ended, orders }: Outcome): unknown {
  const sorted = [...fills].sort((a, b) => a[5] - b[5] || a[0] - b[0])
  const lines: (readonly unknown[])[] = []
  let last: Fill | undefined
  for (const [order, side, price, lots, maker, time] of sorted) {
    const same = last !== undefined && last[0] === order && last[5] === time
    if (same) lines.pop()
    last = [order, side, price, same ? last![3] + lots : lots, maker, time]
    lines.push([order, side, Number(price.toFixed(9)), last[3], maker, time])
  }
  return { fills: lines, ended, orders }
}

/** What hftbacktest makes of each. */
export async function theirs(works: readonly Work[]): Promise<{ version: string; runs: Outcome[] }> {
  const path = JSON.stringify(beside('hftbacktest_run.py'))
  return (await python(
    `import runpy; runpy.run_path(${path}, run_name='__main__')`,
    works.map(work => ({
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
}

/** As many turns as there are, but for the last: hftbacktest does not act on the last event. */
export function turnsIn(rows: readonly MarketRow[], every: number): number {
  return Math.floor((new Set(rows.map(row => row.local)).size - 10) / every)
}
