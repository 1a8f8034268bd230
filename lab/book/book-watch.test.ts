import { expect, it } from 'vitest'
import { BookWatch } from './book-watch.ts'
import { OrderBook } from './order-book.ts'

it('counts bad levels, crossed and locked messages, trades outside and a clock that goes back', () => {
  const [book, watch] = [new OrderBook(), new BookWatch()]
  const message = (...levels: [side: 1 | -1, ticks: number, size: number][]) => {
    for (const [side, ticks, size] of levels) watch.level(book.set(side, ticks, size))
    watch.message(book)
  }
  message([1, 100, 5], [-1, 103, 5], [1, Number.NaN, 1], [-1, 104, -2], [-1, 105, Number.NaN])
  message([1, 103, 5], [-1, 103, 0], [-1, 106, 1]) // passes through a locked book: no fault
  message([-1, 103, 1])
  message([-1, 102, 1])
  message([-1, 102, 0], [-1, 103, 0])
  for (const ticks of [102, 103, 106, 107]) watch.trade(book, ticks)
  for (const time of [10, 10, 9, 11]) watch.clock(time)
  expect(watch).toMatchObject({
    badPrices: 1,
    badSizes: 2,
    locked: 1,
    crossed: 1,
    tradesOutside: 2,
    clockBackwards: 1,
    gaps: 0,
  })
})

it('bounds no trade by a side that is empty', () => {
  const watch = new BookWatch()
  watch.trade(new OrderBook(), 5)
  expect(watch.tradesOutside).toBe(0)
})
