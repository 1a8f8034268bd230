/** A window holds the same numbers however the rows come: whole, in batches, one by one. */
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import type { BarSeries } from '../domain/bar.ts'
import { bollinger, ema } from '../indicators/index.ts'
import { randomSeries } from '../testing/fixtures-random.ts'
import { BarWindow } from './bar-window.ts'

const SCALE = { ticksPerUnit: 100, lotsPerUnit: 1 }
const HISTORY = 7

function windowWith(): BarWindow {
  const specs = [bollinger(5, 2), ema(3)]
  return new BarWindow(
    specs.map(spec => ({ indicator: spec.create(SCALE), outputs: spec.outputs.length })),
    HISTORY,
  )
}

/** What is readable at each row: the bars and outputs up to HISTORY rows back, from the cursor's. */
function readable(window: BarWindow): number[] {
  const values: number[] = []
  for (let back = 0; back < HISTORY && back <= window.cursor; back++) {
    const row = window.cursor - back
    values.push(window.open[row], window.high[row], window.low[row], window.close[row], window.volume[row])
    values.push(window.eventTime[row], window.sessionCloseAt(row))
  }
  for (const cells of window.cells) for (const { column } of cells) values.push(column[window.cursor])
  return values
}

function whole(series: BarSeries): number[][] {
  const window = windowWith()
  window.load(series, 0, series.length)
  return Array.from({ length: series.length }, () => {
    window.cursor++
    return readable(window)
  })
}

const part = (series: BarSeries, from: number, to: number): BarSeries => {
  const time = series.eventTime.slice(from, to)
  return {
    length: to - from,
    eventTime: time,
    receiveTime: time,
    ...{
      open: series.open.slice(from, to),
      high: series.high.slice(from, to),
      low: series.low.slice(from, to),
    },
    ...{ close: series.close.slice(from, to), volume: series.volume.slice(from, to) },
  }
}

describe('a bar window', () => {
  const series = randomSeries(3, 3_000)
  const expected = whole(series)

  it('loaded in pieces of one series', () => {
    const random = new Random(1)
    const window = windowWith()
    for (let from = 0; from < series.length; ) {
      const to = Math.min(series.length, from + random.integer(1, 40))
      window.load(series, from, to)
      for (let row = from; row < to; row++) {
        window.cursor++
        expect(readable(window)).toEqual(expected[row])
      }
      from = to
    }
  })

  it('handed batches of their own', () => {
    const random = new Random(2)
    const window = windowWith()
    for (let from = 0; from < series.length; ) {
      const to = Math.min(series.length, from + random.integer(1, 40))
      window.load(part(series, from, to), 0, to - from)
      for (let row = from; row < to; row++) {
        window.cursor++
        expect(readable(window)).toEqual(expected[row])
      }
      from = to
    }
  })

  it('pushed one bar at a time, as paper and live do', () => {
    const window = windowWith()
    for (let row = 0; row < series.length; row++) {
      window.push(series, row)
      window.cursor++
      expect(readable(window)).toEqual(expected[row])
    }
  })
})
