import { describe, expect, it } from 'vitest'
import { share } from '../testing/fixtures.ts'
import { ticksOf } from '../testing/tick-play.ts'
import { TickView } from './tick-views.ts'
import { TickWindow } from './tick-window.ts'

const instrument = { ...share('X'), id: 'TEST:X', handle: 0, slot: 0 }
const rows = ticksOf(['0 quote 99x4 101x5', '7 quote 100x6 102x7', '8 quote 98x1 103x1'])

function shown(strict: boolean) {
  const window = new TickWindow({
    kind: 'quotes',
    handle: 0,
    stream: 0,
    place: 0,
    name: 'quotes',
    executes: false,
  })
  window.load(rows.quotes!, 0, 2, true)
  window.cursor = 1
  window.shown = true
  return { window, view: new TickView(instrument, window, strict) }
}

describe('a view of a tick', () => {
  it('shows the row at hand', () => {
    const { view, window } = shown(false)
    expect([view.bid, view.ask, view.bidSize, view.askSize]).toEqual([100, 102, 6, 7])
    expect(view.time).toBe(window.eventTime[1])
  })
  it('throws VIEW_KEPT once the callback is over', () => {
    const { view, window } = shown(false)
    window.shown = false
    expect(() => view.bid).toThrow(/A view of TEST:X \(quotes\) was used after its callback/)
  })
  it('that is strict knows its row, also once others have left the window', () => {
    const { view, window } = shown(true)
    expect(view.bid).toBe(100)
    window.load(rows.quotes!, 2, 3, false)
    expect(window.gone).toBe(1)
    expect(view.bid).toBe(100)
    window.cursor++
    expect(() => view.bid).toThrow(/VIEW_KEPT|used after its callback/)
  })
})
