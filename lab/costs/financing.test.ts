/** Interest and borrow cost. Sources named at each table; everything else by hand. */
import { describe, expect, it } from 'vitest'
import { amountUnits, formatUnits, unitsToNumber } from '../core/decimal.ts'
import { share } from '../testing/fixtures.ts'
import { borrowCostUnits, type InterestTerms, interactiveBrokersRates, interestUnits } from './index.ts'

function interest(balance: number, terms: InterestTerms, days = 1): string {
  return formatUnits(interestUnits(amountUnits(balance), terms, days))
}

const flat = (rate: number, dayCount: 360 | 365 = 360): InterestTerms => ({
  dayCount,
  tiers: [{ from: 0, rate }],
})

describe('simple interest', () => {
  it('of 3.6 % on 100,000 is 10 a day by 360, and 9.863013699 by 365', () => {
    expect(interest(100_000, flat(0.036))).toBe('10')
    expect(interest(100_000, flat(0.036, 365))).toBe('9.863013699') // 3600 / 365 = 9.86301369863…
  })
  it('over a weekend counts three days, rounded once', () => {
    expect(interest(100_000, flat(0.036, 365), 3)).toBe('29.589041096') // 10800 / 365 = 29.58904109589…
  })
  it('rounds half to even at the ninth decimal', () => {
    // 0.00000018 × 1 / 360 = 0.5e-9; three times that is 1.5e-9
    expect(interest(0.00000018, flat(1))).toBe('0')
    expect(interest(0.00000054, flat(1))).toBe('0.000000002')
  })
  it('of a debit is that of its size', () => {
    expect(interest(-100_000, flat(0.036))).toBe('10')
  })
})

describe('Interactive Brokers', () => {
  // interestCharged-Examples.php: benchmark 5.32 %, 600,000 dollars owed: 18.94 + 87.78 = 106.72 a day
  it('charges 106.72 a day for 600,000 dollars at a benchmark of 5.32 %', () => {
    const { debit } = interactiveBrokersRates(0.0532)
    expect(unitsToNumber(interestUnits(amountUnits(-100_000), debit))).toBeCloseTo(18.94, 2)
    expect(unitsToNumber(interestUnits(amountUnits(-600_000), debit))).toBeCloseTo(106.72, 2)
    // 100,000 × 6.82 % / 360 + 500,000 × 6.32 % / 360 = 18.9444… + 87.7777… = 106.7222…
    expect(interest(-600_000, debit)).toBe('106.722222222')
  })
  // The same page with a benchmark of 2.18 %: 10.22 + 44.17 = 54.39
  it('charged 54.39 at a benchmark of 2.18 %', () => {
    expect(
      unitsToNumber(interestUnits(amountUnits(-600_000), interactiveBrokersRates(0.0218).debit)),
    ).toBeCloseTo(54.39, 2)
  })
  // The same page, sterling by 365 days: 160,000 owed at 4.91 %: 14.05 + 12.95 = 27.00
  it('charges 27.00 pounds for 160,000 at 4.91 %, by 365 days', () => {
    const sterling: InterestTerms = {
      dayCount: 365,
      tiers: [
        { from: 0, rate: 0.0641 },
        { from: 80_000, rate: 0.0591 },
      ],
    }
    expect(unitsToNumber(interestUnits(amountUnits(-160_000), sterling))).toBeCloseTo(27, 2)
  })
  it('pays nothing for the first 10,000, and half a percent below the benchmark for the rest', () => {
    const { cash } = interactiveBrokersRates(0.0425)
    expect(interest(10_000, cash)).toBe('0')
    expect(interest(100_000, cash)).toBe('9.375') // 90,000 × 3.75 % / 360
    expect(interest(100_000, interactiveBrokersRates(0.003).cash)).toBe('0')
  })
})

describe('borrowed shares', () => {
  it('cost a rate on their value: 1,000 at 20 and 5 % by 365 days, 2.739726027 a day', () => {
    const terms = { rate: 0.05, dayCount: 365, collateral: 'market' } as const
    expect(formatUnits(borrowCostUnits(20, -1000, share('A'), terms))).toBe('2.739726027')
    expect(formatUnits(borrowCostUnits(20, -100_000, share('A', { lotsPerUnit: 100 }), terms))).toBe(
      '2.739726027',
    )
  })
  it('or on 102 % of the price in whole dollars: 42.8 counts as 44', () => {
    // 42.8 × 1.02 = 43.656 → 44; 3,700 × 44 × 0.29 % / 360 = 1.311444…
    const terms = { rate: 0.0029, dayCount: 360, collateral: 'wholeDollars' } as const
    expect(formatUnits(borrowCostUnits(42.8, -3700, share('A'), terms))).toBe('1.311444444')
    // ten cents count as a dollar, 50 × 1.02 = 51 exactly as 51
    expect(formatUnits(borrowCostUnits(0.1, -360, share('A'), { ...terms, rate: 0.5 }))).toBe('0.5')
    expect(formatUnits(borrowCostUnits(50, -360, share('A'), { ...terms, rate: 0.5 }))).toBe('25.5')
    expect(formatUnits(borrowCostUnits(5000, -360, share('A'), { ...terms, rate: 0.5 }, 3))).toBe('7650')
  })
})
