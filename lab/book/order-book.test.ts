import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BookSide } from './order-book.ts'
import { BOOK_FAULTS, OrderBook } from './order-book.ts'

/** The plain book: a map per side, sorted whenever it is asked. */
class PlainBook {
  private readonly sides = { 1: new Map<number, number>(), [-1]: new Map<number, number>() }

  set(side: BookSide, ticks: number, size: number): void {
    if (size > 0) this.sides[side].set(ticks, size)
    else this.sides[side].delete(ticks)
  }

  clearSide(side: BookSide): void {
    this.sides[side].clear()
  }

  list(side: BookSide): { ticks: number; size: number }[] {
    return [...this.sides[side]]
      .map(([ticks, size]) => ({ ticks, size }))
      .sort((a, b) => side * (b.ticks - a.ticks))
  }
}

type Step =
  | { kind: 'set'; side: BookSide; offset: number; size: number }
  | { kind: 'jump'; by: number }
  | { kind: 'clear'; side: BookSide }
  | { kind: 'drop'; side: BookSide; levels: number }

const side = fc.constantFrom<BookSide>(1, -1)
const near = fc.integer({ min: -40, max: 40 })
const wide = fc.integer({ min: -12_000, max: 12_000 })
const far = fc.integer({ min: -1_500_000, max: 1_500_000 })
const size = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 9 }) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('set' as const), side, offset: near, size }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('set' as const), side, offset: wide, size }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('set' as const), side, offset: far, size }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('jump' as const), by: fc.oneof(wide, far) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), side }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('drop' as const),
      side,
      levels: fc.integer({ min: 1, max: 30 }),
    }),
  },
)

function walk(book: OrderBook, side: BookSide): { ticks: number; size: number }[] {
  const rows = []
  for (let ticks = book.bestTicks(side); !Number.isNaN(ticks); ticks = book.nextTicks(side, ticks))
    rows.push({ ticks, size: book.size(side, ticks) })
  return rows
}

function expectAlike(book: OrderBook, plain: PlainBook, probes: readonly number[]): void {
  for (const one of [1, -1] as const) {
    const rows = plain.list(one)
    expect(walk(book, one)).toEqual(rows)
    expect(book.levels(one)).toBe(rows.length)
    for (const probe of probes) {
      const next = rows.find(row => one * (probe - row.ticks) > 0)
      expect(book.nextTicks(one, probe)).toBe(next?.ticks ?? Number.NaN)
      expect(book.size(one, probe)).toBe(rows.find(row => row.ticks === probe)?.size ?? 0)
    }
  }
  const [bid, ask] = [plain.list(1)[0]?.ticks ?? Number.NaN, plain.list(-1)[0]?.ticks ?? Number.NaN]
  expect(book.bestBidTicks).toBe(bid)
  expect(book.bestAskTicks).toBe(ask)
  expect(book.crossed).toBe(bid > ask)
  expect(book.locked).toBe(bid === ask)
}

describe('an order book', () => {
  it('is a sorted map of levels, whatever the stream and however far it jumps', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 120 }),
        fc.array(far, { maxLength: 5 }),
        (steps, probes) => {
          const [book, plain] = [new OrderBook(), new PlainBook()]
          let middle = 0
          for (const one of steps) {
            if (one.kind === 'set') {
              book.set(one.side, middle + one.offset, one.size)
              plain.set(one.side, middle + one.offset, one.size)
            } else if (one.kind === 'jump') middle += one.by
            else if (one.kind === 'clear') {
              book.clearSide(one.side)
              plain.clearSide(one.side)
            } else
              for (const { ticks } of plain.list(one.side).slice(0, one.levels)) {
                book.set(one.side, ticks, 0)
                plain.set(one.side, ticks, 0)
              }
            expect(book.bestBidTicks).toBe(plain.list(1)[0]?.ticks ?? Number.NaN)
            expect(book.bestAskTicks).toBe(plain.list(-1)[0]?.ticks ?? Number.NaN)
          }
          expectAlike(book, plain, [middle, ...probes])
        },
      ),
      { numRuns: 400 },
    )
  })

  it('stays so when its window has grown to the last', () => {
    const [book, plain] = [new OrderBook(), new PlainBook()]
    fc.assert(
      fc.property(fc.array(fc.tuple(side, wide, size), { minLength: 3_000, maxLength: 3_000 }), rows => {
        for (const [one, offset, held] of rows) {
          // A market that falls from 900,000, its bids below and its asks above.
          const ticks = 900_000 - one * (1 + Math.abs(offset) * 4)
          book.set(one, ticks, held)
          plain.set(one, ticks, held)
        }
        expectAlike(book, plain, [900_000, 880_000, 940_000])
      }),
      { numRuns: 12 },
    )
  })

  it('keeps levels a million ticks away, and prices beyond 32 bits', () => {
    const book = new OrderBook()
    const price = 61_837 * 1e9
    book.set(1, price, 2)
    book.set(-1, price + 1, 3)
    book.set(-1, price + 1_000_000, 4)
    book.set(1, 1, 5)
    expect(book.depth(5)).toEqual({
      bids: [
        { ticks: price, size: 2 },
        { ticks: 1, size: 5 },
      ],
      asks: [
        { ticks: price + 1, size: 3 },
        { ticks: price + 1_000_000, size: 4 },
      ],
    })
  })

  it('refuses what is no price or no size, and changes nothing', () => {
    const book = new OrderBook()
    book.set(1, 100, 5)
    for (const size of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(book.set(1, 100, size)).toBe(BOOK_FAULTS.badSize)
    for (const ticks of [Number.NaN, 100.5, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(book.set(1, ticks, 1)).toBe(BOOK_FAULTS.badPrice)
    expect(book.depth(9)).toEqual({ bids: [{ ticks: 100, size: 5 }], asks: [] })
  })

  it('says when it is locked and when it is crossed, and until when', () => {
    const book = new OrderBook()
    expect(book.set(1, 100, 5)).toBe(BOOK_FAULTS.none)
    expect(book.set(-1, 100, 5)).toBe(BOOK_FAULTS.locked)
    expect(book.set(-1, 99, 5)).toBe(BOOK_FAULTS.crossed)
    expect([book.locked, book.crossed]).toEqual([false, true])
    expect(book.set(1, 100, 0)).toBe(BOOK_FAULTS.none)
  })

  it('drops the stale side of a crossed book', () => {
    const book = new OrderBook()
    for (const ticks of [101, 102, 104]) book.set(-1, ticks, 1)
    book.set(1, 102, 7)
    book.uncross(-1)
    expect(book.depth(9)).toEqual({ bids: [{ ticks: 102, size: 7 }], asks: [{ ticks: 104, size: 1 }] })
  })

  it('has no best, no middle and no next level while it is empty', () => {
    const book = new OrderBook()
    expect([book.bestBidTicks, book.bestAskTicks, book.mid, book.nextTicks(1, 5)]).toEqual(
      Array(4).fill(Number.NaN),
    )
    book.set(1, 0, 1)
    expect(book.bestBidTicks).toBe(0)
    book.clear()
    expect(book.bestBidTicks).toBe(Number.NaN)
  })

  it('keeps the best levels of a feed of limited depth', () => {
    const book = new OrderBook()
    for (let ticks = 1; ticks <= 20; ticks++) book.set(1, ticks * 1_000, ticks)
    book.trim(1, 3)
    expect(book.depth(9).bids.map(level => level.ticks)).toEqual([20_000, 19_000, 18_000])
    expect(book.levels(1)).toBe(3)
  })

  it('adds up what stands between the best and a limit', () => {
    const book = new OrderBook()
    for (const ticks of [100, 101, 103]) book.set(-1, ticks, ticks)
    expect(book.sizeUpTo(-1, 101)).toBe(201)
    expect(book.sizeUpTo(-1, 99)).toBe(0)
    expect(book.sizeUpTo(-1, 1_000)).toBe(304)
  })
})
