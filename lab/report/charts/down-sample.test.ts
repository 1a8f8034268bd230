import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { extremeRows, thinningNote } from './down-sample.ts'

describe('thinning a curve for drawing', () => {
  it('leaves a short curve whole', () => {
    expect(extremeRows(Float64Array.of(3, 1, 2), 3)).toEqual([0, 1, 2])
    expect(thinningNote(3, 3)).toBeUndefined()
  })

  it('keeps the highest and the lowest row, the first and the last, whatever the seed', () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = new Random(seed)
      const values = Float64Array.from({ length: random.integer(500, 5_000) }, () => random.normal())
      const rows = extremeRows(values, 200)
      const drawn = rows.map(row => values[row])
      expect(rows.length, `seed ${seed}`).toBeLessThanOrEqual(200)
      expect(Math.max(...drawn), `seed ${seed}`).toBe(Math.max(...values))
      expect(Math.min(...drawn), `seed ${seed}`).toBe(Math.min(...values))
      expect([rows[0], rows[rows.length - 1]], `seed ${seed}`).toEqual([0, values.length - 1])
      expect(
        rows.every((row, n) => n === 0 || row > rows[n - 1]),
        `seed ${seed}`,
      ).toBe(true)
    }
  })

  it('passes over rows that are not numbers', () => {
    const values = new Float64Array(1_000).fill(Number.NaN)
    values[517] = 1
    expect(extremeRows(values, 40)).toEqual([517])
  })

  it('says what was left out', () => {
    expect(thinningNote(3_600, 1_000_000)).toBe(
      'Drawn from 3,600 of 1,000,000 points; the high and the low of every stretch are among them, so no peak or trough is missing.',
    )
  })
})
