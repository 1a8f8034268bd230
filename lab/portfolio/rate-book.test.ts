/** Rates from traded pairs and from settings, by hand. */
import { describe, expect, it } from 'vitest'
import type { Instrument } from '../domain/instrument.ts'
import { share } from '../testing/fixtures.ts'
import { RateBook } from './rate-book.ts'

const pair = (symbol: string, base: string, currency: string, terms: Partial<Instrument> = {}) =>
  share(symbol, { base, currency, kind: 'fx', ...terms })

function book(
  currencies: readonly string[],
  pairs: readonly [Instrument, number][],
  fixed?: Readonly<Record<string, number>>,
) {
  const instruments = pairs.map(([instrument]) => instrument)
  return new RateBook({
    currencies,
    instruments,
    mark: Float64Array.from(pairs, ([, mark]) => mark),
    fixed,
  })
}

describe('a rate', () => {
  it('is the price of the pair, or one over it where the pair is quoted the other way', () => {
    const rates = book(
      ['USD', 'EUR', 'JPY'],
      [
        [pair('EURUSD', 'EUR', 'USD'), 1.25],
        [pair('USDJPY', 'USD', 'JPY'), 160],
      ],
    )
    expect([...rates.rate]).toEqual([1, 1.25, 1 / 160])
    expect(rates.describe(2)).toBe('JPY by 1 / TEST:USDJPY')
    // 1,000,000 JPY / 160 = 6,250 USD; 0.1 EUR × 1.25
    expect(rates.convert(2, 1_000_000_000_000_000n)).toBe(6_250_000_000_000n)
    expect(rates.convert(1, 100_000_000n)).toBe(125_000_000n)
  })

  it('goes through one currency between where no pair is direct', () => {
    const rates = book(
      ['USD', 'BTC'],
      [
        [pair('BTCEUR', 'BTC', 'EUR', { kind: 'spot' }), 50_000],
        [pair('EURUSD', 'EUR', 'USD'), 1.2],
      ],
    )
    expect(rates.rate[1]).toBe(60_000)
    expect(rates.describe(1)).toBe('BTC by TEST:BTCEUR × TEST:EURUSD')
  })

  it('ends in a rate that is set, and is one where nothing is traded', () => {
    const rates = book(['USD', 'BTC', 'USDT'], [[pair('BTCUSDT', 'BTC', 'USDT', { kind: 'spot' }), 20_000]], {
      USDT: 0.999,
    })
    expect([...rates.rate]).toEqual([1, 19_980, 0.999])
    expect(rates.describe(1)).toBe('BTC by TEST:BTCUSDT × as set to 0.999')
  })

  it('that is traded stands before one that is set, and a pair before a perpetual', () => {
    const perpetual = pair('BTCPERP', 'BTC', 'USD', { kind: 'inverse' })
    const dated = pair('BTCZ', 'BTC', 'USD', { kind: 'future' })
    const spot = pair('BTCUSD', 'BTC', 'USD', { kind: 'spot' })
    const all: [Instrument, number][] = [
      [dated, 3],
      [perpetual, 2],
      [spot, 1],
    ]
    expect(book(['USD', 'BTC'], all, { BTC: 9 }).rate[1]).toBe(1)
    expect(book(['USD', 'BTC'], all.slice(0, 2), { BTC: 9 }).rate[1]).toBe(9)
    expect(book(['USD', 'BTC'], all.slice(0, 2)).rate[1]).toBe(2)
    expect(() => book(['USD', 'BTC'], all.slice(0, 1))).toThrow(
      'The run has no pair that tells what BTC is worth in USD; add one (an instrument with base) or set its rate: rates: { BTC: … }, --rate BTC=… on the command line.',
    )
  })

  it('without a price yet is not known, and one below zero is none', () => {
    const rates = book(['USD', 'EUR'], [[pair('EURUSD', 'EUR', 'USD'), Number.NaN]])
    expect(rates.rate[1]).toBeNaN()
    expect(rates.convert(1, 5n)).toBeUndefined()
    expect(book(['USD', 'EUR'], [[pair('EURUSD', 'EUR', 'USD'), -1]]).rate[1]).toBeNaN()
  })

  it('that is set to no price is refused', () => {
    expect(() => book(['USD', 'USDT'], [], { USDT: 0 })).toThrow('The rate of USDT is set to 0;')
  })
})
