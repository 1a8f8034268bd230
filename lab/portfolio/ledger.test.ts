/**
 * The ledger is exact: cash recomputed with Python's decimal arithmetic from the prices as they print, the
 * quantities and the fee terms equals ours to the unit.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { amountUnits } from '../core/decimal.ts'
import { Random } from '../core/random.ts'
import { bpsFee, type FeeModel, fixedFee, perShareFee } from '../costs/index.ts'
import { share } from '../testing/fixtures.ts'
import { python } from '../testing/python.ts'
import { Account } from './account.ts'
import { Ledger } from './ledger.ts'

/** Reads `instrument side price lots` lines; every product is rounded once, half to even, to 1e-9. */
const RECOMPUTE = `
import json, sys
from decimal import Decimal, getcontext, ROUND_HALF_EVEN
getcontext().prec = 60
UNIT = Decimal('1e-9')
ask = json.load(sys.stdin)
per = [Decimal(n) for n in ask['lotsPerUnit']]
cash = Decimal(ask['capital'])
fees = Decimal(0)
filled = {}
with open(ask['file']) as lines:
    for line in lines:
        instrument, side, price, lots = line.split()
        kind, rate, least = ask['fees'][int(instrument)]
        units = Decimal(lots) / per[int(instrument)]
        notional = (Decimal(price) * Decimal(lots) / per[int(instrument)]).quantize(UNIT, ROUND_HALF_EVEN)
        if kind == 'bps':
            fee = (Decimal(price) * Decimal(lots) * Decimal(rate) / per[int(instrument)]).quantize(UNIT, ROUND_HALF_EVEN)
        elif kind == 'share':
            fee = max(Decimal(least), (Decimal(rate) * Decimal(lots) / per[int(instrument)]).quantize(UNIT, ROUND_HALF_EVEN))
        else:
            fee = Decimal(rate)
        cash += (-notional if side == 'B' else notional) - fee
        fees += fee
json.dump({'cash': str(int(cash / UNIT)), 'fees': str(int(fees / UNIT))}, sys.stdout)
`

const NOTHING_YET = { filledLots: 0, feeUnits: 0, chargedUnits: 0, tradedUnits: 0 }

describe('a million random fills', () => {
  it('leave the cash that Python’s Decimal computes from their prices, to the unit', async () => {
    const seed = 20_260
    const random = new Random(seed)
    const lotsPerUnit = [1, 100, 1e8, 1e4, 3]
    const instruments = lotsPerUnit.map((lots, k) => share(`I${k}`, { lotsPerUnit: lots }))
    const models: FeeModel[] = [
      bpsFee(10),
      perShareFee({ perShare: 0.005, minimum: 1 }),
      bpsFee(7.5),
      fixedFee(2.5),
      bpsFee(0.25),
    ]
    const terms = [
      ['bps', '0.001', '0'],
      ['share', '0.005', '1'],
      ['bps', '0.00075', '0'],
      ['order', '2.5', '0'],
      ['bps', '0.000025', '0'],
    ]
    const account = new Account({
      account: 'main',
      strategy: 'test',
      instruments,
      capitalUnits: amountUnits(1e9),
    })
    const lines: string[] = []
    for (let k = 0; k < 1_000_000; k++) {
      const handle = random.integer(0, instruments.length)
      const sign = random.uniform() < 0.5 ? 1 : -1
      // On the grid of cents or of 1e-9, off every grid, tiny, large.
      const kind = random.integer(0, 5)
      const cents = random.integer(1, 2_000_000)
      const price =
        kind === 0
          ? cents / 100
          : kind === 1
            ? (cents / 100) * (1 + 0.01 * random.normal())
            : kind === 2
              ? Math.round(cents * 1e4 * (1 + random.uniform())) / 1e9
              : kind === 3
                ? random.uniform() * 1e-4
                : random.uniform() * 1e6
      if (!(price > 0)) continue
      const lots = kind === 4 ? random.integer(1, 1e9) : random.integer(1, 100_000)
      account.applyFill(
        handle,
        sign,
        lots,
        price,
        models[handle].units(price, lots, instruments[handle], NOTHING_YET, false, 0),
      )
      lines.push(`${handle} ${sign > 0 ? 'B' : 'S'} ${price} ${lots}`)
    }
    account.ledger.verify()
    const folder = mkdtempSync(join(tmpdir(), 'gordon-ledger-'))
    try {
      const file = join(folder, 'fills.txt')
      writeFileSync(file, lines.join('\n'))
      const answer = await python(RECOMPUTE, { file, lotsPerUnit, fees: terms, capital: '1000000000' })
      expect(answer, `seed ${seed}`).toEqual({
        cash: account.ledger.cash.toString(),
        fees: account.ledger.totalFees().toString(),
      })
      expect(lines.length).toBeGreaterThan(990_000)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('a posting', () => {
  it('moves the same integer out of cash and into the holding', () => {
    const ledger = new Ledger({ account: 'a', strategies: ['s', 't'], instruments: ['X', 'Y'] }, 100n)
    ledger.postFill(ledger.cell(1, 0), 1, 60n, 3n)
    ledger.postFill(ledger.cell(1, 0), -1, 25n, 1n)
    ledger.postFill(ledger.cell(0, 1), 1, 5n, 0n)
    expect(ledger.cash).toBe(100n - 60n - 3n + 25n - 1n - 5n)
    expect(ledger.holding(ledger.cell(1, 0))).toBe(35n)
    expect(ledger.holding(ledger.cell(0, 1))).toBe(5n)
    expect(ledger.fees(ledger.cell(1, 0))).toBe(4n)
    expect(ledger.totalFees()).toBe(4n)
    ledger.verify()
  })

  it('of a rebate brings cash', () => {
    const ledger = new Ledger({ account: 'a', strategies: ['s'], instruments: ['X'] }, 100n)
    ledger.postFill(0, 1, 10n, -2n)
    expect(ledger.cash).toBe(92n)
    ledger.verify()
  })
})
