import { describe, expect, it } from 'vitest'
import type { TickKind, TickSeries } from '../domain/ports/store.ts'
import { share } from '../testing/fixtures.ts'
import { ticksOf } from '../testing/tick-play.ts'
import { Market } from './market.ts'
import { MarketBook } from './tick-views.ts'
import { TickWindow } from './tick-window.ts'

const instrument = { ...share('X'), id: 'TEST:X', handle: 0, slot: 0 }

/** A market after all its rows, each row a message. */
function told(lines: readonly string[]) {
  const mark = Float64Array.of(Number.NaN)
  const market = new Market([instrument], mark)
  const rows: { time: number; window: TickWindow; row: number }[] = []
  let place = 0
  for (const [kind, series] of Object.entries(ticksOf(lines)) as [TickKind, TickSeries[TickKind]][]) {
    const window = new TickWindow({
      kind,
      handle: 0,
      stream: place,
      place: place++,
      name: '',
      executes: true,
    })
    window.load(series, 0, series.length, false)
    market.expect(window)
    for (let row = 0; row < series.length; row++) rows.push({ time: series.receiveTime[row], window, row })
  }
  for (const { window, row } of rows.sort((a, b) => a.time - b.time)) {
    window.cursor = row
    market.take(window, row)
    if (window.kind === 'book') market.settle(0)
  }
  return { market, mark: mark[0], book: new MarketBook(instrument, market) }
}

describe('a mark', () => {
  it('is the last trade where nothing else is known', () => {
    expect(told(['0 trade 100x1', '1 trade 102x1']).mark).toBe(102)
  })
  it('is the middle of the quote, or of the book, where there is one', () => {
    expect(told(['0 quote 99x1 101x1', '1 trade 105x1']).mark).toBe(100)
    expect(told(['0 snapshot bid 99x1 ask 102x1', '1 trade 105x1', '2 book bid 100x1']).mark).toBe(101)
  })
  it('stays the last one while a side is empty', () => {
    expect(told(['0 quote 99x1 101x1', '1 quote - 90x1']).mark).toBe(100)
    expect(told(['0 snapshot bid 99x1 ask 101x1', '1 book ask 101x0']).mark).toBe(100)
    expect(told(['0 snapshot bid 99x1 ask 101x1', '1 gap']).mark).toBe(100)
  })
})

describe('a book', () => {
  it('shows its levels, best first, and sizes at prices', () => {
    const { book } = told(['0 snapshot bid 99x4 bid 98x6 ask 101x5', '1 book bid 99.5x2', '2 book bid 98x0'])
    expect(book.levels('bid', 9)).toEqual([
      { price: 99.5, size: 2 },
      { price: 99, size: 4 },
    ])
    expect(book.levels('bid', 1).length).toBe(1)
    expect([book.bid, book.bidSize, book.ask, book.askSize]).toEqual([99.5, 2, 101, 5])
    expect([book.size('bid', 99), book.size('ask', 99), book.size('bid', 98)]).toEqual([4, 0, 0])
  })
  it('is unknown from lost messages to the next snapshot', () => {
    const lost = told(['0 snapshot bid 99x4 ask 101x5', '1 gap', '2 book bid 98x1'])
    expect([lost.book.known, lost.book.bid, lost.book.bidSize]).toEqual([false, Number.NaN, 0])
    expect(lost.market.gaps[0].count).toBe(1)
    const again = told(['0 snapshot bid 99x4 ask 101x5', '1 gap', '2 snapshot bid 98x1'])
    expect([again.book.known, again.book.bid, again.book.ask]).toEqual([true, 98, Number.NaN])
    // The same prices as before the gap are news after it.
    const same = told(['0 snapshot bid 99x4 ask 101x5', '1 gap', '2 snapshot bid 99x4', '3 book ask 101x5'])
    expect([same.book.bid, same.book.ask]).toEqual([99, 101])
  })
  it('of single orders has their sums', () => {
    const rows = ['0 snapshot', '0 add 1 bid 99x4', '1 add 2 bid 99x3', '2 change 1 bid 98x1', '3 remove 2']
    expect(told(rows.slice(0, 3)).book.bidSize).toBe(7)
    expect(told(rows.slice(0, 4)).book.levels('bid', 9)).toEqual([
      { price: 99, size: 3 },
      { price: 98, size: 1 },
    ])
    expect(told(rows).book.bid).toBe(98)
  })
})
