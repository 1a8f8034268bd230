import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CompensatedSum } from './compensated-sum.ts'

const price = fc.double({ min: 1e-3, max: 1e6, noNaN: true })

/** The exact sum, in whole numbers of 2^-80: fine enough for doubles above 1e-3. */
function exact(values: readonly number[]): bigint {
  const unit = 2 ** 80
  return values.reduce((sum, value) => {
    const high = Math.trunc(value * 2 ** 30)
    const rest = value - high / 2 ** 30
    return sum + BigInt(high) * (BigInt(unit) / 2n ** 30n) + BigInt(rest * unit)
  }, 0n)
}

test('after any adds and removes, the sum is the exact sum of what is left, rounded once', () => {
  fc.assert(
    fc.property(
      fc.array(price, { maxLength: 200 }),
      fc.array(price, { minLength: 1, maxLength: 50 }),
      (past, kept) => {
        const sum = new CompensatedSum()
        for (const value of past) sum.add(value)
        for (const value of kept) sum.add(value)
        for (const value of past) sum.add(-value)
        const fresh = new CompensatedSum()
        for (const value of kept) fresh.add(value)
        expect(sum.value()).toBe(fresh.value())
        expect(sum.value()).toBe(Number(exact(kept)) / 2 ** 80)
        expect(sum.mean(kept.length)).toBe(fresh.mean(kept.length))
      },
    ),
  )
})

test('a mean lies within a unit in the last place of the exact one', () => {
  fc.assert(
    fc.property(fc.array(price, { minLength: 1, maxLength: 50 }), kept => {
      const sum = new CompensatedSum()
      for (const value of kept) sum.add(value)
      const mean = Number((exact(kept) * 2n ** 60n) / BigInt(kept.length)) / 2 ** 140
      expect(Math.abs(sum.mean(kept.length) - mean)).toBeLessThanOrEqual(mean * 2 ** -52)
    }),
  )
})
