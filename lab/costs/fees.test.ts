/** Fees. Sources named at each table; everything else by hand. */
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../core/digest.ts'
import { formatUnits } from '../core/decimal.ts'
import { DAY, HOUR } from '../core/time.ts'
import type { Instrument } from '../domain/instrument.ts'
import { share } from '../testing/fixtures.ts'
import {
  bpsFee,
  type FeeModel,
  feeSchedule,
  fixedFee,
  makerTakerFee,
  parseFees,
  perContractFee,
  perShareFee,
} from './index.ts'

/** `price × lots`, and where it matters whether it made and when, µs. */
type Fill = readonly [price: number, lots: number, maker?: boolean, now?: number]

/** What each of an order's fills pays, one after another. */
function fees(model: FeeModel, fills: readonly Fill[], terms: number | Partial<Instrument> = 1) {
  const instrument = share('A', typeof terms === 'number' ? { lotsPerUnit: terms } : terms)
  const order = { filledLots: 0, feeUnits: 0n, chargedUnits: 0n, tradedUnits: 0n }
  return fills.map(([price, lots, maker = false, now = 0]) => {
    const units = BigInt(model.units(price, lots, instrument, order, maker, now))
    expect(model.units(price, lots, instrument, order, maker, now), 'asking changes nothing').toEqual(
      model.units(price, lots, instrument, order, maker, now),
    )
    model.traded(price, lots, instrument, order, maker, now)
    order.filledLots += lots
    order.feeUnits += units
    return formatUnits(units)
  })
}

/** An order of one fill. */
function fee(model: FeeModel, price: number, lots: number, terms: number | Partial<Instrument> = 1) {
  return fees(model, [[price, lots]], terms)[0]
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
  })
})

describe('per contract (zipline, tests/finance/test_commissions.py, PerContract)', () => {
  // 230, 170, 100 contracts at 0.01 with an exchange fee of 0.3 once: totals there 2.6, 4.3, 5.3.
  const fills = [
    [100, 230],
    [101, 170],
    [102, 100],
  ] as const
  const charged = (minimum?: number) =>
    fees(perContractFee({ perContract: 0.01, perOrder: 0.3, minimum }), fills)
  it('takes 2.6, then 1.7 and 1', () => expect(charged()).toEqual(['2.6', '1.7', '1']))
  it('with a minimum of 3 reaches 3, 4.3, 5.3', () => expect(charged(3)).toEqual(['3', '1.3', '1']))
  it('with a minimum of 5 reaches 5, 5, 5.3', () => expect(charged(5)).toEqual(['5', '0', '0.3']))
  it('with a minimum of 7 pays that once', () => expect(charged(7)).toEqual(['7', '0', '0']))
  it('reads as 0.01/contract:order=0.3:min=3', () => {
    expect(fees(parseFees('0.01/contract:order=0.3:min=3'), fills)).toEqual(['3', '1.3', '1'])
  })
})

describe('per dollar (zipline, PerDollar 0.0015)', () => {
  it('takes 34.5, 25.755, 15.3', () => {
    expect(
      fees(bpsFee(15), [
        [100, 230],
        [101, 170],
        [102, 100],
      ]),
    ).toEqual(['34.5', '25.755', '15.3'])
  })
})

describe('makers and takers', () => {
  const model = makerTakerFee({ makerBps: -1, takerBps: 5 })
  it('pay their own rates, and a rebate is below zero', () => {
    // 100 × 30 × 0.0005 = 1.5; × −0.0001 = −0.3
    expect(
      fees(model, [
        [100, 30, false],
        [100, 30, true],
      ]),
    ).toEqual(['1.5', '-0.3'])
  })
  it('a rebate is rounded half to even, as a fee is', () => {
    // 0.000000001 × 0.5 and 0.000000003 × 0.5 of the other sign
    const half = makerTakerFee({ makerBps: -5000, takerBps: 5000 })
    expect(fees(half, [[1e-9, 1, true]])).toEqual(['0'])
    expect(fees(half, [[3e-9, 1, true]])).toEqual(['-0.000000002'])
  })
  it('an approval counts with the worse of the two, and with no rebate', () => {
    expect(model.estimate(100, 30, share('A'))).toBeCloseTo(1.5, 12)
    expect(makerTakerFee({ makerBps: -2, takerBps: -1 }).estimate(100, 30, share('A'))).toBe(0)
  })
  it('are written maker:-1bps,taker:5bps', () => {
    const written = parseFees('maker:-1bps,taker:5bps')
    expect(written.terms).toEqual(model.terms)
    expect(written.description).toBe('maker -1 bps, taker 5 bps of notional')
  })
})

describe('contracts', () => {
  it('a linear one pays on price × quantity × multiplier', () => {
    // 4,000.25 × 3 × 50 × 2 bps = 120.0075
    expect(fee(bpsFee(2), 4000.25, 3, { kind: 'future', multiplier: 50 })).toBe('120.0075')
    // 30,000 × 7 × 0.001 × 4 bps = 0.084
    expect(fee(bpsFee(4), 30_000, 7, { kind: 'linear', multiplier: 0.001 })).toBe('0.084')
  })
  it('an inverse one pays in coin: 3 × 100 / 25,000 × 5 bps = 0.000006', () => {
    expect(fee(bpsFee(5), 25_000, 3, { kind: 'inverse', multiplier: 100 })).toBe('0.000006')
    // 300 / 17,000 × 0.0005 = 0.00000882352941… → 0.000008824
    expect(fee(bpsFee(5), 17_000, 3, { kind: 'inverse', multiplier: 100 })).toBe('0.000008824')
  })
})

describe('an order as a whole', () => {
  it('pays the same in parts as at once, between minimum and maximum', () => {
    const model = parseFees('0.005/share:min=1:max=1%')
    const parts = fees(model, [
      [0.25, 100],
      [0.25, 400],
      [0.25, 500],
    ])
    // 1 % of 25 = 0.25; of 125 = 1.25; of 250 = 2.50, each below max(1, 0.005 × filled)
    expect(parts).toEqual(['0.25', '1', '1.25'])
    expect(fee(model, 0.25, 1000)).toBe('2.5')
  })
  it('of a percentage with a minimum: 10bps:min=2', () => {
    const model = parseFees('10bps:min=2')
    // 10 bps of 1,000, 500, 1,500: 1, 0.5, 1.5: together 3
    expect(
      fees(model, [
        [10, 100],
        [10, 50],
        [10, 150],
      ]),
    ).toEqual(['2', '0', '1'])
    expect(fee(model, 10, 300)).toBe('3')
  })
  it('is rounded to cents, half to even, where that is agreed', () => {
    const model = parseFees('10bps:round=cent')
    expect(fee(model, 12.34, 10)).toBe('0.12') // 0.1234
    expect(fee(model, 12.5, 10)).toBe('0.12') // 0.125
    expect(fee(model, 13.5, 10)).toBe('0.14') // 0.135
    // 0.1234 and again 0.1234: 0.12, then 0.2468 → 0.25 in all
    expect(
      fees(model, [
        [12.34, 10],
        [12.34, 10],
      ]),
    ).toEqual(['0.12', '0.13'])
  })
})

describe('tiers by what was traded in 30 days', () => {
  const NOON = 20_000 * DAY + 12 * HOUR
  const model = () => parseFees('coinbase').session([share('BTC')])
  /** Buys for a volume at a time, and returns the rate that a taker then pays, bps. */
  function rates(venue: FeeModel, steps: readonly (readonly [now: number, volume: number])[]) {
    return steps.map(([now, volume]) => Number(fees(venue, [[1, volume, false, now]])[0]) / volume / 1e-4)
  }
  const hourly = (volumes: readonly number[]) =>
    volumes.map((volume, k) => [NOON + k * HOUR, volume] as const)

  it('of Coinbase change at 10 thousand, 50 thousand, … 400 million dollars', () => {
    // The table of help.coinbase.com, exchange fees: each volume brings the sum to a boundary or a dollar below it.
    const found = rates(
      model(),
      hourly([
        9999, 1, 39_999, 1, 49_999, 1, 899_999, 1, 13_999_999, 1, 59_999_999, 1, 174_999_999, 1, 149_999_999,
        1, 7,
      ]),
    )
    const expected = [60, 60, 40, 40, 25, 25, 20, 20, 18, 18, 16, 16, 12, 12, 8, 8, 5]
    expect(found.map(rate => Number(rate.toFixed(6)))).toEqual(expected)
  })
  it('makers of Coinbase pay 40 bps down to nothing', () => {
    const venue = model()
    expect(fees(venue, [[1, 1_000_000_000, true, NOON]])).toEqual(['4000000'])
    expect(fees(venue, [[1, 1_000, true, NOON + HOUR]])).toEqual(['0'])
  })
  it('count from the next full hour on', () => {
    const venue = model()
    expect(
      rates(venue, [
        [NOON, 10_000],
        [NOON + HOUR - 1, 1],
        [NOON + HOUR, 1],
      ]).map(Math.round),
    ).toEqual([60, 60, 40])
  })
  it('are lost when the volume is 30 days old', () => {
    const venue = model()
    const last = NOON + 30 * DAY + HOUR - 1
    expect(
      rates(venue, [
        [NOON, 10_000],
        [last, 1],
        [last + 1, 1],
      ]).map(Math.round),
    ).toEqual([60, 40, 60])
  })
  it('begin anew in another run', () => {
    const venue = model()
    rates(venue, [[NOON, 1e9]])
    const next = venue.session([share('BTC')])
    expect(rates(next, [[NOON + 2 * HOUR, 1]]).map(Math.round)).toEqual([60])
  })
  it('of Binance.US do not change without a balance of BNB', () => {
    const venue = parseFees('binance.us').session([share('BTC')])
    expect(rates(venue, hourly([49_999, 1e6, 1e9, 5])).map(rate => rate.toFixed(6))).toEqual(
      Array(4).fill('10.000000'),
    )
    expect(fee(parseFees('binance.us:bnb'), 40_000, 1)).toBe('30') // 40,000 × 0.1 % × 75 %
  })
  it('can be written: 10bps;1000=8bps;5000=maker:-1bps,taker:2bps', () => {
    const venue = parseFees('10bps;1000=8bps;5000=maker:-1bps,taker:2bps').session([share('A')])
    expect(rates(venue, hourly([1000, 4000, 10])).map(rate => Math.round(rate))).toEqual([10, 8, 2])
    expect(fees(venue, [[1, 10_000, true, NOON + 5 * HOUR]])).toEqual(['-1'])
  })
})

describe('Interactive Brokers, US shares', () => {
  // "Fixed Examples" of www.interactivebrokers.co.uk/en/pricing/commissions-stocks.php
  it('100 shares at 25 dollars cost 1.00, 1,000 cost 5.00, 1,000 at 0.25 cost 2.50', () => {
    const model = parseFees('interactive-brokers')
    expect(fee(model, 25, 100)).toBe('1')
    expect(fee(model, 25, 1000)).toBe('5')
    expect(fee(model, 0.25, 1000)).toBe('2.5')
  })
  it('tiered: 100 shares cost 0.35, 1,000 cost 3.50, 1,000 at 0.25 cost 2.50', () => {
    const tiered = () => parseFees('interactive-brokers:tiered').session([share('A')])
    expect(fee(tiered(), 25, 100)).toBe('0.35')
    expect(fee(tiered(), 25, 1000)).toBe('3.5')
    expect(fee(tiered(), 0.25, 1000)).toBe('2.5')
  })
  it('tiers are marginal: 299,900 and then 200 shares in a month pay both rates', () => {
    const model = parseFees('interactive-brokers:tiered').session([share('A')])
    const january = Date.UTC(2025, 0, 10) * 1000
    expect(fees(model, [[25, 299_900, false, january]])).toEqual(['1049.65']) // × 0.0035
    expect(fees(model, [[25, 200, false, january]])).toEqual(['0.55']) // 100 × 0.0035 + 100 × 0.002
    expect(fees(model, [[25, 1000, false, january + HOUR]])).toEqual(['2'])
    // 3,500,000 shares of one fill: 2,698,900 to the tier's end at 0.002, the other 801,100 at 0.0015
    expect(fees(model, [[25, 3_500_000, false, january + HOUR]])).toEqual(['6599.45'])
    // February begins at the first tier
    expect(fees(model, [[25, 1000, false, Date.UTC(2025, 1, 1) * 1000]])).toEqual(['3.5'])
  })
  it('a futures contract costs 0.85', () => {
    expect(fee(parseFees('interactive-brokers:futures'), 5000, 3, { kind: 'future', multiplier: 50 })).toBe(
      '2.55',
    )
  })
  it('fees in dollars are refused for what settles in yen', () => {
    const model = parseFees('interactive-brokers')
    expect(() => model.session([share('7203', { currency: 'JPY' })])).toThrow(
      'are amounts in USD and TEST:7203 settles in JPY; write the fees in that currency.',
    )
    expect(model.session([share('A')]).description).toBe(model.description)
  })
})

describe('OANDA', () => {
  // help.oanda.com/us, spreads and commission: a 1,000-unit trade costs 0.07 a leg, 10,000 cost 0.70.
  it('core costs 0.07 for 1,000 units and 0.70 for 10,000', () => {
    expect(fee(parseFees('oanda:core'), 1.17728, 1000)).toBe('0.07')
    expect(fee(parseFees('oanda:core'), 1.17728, 10_000)).toBe('0.7')
  })
  it('spread only costs no commission', () => {
    expect(fee(parseFees('oanda'), 1.17728, 100_000)).toBe('0')
  })
})

describe('terms', () => {
  it('tell models apart that read the same', () => {
    const one = feeSchedule({ perOrder: 1 }, 'share', 'mine')
    const two = feeSchedule({ perOrder: 2 }, 'share', 'mine')
    expect(canonicalJson(one.terms)).not.toBe(canonicalJson(two.terms))
    expect(canonicalJson(parseFees('10bps').terms)).toBe(canonicalJson(bpsFee(10).terms))
  })
  it('that are no schedule are refused', () => {
    const tier = { from: 0, maker: 0, taker: 0, perUnit: 0 }
    for (const terms of [
      { perOrder: -1 },
      { minimum: Number.NaN },
      { tiers: [] },
      { tiers: [{ ...tier, from: 5 }] },
      { tiers: [tier, tier] },
      { tiers: [{ ...tier, taker: 1 }] },
    ])
      expect(() => feeSchedule(terms)).toThrow('are no schedule')
    for (const text of ['10bps:min=-1', '10bps;8bps', '5=10bps', '1/share:max=1', 'coinbase:vip', 'toString'])
      expect(() => parseFees(text), text).toThrow(/not understood|no schedule/)
  })
})
