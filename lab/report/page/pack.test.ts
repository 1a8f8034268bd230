import { describe, expect, it } from 'vitest'
import { packed } from './pack.ts'

describe('columns of a figure on their way into the page', () => {
  it('keep times exact and prices to seven digits', () => {
    const times = Array.from({ length: 100 }, (_, n) => 1_388_523_600_000 + n)
    const prices = times.map((_, n) => 123.4567 + n)
    const { x, y } = packed({ x: times, y: prices }) as Record<'x' | 'y', { dtype: string; bdata: string }>
    const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64')).buffer
    expect([...new Float64Array(bytes(x.bdata))]).toEqual(times)
    expect(y.dtype).toBe('f4')
    for (const [n, value] of new Float32Array(bytes(y.bdata)).entries())
      expect(value).toBeCloseTo(prices[n], 4)
  })

  it('leave short lists, texts and lines with gaps as they are', () => {
    const gaps = [...Array.from({ length: 100 }, () => 1), null]
    expect(packed({ gaps, short: [1, 2], text: 'x' })).toEqual({ gaps, short: [1, 2], text: 'x' })
  })
})
