/**
 * Orders of every type, drawn beforehand from closes that are known when each is sent, so that engines that share
 * no strategy language can be given the same: read by Gordon through `Planned` and by others as JSON.
 */
import { Random } from '../../core/random.ts'
import type { BarSeries } from '../../domain/bar.ts'
import type { FillRecord } from '../../domain/fill.ts'
import {
  type BarView,
  type Context,
  type OrderOptions,
  type QuoteView,
  strategy,
} from '../../strategy/index.ts'

export type PlanType = 'market' | 'close' | 'limit' | 'stop' | 'stopLimit' | 'trail'

export interface PlannedOrder {
  /** At whose close it is sent. */
  readonly row: number
  readonly name: string
  readonly side: 1 | -1
  readonly quantity: number
  readonly type: PlanType
  readonly price?: number
  /** Of a stop-limit. */
  readonly limit?: number
  /** How far a trailing stop follows. */
  readonly amount?: number
  readonly percent?: number
  /** The last row in which it may fill (GTD). */
  readonly lastRow?: number
  /** At whose close it is cancelled, if it still works. */
  readonly cancelRow?: number
  /** Orders of one group cancel each other. */
  readonly group?: string
  /** How far from the close of the bar that fills it a stop and a target are sent, which cancel each other. */
  readonly exits?: readonly [number, number]
}

export interface PlanTerms {
  readonly seed: number
  readonly kinds: readonly (PlanType | 'oco' | 'bracket')[]
  /** Decimal places of prices. */
  readonly digits: number
}

export function planOf(series: BarSeries, { seed, kinds, digits }: PlanTerms): PlannedOrder[] {
  const random = new Random(seed)
  const plan: PlannedOrder[] = []
  const grid = 10 ** digits
  const onGrid = (price: number) => Math.round(price * grid) / grid
  const part = (row: number, from: number, to: number) =>
    onGrid(series.close[row] * (from + (to - from) * random.uniform()))
  for (let row = 3; row < series.length - 12; row++) {
    if (random.uniform() > 0.4) continue
    const kind = kinds[random.integer(0, kinds.length)]
    const side = random.uniform() < 0.5 ? 1 : -1
    const quantity = random.integer(1, 20)
    const end = random.uniform()
    const life = {
      ...(end < 0.3 ? { lastRow: row + random.integer(1, 6) } : {}),
      ...(end > 0.8 ? { cancelRow: row + random.integer(1, 9) } : {}),
    }
    const add = (one: Omit<PlannedOrder, 'row' | 'name' | 'quantity'>) =>
      plan.push({ row, name: String(plan.length), quantity, ...one })
    const close = series.close[row]
    const away = (distance: number) => onGrid(close + side * distance)
    if (kind === 'market' || kind === 'close') add({ type: kind, side })
    else if (kind === 'limit') add({ type: kind, side, price: away(-part(row, -0.01, 0.03)), ...life })
    else if (kind === 'stop') add({ type: kind, side, price: away(part(row, -0.005, 0.03)), ...life })
    else if (kind === 'stopLimit') {
      const price = away(part(row, -0.005, 0.03))
      add({ type: kind, side, price, limit: onGrid(price + side * part(row, 0, 0.01)), ...life })
    } else if (kind === 'trail') {
      const distance =
        random.uniform() < 0.5
          ? { amount: (2 * Math.round(part(row, 0.01, 0.05) * grid) + 1) / (2 * grid) }
          : { percent: 1 + Math.round(random.uniform() * 40) / 10 }
      add({ type: kind, side, ...distance, ...life })
    } else if (kind === 'oco') {
      const group = `g${plan.length}`
      add({ type: 'stop', side, price: away(part(row, 0.002, 0.03)), group })
      add({ type: 'limit', side, price: away(-part(row, 0.002, 0.03)), group })
    } else add({ type: 'market', side, exits: [part(row, 0.01, 0.04), part(row, 0.01, 0.04)] })
  }
  return plan
}

/** Sends what `Planned.plan` says. */
export class Planned extends strategy({ account: 'margin' }) {
  static plan: readonly PlannedOrder[]
  static digits: number
  /** When each row is known. */
  static times: Float64Array
  row = -1
  ids = new Map<string, number>()
  close = Number.NaN

  override onFill(fill: FillRecord, ctx: Context): void {
    const { tag } = ctx.order(fill.orderId)!
    const one = Planned.plan.find(({ name }) => name === tag)
    if (one?.exits === undefined) return
    const [instrument] = ctx.instruments
    const close = ctx.price(instrument)!
    const price = (distance: number) => Number((close + one.side * distance).toFixed(Planned.digits))
    const send = (terms: OrderOptions) =>
      one.side > 0 ? ctx.sell(instrument, fill.quantity, terms) : ctx.buy(instrument, fill.quantity, terms)
    const group = `exit ${one.name}`
    send({ stop: price(-one.exits[0]), group, tag: `${one.name} stop` })
    send({ limit: price(one.exits[1]), group, tag: `${one.name} target` })
  }

  override onBar(_: BarView, ctx: Context): void {
    this.#known(ctx)
  }
  override onQuote(_: QuoteView, ctx: Context): void {
    this.#known(ctx)
  }

  #known(ctx: Context): void {
    this.row++
    for (const one of Planned.plan) {
      if (one.cancelRow === this.row) {
        const id = this.ids.get(one.name)!
        if (ctx.order(id)!.endedAt === undefined) ctx.cancel(id)
      }
      if (one.row === this.row) this.#send(one, ctx)
    }
  }

  #send(one: PlannedOrder, ctx: Context): void {
    const { type, side, price, limit, amount, percent, lastRow, group, quantity } = one
    const [instrument] = ctx.instruments
    const terms: OrderOptions = {
      tag: one.name,
      ...(type === 'close' ? { at: 'close' as const } : {}),
      ...(type === 'limit' ? { limit: price } : {}),
      ...(type === 'stop' || type === 'stopLimit' ? { stop: price } : {}),
      ...(type === 'stopLimit' ? { limit } : {}),
      ...(type === 'trail' ? { trail: amount === undefined ? { percent } : { amount } } : {}),
      ...(group === undefined ? {} : { group }),
      ...(lastRow === undefined ? {} : { timeInForce: 'GTD' as const, goodTill: Planned.times[lastRow] }),
    }
    const id = side > 0 ? ctx.buy(instrument, quantity, terms) : ctx.sell(instrument, quantity, terms)
    this.ids.set(one.name, id)
  }
}
