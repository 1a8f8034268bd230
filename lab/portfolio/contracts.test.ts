/**
 * Contracts and currencies. Worked examples with their source beside them; then 100,000 random fills of each
 * kind, with funding, recomputed by Python's decimal arithmetic.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { amountUnits, formatUnits } from '../core/decimal.ts'
import { Random } from '../core/random.ts'
import type { Instrument } from '../domain/instrument.ts'
import { share } from '../testing/fixtures.ts'
import { python } from '../testing/python.ts'
import { Account, type AccountTerms } from './account.ts'

const SWAP: Partial<Instrument> = { kind: 'inverse', base: 'XBT', settlement: 'XBT' }

function accountOf(instruments: readonly Instrument[], terms: Partial<AccountTerms> = {}): Account {
  return new Account({
    account: 'main',
    strategy: 'test',
    instruments,
    currency: 'USD',
    capitalUnits: 0n,
    ...terms,
  })
}

const money = (account: Account, currency = 0) => formatUnits(account.ledger.balance(currency))

describe('an inverse perpetual', () => {
  it('earns and is funded as in the example of BitMEX’s perpetual contracts guide', () => {
    // 15,000 XBTUSD of 1 USD bought at 750: worth 20 XBT. Funding 0.25 % at a mark of 750: 0.05 XBT paid.
    // Sold at 800: 15,000 × (1/750 − 1/800) = 1.25 XBT. In all 1.2 XBT.
    // (bitmex.com/app/perpetualContractsGuideExamples, "Long XBTUSD Perpetual Contract Example")
    const account = accountOf([share('XBTUSD', SWAP)], { deposits: { XBT: amountUnits(1) } })
    account.applyFill(0, 1, 15_000, 750, 0)
    expect(account.entryValue[0]).toBe(20)
    expect(account.averagePrice(0)).toBe(750)
    expect(account.events.applyFunding(0, 0.0025, 750, 7)).toEqual({
      kind: 'funding',
      time: 7,
      instrument: 'TEST:XBTUSD',
      currency: 'XBT',
      amount: -0.05,
      accountRate: Number.NaN,
      quantity: 15_000,
      price: 750,
      rate: 0.0025,
      afterFills: 1,
    })
    account.mark[0] = 800
    account.valuate()
    // 1 + 1.25 − 0.05 XBT at 800 USD
    expect(account.unrealised(0)).toBeCloseTo(1.25, 12)
    expect(account.equity).toBeCloseTo(2.2 * 800, 9)
    account.applyFill(0, -1, 15_000, 800, 0)
    expect(money(account, 1)).toBe('2.2')
    account.ledger.verify()
  })

  it('of 100 USD pays (1/entry − 1/exit) × contracts × size, the formula of Binance’s COIN-M page', () => {
    // Short 3 of 100 USD at 17,500, bought back at 17,000: −3 × 100 × (1/17500 − 1/17000) = 0.000504201680…
    const account = accountOf([
      share('BTCUSD_PERP', { ...SWAP, base: 'BTC', settlement: 'BTC', multiplier: 100 }),
    ])
    account.applyFill(0, -1, 3, 17_500, 0)
    account.applyFill(0, 1, 3, 17_000, 0)
    // entry 300/17500 = 0.017142857 and exit 300/17000 = 0.017647059, each rounded to 1e-9
    expect(money(account, 1)).toBe('0.000504202')
  })
})

describe('a linear contract', () => {
  it('keeps its average price through buys and partial sales, and pays on what is closed', () => {
    // 2 at 100 and 1 at 112: average 104. One sold at 110: 6. Two left cost 208; sold at 101: −6.
    const account = accountOf([share('P', { kind: 'linear' })], { capitalUnits: amountUnits(100) })
    account.applyFill(0, 1, 2, 100, 0)
    account.applyFill(0, 1, 1, 112, 0)
    expect(account.averagePrice(0)).toBe(104)
    expect(account.cash).toBe(100)
    account.applyFill(0, -1, 1, 110, 0)
    expect([account.cash, account.averagePrice(0)]).toEqual([106, 104])
    account.mark[0] = 109
    account.valuate()
    expect([account.equity, account.grossExposure, account.netExposure]).toEqual([116, 218, 218])
    account.applyFill(0, -1, 2, 101, 0)
    expect([account.cash, account.averagePrice(0), account.heldCount]).toEqual([100, undefined, 0])
  })

  it('that flips closes at one cost and opens at another', () => {
    const account = accountOf([share('ES', { kind: 'future', multiplier: 50 })])
    account.applyFill(0, 1, 2, 5000, amountUnits(4.5))
    // Sells 2 at 5010 for 2 × 50 × 10 = 1,000 and is short 3 from 5010.
    account.applyFill(0, -1, 5, 5010, amountUnits(11.25))
    expect(account.cash).toBe(1000 - 15.75)
    expect([account.position[0], account.averagePrice(0)]).toEqual([-3, 5010])
    account.mark[0] = 5000.5
    account.valuate()
    expect(account.equity).toBe(984.25 + 3 * 50 * 9.5)
    expect(account.netExposure).toBe(-3 * 50 * 5000.5)
    expect(account.totalFees()).toBe(15.75)
  })

  it('may trade below zero, as crude oil did on 20 April 2020', () => {
    const account = accountOf([share('CLK0', { kind: 'future', multiplier: 1000 })])
    account.applyFill(0, 1, 1, 10, 0)
    account.applyFill(0, -1, 1, -37.63, 0)
    expect(account.cash).toBe(-47_630)
  })
})

describe('a currency pair', () => {
  const usdjpy = share('USDJPY', { kind: 'fx', base: 'USD', currency: 'JPY' })

  it('pays its profit in the account’s currency, at the rate of the moment', () => {
    // 1,000 USDJPY from 150 to 152: 2,000 JPY, at the last known 151: 13.245033112… USD
    const account = accountOf([usdjpy])
    account.mark[0] = 150
    account.applyFill(0, 1, 1000, 150, 0)
    account.mark[0] = 151
    account.valuate()
    // 1,000 JPY not realised yet
    expect(account.equity).toBeCloseTo(1000 / 151, 12)
    account.applyFill(0, -1, 1000, 152, 0)
    expect(money(account)).toBe('13.245033113')
    expect(money(account, 1)).toBe('0')
    account.ledger.verify()
  })

  it('keeps the profit in its own currency where it settles there, or no rate is known yet', () => {
    const settled = accountOf([{ ...usdjpy, settlement: 'JPY' }])
    settled.mark[0] = 151
    const early = accountOf([usdjpy])
    for (const account of [settled, early]) {
      account.applyFill(0, 1, 1000, 150, 0)
      account.applyFill(0, -1, 1000, 152, 0)
      expect([money(account), money(account, 1)]).toEqual(['0', '2000'])
    }
    early.valuate()
    expect(early.equity).toBeNaN()
    expect(early.unknowns()).toEqual(['JPY'])
    expect(() => early.requireRates()).toThrow('Nothing has told yet what JPY is worth in USD')
    early.mark[0] = 160
    early.valuate()
    expect(early.equity).toBe(12.5)
    expect(() => early.requireRates()).not.toThrow()
  })
})

describe('several currencies', () => {
  it('open the account of LEAN’s BasicTemplateCryptoFuture at 1,000,200 USD', () => {
    // 1,000,000 USD, 0.005 BTC, 200 USDT. LEAN tells 1,000,200.00 before BTC has a price; at 17,000 it is 85 more.
    const account = accountOf(
      [
        share('ADAUSDT', { kind: 'linear', base: 'ADA', currency: 'USDT' }),
        share('BTCUSD', { kind: 'inverse', base: 'BTC', multiplier: 100 }),
      ],
      {
        capitalUnits: amountUnits(1_000_000),
        deposits: { BTC: amountUnits(0.005), USDT: amountUnits(200) },
        rates: { USDT: 1 },
      },
    )
    expect(account.currencies).toEqual(['USD', 'BTC', 'USDT'])
    expect(account.unknowns()).toEqual(['BTC'])
    account.mark[1] = 17_000
    account.valuate()
    expect(account.equity).toBe(1_000_285)
    expect(account.cash).toBe(1_000_000)
    // 1000 ADA at 0.3088 cost nothing but the fee, in USDT: 0.02 %.
    account.applyFill(0, 1, 1000, 0.3088, amountUnits(0.06176))
    expect(account.cashOf(0)).toBe(199.93824)
    expect(account.totalFees()).toBe(0.06176)
  })

  it('buy spot from the balance of its own currency, and hold it as a position', () => {
    const account = accountOf([share('BTCUSDT', { base: 'BTC', currency: 'USDT', lotsPerUnit: 1e8 })], {
      deposits: { USDT: amountUnits(1000) },
      rates: { USDT: 1 },
    })
    account.applyFill(0, 1, 5_000_000, 10_000, amountUnits(0.5))
    expect([account.cash, account.cashOf(0), account.position[0]]).toEqual([0, 499.5, 0.05])
    account.mark[0] = 12_000
    account.valuate()
    expect(account.equity).toBe(1099.5)
    account.ledger.verify()
  })

  it('without any rate are refused when the account opens', () => {
    expect(() => accountOf([share('A')], { deposits: { EUR: 5n } })).toThrow(
      'The run has no pair that tells what EUR is worth in USD',
    )
  })
})

const RECOMPUTE = `
import json, sys
from decimal import Decimal as D, getcontext, ROUND_HALF_EVEN
getcontext().prec = 50
UNIT = D('1e-9')
ask = json.load(sys.stdin)
rounded = lambda x: x.quantize(UNIT, ROUND_HALF_EVEN)
cash, lots_of, cost_of, mark = {}, {}, {}, {}
def value(kind, price, lots, per, mult):
    return rounded(lots * mult / (per * price) if kind == 'inverse' else price * lots * mult / per)
with open(ask['file']) as lines:
    for line in lines:
        word, k, *rest = line.split()
        one = ask['instruments'][int(k)]
        kind, per, mult, money = one['kind'], D(one['lotsPerUnit']), D(one['multiplier']), one['money']
        lots, cost = lots_of.get(k, 0), cost_of.get(k, D(0))
        if word == 'M':
            mark[k] = D(rest[0])
            continue
        if word == 'F':
            rate, price = D(rest[0]), D(rest[1])
            worth = lots * mult / (per * price) if kind == 'inverse' else price * lots * mult / per
            cash[money] = cash.get(money, D(0)) - rounded(worth * rate)
            continue
        side, price, n, fee = int(rest[0]), D(rest[1]), int(rest[2]), D(rest[3]) * UNIT
        got = -fee
        if kind == 'spot':
            got -= side * value(kind, price, n, per, mult)
        else:
            closing = min(n, abs(lots)) if lots * side < 0 else 0
            if closing:
                share = cost if closing == abs(lots) else rounded(cost * closing / abs(lots))
                worth = value(kind, price, closing, per, mult)
                got += worth - share if (lots > 0) != (kind == 'inverse') else share - worth
                cost -= share
            if n > closing:
                cost += value(kind, price, n - closing, per, mult)
            lots_of[k], cost_of[k] = lots + side * n, cost
        if kind == 'fx':
            got, money = rounded(got / mark[one['rateOf']]), 'USD'
        cash[money] = cash.get(money, D(0)) + got
json.dump({m: str(int(v / UNIT)) for m, v in cash.items()}, sys.stdout)
`

describe('a hundred thousand random fills of each kind', () => {
  it('leave the cash in each currency that Python’s Decimal computes, to the unit', async () => {
    const seed = 4_005
    const random = new Random(seed)
    const instruments = [
      share('C', { currency: 'EUR', multiplier: 10 }),
      share('F', { kind: 'future', multiplier: 12.5 }),
      share('I', { kind: 'inverse', base: 'BTC', multiplier: 100 }),
      share('J', { kind: 'fx', base: 'USD', currency: 'JPY' }),
      share('L', { kind: 'linear', currency: 'USDT', multiplier: 0.001, lotsPerUnit: 3 }),
    ]
    const account = accountOf(instruments, { rates: { EUR: 1.1, USDT: 1, JPY: 0.007 } })
    const prices = [20, 4500, 30_000, 150, 0.35]
    const lines: string[] = []
    const say = (line: string) => lines.push(line)
    for (let k = 0; k < 500_000; k++) {
      const handle = k % instruments.length
      prices[handle] *= 1 + 0.002 * random.normal()
      const price =
        random.uniform() < 0.8 ? Math.round(prices[handle] * 1e4) / 1e4 : prices[handle] * (1 + 1e-7)
      if (k < 5 || random.uniform() < 0.01) {
        account.mark[handle] = price
        say(`M ${handle} ${price}`)
      }
      const lots = random.integer(1, 5000)
      // Back towards flat now and then, so that positions close, flip and open again.
      const held = account.positionLots[handle]
      const flat = held !== 0 && random.uniform() < 0.1
      const sign = flat ? (held > 0 ? -1 : 1) : random.uniform() < 0.5 ? 1 : -1
      const size = flat ? Math.abs(held) : lots
      const fee = random.integer(-1000, 1_000_000)
      account.applyFill(handle, sign, size, price, fee)
      say(`T ${handle} ${sign} ${price} ${size} ${fee}`)
      if ((handle === 2 || handle === 4) && account.positionLots[handle] !== 0 && random.uniform() < 0.02) {
        const rate = random.integer(-300, 300) / 1e6
        account.events.applyFunding(handle, rate, price, k)
        say(`F ${handle} ${rate} ${price}`)
      }
    }
    account.ledger.verify()
    const folder = mkdtempSync(join(tmpdir(), 'gordon-contracts-'))
    try {
      const file = join(folder, 'fills.txt')
      writeFileSync(file, lines.join('\n'))
      const answer = await python(RECOMPUTE, {
        file,
        instruments: instruments.map((one, handle) => ({
          kind: one.kind ?? 'spot',
          lotsPerUnit: one.lotsPerUnit,
          multiplier: String(one.multiplier ?? 1),
          money: account.currencies[account.settlement[handle]],
          rateOf: '3',
        })),
      })
      const ours = Object.fromEntries(
        account.currencies.map((name, place) => [name, account.ledger.balance(place).toString()]),
      )
      expect(ours.JPY).toBe('0')
      expect({ JPY: '0', ...(answer as object) }, `seed ${seed}`).toEqual(ours)
      expect(account.events.flows.length).toBeGreaterThan(2000)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
