import { describe, expect, it } from 'vitest'
import { BOOK_ACTIONS, type BookSeries } from '../domain/market-events.ts'
import { Random } from '../core/random.ts'
import { FeedBook } from './feed-book.ts'
import { TickWindow } from './tick-window.ts'

type Row = readonly [action: number, side: 1 | -1, price: number, size: number]
const { set, clear, gap, add } = BOOK_ACTIONS

function seriesOf(rows: readonly Row[]): BookSeries {
  const column = (make: (row: Row, k: number) => number) => Float64Array.from(rows, make)
  const time = column((_, k) => k)
  return {
    length: rows.length,
    eventTime: time,
    receiveTime: time,
    price: column(row => row[2]),
    size: column(row => row[3]),
    side: column(row => row[1]),
    action: column(row => row[0]),
    order: column((_, k) => k),
  }
}

function opened(rows: readonly Row[], more = false) {
  const window = new TickWindow({ kind: 'book', handle: 0, stream: 0, place: 0, name: '', executes: true })
  window.load(seriesOf(rows), 0, rows.length, more)
  const book = new FeedBook(window, 100)
  window.book = book
  return { window, book }
}

/** The book after `count` rows as lists of [ticks, size], kept in a plain Map. */
function plainly(rows: readonly Row[], count: number) {
  const sides = { 1: new Map<number, number>(), [-1]: new Map<number, number>() }
  let lost = false
  for (const [action, side, price, size] of rows.slice(0, count)) {
    if (action !== set) {
      sides[1].clear()
      sides[-1].clear()
      lost = action === gap
    }
    if (lost || Number.isNaN(price)) continue
    if (size > 0) sides[side].set(Math.round(price * 100), size)
    else sides[side].delete(Math.round(price * 100))
  }
  const list = (side: 1 | -1) => [...sides[side]].sort(([a], [b]) => side * (b - a))
  return { bids: list(1), asks: list(-1) }
}

const shown = (book: FeedBook) => {
  const { bids, asks } = book.asKnown.depth(10_000)
  const list = (levels: typeof bids) => levels.map(({ ticks, size }) => [ticks, size])
  return { bids: list(bids), asks: list(asks) }
}

describe('a book that two readers share', () => {
  const rows: Row[] = [
    [clear, 1, 99, 4],
    [set, -1, 101, 5],
    [set, 1, 99.5, 2],
    [set, 1, 99, 0],
    [set, 1, 99.5, 7],
  ]

  it('shows the strategy the levels of its own row, however far the venue is', () => {
    const { window, book } = opened(rows)
    window.cursor = 0
    book.take(0)
    for (let row = 1; row < 5; row++) book.lead(row)
    expect(shown(book)).toEqual({ bids: [[9900, 4]], asks: [] })
    window.cursor = 2
    expect(shown(book)).toEqual({
      bids: [
        [9950, 2],
        [9900, 4],
      ],
      asks: [[10100, 5]],
    })
    window.cursor = 4
    expect(shown(book)).toEqual({ bids: [[9950, 7]], asks: [[10100, 5]] })
  })

  it('has the venue part before the first single order', () => {
    const { book } = opened([rows[0], rows[1], [add, 1, 98, 1]])
    const parted: number[] = []
    book.onPart = () => parted.push(book.taken, book.book.bestBidTicks)
    for (let row = 0; row < 3; row++) book.take(row)
    expect(parted).toEqual([2, 9900])
    expect(book.book.bestBidTicks).toBe(9800)
  })

  it.each([1, 2, 3, 4, 5, 6])('is at every row what a plain list of levels is (seed %i)', seed => {
    const random = Random.ofChoice(seed)
    const below = (limit: number) => Math.floor(random.uniform() * limit)
    const all: Row[] = Array.from({ length: 1500 }, () => {
      const side = below(2) === 0 ? 1 : -1
      const price = (10_000 - side * (below(40) === 0 ? below(7000) : below(12))) / 100
      const what = seed % 2 === 0 ? below(150) : 2
      if (what === 0) return [gap, 1, Number.NaN, Number.NaN]
      return [
        what === 1 ? clear : set,
        side,
        what === 1 && side > 0 ? Number.NaN : price,
        below(3) * below(4),
      ]
    })
    const { window, book } = opened(all.slice(0, 700), true)
    let read = 0
    for (;;) {
      const first = window.gone + window.cursor + 1
      if (first === 700 && window.more) {
        window.head = book.taken
        window.load(seriesOf(all.slice(700)), 0, 800, false)
      }
      if (first === all.length) break
      const venue = window.gone + window.end
      for (let count = below(3) === 0 ? below(200) : 0; count > 0 && book.taken < venue; count--)
        book.lead(book.taken - window.gone)
      window.cursor++
      if (book.taken === first) book.take(window.cursor)
      if (below(6) > 0) continue
      read++
      const { bids, asks } = plainly(all, first + 1)
      expect(shown(book)).toEqual({ bids, asks })
    }
    expect(read).toBeGreaterThan(100)
  })
})
