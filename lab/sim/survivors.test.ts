/** Who is missing is told: twenty shares that all live, and the same with one that does not. */
import { expect, test } from 'vitest'
import type { BarSource } from '../domain/ports/store.ts'
import { strategy } from '../strategy/strategy.ts'
import { backtest } from './backtest.ts'

const DAY = 86_400_000_000
const BEGIN = Date.UTC(2018, 0, 2, 21) * 1000

/** Weekly closes; the first share ends after `first` weeks. */
function shares(count: number, weeks: number, first = weeks): BarSource {
  const rows = (length: number) => {
    const time = Float64Array.from({ length }, (_, i) => BEGIN + i * 7 * DAY)
    const price = new Float64Array(length).fill(10)
    return {
      length,
      eventTime: time,
      receiveTime: time,
      sessionClose: time,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: price,
    }
  }
  const all = Array.from({ length: count }, (_, i) => rows(i === 0 ? first : weeks))
  return {
    datasets: [{ id: 'shares', snapshot: 's', adjustment: 'total-return', interval: '1w' }],
    instruments: all.map((_, i) => ({
      ...{ venue: 'XNYS', symbol: `S${String(i).padStart(2, '0')}`, ticksPerUnit: 100, lotsPerUnit: 1 },
      ...{ currency: 'USD', calendar: 'XNYS' },
    })),
    intervals: all.map(() => '1w'),
    streams: all.map(series => ({ rows: series.length, series, next: async () => undefined })),
    notes: [],
  }
}

class Idle extends strategy({}) {
  override onBar(): void {}
}
const warned = async (bars: BarSource) =>
  (await backtest({ strategy: Idle, bars })).warnings.filter(({ code }) => code === 'SURVIVORS_ONLY')

test('a dataset of survivors is called one', async () => {
  const [one] = await warned(shares(20, 130))
  expect(one.text).toMatch(/^All 20 shares live to the end of the data, 2 years on/)
})

test('with one that died, with few, and over a short time nothing is said', async () => {
  expect(await warned(shares(20, 130, 60))).toEqual([])
  expect(await warned(shares(19, 130))).toEqual([])
  expect(await warned(shares(20, 100))).toEqual([])
})
