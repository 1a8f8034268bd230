/**
 * Every indicator and its batch twin against TA-Lib 0.6.8 (PyPI), within 1e-9 of max(1, |value|), on 5,000 seeded
 * bars: on a grid of cents, and off every grid. z-score and VWAP, which TA-Lib lacks, against numpy and the formula.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import type { BarColumns } from '../domain/bar.ts'
import { python } from '../testing/python.ts'
import * as indicators from './index.ts'
import type { IndicatorSpec } from './indicator.ts'
import { firstDifference, run, walk } from './test-bars.ts'

const SCRIPT = `
import json, sys, numpy as np, talib
def reference(bars):
    o, h, l, c, v = (np.array(bars[name], dtype=float) for name in ('open', 'high', 'low', 'close', 'volume'))
    typical = (h + l + c) / 3
    def window_sum(x, n):
        return np.concatenate([np.full(n - 1, np.nan), np.lib.stride_tricks.sliding_window_view(x, n).sum(axis=1)])
    upper, middle, lower = talib.BBANDS(c, timeperiod=20, nbdevup=2.5, nbdevdn=2.5, matype=0)
    return {
        'sma': [talib.SMA(c, 10)], 'sma volume': [talib.SMA(v, 30)], 'wma': [talib.WMA(c, 17)],
        'ema': [talib.EMA(c, 20)], 'rsi': [talib.RSI(c, 14)], 'macd': list(talib.MACD(c, 12, 26, 9)),
        'bollinger': [middle, upper, lower], 'atr': [talib.ATR(h, l, c, 14)],
        'adx': [talib.ADX(h, l, c, 14), talib.PLUS_DI(h, l, c, 14), talib.MINUS_DI(h, l, c, 14)],
        'stochastic': list(talib.STOCH(h, l, c, 14, 3, 0, 5, 0)),
        'obv': [talib.OBV(c, v)], 'roc': [talib.ROC(c, 10)],
        'standardDeviation': [talib.STDDEV(c, 20, 1)],
        'zScore': [(c - talib.SMA(c, 20)) / talib.STDDEV(c, 20, 1)],
        'donchian': [talib.MAX(h, 20), talib.MIDPRICE(h, l, 20), talib.MIN(l, 20)],
        'vwap': [window_sum(typical * v, 20) / window_sum(v, 20)],
        'cumulativeVwap': [np.cumsum(typical * v) / np.cumsum(v)],
    }
def plain(column):
    return [None if np.isnan(x) else float(x) for x in column]
out = []
for bars in json.load(sys.stdin):
    out.append({name: [plain(column) for column in columns] for name, columns in reference(bars).items()})
print(json.dumps(out))
`

interface Case {
  readonly spec: IndicatorSpec<string>
  /** The same, warm from TA-Lib's first row on. */
  readonly early?: IndicatorSpec<string>
  readonly batch: (bars: BarColumns) => readonly Float64Array[]
}

const early = { seed: 'ta-lib' } as const
const I = indicators
const CASES: Record<string, Case> = {
  sma: { spec: I.sma(10), batch: bars => [I.smaBatch(bars.close, 10)] },
  'sma volume': { spec: I.sma(30, { source: 'volume' }), batch: bars => [I.smaBatch(bars.volume, 30)] },
  wma: { spec: I.wma(17), batch: bars => [I.wmaBatch(bars.close, 17)] },
  ema: { spec: I.ema(20), early: I.ema(20, early), batch: bars => [I.emaBatch(bars.close, 20, early)] },
  rsi: { spec: I.rsi(14), early: I.rsi(14, early), batch: bars => [I.rsiBatch(bars.close, 14, early)] },
  macd: {
    spec: I.macd(12, 26, 9),
    early: I.macd(12, 26, 9, early),
    batch: bars => Object.values(I.macdBatch(bars.close, 12, 26, 9, early)),
  },
  bollinger: {
    spec: I.bollinger(20, 2.5),
    batch: bars => Object.values(I.bollingerBatch(bars.close, 20, 2.5)),
  },
  atr: {
    spec: I.atr(14),
    early: I.atr(14, early),
    batch: bars => [I.atrBatch(bars.high, bars.low, bars.close, 14, early)],
  },
  adx: {
    spec: I.adx(14),
    early: I.adx(14, early),
    batch: bars => Object.values(I.adxBatch(bars.high, bars.low, bars.close, 14, early)),
  },
  stochastic: {
    spec: I.stochastic(14, 3, 5),
    batch: bars => Object.values(I.stochasticBatch(bars.high, bars.low, bars.close, 14, 3, 5)),
  },
  obv: { spec: I.obv(), batch: bars => [I.obvBatch(bars.close, bars.volume)] },
  roc: { spec: I.roc(10), batch: bars => [I.rocBatch(bars.close, 10)] },
  standardDeviation: {
    spec: I.standardDeviation(20),
    batch: bars => [I.standardDeviationBatch(bars.close, 20)],
  },
  zScore: { spec: I.zScore(20), batch: bars => [I.zScoreBatch(bars.close, 20)] },
  donchian: { spec: I.donchian(20), batch: bars => Object.values(I.donchianBatch(bars.high, bars.low, 20)) },
  vwap: { spec: I.vwap(20), batch: bars => [I.vwapBatch(bars.high, bars.low, bars.close, bars.volume, 20)] },
  cumulativeVwap: {
    spec: I.cumulativeVwap(),
    batch: bars => [I.cumulativeVwapBatch(bars.high, bars.low, bars.close, bars.volume)],
  },
}

const SERIES = {
  'prices in cents': walk({ bars: 5000, seed: 1 }),
  'prices off the grid': walk({ bars: 5000, seed: 2, factor: 1.00123456789 }),
  'prices now on the grid, now off it': walk({ bars: 5000, seed: 3, offGrid: 0.02 }),
}

const expected: Record<string, Record<string, Float64Array[]>> = {}

beforeAll(async () => {
  const plain = Object.values(SERIES).map(bars =>
    Object.fromEntries(
      Object.entries(bars).map(([name, column]) => [name, Array.from(column as Float64Array)]),
    ),
  )
  const answer = (await python(SCRIPT, plain)) as Record<string, (number | null)[][]>[]
  Object.keys(SERIES).forEach((name, i) => {
    expected[name] = Object.fromEntries(
      Object.entries(answer[i]).map(([key, columns]) => [
        key,
        columns.map(column => Float64Array.from(column, value => value ?? Number.NaN)),
      ]),
    )
  })
}, 60_000)

describe.each(Object.entries(SERIES))('on %s', (series, bars) => {
  test.each(Object.entries(CASES))(
    '%s equals TA-Lib after its warm-up and says nothing before',
    (name, { spec }) => {
      run(spec, bars).forEach((actual, output) => {
        const reference = expected[series][name][output].map((value, row) =>
          row < spec.warmup - 1 ? Number.NaN : value,
        )
        expect(firstDifference(actual, reference, 1e-9), spec.outputs[output]).toBeUndefined()
        expect(actual.findIndex(value => !Number.isNaN(value))).toBe(spec.warmup - 1)
      })
    },
  )

  test.each(Object.entries(CASES).filter(([, entry]) => entry.early))(
    '%s with the seed of TA-Lib equals it from the first row on',
    (name, entry) => {
      const spec = entry.early!
      run(spec, bars).forEach((actual, output) => {
        // PLUS_DI and MINUS_DI come earlier than ADX; here the three are warm together.
        const reference = expected[series][name][output].map((value, row) =>
          row < spec.warmup - 1 ? Number.NaN : value,
        )
        expect(firstDifference(actual, reference, 1e-9), spec.outputs[output]).toBeUndefined()
        expect(actual.findIndex(value => !Number.isNaN(value))).toBe(spec.warmup - 1)
      })
      expect(expected[series][name][0].findIndex(value => !Number.isNaN(value))).toBe(spec.warmup - 1)
    },
  )

  test.each(Object.entries(CASES))('the batch twin of %s equals TA-Lib', (name, { spec, early, batch }) => {
    batch(bars).forEach((actual, output) => {
      const reference = expected[series][name][output].map((value, row) =>
        row < (early ?? spec).warmup - 1 ? Number.NaN : value,
      )
      expect(firstDifference(actual, reference, 1e-9), spec.outputs[output]).toBeUndefined()
    })
  })
})
