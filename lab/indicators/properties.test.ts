/**
 * What holds for every indicator, over seeded random bars (fast-check prints the seed of a failure): any chunking
 * gives the same bits, the batch twin agrees, an earlier start changes nothing, split plus rescale is the adjusted
 * series, a missing value is never averaged in.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BarColumns } from '../domain/bar.ts'
import * as I from './index.ts'
import type { IndicatorScale, IndicatorSpec } from './indicator.ts'
import { CENTS, COLUMNS, firstDifference, run, slice, walk } from './test-bars.ts'

interface Case {
  readonly name: string
  readonly spec: IndicatorSpec<string>
  readonly batch: (bars: BarColumns) => readonly Float64Array[]
  /** windowed: of the last bars only; recursive: of all, with fading weight; anchored: of all since the first. */
  readonly kind: 'windowed' | 'recursive' | 'anchored'
}

const small = { seed: 'ta-lib' } as const
const { values } = Object
const CASES: readonly Case[] = [
  { name: 'sma', kind: 'windowed', spec: I.sma(7), batch: bars => [I.smaBatch(bars.close, 7)] },
  { name: 'sma of one bar', kind: 'windowed', spec: I.sma(1), batch: bars => [I.smaBatch(bars.close, 1)] },
  {
    name: 'sma of volume',
    kind: 'windowed',
    spec: I.sma(5, { source: 'volume' }),
    batch: bars => [I.smaBatch(bars.volume, 5)],
  },
  { name: 'wma', kind: 'windowed', spec: I.wma(6), batch: bars => [I.wmaBatch(bars.close, 6)] },
  {
    name: 'standardDeviation',
    kind: 'windowed',
    spec: I.standardDeviation(8),
    batch: bars => [I.standardDeviationBatch(bars.close, 8)],
  },
  { name: 'zScore', kind: 'windowed', spec: I.zScore(9), batch: bars => [I.zScoreBatch(bars.close, 9)] },
  {
    name: 'bollinger',
    kind: 'windowed',
    spec: I.bollinger(8, 2),
    batch: bars => values(I.bollingerBatch(bars.close, 8, 2)),
  },
  {
    name: 'stochastic',
    kind: 'windowed',
    spec: I.stochastic(5, 3, 2),
    batch: bars => values(I.stochasticBatch(bars.high, bars.low, bars.close, 5, 3, 2)),
  },
  { name: 'roc', kind: 'windowed', spec: I.roc(4), batch: bars => [I.rocBatch(bars.close, 4)] },
  {
    name: 'donchian',
    kind: 'windowed',
    spec: I.donchian(6),
    batch: bars => values(I.donchianBatch(bars.high, bars.low, 6)),
  },
  {
    name: 'vwap',
    kind: 'windowed',
    spec: I.vwap(5),
    batch: bars => [I.vwapBatch(bars.high, bars.low, bars.close, bars.volume, 5)],
  },
  { name: 'ema', kind: 'recursive', spec: I.ema(5), batch: bars => [I.emaBatch(bars.close, 5)] },
  {
    name: 'ema, early',
    kind: 'recursive',
    spec: I.ema(5, small),
    batch: bars => [I.emaBatch(bars.close, 5, small)],
  },
  { name: 'rsi', kind: 'recursive', spec: I.rsi(3), batch: bars => [I.rsiBatch(bars.close, 3)] },
  {
    name: 'rsi, early',
    kind: 'recursive',
    spec: I.rsi(3, small),
    batch: bars => [I.rsiBatch(bars.close, 3, small)],
  },
  {
    name: 'macd',
    kind: 'recursive',
    spec: I.macd(3, 6, 4),
    batch: bars => values(I.macdBatch(bars.close, 3, 6, 4)),
  },
  {
    name: 'macd, early',
    kind: 'recursive',
    spec: I.macd(3, 6, 4, small),
    batch: bars => values(I.macdBatch(bars.close, 3, 6, 4, small)),
  },
  {
    name: 'atr',
    kind: 'recursive',
    spec: I.atr(3),
    batch: bars => [I.atrBatch(bars.high, bars.low, bars.close, 3)],
  },
  {
    name: 'atr, early',
    kind: 'recursive',
    spec: I.atr(3, small),
    batch: bars => [I.atrBatch(bars.high, bars.low, bars.close, 3, small)],
  },
  {
    name: 'adx',
    kind: 'recursive',
    spec: I.adx(3),
    batch: bars => values(I.adxBatch(bars.high, bars.low, bars.close, 3)),
  },
  {
    name: 'adx, early',
    kind: 'recursive',
    spec: I.adx(3, small),
    batch: bars => values(I.adxBatch(bars.high, bars.low, bars.close, 3, small)),
  },
  { name: 'obv', kind: 'anchored', spec: I.obv(), batch: bars => [I.obvBatch(bars.close, bars.volume)] },
  {
    name: 'cumulativeVwap',
    kind: 'anchored',
    spec: I.cumulativeVwap(),
    batch: bars => [I.cumulativeVwapBatch(bars.high, bars.low, bars.close, bars.volume)],
  },
]
const windowed = CASES.filter(entry => entry.kind === 'windowed')

const anyBars = fc
  .record({
    bars: fc.integer({ min: 1, max: 250 }),
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    factor: fc.constantFrom(1, 1, 1.00123456789, 1e-7),
    missing: fc.constantFrom(0, 0, 0.01, 0.1),
    offGrid: fc.constantFrom(0, 0.02, 0.3),
    still: fc.constantFrom(0, 0.2, 0.9),
  })
  .map(walk)
/** 1e8 ticks: sums of squares and of turnover leave 53 bits, and the exact sums must give way. */
const anyScale = fc.constantFrom<IndicatorScale>(
  CENTS,
  CENTS,
  { ticksPerUnit: 1, lotsPerUnit: 1 },
  { ticksPerUnit: 1e8, lotsPerUnit: 1e8 },
)
const anyCuts = fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 40 })

const SPLITS = [
  { price: 1 / 2, volume: 2 },
  { price: 1 / 3, volume: 3 },
  { price: 1 / 7, volume: 7 },
  { price: 10, volume: 1 / 10 },
]

describe.each(CASES)('$name', ({ name, spec, batch, kind }) => {
  // What keeps percentages or sums of prices rounds them before the split, the adjusted series after it.
  const splitTolerance = kind === 'windowed' && !/stochastic|vwap/.test(name) ? 0 : 1e-9
  // Halving keeps every tie of a rise and a fall; a third rounds some of them apart, and ADX takes sides.
  const splits = name.startsWith('adx') ? SPLITS.slice(0, 1) : SPLITS

  test('gives the same bits however the rows are cut into calls', () => {
    fc.assert(
      fc.property(anyBars, anyScale, anyCuts, (bars, scale, cuts) => {
        const whole = run(spec, bars, { scale })
        expect(run(spec, bars, { scale, cuts })).toEqual(whole)
        expect(run(spec, bars, { scale, cuts: Array.from(bars.close.keys()) })).toEqual(whole)
      }),
    )
  })

  test('agrees with its batch twin', () => {
    fc.assert(
      fc.property(anyBars, anyScale, (bars, scale) => {
        const twin = batch(bars)
        run(spec, bars, { scale }).forEach((actual, output) => {
          // Deviations are roots: what the plain form rounds off in a variance near zero shows as √.
          expect(firstDifference(actual, twin[output], 1e-7), spec.outputs[output]).toBeUndefined()
        })
      }),
    )
  })

  test('says nothing before its warm-up, and something at its end', () => {
    const bars = walk({ bars: spec.warmup + 3, seed: 9 })
    for (const column of run(spec, bars)) {
      expect(column.findIndex(value => !Number.isNaN(value))).toBe(spec.warmup - 1)
    }
    for (const column of run(spec, slice(bars, 0, spec.warmup - 1))) {
      expect(column.every(Number.isNaN)).toBe(true)
    }
    expect(spec.create(CENTS).warmup).toBe(spec.warmup)
  })

  test('with a split and rescale it is the indicator of the adjusted series', () => {
    fc.assert(
      fc.property(
        anyBars,
        fc.constantFrom(...splits),
        fc.integer({ min: 0, max: 250 }),
        (bars, split, at) => {
          const day = Math.min(at, bars.close.length)
          const adjusted = slice(bars, 0)
          for (const name of COLUMNS)
            for (let row = 0; row < day; row++)
              adjusted[name][row] *= name === 'volume' ? split.volume : split.price
          const out = spec.outputs.map(() => new Float64Array(bars.close.length))
          const indicator = spec.create(CENTS)
          indicator.fill(bars, 0, day, out)
          indicator.rescale(split.price, split.volume)
          indicator.fill(bars, day, bars.close.length, out)
          const expected = run(spec, adjusted)
          out.forEach((actual, output) => {
            const after = expected[output].subarray(day)
            expect(
              firstDifference(actual.subarray(day), after, splitTolerance),
              spec.outputs[output],
            ).toBeUndefined()
          })
        },
      ),
    )
  })
})

describe.each(windowed)('$name', ({ spec }) => {
  test('gives the same bits after its warm-up from an earlier start', () => {
    fc.assert(
      fc.property(anyBars, anyScale, fc.integer({ min: 0, max: 249 }), (bars, scale, later) => {
        const start = Math.min(later, bars.close.length)
        const early = run(spec, bars, { scale })
        run(spec, slice(bars, start), { scale }).forEach((late, output) => {
          const from = spec.warmup - 1
          expect(late.subarray(from)).toEqual(early[output].subarray(start).subarray(from))
        })
      }),
    )
  })

  test('has no value while a missing one is in its window', () => {
    const bars = walk({ bars: 3 * spec.warmup + 20, seed: 11 })
    const gap = spec.warmup + 5
    for (const name of COLUMNS) bars[name][gap] = Number.NaN
    const whole = run(spec, walk({ bars: 3 * spec.warmup + 20, seed: 11 }))
    run(spec, bars).forEach((column, output) => {
      expect(Number.isNaN(column[gap])).toBe(true)
      expect(column.subarray(0, gap)).toEqual(whole[output].subarray(0, gap))
      const back = gap + spec.warmup
      expect(column.subarray(back)).toEqual(whole[output].subarray(back))
    })
  })
})

describe.each(CASES.filter(entry => entry.kind === 'recursive' && !entry.name.includes('early')))(
  '$name',
  ({ spec }) => {
    test('from an earlier start differs after its warm-up by less than 1e-11 of a price', () => {
      const bars = walk({ bars: 400, seed: 21 })
      const early = run(spec, bars)
      run(spec, slice(bars, 150)).forEach((late, output) => {
        const from = spec.warmup - 1
        const expected = early[output].subarray(150).subarray(from)
        expect(firstDifference(late.subarray(from), expected, 1e-11 * 100)).toBeUndefined()
      })
    })

    test('begins its warm-up anew after a missing value', () => {
      const bars = walk({ bars: 2 * spec.warmup + 40, seed: 23 })
      const gap = spec.warmup + 10
      for (const name of COLUMNS) bars[name][gap] = Number.NaN
      const fresh = run(spec, slice(bars, gap + 1))
      run(spec, bars).forEach((column, output) => {
        expect(Number.isNaN(column[gap])).toBe(true)
        expect(column.subarray(gap + 1)).toEqual(fresh[output])
      })
    })
  },
)

test('equal parameters have equal keys, others other keys', () => {
  const keys = CASES.map(({ spec }) => spec.key)
  expect(new Set(keys).size).toBe(keys.length)
  expect(I.sma(10).key).toBe(I.sma(10, { source: 'close' }).key)
  expect(I.sma(10).key).toBe('sma(10,close)')
})
