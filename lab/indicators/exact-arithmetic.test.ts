import fc from 'fast-check'
import { expect, test } from 'vitest'
import { productError, sumError } from './exact-arithmetic.ts'

const whole = fc.maxSafeInteger()

test('a sum and what it left over are the exact sum, by BigInt', () => {
  fc.assert(
    fc.property(whole, whole, fc.integer({ min: 0, max: 40 }), (a, b, shift) => {
      const large = b * 2 ** shift
      const sum = a + large
      expect(BigInt(sum) + BigInt(sumError(a, large, sum))).toBe(BigInt(a) + BigInt(large))
    }),
  )
})

test('a product and what it left over are the exact product, by BigInt', () => {
  fc.assert(
    fc.property(whole, whole, (a, b) => {
      const product = a * b
      expect(BigInt(product) + BigInt(productError(a, b, product))).toBe(BigInt(a) * BigInt(b))
    }),
  )
})
