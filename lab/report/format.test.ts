import { describe, expect, it } from 'vitest'
import { count, counted, duration, money, number, percent, price, signed, signedPercent } from './format.ts'

describe('numbers', () => {
  const cases: readonly [string, string][] = [
    [number(1234567.891), '1,234,567.89'],
    [number(-1234.5), '−1,234.50'],
    [number(-0.001), '0.00'],
    [number(999.999), '1,000.00'],
    [number(Number.NaN), 'not a number'],
    [number(Number.NEGATIVE_INFINITY), '−infinite'],
    [number(0, 0), '0'],
    [signed(1.25), '+1.25'],
    [signed(-0.3), '−0.30'],
    [signed(0.001), '0.00'],
    [percent(0.1234), '12.34\u00a0%'],
    [signedPercent(-0.5, 0), '−50\u00a0%'],
    [money(99_999.994, 'USD'), '99,999.99\u00a0USD'],
    [money(1_234_567.8, 'USD'), '1,234,568\u00a0USD'],
    [count(40123), '40,123'],
    [counted(1, 'trade'), '1 trade'],
    [counted(2, 'day'), '2 days'],
    [price(12.345, 1000), '12.345'],
    [price(64.68, 1e9), '64.68'],
    [duration(0, 86_400e6 * 412), '412 days'],
    [duration(0, 3_600e6 * 30), '30 h'],
    [duration(0, 60e6 * 7), '7 min'],
  ]
  for (const [is, shouldBe] of cases) it(shouldBe, () => expect(is).toBe(shouldBe))
})
