/** Small cases worked out by hand from the formulas in the headers; the working stands beside each. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BarColumns } from '../domain/bar.ts'
import * as I from './index.ts'
import type { IndicatorSpec } from './indicator.ts'
import { flatBars, run, walk } from './test-bars.ts'

const NO = Number.NaN
const early = { seed: 'ta-lib' } as const

function bars(...rows: readonly [high: number, low: number, close: number, volume?: number][]): BarColumns {
  const column = (pick: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, pick)
  const close = column(row => row[2])
  return {
    open: close,
    high: column(row => row[0]),
    low: column(row => row[1]),
    close,
    volume: column(row => row[3] ?? 1),
  }
}

function check(
  spec: IndicatorSpec<string>,
  columns: BarColumns,
  expected: Record<string, readonly number[]>,
): void {
  const out = run(spec, columns)
  expect(spec.outputs).toEqual(Object.keys(expected))
  Object.values(expected).forEach((values, output) => {
    expect(out[output].length).toBe(values.length)
    values.forEach((value, row) => {
      if (Number.isNaN(value)) expect(out[output][row], `${spec.outputs[output]} row ${row}`).toBeNaN()
      else expect(out[output][row], `${spec.outputs[output]} row ${row}`).toBeCloseTo(value, 12)
    })
  })
}

test('sma: means of three', () => {
  check(I.sma(3), flatBars([1, 2, 3, 4, 8]), { value: [NO, NO, 2, 3, 5] })
})

test('sma of decimals is the decimal: (0.1 + 0.2 + 0.3) / 3 is 0.2 to the bit', () => {
  expect((0.1 + 0.2 + 0.3) / 3).not.toBe(0.2)
  expect(run(I.sma(3), flatBars([0.1, 0.2, 0.3]))[0][2]).toBe(0.2)
})

test('wma: (1·1 + 2·2 + 3·4) / 6, then (1·2 + 2·4 + 3·8) / 6', () => {
  check(I.wma(3), flatBars([1, 2, 4, 8]), { value: [NO, NO, 17 / 6, 34 / 6] })
})

test('ema(3): begins with (1 + 2 + 3) / 3, then halves the distance', () => {
  check(I.ema(3, early), flatBars([1, 2, 3, 5, 5]), { value: [NO, NO, 2, 3.5, 4.25] })
})

test('rsi(2): changes +2 −1 give 1 to 0.5; +3 then gives (1 + 3) / 2 to 0.25', () => {
  check(I.rsi(2, early), flatBars([10, 12, 11, 14]), { value: [NO, NO, 100 / 1.5, 200 / 2.25] })
})

test('rsi of prices that only rise is 100, that only fall 0', () => {
  check(I.rsi(2, early), flatBars([1, 2, 3, 4]), { value: [NO, NO, 100, 100] })
  check(I.rsi(2, early), flatBars([4, 3, 2, 1]), { value: [NO, NO, 0, 0] })
})

test('macd(1, 2, 2): slow 3, 17/3, 59/9; signal begins with the mean of 1 and 4/3', () => {
  const signal = 7 / 6 + (4 / 9 - 7 / 6) * (2 / 3)
  check(I.macd(1, 2, 2, early), flatBars([2, 4, 7, 7]), {
    macd: [NO, NO, 4 / 3, 4 / 9],
    signal: [NO, NO, 7 / 6, signal],
    histogram: [NO, NO, 1 / 6, 4 / 9 - signal],
  })
})

test('standardDeviation of 2 4 4 4 5 5 7 9 is 2, and 9 is two of them above the mean', () => {
  const columns = flatBars([2, 4, 4, 4, 5, 5, 7, 9])
  check(I.standardDeviation(8), columns, { value: [NO, NO, NO, NO, NO, NO, NO, 2] })
  check(I.zScore(8), columns, { value: [NO, NO, NO, NO, NO, NO, NO, 2] })
})

test('bollinger(4, 2) of 2 4 4 6: 4 ± 2 √2', () => {
  check(I.bollinger(4, 2), flatBars([2, 4, 4, 6]), {
    middle: [NO, NO, NO, 4],
    upper: [NO, NO, NO, 4 + 2 * Math.SQRT2],
    lower: [NO, NO, NO, 4 - 2 * Math.SQRT2],
  })
})

test('atr(2): ranges 2 and 3 (a gap up counts), then 1', () => {
  check(I.atr(2, early), bars([10, 8, 9], [11, 9, 10], [13, 10, 12], [12, 11, 11]), {
    value: [NO, NO, 2.5, 1.75],
  })
})

test('adx(2): +DM 2 0 3, −DM 0 2 0, TR 3 4 6, so DX 100/3 and 100 · 2.5/4.5', () => {
  check(I.adx(2, early), bars([10, 8, 9], [12, 9, 11], [11, 7, 8], [14, 10, 13]), {
    adx: [NO, NO, NO, (100 / 3 + 250 / 4.5) / 2],
    plusDi: [NO, NO, NO, 40],
    minusDi: [NO, NO, NO, 100 / 8.75],
  })
})

test('stochastic(2, 1, 1): (11 − 8) / (12 − 8), then (8 − 7) / (12 − 7)', () => {
  const columns = bars([10, 8, 9], [12, 9, 11], [11, 7, 8])
  check(I.stochastic(2, 1, 1), columns, { k: [NO, 75, 20], d: [NO, 75, 20] })
  check(I.stochastic(2, 2, 1), columns, { k: [NO, NO, 47.5], d: [NO, NO, 47.5] })
})

test('obv: up adds, level keeps, down takes', () => {
  check(I.obv(), flatBars([10, 11, 11, 9], [5, 3, 4, 2]), { value: [5, 8, 8, 6] })
})

test('roc(2) in percent', () => {
  check(I.roc(2), flatBars([10, 20, 11, 15]), { value: [NO, NO, 10, -25] })
})

test('donchian(2) includes its own bar', () => {
  check(I.donchian(2), bars([10, 8, 9], [12, 9, 11], [11, 7, 8]), {
    upper: [NO, 12, 12],
    middle: [NO, 10, 9.5],
    lower: [NO, 8, 7],
  })
})

test('vwap(2): (10 · 1 + 13 · 2) / 3, then what traded, then nothing did', () => {
  const columns = bars([11, 9, 10, 1], [14, 12, 13, 2], [20, 20, 20, 0], [21, 21, 21, 0])
  check(I.vwap(2), columns, { value: [NO, 12, 13, NO] })
  check(I.cumulativeVwap(), columns, { value: [10, 12, 12, 12] })
})

describe('a price that does not move', () => {
  test.each([
    ['on the grid', 12.34],
    ['off the grid', 12.3456789],
  ])('%s has averages equal to itself, no deviation, no range and no strength', (_, price) => {
    const columns = flatBars(new Array(60).fill(price))
    const last = (spec: IndicatorSpec<string>) => run(spec, columns).map(column => column[59])
    for (const period of [1, 3, 7, 49]) {
      expect(last(I.sma(period))).toEqual([price])
      expect(last(I.wma(period))).toEqual([price])
    }
    expect(last(I.standardDeviation(7))).toEqual([0])
    expect(last(I.bollinger(7, 2))).toEqual([price, price, price])
    expect(last(I.donchian(7))).toEqual([price, price, price])
    expect(last(I.atr(5, early))).toEqual([0])
    expect(last(I.roc(5))).toEqual([0])
    // TA-Lib 0.6.8: ADX, PLUS_DI, MINUS_DI of a constant are 0; its RSI and STOCH are 0 too, ours undefined.
    expect(last(I.adx(5, early))).toEqual([0, 0, 0])
    expect(last(I.rsi(5, early))).toEqual([NO])
    expect(last(I.stochastic(5, 3, 3))).toEqual([NO, NO])
    expect(last(I.zScore(7))).toEqual([NO])
  })

  test('averages to the same for every period, and to itself: no cross out of rounding', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.integer({ min: 1, max: 300 }),
        (price, period) => {
          const columns = flatBars(new Array(period + 5).fill(price))
          const average = run(I.sma(period), columns)[0][period + 4]
          expect(average).toBe(run(I.sma(1), columns)[0][0])
          // A price that is a whole number of cents but for rounding is taken as one.
          expect(Math.abs(average - price)).toBeLessThanOrEqual(price * 2 ** -51)
        },
      ),
    )
  })

  test('has no rsi once the last move weighs less than 1e-12, and has one again with the next', () => {
    const still = new Array(80).fill(11)
    const [value] = run(I.rsi(2, early), flatBars([10, 9, 11, ...still, 12, 12]))
    // Changes −1 and +2: gain 1, loss 0.5, and both fade alike.
    expect(value[2 + 38]).toBeCloseTo(100 / 1.5, 9)
    // 0.5^40 is the first below 1e-12.
    expect(value[2 + 39]).not.toBeNaN()
    expect(value[2 + 40]).toBeNaN()
    expect(value[3 + 79]).toBeNaN()
    expect(value[3 + 80]).toBe(100)
  })
})

test('a series that is too short, or empty, has no values', () => {
  for (const spec of [I.sma(5), I.rsi(5, early), I.stochastic(3, 2, 2), I.vwap(5), I.zScore(5)]) {
    for (const column of run(spec, flatBars([1, 2, 3, 4]))) expect(column.every(Number.isNaN)).toBe(true)
    expect(run(spec, flatBars([]))[0].length).toBe(0)
  }
})

test('an infinite price is a missing one', () => {
  const columns = flatBars([1, 2, 3, Number.POSITIVE_INFINITY, 4, 5, 6])
  expect(Array.from(run(I.sma(2), columns)[0])).toEqual([NO, 1.5, 2.5, NO, NO, 4.5, 5.5])
})

test('a bad tick of 1e15 leaves no trace once it is out of the window', () => {
  const clean = walk({ bars: 100, seed: 5 })
  const close = clean.close.slice()
  close[50] = 1e15
  for (const spec of [I.sma(10), I.wma(10), I.standardDeviation(10), I.zScore(10)]) {
    const expected = run(spec, clean)[0]
    expect(run(spec, { ...clean, close })[0].subarray(60)).toEqual(expected.subarray(60))
  }
})
