import { describe, expect, it } from 'vitest'
import { sma } from '../indicators/index.ts'
import { strategy } from '../strategy/strategy.ts'
import { share } from '../testing/fixtures.ts'
import { bindWindows } from './bind-windows.ts'
import type { BarTerms } from './streams.ts'

const instruments = ['A', 'B', 'C'].map((symbol, handle) => ({
  ...share(symbol),
  id: `TEST:${symbol}`,
  handle,
  slot: handle,
}))
const bars = (handle: number, interval: string, informs = true): BarTerms => ({
  kind: 'bars',
  handle,
  interval,
  informs,
  executes: false,
})

describe('windows of bars', () => {
  const Both = strategy()
  const terms = [bars(0, '1s', false), bars(0, '1m'), bars(1, '1m'), bars(0, '1d')]
  const { windows, slots } = bindWindows([new Both()], instruments, terms, 5)

  it('begin with one for each instrument, its finest that informs, then come the others', () => {
    expect(slots).toEqual([3, 0, 1, 4])
    expect(windows.map(window => window.interval)).toEqual(['1m', '1m', '', '1s', '1d'])
    expect(windows.map(window => window.slot)).toEqual([0, 1, 2, 3, 4])
  })

  it('have the indicators of every strategy once, and none where nobody looks', () => {
    class Averages extends strategy() {
      one = this.indicator(sma(2))
      same = this.indicator(sma(2))
      other = this.indicator(sma(3))
    }
    const bound = bindWindows([new Averages()], instruments, terms, 5)
    expect(bound.windows.map(window => window.cells.length)).toEqual([2, 2, 2, 0, 2])
  })
})
