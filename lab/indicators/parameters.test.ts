import { describe, expect, test } from 'vitest'
import { GordonError } from '../core/errors.ts'
import * as I from './index.ts'
import { barsToForget, barsToForgetTwice } from './warm-up.ts'

describe('a parameter out of range is refused where it is written', () => {
  const REFUSED: [() => unknown, string][] = [
    [() => I.sma(0), 'sma: period is 0; it must be a whole number of bars from 1 to 100000.'],
    [() => I.sma(-3), 'sma: period is -3; it must be a whole number of bars from 1 to 100000.'],
    [() => I.sma(2.5), 'sma: period is 2.5; it must be a whole number of bars from 1 to 100000.'],
    [() => I.sma(Number.NaN), 'sma: period is NaN; it must be a whole number of bars from 1 to 100000.'],
    [() => I.sma('10' as never), 'sma: period is "10"; it must be a whole number of bars from 1 to 100000.'],
    [
      () => I.sma(undefined as never),
      'sma: period is undefined; it must be a whole number of bars from 1 to 100000.',
    ],
    [() => I.sma(1e6), 'sma: period is 1000000; it must be a whole number of bars from 1 to 100000.'],
    [
      () => I.sma(5, { source: 'price' as never }),
      'sma: source is "price"; it must be one of open, high, low, close, volume.',
    ],
    [() => I.ema(0), 'ema: period is 0; it must be a whole number of bars from 1 to 100000.'],
    [() => I.ema(5, { seed: 'now' as never }), 'ema: seed is "now"; it must be "forgotten" or "ta-lib".'],
    [() => I.wma(0), 'wma: period is 0; it must be a whole number of bars from 1 to 100000.'],
    [() => I.rsi(1), 'rsi: period is 1; it must be a whole number of bars from 2 to 100000.'],
    [() => I.macd(26, 12, 9), 'macd: fast is 26 and slow is 12; fast must be the shorter one.'],
    [() => I.macd(12, 12, 9), 'macd: fast is 12 and slow is 12; fast must be the shorter one.'],
    [() => I.macd(12, 26, 0), 'macd: signal is 0; it must be a whole number of bars from 1 to 100000.'],
    [() => I.bollinger(1, 2), 'bollinger: period is 1; it must be a whole number of bars from 2 to 100000.'],
    [() => I.bollinger(20, -2), 'bollinger: deviations is -2; it must be a number above zero.'],
    [() => I.bollinger(20, Number.NaN), 'bollinger: deviations is NaN; it must be a number above zero.'],
    [() => I.atr(0), 'atr: period is 0; it must be a whole number of bars from 1 to 100000.'],
    [() => I.adx(1), 'adx: period is 1; it must be a whole number of bars from 2 to 100000.'],
    [
      () => I.stochastic(0, 3, 3),
      'stochastic: fastK is 0; it must be a whole number of bars from 1 to 100000.',
    ],
    [
      () => I.stochastic(14, 0, 3),
      'stochastic: slowK is 0; it must be a whole number of bars from 1 to 100000.',
    ],
    [
      () => I.stochastic(14, 3, 0),
      'stochastic: slowD is 0; it must be a whole number of bars from 1 to 100000.',
    ],
    [() => I.roc(0), 'roc: period is 0; it must be a whole number of bars from 1 to 100000.'],
    [
      () => I.standardDeviation(1),
      'standardDeviation: period is 1; it must be a whole number of bars from 2 to 100000.',
    ],
    [() => I.zScore(1), 'zScore: period is 1; it must be a whole number of bars from 2 to 100000.'],
    [() => I.donchian(0), 'donchian: period is 0; it must be a whole number of bars from 1 to 100000.'],
    [() => I.vwap(0), 'vwap: period is 0; it must be a whole number of bars from 1 to 100000.'],
    [
      () => I.smaBatch(new Float64Array(3), 0),
      'smaBatch: period is 0; it must be a whole number of bars from 1 to 100000.',
    ],
  ]
  test.each(REFUSED)('%s', (write, sentence) => {
    let thrown: unknown
    try {
      write()
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(GordonError)
    expect((thrown as GordonError).code).toBe('INDICATOR_PARAMETER')
    expect((thrown as GordonError).message).toBe(sentence)
  })
})

test('warm-up: fewest n with (1 − α)^n < 1e-12, by logarithms', () => {
  // ln 1e-12 = −27.631: 276.1 bars at ln(19/21), 372.9 at ln(13/14), 39.86 at ln(1/2).
  expect(barsToForget(2 / 21)).toBe(277)
  expect(barsToForget(1 / 14)).toBe(373)
  expect(barsToForget(1 / 2)).toBe(40)
  expect(barsToForget(1)).toBe(0)
  expect(I.ema(20).warmup).toBe(20 + 277)
  expect(I.rsi(14).warmup).toBe(15 + 373)
  expect(I.atr(14).warmup).toBe(15 + 373)
})

test('of an average over an average: (1 + α n)(1 − α)^n < 1e-12 for equal ones, the slower one bounds the rest', () => {
  const n = barsToForgetTwice(1 / 14, 1 / 14)
  const weight = (bars: number) => (1 + bars / 14) * (13 / 14) ** bars
  expect(weight(n)).toBeLessThan(1e-12)
  expect(weight(n - 1)).toBeGreaterThanOrEqual(1e-12)
  expect(barsToForgetTwice(2 / 27, 2 / 10)).toBeGreaterThan(barsToForget(2 / 27))
})

test('the seed of TA-Lib has the warm-up of TA-Lib, and another key', () => {
  const seed = 'ta-lib'
  expect(I.ema(20, { seed }).warmup).toBe(20)
  expect(I.rsi(14, { seed }).warmup).toBe(15)
  expect(I.macd(12, 26, 9, { seed }).warmup).toBe(34)
  expect(I.adx(14, { seed }).warmup).toBe(28)
  expect(I.ema(20, { seed }).key).toBe('ema(20,close,ta-lib)')
  expect(I.ema(20).key).toBe('ema(20,close)')
})
