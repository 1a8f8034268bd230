/** Margin, calls and liquidation: hand calculations, and Binance's published liquidation price. */
import { describe, expect, it } from 'vitest'
import { amountUnits } from '../core/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'
import { Account, type AccountTerms } from '../portfolio/account.ts'
import { share } from '../testing/fixtures.ts'
import { Margin, type MarginTerms } from './margin.ts'
import { initialMargin, maintenanceMargin } from './margin-requirement.ts'

function setUp(
  instruments: readonly Instrument[],
  margin: Partial<MarginTerms> = {},
  account: Partial<AccountTerms> = {},
): { account: Account; margin: Margin } {
  const one = new Account({
    account: 'main',
    strategy: 'test',
    instruments,
    currency: 'USD',
    capitalUnits: 0n,
    ...account,
  })
  return { account: one, margin: new Margin(one, { leverage: 2, ...margin }) }
}

const perpetual = (symbol: string, terms: Partial<Instrument> = {}) =>
  share(symbol, { kind: 'linear', initialMargin: 0.1, maintenanceMargin: 0.05, ...terms })

describe('brackets', () => {
  // BTCUSDT of Binance in 2021: to 50,000 at 125x and 0.4 %, to 250,000 at 100x and 0.5 %, beyond at 50x and 1 %;
  // its table of maintenance amounts says 0, 50 and 1,300.
  const tiers = [
    { upTo: 50_000, initial: 0.008, maintenance: 0.004 },
    { upTo: 250_000, initial: 0.01, maintenance: 0.005 },
    { upTo: Number.POSITIVE_INFINITY, initial: 0.02, maintenance: 0.01 },
  ]
  it('take the maintenance that the venue’s maintenance amounts give', () => {
    expect(maintenanceMargin(50_000, tiers)).toBe(200)
    expect(maintenanceMargin(100_000, tiers)).toBe(100_000 * 0.005 - 50)
    expect(maintenanceMargin(1_000_000, tiers)).toBe(1_000_000 * 0.01 - 1300)
  })
  it('take the initial margin of the bracket that the whole lies in', () => {
    expect(initialMargin(50_000, tiers)).toBe(400)
    expect(initialMargin(50_001, tiers)).toBeCloseTo(500.01, 9)
    expect(initialMargin(1_000_000, tiers)).toBe(20_000)
  })
  it('that do not ascend, end too soon or ask too much are refused', () => {
    const refused = (rates: typeof tiers, words: string) =>
      expect(() => setUp([share('A')], { tiers: new Map([['TEST:A', rates]]) })).toThrow(words)
    refused([tiers[1], tiers[0], tiers[2]], 'a margin bracket up to 50000 after one up to 250000')
    refused(tiers.slice(0, 2), 'no margin bracket above 250000')
    refused([{ ...tiers[2], initial: 1.5 }], 'an initial margin of 1.5')
  })
})

describe('a position', () => {
  it('binds what its instrument asks for, or what leverage leaves', () => {
    const { account, margin } = setUp(
      [
        share('A'),
        share('F', { kind: 'future', multiplier: 50, initialMargin: 0.05, maintenanceMargin: 0.04 }),
      ],
      {},
      { capitalUnits: amountUnits(20_000) },
    )
    account.applyFill(0, 1, 100, 100, 0)
    account.applyFill(1, -1, 1, 4000, 0)
    account.mark.set([110, 3900])
    // Shares 11,000 / 2 = 5,500 and half of it; future 195,000 × 5 % = 9,750 and 4 % = 7,800.
    // Equity 10,000 + 11,000 + 5,000.
    expect(margin.assess()).toMatchObject({
      state: 'sound',
      currency: 'USD',
      equity: 26_000,
      initial: 15_250,
      maintenance: 10_550,
      available: 10_750,
      bankrupt: false,
      close: [],
    })
    expect(margin.available(0)).toBe(10_750)
    expect(margin.initialOf(1, -2, 4000)).toBe(20_000)
    expect(margin.poolInitial(0, [200, -1])).toBe(11_000 + 9750)
    expect(margin.sound()).toBe(true)
  })

  it('is liquidated at the price that Binance tells for its example', () => {
    // 500 USDT, long 1,000 USDT of BTCUSDT at 50,000 (0.02), maintenance 0.4 %: liquidation price 25,100.40
    // = 500 / (0.02 × 0.996)
    // (binance.com/en/support/faq/25edcd7fe0e544839d0847b8cbb2e400).
    const btc = perpetual('BTCUSDT', { lotsPerUnit: 1000, initialMargin: 0.05, maintenanceMargin: 0.004 })
    const { account, margin } = setUp([btc], {}, { capitalUnits: amountUnits(500) })
    account.applyFill(0, 1, 20, 50_000, 0)
    account.mark[0] = 25_100.41
    expect([margin.assess().state, margin.sound()]).toEqual(['call', true])
    account.mark[0] = 25_100.39
    expect([margin.assess().state, margin.sound()]).toEqual(['liquidation', false])
  })
})

describe('a call', () => {
  it('comes before liquidation, where maintenance reaches its part of equity', () => {
    // 10 at 100 on 100: maintenance 50. Equity 100 at 100, 62.5 at 96.25: 48.125 / 62.5 = 0.77; at 96: 48 / 60.
    const { account, margin } = setUp([perpetual('P')], {}, { capitalUnits: amountUnits(100) })
    account.applyFill(0, 1, 10, 100, 0)
    const at = (price: number) => {
      account.mark[0] = price
      return margin.assess().state
    }
    expect([at(96.25), at(96), at(94.74), at(94.73)]).toEqual(['sound', 'call', 'call', 'liquidation'])
  })
})

describe('a liquidation', () => {
  const two = [perpetual('A'), perpetual('B')]

  it('closes the largest maintenance first, no further than it takes', () => {
    // 30 A and −20 B at 100 on 300. A falls to 92: equity 300 − 240 = 60; B at 101: −20 more, 40.
    // Maintenance 138 + 101 = 239. Each A frees 4.60, each B 5.05. All A: 101 are still above 40.
    // Of B 101 − 40 = 61 too much: 12.08 → 13 of 20.
    const { account, margin } = setUp(two, {}, { capitalUnits: amountUnits(300) })
    account.applyFill(0, 1, 30, 100, 0)
    account.applyFill(1, -1, 20, 100, 0)
    account.mark.set([92, 101])
    expect(margin.assess()).toMatchObject({
      state: 'liquidation',
      equity: 40,
      close: [
        { handle: 0, lots: -30 },
        { handle: 1, lots: 13 },
      ],
    })
    // Fewer are needed a little earlier: equity 300 − 150 = 150, maintenance 142.5 + 100; 92.5 / 4.75 = 19.5.
    account.mark.set([95, 100])
    expect(margin.assess().close).toEqual([{ handle: 0, lots: -20 }])
    account.applyFill(0, -1, 20, 95, 0)
    expect(margin.assess()).toMatchObject({ equity: 150, close: [] })
    expect(margin.sound()).toBe(true)
  })

  it('takes the largest loss first, or whole positions, where the venue does', () => {
    // 20 A, 30 B at 100 on 200. A at 93: −140. Equity 60, maintenance 93 + 150. B binds more, A lost more.
    const open = (terms: Partial<MarginTerms>) => {
      const { account, margin } = setUp(two, terms, { capitalUnits: amountUnits(200) })
      account.applyFill(0, 1, 20, 100, 0)
      account.applyFill(1, 1, 30, 100, 0)
      account.mark.set([93, 100])
      return margin.assess().close
    }
    // All of A leaves 150 on 60: 90 / 5 = 18 of B.
    expect(open({ closeFirst: 'largestLoss' })).toEqual([
      { handle: 0, lots: -20 },
      { handle: 1, lots: -18 },
    ])
    // All of B leaves 93 on 60: 33 / 4.65 = 7.1.
    expect(open({})).toEqual([
      { handle: 1, lots: -30 },
      { handle: 0, lots: -8 },
    ])
    expect(open({ closeWhole: true })).toEqual([
      { handle: 1, lots: -30 },
      { handle: 0, lots: -20 },
    ])
  })

  it('counts what closing costs', () => {
    // 10 at 100 on 100, at 94: equity 40, maintenance 47. A lot frees 4.70: 2. At a cost of 4 % it pays 3.76 of
    // that: 7 / 0.94 = 7.4 → 8.
    const closing = (closeCostRate: number) => {
      const { account, margin } = setUp(
        [perpetual('A')],
        { closeCostRate },
        { capitalUnits: amountUnits(100) },
      )
      account.applyFill(0, 1, 10, 100, 0)
      account.mark[0] = 94
      return margin.assess().close
    }
    expect(closing(0)).toEqual([{ handle: 0, lots: -2 }])
    expect(closing(0.04)).toEqual([{ handle: 0, lots: -8 }])
  })

  it('after a gap beyond everything closes all and says that the account owes', () => {
    const { account, margin } = setUp([perpetual('A')], {}, { capitalUnits: amountUnits(100) })
    account.applyFill(0, 1, 10, 100, 0)
    account.mark[0] = 80
    const found = margin.assess()
    expect(found).toMatchObject({
      state: 'liquidation',
      equity: -100,
      bankrupt: true,
      close: [{ handle: 0, lots: -10 }],
    })
    expect(found.ratio).toBeUndefined()
    expect(account.events.noteBankruptcy(5)).toMatchObject({ kind: 'bankruptcy', amount: -100, time: 5 })
    expect(account.events.noteBankruptcy(6)).toBeUndefined()
    expect(account.cash).toBe(100)
  })
})

describe('pools by settlement currency', () => {
  // LEAN's BasicTemplateCryptoFuture: 1,000,000 USD, 0.005 BTC, 200 USDT; leverage 25 on its futures.
  const instruments = [
    share('ADAUSDT', { kind: 'linear', base: 'ADA', currency: 'USDT' }),
    share('BTCUSD', { kind: 'inverse', base: 'BTC', multiplier: 100 }),
  ]
  const deposits = { BTC: amountUnits(0.005), USDT: amountUnits(200) }
  const open = (pools: 'cross' | 'settlement') => {
    const opened = setUp(
      instruments,
      { leverage: 25, pools },
      { capitalUnits: amountUnits(1_000_000), deposits, rates: { USDT: 1 } },
    )
    opened.account.mark.set([0.31, 17_000])
    return opened
  }

  it('refuse 50 coin-margined contracts on 0.005 BTC, and not the one that LEAN then buys', () => {
    const { margin } = open('settlement')
    // 50 × 100 / 17,000 / 25 = 0.01176 BTC; 1 contract 0.000235 BTC
    expect(margin.available(1)).toBe(0.005)
    expect(margin.initialOf(1, 50, 17_000)).toBeCloseTo(0.0117647, 7)
    expect(margin.initialOf(1, 1, 17_000)).toBeCloseTo(0.000235294, 9)
    // 1000 ADA × 0.31 / 25 = 12.4 of 200 USDT
    expect([margin.available(0), margin.initialOf(0, 1000, 0.31)]).toEqual([200, 12.4])
    // One pool would have had a million dollars for them.
    expect(open('cross').margin.available(1)).toBe(1_000_285)
  })

  it('are liquidated one by one', () => {
    const { account, margin } = open('settlement')
    account.applyFill(1, 1, 10, 17_000, 0)
    account.applyFill(0, 1, 1000, 0.31, 0)
    // 10 × 100 × (1/17000 − 1/15600) = −0.00528 BTC of 0.005; the dollars beside it do not help.
    account.mark[1] = 15_600
    const found = margin.assess()
    expect(found.pools.map(pool => [pool.currency, pool.state, pool.bankrupt])).toEqual([
      ['USD', 'sound', false],
      ['BTC', 'liquidation', true],
      ['USDT', 'sound', false],
    ])
    expect(found).toMatchObject({ state: 'liquidation', bankrupt: true, close: [{ handle: 1, lots: -10 }] })
    expect(found.equity).toBeGreaterThan(1_000_000)
  })
})

describe('what is not known', () => {
  it('is neither sound nor liquidated', () => {
    const { account, margin } = setUp([perpetual('A')], {}, { capitalUnits: amountUnits(100) })
    account.applyFill(0, 1, 10, 100, 0)
    expect(margin.assess()).toMatchObject({ state: 'unknown', close: [] })
    expect(margin.sound()).toBe(false)
  })
})
