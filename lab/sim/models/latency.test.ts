import { describe, expect, it } from 'vitest'
import { constantLatency, parseLatency } from './latency.ts'

const drawn = (text: string, seed: number, count: number) => {
  const model = parseLatency(text).session(seed)
  return Array.from({ length: count }, () => model.order(0))
}

describe('latency', () => {
  it('is read from text', () => {
    const both = (text: string, feed = 0) => {
      const model = parseLatency(text)
      return [model.order(feed), model.report(feed)]
    }
    expect(both('none')).toEqual([0, 0])
    expect(both('5ms')).toEqual([5000, 5000])
    expect(both('1.5ms/250us')).toEqual([1500, 250])
    expect(both('2s')).toEqual([2_000_000, 2_000_000])
    expect(both('recorded', 700)).toEqual([700, 700])
    expect(both('recorded:1.5', 700)).toEqual([1050, 1050])
    expect(both('recorded', -3)).toEqual([0, 0])
  })

  it('is refused in one sentence where it makes no sense', () => {
    for (const text of ['5', '-5ms', '5ms/', 'lognormal', 'lognormal:5ms', 'soon'])
      expect(() => parseLatency(text)).toThrow(/^Latency ".*" is not understood: write .*\.$/)
    expect(() => constantLatency(-1)).toThrow(/^A latency cannot be -1 µs/)
    expect(() => constantLatency(0.5)).toThrow(/whole µs/)
    expect(() => parseLatency('lognormal:5ms:sigma=0')).toThrow(/sigma of 0/)
  })

  it('log-normal has its median in the middle, and its logarithm the asked deviation', () => {
    for (const seed of [1, 2, 3, 77]) {
      const logs = drawn('lognormal:5ms:sigma=0.5', seed, 20_000).map(micros => Math.log(micros / 5000))
      const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length
      const deviation = Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logs.length)
      // Standard errors 0.0035 and 0.0025.
      expect(Math.abs(mean)).toBeLessThan(0.02)
      expect(Math.abs(deviation - 0.5)).toBeLessThan(0.015)
      expect(drawn('lognormal:5ms:sigma=0.5', seed, 3)).toEqual(drawn('lognormal:5ms:sigma=0.5', seed, 3))
    }
    // First draws of small seeds are draws like others: of 200, four deviations (one in 16,000) are too many.
    for (let seed = 0; seed < 200; seed++)
      expect(Math.abs(Math.log(drawn('lognormal:5ms:sigma=0.5', seed, 1)[0] / 5000))).toBeLessThan(2)
    expect(drawn('lognormal:5ms:sigma=0.5', 1, 5)).not.toEqual(drawn('lognormal:5ms:sigma=0.5', 2, 5))
  })
})
