/**
 * A book from an instant on, on another path: where a leg begins the book that stood is told anew as a snapshot of
 * that leg, so that levels of two legs never stand beside each other. With `gaps` the feed loses messages now and then,
 * says so, and comes back with a snapshot.
 */
import type { Random } from '../core/random.ts'
import { BOOK_ACTIONS, type BookSeries } from '../domain/market-events.ts'
import type { Leg, OtherPath } from './vet-path.ts'

/** A level, or an order of an L3 feed, as the real book has it. */
interface Standing {
  readonly side: number
  readonly price: number
  readonly size: number
  readonly order: number
}

const { set, clear, gap, add, remove } = BOOK_ACTIONS
/** Rows between two losses, and rows lost, at most. */
const BETWEEN = 400
const LOST = 40

/** @param losses where messages are to be lost; undefined: none */
export function otherBook(
  series: BookSeries,
  from: number,
  path: OtherPath,
  ticksPerUnit: number,
  losses: Random | undefined,
): BookSeries {
  const real = new RealBook()
  const rows = new BookRows(series)
  for (let row = 0; row < from; row++) {
    real.take(series, row)
    rows.copy(row)
  }
  let leg: Leg | undefined
  // The first row stays away at every other place: that there is one is knowledge too.
  let lost = losses === undefined ? 0 : losses.integer(0, 2) * losses.integer(1, LOST)
  let next = losses === undefined ? Number.POSITIVE_INFINITY : losses.integer(1, BETWEEN)
  if (lost > 0 && from < series.length) rows.put(from, gap, Number.NaN, Number.NaN, 0, Number.NaN)
  for (let row = from; row < series.length; row++) {
    if (lost > 0) {
      real.take(series, row)
      if (--lost === 0 && row + 1 < series.length)
        rows.snapshot(row + 1, real, path, path.legAt(timeOf(series, row + 1))!, ticksPerUnit)
      continue
    }
    const now = path.legAt(timeOf(series, row)) ?? leg
    if (now === undefined) {
      real.take(series, row)
      rows.copy(row)
      continue
    }
    if (now !== leg && losses === undefined) rows.snapshot(row, real, path, now, ticksPerUnit)
    leg = now
    rows.moved(row, path, leg, ticksPerUnit, real.take(series, row))
    if (--next === 0 && losses !== undefined) {
      lost = losses.integer(1, LOST)
      next = losses.integer(1, BETWEEN)
      if (row + 1 < series.length) rows.put(row + 1, gap, Number.NaN, Number.NaN, 0, Number.NaN)
    }
  }
  return rows.series()
}

function timeOf({ eventTime, receiveTime }: BookSeries, row: number): number {
  return Math.min(eventTime[row], receiveTime[row])
}

class RealBook {
  /** False where messages were lost, until the next snapshot. */
  known = true
  readonly standing = new Map<string, Standing>()

  /** The order or level that the row speaks of, as it stood before. */
  take(series: BookSeries, row: number): Standing | undefined {
    const action = series.action[row]
    if (action === gap || action === clear) {
      this.standing.clear()
      this.known = action === clear
    }
    if (action === gap) return undefined
    const side = series.side[row]
    const price = series.price[row]
    const size = series.size[row]
    const order = series.order?.[row] ?? Number.NaN
    const key = action >= add ? `#${order}` : `${side} ${price}`
    const before = this.standing.get(key)
    if (action === remove || (action <= clear && size === 0)) this.standing.delete(key)
    else if (!Number.isNaN(price) || before !== undefined)
      this.standing.set(key, {
        side: before?.side ?? side,
        price: Number.isNaN(price) ? before!.price : price,
        ...{ size, order },
      })
    return before
  }
}

class BookRows {
  readonly #of: BookSeries
  readonly #columns: Record<string, number[]>

  constructor(of: BookSeries) {
    this.#of = of
    const names = ['eventTime', 'receiveTime', 'action', 'side', 'price', 'size']
    if (of.order !== undefined) names.push('order')
    this.#columns = Object.fromEntries(names.map(name => [name, []]))
  }

  copy(row: number): void {
    for (const name in this.#columns)
      this.#columns[name].push((this.#of as unknown as Record<string, Float64Array>)[name][row])
  }

  /** A row at the times of another. */
  put(row: number, action: number, side: number, price: number, size: number, order: number): void {
    const { eventTime, receiveTime } = this.#of
    const cells: Record<string, number> = { action, side, price, size, order }
    cells.eventTime = eventTime[row]
    cells.receiveTime = receiveTime[row]
    for (const name in this.#columns) this.#columns[name].push(cells[name])
  }

  /** What stands, as it would on a leg, at the times of a row. */
  snapshot(row: number, real: RealBook, path: OtherPath, leg: Leg, ticksPerUnit: number): void {
    if (!real.known) return
    this.put(row, clear, 1, Number.NaN, 0, Number.NaN)
    for (const { side, price, size, order } of real.standing.values()) {
      const ticks = path.ticksOf(price, leg)
      const action = Number.isNaN(order) ? set : add
      if (ticks >= 1) this.put(row, action, side * leg.turn, ticks / ticksPerUnit, size * leg.size, order)
    }
  }

  /** The row itself on a leg; a level that would lie below one tick is left out. */
  moved(row: number, path: OtherPath, leg: Leg, ticksPerUnit: number, before: Standing | undefined): void {
    const { action, side, price, size, order } = this.#of
    const ticks = path.ticksOf(price[row], leg)
    const was = before === undefined ? 1 : path.ticksOf(before.price, leg)
    if (ticks < 1 || was < 1) {
      if (action[row] === clear) this.put(row, clear, 1, Number.NaN, 0, Number.NaN)
      return
    }
    const id = order?.[row] ?? Number.NaN
    this.put(row, action[row], side[row] * leg.turn, ticks / ticksPerUnit, size[row] * leg.size, id)
  }

  series(): BookSeries {
    const made = Object.fromEntries(
      Object.entries(this.#columns).map(([name, values]) => [name, Float64Array.from(values)]),
    )
    return { ...(made as unknown as BookSeries), length: made.eventTime.length }
  }
}
