/**
 * Round trips from fills, first in, first out per instrument. A fill that flips the position closes one trade
 * and opens the next. What is still held at the end stands apart as open trades.
 */
import type { BarSeries } from '../domain/bar.ts'
import type { ClosedTrade, OpenTrade } from '../domain/closed-trade.ts'
import type { FillRecord } from '../domain/fill.ts'

interface Lot {
  quantity: number
  readonly sign: number
  readonly fill: FillRecord
  /** Fee per unit of the entry fill. */
  readonly feePerUnit: number
}

export interface TradeInputs {
  readonly fills: readonly FillRecord[]
  /** Bars by instrument id, for holding time and excursions; absent where they were not kept. */
  readonly bars: ReadonlyMap<string, BarSeries | undefined>
  /** Last marks by instrument id. */
  readonly marks: ReadonlyMap<string, number>
  /** Lots per unit by instrument id: quantities are matched in whole lots. */
  readonly lotsPerUnit: ReadonlyMap<string, number>
}

export function matchTrades(inputs: TradeInputs): { closed: ClosedTrade[]; open: OpenTrade[] } {
  const queues = new Map<string, { lots: Lot[]; head: number }>()
  const closed: ClosedTrade[] = []
  for (const fill of inputs.fills) {
    let queue = queues.get(fill.instrument)
    if (queue === undefined) queues.set(fill.instrument, (queue = { lots: [], head: 0 }))
    const scale = inputs.lotsPerUnit.get(fill.instrument) ?? 1
    const sign = fill.side === 'buy' ? 1 : -1
    const feePerUnit = fill.fee / fill.quantity
    let left = Math.round(fill.quantity * scale)
    while (left > 0 && queue.head < queue.lots.length && queue.lots[queue.head].sign !== sign) {
      const lot = queue.lots[queue.head]
      const matched = Math.min(left, lot.quantity)
      closed.push(trade(lot, fill, matched / scale, feePerUnit, inputs.bars.get(fill.instrument)))
      lot.quantity -= matched
      left -= matched
      if (lot.quantity === 0) queue.head++
    }
    if (left > 0) queue.lots.push({ quantity: left, sign, fill, feePerUnit })
    if (queue.head > 1024 && queue.head * 2 > queue.lots.length) {
      queue.lots.splice(0, queue.head)
      queue.head = 0
    }
  }
  return { closed, open: openTrades(queues, inputs) }
}

function trade(
  lot: Lot,
  exit: FillRecord,
  quantity: number,
  exitFeePerUnit: number,
  bars: BarSeries | undefined,
): ClosedTrade {
  const entry = lot.fill
  const fees = (lot.feePerUnit + exitFeePerUnit) * quantity
  const profit = lot.sign * (exit.price - entry.price) * quantity - fees
  return {
    instrument: entry.instrument,
    direction: lot.sign > 0 ? 'long' : 'short',
    quantity,
    entryTime: entry.time,
    exitTime: exit.time,
    entryPrice: entry.price,
    exitPrice: exit.price,
    fees,
    profit,
    return: profit / (entry.price * quantity),
    ...excursion(lot.sign, entry, exit, bars),
    entryOrderId: entry.orderId,
    exitOrderId: exit.orderId,
  }
}

/**
 * Worst and best price while held, from the highs and lows of the bars from the entry's to the exit's, and the
 * number of bars from entry to exit. The exit's own bar counts only by its exit price: what it did after the
 * exit is not known to have hurt. The entry's bar counts whole, as a bar does not tell its order.
 */
function excursion(
  sign: number,
  entry: FillRecord,
  exit: FillRecord,
  bars: BarSeries | undefined,
): { bars?: number; mae?: number; mfe?: number } {
  if (bars === undefined) return {}
  const first = rowAtOrAfter(bars.receiveTime, bars.length, entry.time)
  const last = rowAtOrAfter(bars.receiveTime, bars.length, exit.time)
  let low = Math.min(entry.price, exit.price)
  let high = Math.max(entry.price, exit.price)
  for (let row = first; row < last; row++) {
    if (bars.low[row] < low) low = bars.low[row]
    if (bars.high[row] > high) high = bars.high[row]
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

function openTrades(
  queues: ReadonlyMap<string, { lots: Lot[]; head: number }>,
  inputs: TradeInputs,
): OpenTrade[] {
  const open: OpenTrade[] = []
  for (const [instrument, queue] of queues) {
    const scale = inputs.lotsPerUnit.get(instrument) ?? 1
    const mark = inputs.marks.get(instrument) ?? Number.NaN
    for (const lot of queue.lots.slice(queue.head)) {
      const quantity = lot.quantity / scale
      const fees = lot.feePerUnit * quantity
      open.push({
        instrument,
        direction: lot.sign > 0 ? 'long' : 'short',
        quantity,
        entryTime: lot.fill.time,
        entryPrice: lot.fill.price,
        fees,
        profit: lot.sign * (mark - lot.fill.price) * quantity - fees,
        entryOrderId: lot.fill.orderId,
      })
    }
  }
  return open
}
