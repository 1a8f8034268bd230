/** Parameters: what is refused and in which words; what the editor knows of their types. */
import { describe, expect, expectTypeOf, it } from 'vitest'
import { boolean, choice, integer, number, resolveParams, text } from './params.ts'
import { strategy, strategyDefinition } from './strategy.ts'

const schema = {
  fast: integer({ default: 10, min: 1, max: 100 }),
  weight: number({ default: 0.5, min: 0 }),
  ratio: number({ default: 1, max: 2 }),
  any: number({ default: 0 }),
  side: choice(['long', 'short'], { default: 'long' }),
  strict: boolean({ default: false }),
  symbol: text({ default: 'SPY' }),
}
const resolve = (given: Record<string, unknown>) => resolveParams(schema, given, 'Mine')

describe('parameters', () => {
  it('have their defaults, and what is given', () => {
    expect(resolve({ fast: 3, side: 'short' })).toEqual({
      fast: 3,
      weight: 0.5,
      ratio: 1,
      any: 0,
      side: 'short',
      strict: false,
      symbol: 'SPY',
    })
  })

  const refused: readonly [Record<string, unknown>, string][] = [
    [
      { fats: 3 },
      'Strategy Mine has no parameter "fats"; it has fast, weight, ratio, any, side, strict, symbol.',
    ],
    [{ fast: 0 }, 'Parameter fast of strategy Mine is 0; it must be a whole number from 1 to 100.'],
    [{ fast: 101 }, 'Parameter fast of strategy Mine is 101; it must be a whole number from 1 to 100.'],
    [{ fast: 2.5 }, 'Parameter fast of strategy Mine is 2.5; it must be a whole number from 1 to 100.'],
    [{ fast: '10' }, 'Parameter fast of strategy Mine is "10"; it must be a whole number from 1 to 100.'],
    [{ fast: null }, 'Parameter fast of strategy Mine is null; it must be a whole number from 1 to 100.'],
    [
      { fast: undefined },
      'Parameter fast of strategy Mine is undefined; it must be a whole number from 1 to 100.',
    ],
    [
      { fast: Number.NaN },
      'Parameter fast of strategy Mine is NaN; it must be a whole number from 1 to 100.',
    ],
    [{ weight: -1 }, 'Parameter weight of strategy Mine is -1; it must be a number of at least 0.'],
    [{ ratio: 3 }, 'Parameter ratio of strategy Mine is 3; it must be a number of at most 2.'],
    [{ any: Number.POSITIVE_INFINITY }, 'Parameter any of strategy Mine is Infinity; it must be a number.'],
    [{ side: 'flat' }, 'Parameter side of strategy Mine is "flat"; it must be one of long, short.'],
    [{ strict: 1 }, 'Parameter strict of strategy Mine is 1; it must be true or false.'],
    [{ symbol: 7 }, 'Parameter symbol of strategy Mine is 7; it must be a text.'],
    [{ constructor: 1 }, 'Strategy Mine has no parameter "constructor"; it has fast, weight'],
  ]
  for (const [given, sentence] of refused)
    it(`refuse ${JSON.stringify(given)}`, () => {
      expect(() => resolve(given)).toThrow(sentence)
    })

  it('of a strategy are typed, frozen and checked together', () => {
    class Two extends strategy({
      params: { fast: integer({ default: 1 }), side: choice(['long', 'short'], { default: 'long' }) },
      check: params => (params.fast === 13 ? 'fast brings no luck' : undefined),
    }) {}
    const two = new Two({ fast: 4 })
    expectTypeOf(two.params.fast).toEqualTypeOf<number>()
    expectTypeOf(two.params.side).toEqualTypeOf<'long' | 'short'>()
    expect(two.params).toEqual({ fast: 4, side: 'long' })
    expect(() => {
      ;(two.params as { fast: number }).fast = 5
    }).toThrow(TypeError)
    expect(() => new Two({ fast: 13 })).toThrow(
      'Parameters of strategy Two do not fit together: fast brings no luck.',
    )
  })
})

describe('a strategy class', () => {
  it('is told from other classes', () => {
    expect(strategyDefinition(class extends strategy({ name: 'Named' }) {})?.name).toBe('Named')
    expect(strategyDefinition(class {})).toBeUndefined()
    expect(strategyDefinition({})).toBeUndefined()
    expect(strategyDefinition(undefined)).toBeUndefined()
  })
})
