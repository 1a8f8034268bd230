/** Expected: numpy 1.26.4 `numpy.corrcoef`, and by hand. */
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { python } from '../testing/python.ts'
import { correlation } from './correlation.ts'

const NUMPY = `
import json, sys, numpy
print(json.dumps([numpy.corrcoef(a, b)[0, 1] for a, b in json.load(sys.stdin)]))
`

describe('correlation', () => {
  it('is that of numpy, strong or weak, with or against, far from zero too', async () => {
    const random = new Random(20261121)
    const pairs = [0.9, 0.3, 0, -0.7].map(weight => {
      const a = Float64Array.from({ length: 400 }, () => 0.0004 + 0.01 * random.normal())
      return [a, a.map(value => weight * value + 0.004 * random.normal())]
    })
    pairs.push(pairs[0].map(column => column.map(value => 1e6 + value)))
    const expected = (await python(
      NUMPY,
      pairs.map(pair => pair.map(column => [...column])),
    )) as number[]
    expect(expected[3]).toBeLessThan(-0.5)
    for (const [place, [a, b]] of pairs.entries()) expect(correlation(a, b)).toBeCloseTo(expected[place], 9)
  })

  it('by hand: 1, 2, 3 with 1, 3, 2 is 1 / √(2 × 2), and with itself and its mirror exactly ±1', () => {
    const rising = Float64Array.of(1, 2, 3)
    expect(correlation(rising, Float64Array.of(1, 3, 2))).toBeCloseTo(0.5, 15)
    expect(correlation(rising, rising)).toBe(1)
    const odd = Float64Array.of(0.1, -0.2, 0.3, 0.7)
    expect(
      correlation(
        odd,
        odd.map(value => -3 * value),
      ),
    ).toBe(-1)
  })

  it('does not exist for one period, nor beside what stood still', () => {
    expect(correlation(Float64Array.of(0.1), Float64Array.of(0.2))).toBeUndefined()
    expect(correlation(new Float64Array(0), new Float64Array(0))).toBeUndefined()
    expect(correlation(Float64Array.of(0.1, 0.2), Float64Array.of(0, 0))).toBeUndefined()
    expect(correlation(Float64Array.of(0.01, 0.01), Float64Array.of(0.1, 0.2))).toBeUndefined()
  })

  it('wants returns of the same periods', () => {
    expect(() => correlation(Float64Array.of(0.1), new Float64Array(0))).toThrow('same periods')
  })
})
