import { describe, expect, it } from 'vitest'
import type { TradeSeries } from '../domain/market-events.ts'
import { TickWindow } from './tick-window.ts'

const trades = (from: number, count: number): TradeSeries => {
  const column = (times: number) => Float64Array.from({ length: count }, (_, row) => (from + row) * times)
  return {
    length: count,
    eventTime: column(10),
    receiveTime: column(11),
    price: column(100),
    size: column(1),
    side: column(0),
  }
}
const window = (executes = true) =>
  new TickWindow({ kind: 'trades', handle: 0, stream: 0, place: 0, name: '', executes })
const prices = (one: TickWindow) => [...one.a.subarray(0, one.end)]

describe('a window of ticks', () => {
  it('holds a first batch without copying it', () => {
    const one = window()
    const series = trades(1, 4)
    one.load(series, 1, 3, true)
    expect(prices(one)).toEqual([200, 300])
    expect(one.a.buffer).toBe(series.price.buffer)
    expect([one.cursor, one.head, one.end, one.gone, one.more]).toEqual([-1, 0, 2, 0, true])
  })

  it('keeps what one of its readers has not passed, and the newest known row', () => {
    const one = window()
    one.load(trades(1, 4), 0, 4, true)
    one.cursor = 2
    one.head = 4
    one.load(trades(5, 2), 0, 2, false)
    expect(prices(one)).toEqual([300, 400, 500, 600])
    expect([one.cursor, one.head, one.gone, one.more]).toEqual([0, 2, 2, false])
    const late = window()
    late.load(trades(1, 4), 0, 4, true)
    late.cursor = 3
    late.head = 1
    late.load(trades(5, 1), 0, 1, true)
    expect(prices(late)).toEqual([200, 300, 400, 500])
    expect([late.cursor, late.head, late.gone]).toEqual([2, 0, 1])
  })

  it('that no venue reads keeps nothing for it', () => {
    const one = window(false)
    one.load(trades(1, 4), 0, 4, true)
    one.cursor = 3
    one.load(trades(5, 1), 0, 1, true)
    expect(prices(one)).toEqual([400, 500])
    expect(one.cursor).toBe(0)
  })

  it('does not grow while both readers keep up', () => {
    const one = window()
    for (let batch = 0; batch < 50; batch++) {
      one.load(trades(batch * 8, 8), 0, 8, true)
      expect(one.end).toBeLessThanOrEqual(9)
      one.cursor = one.end - 1
      one.head = one.end
    }
    expect(one.gone).toBe(50 * 8 - one.end)
  })
})
