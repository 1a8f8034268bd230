/** What happens to holdings, by hand; interest and borrow cost as lab/costs/financing.ts has its sources for. */
import { describe, expect, it } from 'vitest'
import { amountUnits, formatUnits } from '../core/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'
import { share } from '../testing/fixtures.ts'
import { Account, type AccountTerms } from './account.ts'

function accountOf(instruments: readonly Instrument[], terms: Partial<AccountTerms> = {}): Account {
  return new Account({
    account: 'main',
    strategy: 'test',
    instruments,
    currency: 'USD',
    capitalUnits: amountUnits(10_000),
    ...terms,
  })
}

function equity(account: Account): number {
  account.valuate()
  return account.equity
}

describe('funding', () => {
  it('of a linear perpetual is paid by longs when positive and by shorts when negative', () => {
    // 3 × 0.01 × 20,000 × 0.0001 = 0.06
    const account = accountOf([share('P', { kind: 'linear', multiplier: 0.01 })])
    account.mark[0] = 20_000
    expect(account.events.applyFunding(0, 0.0001, 20_000, 1)).toBeUndefined()
    account.applyFill(0, 1, 3, 20_000, 0)
    account.events.applyFunding(0, 0.0001, 20_000, 1)
    expect(account.cash).toBe(9999.94)
    account.events.applyFunding(0, -0.0001, Number.NaN, 2)
    expect(account.cash).toBe(10_000)
    account.applyFill(0, -1, 6, 20_000, 0)
    expect(account.events.applyFunding(0, 0.0001, 20_000, 3)?.amount).toBe(0.06)
    expect(formatUnits(account.ledger.received('funding', 0))).toBe('0.06')
    account.ledger.verify()
  })

  it('is refused without a price, of no number, and for what is no perpetual', () => {
    const account = accountOf([share('P', { kind: 'linear' }), share('A')])
    account.applyFill(0, 1, 3, 20_000, 0)
    expect(() => account.events.applyFunding(0, 0.0001, Number.NaN, 1)).toThrow(
      'Funding of TEST:P needs a price and has NaN',
    )
    expect(() => account.events.applyFunding(0, Number.NaN, 5, 1)).toThrow('has the rate NaN')
    expect(() => account.events.applyFunding(1, 0.1, 5, 1)).toThrow('which is of kind spot')
    expect(account.events.flows).toEqual([])
  })
})

describe('a split', () => {
  it('of four to one leaves the value as it was', () => {
    const account = accountOf([share('A')])
    account.applyFill(0, 1, 25, 400, 0)
    account.mark[0] = 420
    expect(equity(account)).toBe(10_500)
    expect(account.events.applySplit(0, 4, Number.NaN, 9)).toMatchObject({ quantity: 25, rate: 4, amount: 0 })
    expect([account.positionLots[0], account.mark[0], account.averagePrice(0)]).toEqual([100, 105, 100])
    expect(equity(account)).toBe(10_500)
  })

  it('of one to ten pays cash for the part of a share, and shorts pay it', () => {
    // 25 → 2.5: 2 held and ½ × 42 = 21 in cash.
    for (const sign of [1, -1] as const) {
      const account = accountOf([share('A')])
      account.applyFill(0, sign, 25, 4, 0)
      account.mark[0] = 4.2
      const before = equity(account)
      expect(account.events.applySplit(0, 0.1, Number.NaN, 9)?.amount).toBe(sign * 21)
      expect(account.positionLots[0]).toBe(sign * 2)
      expect(account.averagePrice(0)).toBeCloseTo(40, 12)
      expect(equity(account)).toBeCloseTo(before, 9)
      account.ledger.verify()
    }
  })

  it('that leaves no whole share leaves no position', () => {
    const account = accountOf([share('A')])
    account.applyFill(0, 1, 3, 4, 0)
    // 0.3 of a share at a given 50
    expect(account.events.applySplit(0, 0.1, 50, 9)?.amount).toBe(15)
    expect([account.heldCount, account.position[0], account.cash]).toEqual([0, 0, 10_003])
  })

  it('by a third, which no double is, still makes whole shares of a multiple of three', () => {
    const account = accountOf([share('A')])
    account.applyFill(0, 1, 300, 10, 0)
    account.mark[0] = 10
    expect(account.events.applySplit(0, 1 / 3, Number.NaN, 9)?.amount).toBe(0)
    expect(account.positionLots[0]).toBe(100)
  })

  it('of zero, of no number, backwards or of a future is refused, and changes nothing', () => {
    const account = accountOf([share('A'), share('F', { kind: 'future' })])
    account.applyFill(0, 1, 3, 4, 0)
    for (const ratio of [0, -2, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => account.events.applySplit(0, ratio, 5, 9)).toThrow(
        `The split of TEST:A has ratio ${ratio}; it must be new shares per old one, above zero.`,
      )
    expect(() => account.events.applySplit(1, 2, 5, 9)).toThrow('only spot instruments have them')
    expect([account.positionLots[0], account.events.flows.length]).toEqual([3, 0])
  })
})

describe('a dividend', () => {
  it('belongs to who held at its ex time, and is cash only when it is paid', () => {
    const account = accountOf([share('A')])
    account.applyFill(0, 1, 100, 50, 0)
    account.mark[0] = 50
    expect(account.events.entitle(0, 0.5, 20, 10)).toMatchObject({
      kind: 'entitlement',
      amount: 50,
      rate: 0.5,
    })
    // Sold after ex: the claim stays, and is worth something.
    account.applyFill(0, -1, 100, 49.5, 0)
    expect([account.cash, equity(account)]).toEqual([9950, 10_000])
    expect(account.events.payDividends(19)).toEqual([])
    expect(account.events.nextPayTime).toBe(20)
    expect(account.events.payDividends(20)).toMatchObject([{ kind: 'dividend', amount: 50, time: 20 }])
    expect([account.cash, equity(account), account.events.nextPayTime]).toEqual([10_000, 10_000, Infinity])
    account.ledger.verify()
  })

  it('is paid by shorts', () => {
    const account = accountOf([share('A')])
    account.applyFill(0, -1, 10, 50, 0)
    account.events.entitle(0, 0.5, 20, 10)
    account.events.payDividends(20)
    expect(account.cash).toBe(10_495)
  })

  it('in another currency goes to the balance of that', () => {
    const account = accountOf([share('A')], { deposits: { CAD: 0n }, rates: { CAD: 0.75 } })
    account.applyFill(0, 1, 10, 50, 0)
    account.mark[0] = 50
    account.events.entitle(0, 2, 20, 10, 'CAD')
    expect(equity(account)).toBe(10_015)
    expect(account.events.payDividends(30)[0]).toMatchObject({
      currency: 'CAD',
      amount: 20,
      accountRate: 0.75,
    })
    expect(account.balance[1]).toBe(20)
    expect(() => account.events.entitle(0, 2, 20, 10, 'SEK')).toThrow('The account does not know SEK')
  })

  it('below zero is refused, of nothing held does nothing', () => {
    const account = accountOf([share('A')])
    expect(account.events.entitle(0, 1, 20, 10)).toBeUndefined()
    expect(() => account.events.entitle(0, -1, 20, 10)).toThrow('The dividend of TEST:A is -1 a share')
  })
})

describe('the end of an instrument', () => {
  it('pays a delisted share out, at nothing if it is worth nothing', () => {
    const account = accountOf([share('A'), share('B')])
    account.applyFill(0, 1, 10, 50, 0)
    account.applyFill(1, -1, 10, 50, 0)
    account.mark.set([30, 20])
    expect(account.events.delist(0, Number.NaN, 5)).toMatchObject({
      kind: 'delisting',
      price: 30,
      amount: 300,
    })
    // The short keeps what it sold for.
    expect(account.events.delist(1, 0, 5)).toMatchObject({ price: 0, amount: 0, quantity: -10 })
    expect([account.heldCount, account.cash]).toEqual([0, 10_000 - 500 + 500 + 300])
    expect(account.events.delist(0, 30, 6)).toBeUndefined()
    expect(account.fillCount).toBe(2)
    account.ledger.verify()
  })

  it('settles a future in cash at expiry', () => {
    // Short 2 × 50 from 4,000, settled at 3,987.25: 1,275.
    const account = accountOf([share('F', { kind: 'future', multiplier: 50, expiry: 5 })])
    account.applyFill(0, -1, 2, 4000, 0)
    expect(account.events.expire(0, 3987.25, 5)).toMatchObject({ kind: 'expiry', amount: 1275, quantity: -2 })
    expect([account.cash, account.heldCount]).toEqual([11_275, 0])
  })

  it('without any price is refused', () => {
    const account = accountOf([share('A')])
    account.applyFill(0, 1, 10, 50, 0)
    expect(() => account.events.delist(0, Number.NaN, 5)).toThrow('The delisting of TEST:A needs a price')
  })
})

describe('a roll', () => {
  it('closes the one at its price and opens the next at its own', () => {
    const account = accountOf([
      share('H', { kind: 'future', multiplier: 50 }),
      share('M', { kind: 'future', multiplier: 50 }),
    ])
    account.applyFill(0, 1, 2, 4000, 0)
    const fee = amountUnits(4)
    const terms = { from: 0, to: 1, fromPrice: 4010, toPrice: 4030, time: 5, feeUnits: [fee, fee] as const }
    expect(account.events.roll(terms)).toMatchObject([
      { kind: 'rollOut', instrument: 'TEST:H', amount: 1000, price: 4010, fee: 4, to: 'TEST:M' },
      { kind: 'rollIn', instrument: 'TEST:M', amount: 0, price: 4030, quantity: 2 },
    ])
    account.mark.set([4012, 4031])
    expect([...account.positionLots]).toEqual([0, 2])
    // 1,000 − 8 realised, 2 × 50 × 1 since
    expect([account.cash, equity(account)]).toEqual([10_992, 11_092])
    account.ledger.verify()
  })
  it('of shares is refused', () => {
    const account = accountOf([share('A'), share('B')])
    account.applyFill(0, 1, 2, 4000, 0)
    expect(() => account.events.roll({ from: 0, to: 1, fromPrice: 1, toPrice: 1, time: 5 })).toThrow(
      'only contracts roll',
    )
  })
})

describe('a new name', () => {
  it('under the same handle is a note', () => {
    const account = accountOf([share('FB')])
    account.applyFill(0, 1, 2, 300, 0)
    expect(account.events.changeSymbol(0, 'TEST:META', 5)).toMatchObject({ to: 'TEST:META', amount: 0 })
    expect(account.positionLots[0]).toBe(2)
  })
  it('that the run has as another instrument takes the position there', () => {
    const account = accountOf([share('FB'), share('META', { lotsPerUnit: 100 })])
    account.applyFill(0, 1, 2, 300, 0)
    account.mark[0] = 310
    account.events.changeSymbol(0, 'TEST:META', 5, 1)
    expect([...account.positionLots]).toEqual([0, 200])
    expect([account.averagePrice(1), account.heldCount, equity(account)]).toEqual([300, 1, 10_020])
    expect(account.ledger.holding(1)).toBe(amountUnits(600))
    account.ledger.verify()
    account.applyFill(1, -1, 200, 320, 0)
    expect(account.cash).toBe(10_040)
  })
  it('of another kind is refused', () => {
    const account = accountOf([share('A'), share('B', { currency: 'EUR' })], { rates: { EUR: 1 } })
    expect(() => account.events.changeSymbol(0, 'TEST:B', 5, 1)).toThrow(
      'kind, currency or multiplier differ',
    )
  })
})

describe('a corporate action', () => {
  it('of each kind does what its own rule says', () => {
    const account = accountOf([share('A')])
    account.applyFill(0, 1, 10, 50, 0)
    account.mark[0] = 50
    const instrument = 'TEST:A'
    const done = (
      [
        { kind: 'split', instrument, time: 1, ratio: 2 },
        { kind: 'dividend', instrument, time: 2, payTime: 4, amount: 0.25 },
        { kind: 'symbolChange', instrument, time: 3, to: 'TEST:B' },
        { kind: 'delisting', instrument, time: 5 },
      ] as const
    ).map(action => account.events.applyAction(0, action))
    // 20 shares; 20 × 0.25; 20 × 25
    expect(done.map(flow => [flow?.kind, flow?.time, flow?.quantity, flow?.amount])).toEqual([
      ['split', 1, 10, 0],
      ['entitlement', 2, 20, 5],
      ['symbolChange', 3, 20, 0],
      ['delisting', 5, 20, 500],
    ])
    account.events.payDividends(5)
    expect(equity(account)).toBe(10_005)
  })
})

describe('interest', () => {
  const flat = (rate: number, dayCount: 360 | 365 = 360) => ({ dayCount, tiers: [{ from: 0, rate }] })

  it('is earned on cash and owed on debt, per currency, and shorts are borrowed', () => {
    const account = accountOf([share('A')], {
      deposits: { GBP: amountUnits(1000) },
      rates: { GBP: 1.25 },
      financing: {
        credit: { USD: flat(0.036), GBP: flat(0.0365, 365) },
        debit: { USD: flat(0.072) },
        borrow: () => ({ rate: 0.018, dayCount: 360, collateral: 'market' }),
      },
    })
    account.applyFill(0, -1, 100, 50, 0)
    account.mark[0] = 40
    // Borrow 4,000 × 1.8 % × 3 / 360 = 0.60. Cash 15,000 − 0.60 less 4,000 of collateral: 10,999.40 × 3.6 % × 3
    // / 360 = 3.29982. Pounds 1,000 × 3.65 % × 3 / 365 = 0.30.
    expect(account.events.accrue(3, 5).map(({ kind, currency, amount }) => [kind, currency, amount])).toEqual(
      [
        ['borrow', 'USD', -0.6],
        ['interest', 'USD', 3.29982],
        ['interest', 'GBP', 0.3],
      ],
    )
    expect(account.cash).toBe(15_000 - 0.6 + 3.29982)
    // Covered for 4,000, then long 100,000 of shares on 11,002.69982 in cash; one day.
    account.applyFill(0, 1, 100, 40, 0)
    account.applyFill(0, 1, 1000, 100, 0)
    const [debt] = account.events.accrue(1, 6)
    // (11,002.69982 − 100,000) × 7.2 % / 360 = −17.799460036
    expect(debt).toMatchObject({ kind: 'debitInterest', amount: -17.799460036 })
    account.ledger.verify()
  })

  it('is refused for no days', () => {
    expect(() => accountOf([share('A')]).events.accrue(0, 5)).toThrow('Interest was asked for 0 days')
    expect(accountOf([share('A')]).events.accrue(1, 5)).toEqual([])
  })
})

describe('a conversion', () => {
  it('gives one currency for another at the book’s rate, or at one given', () => {
    const account = accountOf([share('EURUSD', { kind: 'fx', base: 'EUR' })], { deposits: { EUR: 0n } })
    account.mark[0] = 1.25
    account.events.convert({ from: 'USD', to: 'EUR', amount: 1000, time: 5 })
    expect([...account.balance]).toEqual([9000, 800])
    account.events.convert({ from: 'EUR', to: 'USD', amount: 800, rate: 1.2, time: 5 })
    expect([...account.balance]).toEqual([9960, 0])
    account.ledger.verify()
    account.mark[0] = Number.NaN
    expect(() => account.events.convert({ from: 'USD', to: 'EUR', amount: 1, time: 5 })).toThrow(
      '1 USD cannot be turned into EUR at NaN',
    )
  })
})
