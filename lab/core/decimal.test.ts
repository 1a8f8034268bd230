/** Exact money. Expected values come from Python's decimal module, asked in the test, or are counted by hand. */
import { describe, expect, it } from 'vitest'
import { python } from '../testing/python.ts'
import { amountUnits, formatUnits, ledgerUnits, unitsToNumber } from './decimal.ts'
import { Random } from './random.ts'

const EXACT = `
import json, sys
from decimal import Decimal, getcontext, ROUND_HALF_EVEN
getcontext().prec = 80
json.dump([str((Decimal(p) * lots * Decimal(r) / per / Decimal('1e-9')).quantize(Decimal(1), ROUND_HALF_EVEN))
    for p, lots, per, r in json.load(sys.stdin)], sys.stdout)
`

describe('ledger units', () => {
  it('equal Python’s Decimal for prices of every length and size', async () => {
    const seed = 7
    const random = new Random(seed)
    const cases = Array.from({ length: 20_000 }, (_, k) => {
      const price = [
        () => random.integer(1, 10_000_000) / 100,
        () => random.uniform() * 10 ** random.integer(-12, 16),
        () => random.integer(1, 1e15) / 1e9,
        () => 2 ** random.integer(-40, 60),
        () => random.integer(1, 10_000) + 0.5,
      ][k % 5]()
      const lots = Math.floor(10 ** (random.uniform() * 15))
      const per = [1, 100, 1e8, 1e4, 7][random.integer(0, 5)]
      const rate = [1, 0.001, 0.00025, 1 / 3, 0.5][random.integer(0, 5)]
      return { price, lots, per, rate }
    })
    const told = await python(
      EXACT,
      cases.map(one => [String(one.price), one.lots, one.per, String(one.rate)]),
    )
    const ours = cases.map(one => ledgerUnits(one.price, one.lots, one.per, one.rate).toString())
    for (let k = 0; k < cases.length; k++)
      if (ours[k] !== (told as string[])[k])
        expect.fail(
          `seed ${seed}: ${JSON.stringify(cases[k])} gave ${ours[k]}, Decimal ${(told as string[])[k]}`,
        )
  })

  it('round halves to the even unit', () => {
    // 1, 3, 5 units of 1e-9 over 2
    expect(ledgerUnits(1e-9, 1, 2)).toBe(0n)
    expect(ledgerUnits(3e-9, 1, 2)).toBe(2n)
    expect(ledgerUnits(5e-9, 1, 2)).toBe(2n)
  })

  it('know the decimal that a double prints as, not the binary number beside it', () => {
    expect(ledgerUnits(4734.64, 1, 1)).toBe(4_734_640_000_000n)
    expect(ledgerUnits(0.1, 3, 1)).toBe(300_000_000n)
    expect(ledgerUnits(0.1 + 0.2, 1, 1)).toBe(300_000_000n)
    expect(ledgerUnits(1e22, 1, 1)).toBe(10n ** 31n)
  })
})

describe('amounts', () => {
  it('read and write exactly', () => {
    expect(amountUnits(100_000)).toBe(100_000_000_000_000n)
    expect(amountUnits(-0.29)).toBe(-290_000_000n)
    expect(formatUnits(-12_345_000_001n)).toBe('-12.345000001')
    expect(formatUnits(5n)).toBe('0.000000005')
    expect(formatUnits(100_000_000_000_000n)).toBe('100000')
    expect(formatUnits(0n)).toBe('0')
  })
  it('become the nearest double', () => {
    expect(unitsToNumber(290_000_000n)).toBe(0.29)
    expect(unitsToNumber(-4_734_640_000_000n)).toBe(-4734.64)
    expect(unitsToNumber(-95_000_000n)).toBe(-0.095)
    expect(unitsToNumber(-95_000_000)).toBe(-0.095)
    expect(unitsToNumber(1_640_000_000)).toBe(1.64)
    expect(unitsToNumber(-21_870_000_000n)).toBe(-21.87)
    const random = new Random(3)
    for (let k = 0; k < 2_000; k++) {
      const units = BigInt(random.integer(-9e15, 9e15)) / 10n ** BigInt(random.integer(0, 16))
      expect(unitsToNumber(units)).toBe(Number(formatUnits(units)))
    }
    expect(unitsToNumber(123_456_789_123_456_789_000_000_000n)).toBe(Number('123456789123456789'))
  })
})
