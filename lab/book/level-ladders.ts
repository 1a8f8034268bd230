/**
 * Where an order book keeps its levels: a ladder of sizes for each side, in keys that grow away from the market,
 * which are the price in ticks for asks and its negative for bids. So a side's best is its smallest key, and one
 * piece of code serves both.
 *
 *     low                    low + capacity
 *      │  best ▼                 │
 *      ├───────█─█──█████──█─────┤ · · █ · · · · █          far levels, sorted
 *        dense window, a size a tick    sparse, however far away
 *
 * Nothing is ever better than the window: a better key moves it. A bit per tick says where levels are, a bit per
 * 32 of those where bits are, and so once more: the next level is three leading-zero counts away, however empty
 * the ladder. The window follows the best, and doubles while many sets fall beyond it.
 *
 * Half 0 of each array is the bids', half 1 the asks': picking a side is then an index and no
 * branch that a processor must guess (15.0 ns against 16.2 with an object per side).
 * Memory: 8.3 bytes a tick of window and side (68 kB a book at first, 545 kB at most), 16 bytes a far level.
 */
import { FarLevels } from './far-levels.ts'

const FIRST_CAPACITY = 4_096
/** Three layers of 32 bits cover it. */
const MOST_CAPACITY = 32_768
/** The window moves by whole words of the second layer of bits. */
const STEP = 1_024
/** Sets beyond the window, for each tick that it has, until it doubles. */
const PATIENCE = 0.25

/** +1 bids, −1 asks. */
export type BookSide = 1 | -1

/** What `setRow` leaves of a row: its level in ticks, what that held before, QUIET or STIRRED, the bests if STIRRED. */
export const TAPE = { ticks: 0, before: 1, state: 2, bid: 3, ask: 4, cells: 8 } as const
/** No level began or ended, so that the bests are the same. */
export const QUIET = 0
export const STIRRED = 1

/** What is wrong with an input, or with the book after it. */
export const BOOK_FAULTS = { none: 0, badPrice: 1, badSize: 2, locked: 3, crossed: 4 } as const
export type BookFault = (typeof BOOK_FAULTS)[keyof typeof BOOK_FAULTS]

export class LevelLadders {
  /** Smallest key with a level, by half; NaN when there is none. */
  private readonly best = new Float64Array(2).fill(Number.NaN)
  /** Key of the window's first tick, by half; NaN while it has no place. */
  private readonly low = new Float64Array(2).fill(Number.NaN)
  /** Ticks of a side's window: a power of two. */
  private capacity = FIRST_CAPACITY
  private sizes = new Float64Array(2 * FIRST_CAPACITY)
  /** Bit i % 32 of word i / 32: there is a level at tick i. */
  private bits = new Int32Array((2 * FIRST_CAPACITY) >> 5)
  private bits2 = new Int32Array((2 * FIRST_CAPACITY) >> 10)
  private readonly bits3 = new Int32Array(2)
  private readonly inside = new Int32Array(2)
  private readonly far = [new FarLevels(), new FarLevels()] as const
  private beyond = 0

  /**
   * States what a level holds now; 0 takes it away. Bad input changes nothing.
   * @param ticks safe integer; anything else is `badPrice`
   * @param size finite and not negative; anything else is `badSize`
   */
  set(side: BookSide, ticks: number, size: number): BookFault {
    if (!(size >= 0 && size < Number.POSITIVE_INFINITY)) return BOOK_FAULTS.badSize
    const half = (1 - side) >> 1
    const key = 0 - side * ticks
    const offset = key - this.low[half]
    const place = offset | 0
    const { sizes, capacity, best } = this
    // What is no integer, and a window without a place, go the other way too.
    if (place !== offset || place >>> 0 >= capacity) {
      if (!this.setOutside(half, key, size)) return BOOK_FAULTS.badPrice
    } else {
      const at = half * capacity + place
      const previous = sizes[at]
      sizes[at] = size
      if (size > 0 !== previous > 0) this.turn(half, at, size > 0)
    }
    // In keys the sum is the spread, NaN while a side is empty.
    const spread = best[0] + best[1]
    return spread <= 0 ? this.state : BOOK_FAULTS.none
  }

  /**
   * The same for a row of a feed's columns that was checked when it was loaded, between arrays alone, as numbers
   * handed to a call may become objects. In the tape it finds the level, at `at`, and leaves there what it held before,
   * and whether the bests may have changed, with the bests then.
   */
  setRow(sides: Float64Array, rowSizes: Float64Array, row: number, tape: Float64Array, at: number): void {
    const side = sides[row]
    const size = rowSizes[row]
    const half = (1 - side) >> 1
    const key = 0 - side * tape[at]
    const offset = key - this.low[half]
    const place = offset | 0
    const { sizes, capacity } = this
    if (place !== offset || place >>> 0 >= capacity) {
      tape[at + TAPE.before] = this.size(half === 0 ? 1 : -1, tape[at])
      this.setOutside(half, key, size)
    } else {
      const level = half * capacity + place
      const before = sizes[level]
      sizes[level] = size
      tape[at + TAPE.before] = before
      if (size > 0 === before > 0) {
        tape[at + TAPE.state] = QUIET
        return
      }
      this.turn(half, level, size > 0)
    }
    tape[at + TAPE.state] = STIRRED
    tape[at + TAPE.bid] = 0 - this.best[0]
    tape[at + TAPE.ask] = this.best[1]
  }

  /** Makes this book hold what another does. */
  become(other: LevelLadders): void {
    this.best.set(other.best)
    this.low.set(other.low)
    this.capacity = other.capacity
    this.sizes = other.sizes.slice()
    this.bits = other.bits.slice()
    this.bits2 = other.bits2.slice()
    this.bits3.set(other.bits3)
    this.inside.set(other.inside)
    this.far[0].become(other.far[0])
    this.far[1].become(other.far[1])
    this.beyond = other.beyond
  }

  /** none, locked or crossed. */
  get state(): BookFault {
    // In keys the sum is the spread, NaN while a side is empty.
    const spread = this.best[0] + this.best[1]
    if (!(spread <= 0)) return BOOK_FAULTS.none
    return spread === 0 ? BOOK_FAULTS.locked : BOOK_FAULTS.crossed
  }

  /** NaN when there are no bids. */
  get bestBidTicks(): number {
    return 0 - this.best[0]
  }

  /** NaN when there are no asks. */
  get bestAskTicks(): number {
    return this.best[1]
  }

  /** What a level holds, 0 where there is none. */
  size(side: BookSide, ticks: number): number {
    const half = (1 - side) >> 1
    const key = 0 - side * ticks
    const offset = key - this.low[half]
    if (offset >= 0 && offset < this.capacity) return this.sizes[half * this.capacity + (offset | 0)]
    return this.far[half].count === 0 ? 0 : this.far[half].size(key)
  }

  /** The next level away from the market than `ticks`, which need be none itself; NaN after the last. */
  nextTicks(side: BookSide, ticks: number): number {
    return 0 - side * this.nextKey((1 - side) >> 1, 0 - side * ticks)
  }

  /** How many levels a side has. */
  levels(side: BookSide): number {
    const half = (1 - side) >> 1
    return this.inside[half] + this.far[half].count
  }

  /** Empties the book. */
  clear(): void {
    this.clearSide(1)
    this.clearSide(-1)
  }

  clearSide(side: BookSide): void {
    const half = (1 - side) >> 1
    const start = half * this.capacity
    const end = start + this.capacity
    if (this.inside[half] > 0) {
      this.sizes.fill(0, start, end)
      this.bits.fill(0, start >> 5, end >> 5)
      this.bits2.fill(0, start >> 10, end >> 10)
      this.bits3[half] = 0
      this.inside[half] = 0
    }
    this.far[half].clear()
    this.best[half] = Number.NaN
    this.low[half] = Number.NaN
  }

  /** Smallest key beyond `key` that has a level; NaN when there is none. */
  private nextKey(half: number, key: number): number {
    const best = this.best[half]
    if (!(key >= best)) return best
    const offset = key - this.low[half]
    if (offset < this.capacity) {
      const start = half * this.capacity
      const at = this.markedAfter(half, start + Math.floor(offset))
      if (at >= 0) return this.low[half] + (at - start)
    }
    return this.far[half].next(key)
  }

  /** A level begins or ends: one event in seven, kept apart so that `set` is small enough to be inlined. */
  private turn(half: number, at: number, begins: boolean): void {
    const key = this.low[half] + (at - half * this.capacity)
    if (begins) {
      this.mark(half, at)
      if (!(key >= this.best[half])) this.best[half] = key
    } else {
      this.unmark(half, at)
      if (key === this.best[half]) this.retreat(half, at)
    }
  }

  private setOutside(half: number, key: number, size: number): boolean {
    if (!Number.isSafeInteger(key)) return false
    if (key > this.low[half]) {
      this.far[half].set(key, size)
      if (this.capacity < MOST_CAPACITY && ++this.beyond > this.capacity * PATIENCE) this.grow()
    } else if (size > 0) {
      this.moveTo(half, key)
      this.put(half, key, size)
      this.best[half] = key
    }
    return true
  }

  /** The best level, at `at`, has gone: the next one is. */
  private retreat(half: number, at: number): void {
    const next = this.markedAfter(half, at)
    const best = next < 0 ? this.far[half].nearest : this.low[half] + (next - half * this.capacity)
    this.best[half] = best
    if (Number.isNaN(best)) this.low[half] = Number.NaN
    else if (best - this.low[half] > this.capacity >> 1) this.moveTo(half, best)
  }

  /** Puts the window so that `key`, than which nothing is better, has a quarter of it for improvements. */
  private moveTo(half: number, key: number): void {
    const low = Math.floor((key - (this.capacity >> 2)) / STEP) * STEP
    if (this.inside[half] === 0) this.low[half] = low
    else if (low < this.low[half]) this.moveDown(half, this.low[half] - low)
    else this.moveUp(half, low - this.low[half])
    this.takeIn(half)
  }

  /** Towards better keys: what falls off the end goes to the far levels, farthest first. */
  private moveDown(half: number, ticks: number): void {
    const start = half * this.capacity
    const end = start + this.capacity
    const kept = Math.max(start, end - ticks)
    for (let at = end - 1; at >= kept; at--) {
      if (this.bits[at >> 5] === 0) at &= ~31
      else if (this.sizes[at] > 0) {
        this.far[half].push(this.low[half] + (at - start), this.sizes[at])
        this.unmark(half, at)
        this.sizes[at] = 0
      }
    }
    this.low[half] -= ticks
    if (kept > start) this.shift(start, kept, start + ticks, half)
  }

  /** Towards worse keys: what falls off the front is empty, since the best stands behind it. */
  private moveUp(half: number, ticks: number): void {
    const start = half * this.capacity
    this.low[half] += ticks
    this.shift(start + ticks, start + this.capacity, start, half)
  }

  /** Moves ticks from..end of a side's window to `to`, whole words of the second layer; the rest is empty. */
  private shift(from: number, end: number, to: number, half: number): void {
    const start = half * this.capacity
    shiftWithin(this.sizes, from, end, to, start, start + this.capacity)
    shiftWithin(this.bits, from >> 5, end >> 5, to >> 5, start >> 5, (start + this.capacity) >> 5)
    shiftWithin(this.bits2, from >> 10, end >> 10, to >> 10, start >> 10, (start + this.capacity) >> 10)
    this.bits3[half] = 0
    for (let block = start >> 10; block < (start + this.capacity) >> 10; block++)
      if (this.bits2[block] !== 0) this.bits3[half] |= 1 << (block & 31)
  }

  /** Far levels that the window now covers. */
  private takeIn(half: number): void {
    const far = this.far[half]
    const end = this.low[half] + this.capacity
    for (let key = far.nearest; key < end; key = far.nearest) this.put(half, key, far.pop())
  }

  /** Twice the window, for both sides: each level is placed anew. */
  private grow(): void {
    const { sizes, capacity } = this
    this.beyond = 0
    this.capacity = 2 * capacity
    this.sizes = new Float64Array(4 * capacity)
    this.bits = new Int32Array((4 * capacity) >> 5)
    this.bits2 = new Int32Array((4 * capacity) >> 10)
    this.bits3.fill(0)
    this.inside.fill(0)
    for (let at = 0; at < sizes.length; at++) {
      const half = at < capacity ? 0 : 1
      if (sizes[at] > 0) this.put(half, this.low[half] + (at - half * capacity), sizes[at])
    }
    this.takeIn(0)
    this.takeIn(1)
  }

  /** Puts a level where the window has none. */
  private put(half: number, key: number, size: number): void {
    const at = half * this.capacity + (key - this.low[half])
    this.sizes[at] = size
    this.mark(half, at)
  }

  private mark(half: number, at: number): void {
    this.inside[half]++
    const word = at >> 5
    this.bits[word] |= 1 << (at & 31)
    this.bits2[word >> 5] |= 1 << (word & 31)
    this.bits3[half] |= 1 << (word >> 5)
  }

  private unmark(half: number, at: number): void {
    this.inside[half]--
    const word = at >> 5
    this.bits[word] &= ~(1 << (at & 31))
    if (this.bits[word] !== 0) return
    this.bits2[word >> 5] &= ~(1 << (word & 31))
    if (this.bits2[word >> 5] === 0) this.bits3[half] &= ~(1 << (word >> 5))
  }

  /** Place of the first level after `at` in a side's window, −1 when there is none. */
  private markedAfter(half: number, at: number): number {
    // Shifting twice: by 32 at once JavaScript shifts by nothing.
    let word = at >> 5
    let rest = this.bits[word] & ((-1 << (at & 31)) << 1)
    if (rest === 0) {
      let block = word >> 5
      rest = this.bits2[block] & ((-1 << (word & 31)) << 1)
      if (rest === 0) {
        rest = this.bits3[half] & ((-1 << (block & 31)) << 1)
        if (rest === 0) return -1
        block = (block & ~31) + lowest(rest)
        rest = this.bits2[block]
      }
      word = (block << 5) + lowest(rest)
      rest = this.bits[word]
    }
    return (word << 5) + lowest(rest)
  }
}

/** Number of the lowest bit that is set. */
function lowest(word: number): number {
  return 31 - Math.clz32(word & -word)
}

/** Moves from..end to `to` and empties what else there is between start and stop. */
function shiftWithin(
  array: Float64Array | Int32Array,
  from: number,
  end: number,
  to: number,
  start: number,
  stop: number,
): void {
  array.copyWithin(to, from, end)
  array.fill(0, start, to)
  array.fill(0, to + end - from, stop)
}
