import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BookSide } from './order-book.ts'
import { OrderQueueBook, QUEUE_FAULTS } from './order-queue-book.ts'
import { exactFront } from './queue-position.ts'

interface PlainOrder {
  id: number
  side: BookSide
  ticks: number
  size: number
}

/** The plain book: one list, in order of arrival. */
class PlainQueues {
  orders: PlainOrder[] = []

  find(id: number): PlainOrder | undefined {
    return this.orders.find(order => order.id === id)
  }

  remove(id: number): void {
    this.orders = this.orders.filter(order => order.id !== id)
  }

  at(side: BookSide, ticks: number): PlainOrder[] {
    return this.orders.filter(order => order.side === side && order.ticks === ticks)
  }

  ahead(id: number): number {
    const own = this.find(id)!
    const queue = this.at(own.side, own.ticks)
    return queue.slice(0, queue.indexOf(own)).reduce((sum, order) => sum + order.size, 0)
  }
}

const event = fc.record({
  action: fc.constantFrom('add', 'add', 'change', 'remove'),
  // Ids beyond 32 bits, as exchanges have them, that collide often enough to be changed and removed.
  id: fc.integer({ min: 1, max: 60 }).map(n => n * 8_589_934_597),
  side: fc.constantFrom<BookSide>(1, -1),
  ticks: fc.oneof(fc.integer({ min: 95, max: 105 }), fc.integer({ min: 1, max: 1_000_000 })),
  size: fc.integer({ min: 0, max: 50 }),
})

describe('a book of orders', () => {
  it('is a list of orders in order of arrival, whatever the stream', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 400 }), events => {
        const [book, plain] = [new OrderQueueBook(), new PlainQueues()]
        for (const { action, id, side, ticks, size } of events) {
          const known = plain.find(id)
          if (action === 'add') {
            const fault = book.add(id, side, ticks, size)
            if (size === 0) expect(fault).toBe(QUEUE_FAULTS.badSize)
            else if (known !== undefined) expect(fault).toBe(QUEUE_FAULTS.duplicateOrder)
            else plain.orders.push({ id, side, ticks, size })
          } else if (known === undefined)
            expect(action === 'change' ? book.change(id, ticks, size) : book.remove(id)).toBe(
              QUEUE_FAULTS.unknownOrder,
            )
          else if (action === 'remove' || size === 0) {
            if (action === 'remove') book.remove(id)
            else book.change(id, ticks, size)
            plain.remove(id)
          } else {
            book.change(id, ticks, size)
            if (ticks !== known.ticks || size > known.size) {
              plain.remove(id)
              plain.orders.push({ ...known, ticks, size })
            } else known.size = size
          }
        }
        expect(book.count).toBe(plain.orders.length)
        for (const order of plain.orders) {
          const queue = plain.at(order.side, order.ticks)
          expect(book.ahead(order.id)).toBe(plain.ahead(order.id))
          expect(book.sizeOf(order.id)).toBe(order.size)
          expect(book.ticksOf(order.id)).toBe(order.ticks)
          expect(book.firstAt(order.side, order.ticks)).toBe(queue[0].id)
          expect(book.behind(order.id)).toBe(queue[queue.indexOf(order) + 1]?.id ?? Number.NaN)
          expect(book.levels.size(order.side, order.ticks)).toBe(
            queue.reduce((sum, one) => sum + one.size, 0),
          )
        }
        const bids = plain.orders.filter(order => order.side === 1).map(order => order.ticks)
        expect(book.levels.levels(1)).toBe(new Set(bids).size)
        expect(book.levels.bestBidTicks).toBe(bids.length === 0 ? Number.NaN : Math.max(...bids))
      }),
      { numRuns: 200 },
    )
  })

  it('keeps the place of an order that shrinks and ends that of one that grows or moves', () => {
    const book = new OrderQueueBook()
    for (const id of [1, 2, 3]) book.add(id, 1, 100, 10)
    book.change(1, 100, 4)
    expect([book.ahead(1), book.ahead(2), book.ahead(3)]).toEqual([0, 4, 14])
    book.change(1, 100, 5)
    expect([book.ahead(2), book.ahead(3), book.ahead(1)]).toEqual([0, 10, 20])
    book.change(2, 99, 10)
    expect([book.ahead(3), book.ahead(1), book.ahead(2)]).toEqual([0, 10, 0])
    expect(book.levels.depth(9).bids).toEqual([
      { ticks: 100, size: 15 },
      { ticks: 99, size: 10 },
    ])
  })

  it('tells who gave up what, so that an own order knows exactly what is ahead of it', () => {
    const book = new OrderQueueBook()
    book.add(1, 1, 100, 10)
    book.add(2, 1, 100, 20)
    let front = book.levels.size(1, 100)
    const arrival = book.nextArrival()
    book.add(3, 1, 100, 30)
    const follow = () => {
      if (book.changedSide === 1 && book.changedTicks === 100)
        front = exactFront(front, arrival, book.changedArrival, book.changedBy)
      return front
    }
    expect(follow()).toBe(30)
    book.change(2, 100, 15)
    expect(follow()).toBe(25)
    book.remove(3)
    expect(follow()).toBe(25)
    book.change(1, 100, 40) // grows: it goes behind us with all that it had
    expect(follow()).toBe(15)
    book.remove(2)
    expect(follow()).toBe(0)
  })

  it('refuses an order twice, an unknown one, no size and no price, and changes nothing', () => {
    const book = new OrderQueueBook()
    book.add(1, -1, 100, 10)
    expect(book.add(1, -1, 101, 5)).toBe(QUEUE_FAULTS.duplicateOrder)
    expect(book.add(2, -1, 101, -5)).toBe(QUEUE_FAULTS.badSize)
    expect(book.add(2, -1, Number.NaN, 5)).toBe(QUEUE_FAULTS.badPrice)
    expect(book.change(9, 100, 5)).toBe(QUEUE_FAULTS.unknownOrder)
    expect(book.remove(9)).toBe(QUEUE_FAULTS.unknownOrder)
    expect(book.add(3, 1, 100, 1)).toBe(QUEUE_FAULTS.locked)
    book.remove(3)
    expect(book.levels.depth(9)).toEqual({ bids: [], asks: [{ ticks: 100, size: 10 }] })
  })

  it('begins anew after a clear', () => {
    const book = new OrderQueueBook()
    for (let id = 1; id <= 500; id++) book.add(id, 1, id, 1)
    book.clear()
    expect(book.count).toBe(0)
    for (let id = 1; id <= 500; id++) book.add(id, 1, 1_000, 1)
    expect(book.ahead(500)).toBe(499)
  })
})
