/** Fees and slippage. Sources named at each table; everything else by hand. */
import { describe, expect, it } from 'vitest'
import { formatUnits } from '../core/decimal.ts'
import { share } from '../testing/fixtures.ts'
import {
  bpsFee,
  type FeeModel,
  FillMarket,
  fixedFee,
  parseFees,
  parseSlippage,
  perShareFee,
} from './index.ts'

/** What each of an order's fills pays: `price × lots` after another. */
function fees(model: FeeModel, fills: readonly (readonly [price: number, lots: number])[], lotsPerUnit = 1) {
  const instrument = share('A', { lotsPerUnit })
  const order = { filledLots: 0, feeUnits: 0n, chargedUnits: 0n, tradedUnits: 0n }
  return fills.map(([price, lots]) => {
    const units = BigInt(model.units(price, lots, instrument, order, false, 0))
    model.traded(price, lots, instrument, order, false, 0)
    order.filledLots += lots
    order.feeUnits += units
    return formatUnits(units)
  })
}

describe('per share', () => {
  // The order of zipline's classic table (tests/finance/test_commissions.py): 230, 170 and 100 shares filled at
  // 0.0075 a share. With a minimum: max(minimum, 0.0075 × filled so far) less what was paid, by hand.
  const fills = [
    [10, 230],
    [10, 170],
    [10, 100],
  ] as const
  it('takes 1.725, 1.275, 0.75 of 230, 170, 100 shares at 0.0075 (zipline)', () => {
    expect(fees(perShareFee({ perShare: 0.0075, minimum: 0 }), fills)).toEqual(['1.725', '1.275', '0.75'])
  })
  it('with a minimum of 1, exceeded by the first fill, takes the same', () => {
    expect(fees(perShareFee({ perShare: 0.0075, minimum: 1 }), fills)).toEqual(['1.725', '1.275', '0.75'])
  })
  it('with a minimum of 2.5 takes it at once and the excess later', () => {
    expect(fees(perShareFee({ perShare: 0.0075, minimum: 2.5 }), fills)).toEqual(['2.5', '0.5', '0.75'])
  })
  it('with a minimum of 3, just reached by the second fill, takes 3, 0, 0.75', () => {
    expect(fees(perShareFee({ perShare: 0.0075, minimum: 3 }), fills)).toEqual(['3', '0', '0.75'])
  })
  it('with a minimum of 5 that it never reaches pays that once', () => {
    expect(fees(perShareFee({ perShare: 0.0075, minimum: 5 }), fills)).toEqual(['5', '0', '0'])
  })
  it('counts units, not lots', () => {
    expect(fees(perShareFee({ perShare: 0.01, minimum: 0 }), [[10, 250]], 100)).toEqual(['0.025'])
  })
})

describe('bps', () => {
  it('takes a fraction of the notional', () => {
    // 250 × 40.04 × 10 / 10,000
    expect(fees(bpsFee(10), [[40.04, 250]])).toEqual(['10.01'])
  })
  it('is exact where doubles are not: 4734.64 × 0.10576312 × 25 bps', () => {
    // Python: Decimal('4734.64') * Decimal('0.10576312') * Decimal('0.0025') = 1.251875746192
    expect(fees(bpsFee(25), [[4734.64, 10_576_312]], 1e8)).toEqual(['1.251875746'])
  })
  it('rounds half to even at the ninth decimal', () => {
    // 0.000000001 × 0.5 = half a unit → 0; 0.000000003 × 0.5 = one and a half → 2
    expect(fees(bpsFee(5000), [[1e-9, 1]])).toEqual(['0'])
    expect(fees(bpsFee(5000), [[3e-9, 1]])).toEqual(['0.000000002'])
  })
})

describe('per order', () => {
  it('is taken with the first fill', () => {
    expect(
      fees(fixedFee(2.5), [
        [10, 1],
        [10, 99],
      ]),
    ).toEqual(['2.5', '0'])
  })
})

describe('as people write them', () => {
  it('10bps, 0.005/share:min=1, 2.5/order, none', () => {
    const fill = [[100, 300]] as const
    expect(fees(parseFees('10bps'), fill)).toEqual(['30'])
    expect(fees(parseFees('10 bps'), fill)).toEqual(['30'])
    expect(fees(parseFees('0.005/share:min=1'), fill)).toEqual(['1.5'])
    expect(fees(parseFees('0.005/share'), [[100, 10]])).toEqual(['0.05'])
    expect(fees(parseFees('2.5/order'), fill)).toEqual(['2.5'])
    expect(fees(parseFees('none'), fill)).toEqual(['0'])
    expect(fees(parseFees('0'), fill)).toEqual(['0'])
  })
  it('anything else is refused in one sentence', () => {
    expect(() => parseFees('ten')).toThrow(
      'Fees "ten" are not understood: write 10bps, maker:-1bps,taker:5bps, ',
    )
    expect(() => parseFees('-1bps')).toThrow('Fees "-1bps" are not understood')
    expect(() => parseSlippage('1%')).toThrow('Slippage "1%" is not understood: write 2bps (below 10000), ')
    expect(() => parseSlippage('10000bps')).toThrow('Slippage "10000bps" is not understood')
  })
})

describe('slippage in bps', () => {
  it('is paid by both sides, to the ninth decimal', () => {
    const slip = parseSlippage('5bps')
    expect(slip.price(100, 1, 10, new FillMarket())).toBe(100.05)
    expect(slip.price(100, -1, 10, new FillMarket())).toBe(99.95)
    // 123.45 × 1.0005 = 123.511725
    expect(slip.price(123.45, 1, 10, new FillMarket())).toBe(123.511725)
  })
  it('of none leaves the price as it is', () => {
    expect(parseSlippage('none').price(0.1 + 0.2, 1, 10, new FillMarket())).toBe(0.1 + 0.2)
  })
})
