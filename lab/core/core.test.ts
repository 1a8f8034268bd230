/** Time, digests, chance and errors. Expected values by hand or from the standards named. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canonicalJson, Digest, textDigest } from './digest.ts'
import { GordonError, isGordonError } from './errors.ts'
import { Random } from './random.ts'
import { DAY, HOUR, isoDate, isoTime, MINUTE, parseInterval, SECOND } from './time.ts'
import { VERSION } from './version.ts'

describe('time', () => {
  it('is written in ISO 8601, microseconds only where there are some', () => {
    expect(isoTime(0)).toBe('1970-01-01T00:00:00Z')
    expect(isoTime(1_704_153_600_000_000)).toBe('2024-01-02T00:00:00Z')
    expect(isoTime(1_704_153_600_000_001)).toBe('2024-01-02T00:00:00.000001Z')
    expect(isoTime(-1)).toBe('1969-12-31T23:59:59.999999Z')
    expect(isoDate(1_704_153_599_999_999)).toBe('2024-01-01')
  })
  it('reads intervals', () => {
    expect(['1s', '5m', '2h', '1d', '1w'].map(parseInterval)).toEqual([
      SECOND,
      5 * MINUTE,
      2 * HOUR,
      DAY,
      7 * DAY,
    ])
    expect(['', '0m', 'm', '1', '1y', '1.5h', ' 1m'].map(parseInterval)).toEqual(Array(7).fill(undefined))
  })
})

describe('a digest', () => {
  it('is SHA-256 (FIPS 180-2, "abc")', () => {
    expect(textDigest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
  it('of a column is that of its bytes, and of its parts', () => {
    const values = Float64Array.from({ length: 200_000 }, (_, k) => Math.sin(k))
    const whole = new Digest()
    whole.column(values)
    const parts = new Digest()
    parts.column(values, 0, 77_777)
    parts.column(values, 77_777)
    const hex = whole.hex()
    expect(createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex')).toBe(hex)
    expect(parts.hex()).toBe(hex)
  })
  it('keeps neighbouring texts apart', () => {
    const of = (...texts: string[]) => {
      const digest = new Digest()
      for (const text of texts) digest.text(text)
      return digest.hex()
    }
    expect(of('ab', 'c')).not.toBe(of('a', 'bc'))
  })
  it('does not depend on the order of keys', () => {
    expect(canonicalJson({ b: 1, a: { d: [2, { y: 1, x: 2 }], c: 3 } })).toBe(
      '{"a":{"c":3,"d":[2,{"x":2,"y":1}]},"b":1}',
    )
  })
})

describe('chance', () => {
  it('of equal seeds is equal, uniform in [0, 1) and normal', () => {
    const draw = (seed: number, count: number) => {
      const random = new Random(seed)
      return Array.from({ length: count }, () => random.uniform())
    }
    expect(draw(3, 5)).toEqual(draw(3, 5))
    expect(draw(3, 5)).not.toEqual(draw(4, 5))
    const many = draw(1, 100_000)
    expect(Math.min(...many)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...many)).toBeLessThan(1)
    // Mean ½ ± 5 standard errors of √(1/12/n).
    expect(Math.abs(many.reduce((sum, value) => sum + value, 0) / 1e5 - 0.5)).toBeLessThan(
      5 * Math.sqrt(1 / 12 / 1e5),
    )
    const random = new Random(9)
    const normal = Array.from({ length: 100_000 }, () => random.normal())
    expect(Math.abs(normal.reduce((sum, value) => sum + value, 0) / 1e5)).toBeLessThan(5 / Math.sqrt(1e5))
    expect(normal.reduce((sum, value) => sum + value * value, 0) / 1e5).toBeCloseTo(1, 1)
    const whole = Array.from({ length: 1000 }, () => random.integer(-2, 3))
    expect(new Set(whole)).toEqual(new Set([-2, -1, 0, 1, 2]))
  })
})

describe('errors', () => {
  it('carry a code, a kind and a cause', () => {
    const cause = new Error('disk')
    const error = new GordonError('DISK', 'It broke.', { cause, kind: 'failure' })
    expect([error.code, error.kind, error.cause, error.message]).toEqual([
      'DISK',
      'failure',
      cause,
      'It broke.',
    ])
    expect(new GordonError('X', 'Y.').kind).toBe('input')
    expect(isGordonError(error)).toBe(true)
    expect(isGordonError(new Error('other'))).toBe(false)
  })
})

describe('the version', () => {
  it('is the package’s', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    expect(VERSION).toBe((JSON.parse(text) as { version: string }).version)
  })
})

describe('seeds that people choose', () => {
  const firsts = Array.from({ length: 2000 }, (_, seed) => Random.ofChoice(seed).uniform())
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

  it('begin anywhere: mean ½ and variance 1/12 of 2,000 first numbers, five standard errors each', () => {
    // Of the mean 1 / √(12 n) = 0.00645; of the variance 1 / √(180 n) = 0.00167.
    expect(Math.abs(mean(firsts) - 1 / 2)).toBeLessThan(5 * 0.00645)
    expect(Math.abs(mean(firsts.map(value => (value - 1 / 2) ** 2)) - 1 / 12)).toBeLessThan(5 * 0.00167)
  })

  it('have nothing in common with their neighbours', () => {
    const products = firsts.slice(1).map((value, k) => 12 * (value - 1 / 2) * (firsts[k] - 1 / 2))
    expect(Math.abs(mean(products))).toBeLessThan(5 / Math.sqrt(products.length))
  })
})
