/**
 * Round trips from fills, first in, first out per instrument. A fill that flips the position closes one trade
 * and opens the next. What is still held at the end stands apart as open trades.
 *   profit   direction × (exit − entry) × quantity × multiplier − fees
 *   inverse  direction × (1 / entry − 1 / exit) × quantity × multiplier − fees, in coin
 * Splits change quantity and entry price, settlements and rolls close without an order, funding and dividends
 * are shared by quantity among what was open then.
 */
import { notionalOf } from '../costs/notional.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { CashFlow } from '../domain/cash-flow.ts'
import type { ClosedTrade, OpenTrade } from '../domain/closed-trade.ts'
import type { FillRecord } from '../domain/fill.ts'
import type { Instrument } from '../domain/instrument.ts'

/** What entered or left: a fill, or a settlement without an order. */
interface Leg {
  readonly time: number
  readonly price: number
  readonly orderId: number
  readonly feePerUnit: number
  /** Of the settlement currency into the account's. */
  readonly rate: number
}

interface Lot {
  /** Lots, whole until a split leaves parts. */
  quantity: number
  readonly sign: number
  /** Price and fee are those of the units that a split made of the old ones. */
  entry: Leg
  /** Funding and dividends per unit, account currency. */
  incomePerUnit: number
  splits: readonly Split[]
}

interface Split {
  readonly time: number
  readonly ratio: number
}

interface Queue {
  readonly lots: Lot[]
  head: number
}

export interface TradeInputs {
  readonly fills: readonly FillRecord[]
  /** Bars by instrument id, for holding time and excursions; absent where they were not kept. */
  readonly bars: ReadonlyMap<string, BarSeries | undefined>
  /** Last marks by instrument id. */
  readonly marks: ReadonlyMap<string, number>
  /** Lots per unit by instrument id: quantities are matched in whole lots. */
  readonly lotsPerUnit: ReadonlyMap<string, number>
  /** By id, where some are not plain spot. */
  readonly instruments?: ReadonlyMap<string, Instrument>
  /** What happened to the account without orders, as `account.events.flows` has it. */
  readonly flows?: readonly CashFlow[]
  /** Rate of its settlement currency at the k-th fill, and by instrument id at the end; absent: 1. */
  readonly fillRate?: (fill: number) => number
  readonly rates?: ReadonlyMap<string, number>
}

export function matchTrades(inputs: TradeInputs): { closed: ClosedTrade[]; open: OpenTrade[] } {
  const matching = new Matching(inputs)
  const { fills, flows = [] } = inputs
  let next = 0
  for (let k = 0; k < fills.length; k++) {
    while (next < flows.length && flows[next].afterFills <= k) matching.flow(flows[next++])
    const fill = fills[k]
    matching.fill(fill.instrument, fill.side === 'buy' ? 1 : -1, fill.quantity, {
      time: fill.time,
      price: fill.price,
      orderId: fill.orderId,
      feePerUnit: fill.fee / fill.quantity,
      rate: inputs.fillRate?.(k) ?? 1,
    })
  }
  while (next < flows.length) matching.flow(flows[next++])
  return { closed: matching.closed, open: matching.open() }
}

class Matching {
  readonly closed: ClosedTrade[] = []
  readonly #inputs: TradeInputs
  readonly #queues = new Map<string, Queue>()

  constructor(inputs: TradeInputs) {
    this.#inputs = inputs
  }

  fill(instrument: string, sign: number, quantity: number, leg: Leg): void {
    const queue = this.#queue(instrument)
    const left = this.#close(instrument, sign, whole(quantity * this.#scale(instrument)), leg)
    if (left > 0) queue.lots.push({ quantity: left, sign, entry: leg, incomePerUnit: 0, splits: [] })
    if (queue.head > 1024 && queue.head * 2 > queue.lots.length) {
      queue.lots.splice(0, queue.head)
      queue.head = 0
    }
  }

  flow(flow: CashFlow): void {
    if (flow.instrument === undefined) return
    const { instrument, quantity = 0, price = Number.NaN, accountRate: rate = 1 } = flow
    const feePerUnit = (flow.fee ?? 0) / Math.abs(quantity)
    const leg = { time: flow.time, price, orderId: 0, feePerUnit, rate }
    switch (flow.kind) {
      case 'delisting':
      case 'expiry':
      case 'rollOut':
        this.fill(instrument, -Math.sign(quantity), Math.abs(quantity), leg)
        break
      case 'rollIn':
        this.fill(instrument, Math.sign(quantity), Math.abs(quantity), leg)
        break
      case 'funding':
      case 'entitlement':
        for (const lot of this.#held(instrument))
          lot.incomePerUnit += (flow.amount * rate) / Math.abs(quantity)
        break
      case 'split':
        this.#split(instrument, quantity, flow.rate ?? 1, leg)
        break
      case 'symbolChange':
        this.#rename(instrument, flow.to ?? instrument)
        break
      // A dividend was counted when it was earned; the rest is no position's.
      default:
    }
  }

  open(): OpenTrade[] {
    const open: OpenTrade[] = []
    for (const instrument of this.#queues.keys()) {
      const mark = this.#inputs.marks.get(instrument) ?? Number.NaN
      const rate = this.#inputs.rates?.get(instrument) ?? 1
      for (const lot of this.#held(instrument)) {
        const quantity = lot.quantity / this.#scale(instrument)
        const fees = lot.entry.feePerUnit * quantity * rate
        open.push({
          instrument,
          direction: lot.sign > 0 ? 'long' : 'short',
          quantity,
          entryTime: lot.entry.time,
          entryPrice: lot.entry.price,
          fees,
          profit: this.#earned(instrument, lot, mark, quantity) * rate - fees,
          ...income(lot, quantity),
          entryOrderId: lot.entry.orderId,
        })
      }
    }
    return open
  }

  /** Matches lots of the other side, oldest first. @returns what finds none */
  #close(instrument: string, sign: number, lots: number, exit: Leg): number {
    const queue = this.#queue(instrument)
    let left = lots
    while (left > 0 && queue.head < queue.lots.length && queue.lots[queue.head].sign !== sign) {
      const lot = queue.lots[queue.head]
      const matched = whole(Math.min(left, lot.quantity))
      this.closed.push(this.#trade(instrument, lot, exit, matched / this.#scale(instrument)))
      lot.quantity = whole(lot.quantity - matched)
      left = whole(left - matched)
      if (lot.quantity <= 0) queue.head++
    }
    return left
  }

  #trade(instrument: string, lot: Lot, exit: Leg, quantity: number): ClosedTrade {
    const { entry } = lot
    const fees = (entry.feePerUnit + exit.feePerUnit) * quantity * exit.rate
    const profit = this.#earned(instrument, lot, exit.price, quantity) * exit.rate - fees
    return {
      instrument,
      direction: lot.sign > 0 ? 'long' : 'short',
      quantity,
      entryTime: entry.time,
      exitTime: exit.time,
      entryPrice: entry.price,
      exitPrice: exit.price,
      fees,
      profit,
      return: profit / (this.#value(instrument, entry.price, quantity) * exit.rate),
      ...income(lot, quantity),
      ...excursion(lot, exit, this.#inputs.bars.get(instrument)),
      entryOrderId: entry.orderId,
      exitOrderId: exit.orderId,
    }
  }

  /** Before fees, settlement currency. */
  #earned(instrument: string, lot: Lot, price: number, quantity: number): number {
    const terms = this.#inputs.instruments?.get(instrument)
    if (terms?.kind === 'inverse')
      return lot.sign * quantity * (terms.multiplier ?? 1) * (1 / lot.entry.price - 1 / price)
    return lot.sign * (price - lot.entry.price) * quantity * (terms?.multiplier ?? 1)
  }

  #value(instrument: string, price: number, quantity: number): number {
    const terms = this.#inputs.instruments?.get(instrument)
    return terms === undefined
      ? price * quantity
      : Math.abs(notionalOf(price, quantity * terms.lotsPerUnit, terms))
  }

  /** Each lot becomes ratio times as many at 1 / ratio of the price; what is no whole lot in sum is paid out. */
  #split(instrument: string, quantity: number, ratio: number, exit: Leg): void {
    for (const lot of this.#held(instrument)) {
      const { entry } = lot
      lot.quantity = whole(lot.quantity * ratio)
      lot.entry = { ...entry, price: entry.price / ratio, feePerUnit: entry.feePerUnit / ratio }
      lot.incomePerUnit /= ratio
      lot.splits = [...lot.splits, { time: exit.time, ratio }]
    }
    if (Number.isNaN(exit.price)) return
    const total = whole(Math.abs(quantity) * this.#scale(instrument) * ratio)
    this.#close(instrument, -Math.sign(quantity), total - Math.trunc(total), { ...exit, feePerUnit: 0 })
  }

  /** The position goes on under another name that the run has. */
  #rename(from: string, to: string): void {
    const lots = this.#held(from)
    if (to === from || !this.#inputs.lotsPerUnit.has(to)) return
    const grid = this.#scale(to) / this.#scale(from)
    for (const lot of lots) lot.quantity = whole(lot.quantity * grid)
    this.#queue(to).lots.push(...lots)
    this.#queues.delete(from)
  }

  #held(instrument: string): Lot[] {
    const queue = this.#queue(instrument)
    return queue.lots.slice(queue.head)
  }

  #queue(instrument: string): Queue {
    let queue = this.#queues.get(instrument)
    if (queue === undefined) this.#queues.set(instrument, (queue = { lots: [], head: 0 }))
    return queue
  }

  #scale(instrument: string): number {
    return this.#inputs.lotsPerUnit.get(instrument) ?? 1
  }
}

/** Parts of lots come from splits alone; what is nearly whole is a whole number that was divided. */
function whole(lots: number): number {
  const nearest = Math.round(lots)
  return Math.abs(lots - nearest) <= 1e-9 * Math.max(1, Math.abs(lots)) ? nearest : lots
}

function income(lot: Lot, quantity: number): { income?: number } {
  return lot.incomePerUnit === 0 ? {} : { income: lot.incomePerUnit * quantity }
}

/**
 * Worst and best price while held, from the highs and lows of the bars from the entry's to the exit's, and the
 * number of bars from entry to exit. The exit's own bar counts only by its exit price: what it did after the
 * exit is not known to have hurt. The entry's bar counts whole, as a bar does not tell its order. Bars from
 * before a split are read on the grid after it.
 */
function excursion(
  lot: Lot,
  exit: Leg,
  bars: BarSeries | undefined,
): { bars?: number; mae?: number; mfe?: number } {
  if (bars === undefined) return {}
  const { entry, sign, splits } = lot
  const first = rowAtOrAfter(bars.receiveTime, bars.length, entry.time)
  const last = rowAtOrAfter(bars.receiveTime, bars.length, exit.time)
  let low = Math.min(entry.price, exit.price)
  let high = Math.max(entry.price, exit.price)
  for (let row = first; row < last; row++) {
    let grid = 1
    for (const split of splits) if (bars.receiveTime[row] <= split.time) grid *= split.ratio
    if (bars.low[row] / grid < low) low = bars.low[row] / grid
    if (bars.high[row] / grid > high) high = bars.high[row] / grid
  }
  const down = (low - entry.price) / entry.price
  const up = (high - entry.price) / entry.price
  return sign > 0
    ? { bars: last - first, mae: down, mfe: up }
    : { bars: last - first, mae: up === 0 ? 0 : -up, mfe: down === 0 ? 0 : -down }
}

function rowAtOrAfter(times: Float64Array, length: number, time: number): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle] < time) low = middle + 1
    else high = middle
  }
  return low
}
