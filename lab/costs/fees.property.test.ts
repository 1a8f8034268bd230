/**
 * A hundred thousand random fills per schedule, recomputed by Python's Decimal from the prices, lots and times
 * alone: every fee agrees to the ledger unit, whatever the grid, the contract, the tier and the order's other fills.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addUnits, type Units } from '../core/decimal.ts'
import { Random } from '../core/random.ts'
import { MINUTE } from '../core/time.ts'
import type { Instrument } from '../domain/instrument.ts'
import { share } from '../testing/fixtures.ts'
import { python } from '../testing/python.ts'
import { type FeeTerms, feeSchedule } from './index.ts'

const RECOMPUTE = `
import json, sys
from collections import deque
from datetime import datetime, timezone
from decimal import Decimal, ROUND_HALF_EVEN, getcontext
getcontext().prec = 45
UNIT, CENT = Decimal('1e-9'), Decimal('0.01')
D = lambda x: Decimal(repr(x)) if isinstance(x, float) else Decimal(x)
to_unit = lambda x: x.quantize(UNIT, ROUND_HALF_EVEN)
ask = json.load(sys.stdin)
terms = ask['terms']
tiers = [(D(t['from']), D(t['maker']), D(t['taker']), D(t['perUnit'])) for t in terms['tiers']]
month, per_order = terms['volume'] == 'month', D(terms['perOrder'])
least, most = terms.get('minimum'), terms.get('maximumRate')
least, most = None if least is None else D(least), None if most is None else D(most)
cent = terms.get('roundTo') == 'cent'
lots_per_unit, size, inverse = D(ask['lotsPerUnit']), D(ask['multiplier']), ask['inverse']
window, volume, this_month, present_hour, present = deque(), Decimal(0), None, None, Decimal(0)
charged = traded = paid = Decimal(0)
wrong, count, seen = [], 0, set()
def side_fee(tier, maker, quantity, value):
    rate = tier[1] if maker else tier[2]
    return to_unit(tier[3] * quantity) + (to_unit(value * abs(rate)).copy_sign(rate) if rate else 0)
for line in open(ask['file']):
    new, price, lots, maker, minute, fee = line.split()
    if new == '1': charged = traded = paid = Decimal(0)
    price, lots, maker, minute = Decimal(price), Decimal(lots), maker == '1', int(minute)
    quantity = lots / lots_per_unit
    value = quantity * size / price if inverse else price * lots * size / lots_per_unit
    quoted = quantity * size if inverse else value
    hour = minute // 60
    if month:
        date = datetime.fromtimestamp(minute * 60, timezone.utc)
        if (date.year, date.month) != this_month: this_month, volume = (date.year, date.month), Decimal(0)
        charge, left, at = Decimal(0), quantity, volume
        for k, tier in enumerate(tiers):
            end = tiers[k + 1][0] if k + 1 < len(tiers) else Decimal('Infinity')
            part = min(left, end - at)
            if part <= 0: continue
            charge += side_fee(tier, maker, part, Decimal(0))
            left, at = left - part, at + part
            seen.add(k)
        volume += quantity
    else:
        while window and window[0][0] < hour - 720: volume -= window.popleft()[1]
        if hour != present_hour: present_hour, present = hour, Decimal(0)
        k = max(k for k, t in enumerate(tiers) if volume - present >= t[0])
        seen.add(k)
        charge = side_fee(tiers[k], maker, quantity, value)
        if len(tiers) > 1:
            window.append((hour, quoted))
            volume += quoted
            present += quoted
    charged += charge
    traded += to_unit(value)
    total = charged + to_unit(per_order)
    if least is not None: total = max(total, to_unit(least))
    if most is not None: total = min(total, to_unit(traded * most))
    if cent: total = total.quantize(CENT, ROUND_HALF_EVEN)
    mine = total - paid
    paid = total
    count += 1
    if int(mine / UNIT) != int(fee) and len(wrong) < 3: wrong.append([line.strip(), str(int(mine / UNIT))])
print(json.dumps({'wrong': wrong, 'count': count, 'tiers': len(seen)}))
`

const FILLS = 100_000
const NONE = { from: 0, maker: 0, taker: 0, perUnit: 0 }

interface Case {
  readonly name: string
  readonly terms: Partial<FeeTerms>
  readonly instrument?: Partial<Instrument>
}

const CASES: readonly Case[] = [
  { name: '25 bps of shares', terms: { tiers: [{ ...NONE, maker: 0.0025, taker: 0.0025 }] } },
  {
    name: 'a rebate of coins',
    terms: { tiers: [{ ...NONE, maker: -0.00015, taker: 0.00075 }] },
    instrument: { lotsPerUnit: 1e8 },
  },
  {
    name: '0.0035 a share, between 0.35 and 1 % of value',
    terms: { tiers: [{ ...NONE, perUnit: 0.0035 }], minimum: 0.35, maximumRate: 0.01 },
  },
  {
    name: '10 bps with a minimum, in cents',
    terms: { tiers: [{ ...NONE, maker: 0.001, taker: 0.001 }], minimum: 2, roundTo: 'cent' },
    instrument: { lotsPerUnit: 3 },
  },
  {
    name: 'per contract and order',
    terms: { tiers: [{ ...NONE, perUnit: 0.85, taker: 0.00001 }], perOrder: 0.3 },
    instrument: { kind: 'future', multiplier: 12.5 },
  },
  {
    name: 'tiers by 30 days',
    terms: {
      tiers: [
        { ...NONE, maker: 0.004, taker: 0.006 },
        { ...NONE, from: 20_000_000, maker: 0.0015, taker: 0.0025 },
        { ...NONE, from: 38_000_000, maker: -0.0001, taker: 0.0005 },
      ],
    },
    instrument: { lotsPerUnit: 1e4 },
  },
  {
    name: 'marginal tiers by month',
    terms: {
      tiers: [
        { ...NONE, perUnit: 0.0035 },
        { ...NONE, from: 300_000, perUnit: 0.002 },
        { ...NONE, from: 3_000_000, perUnit: 0.0015 },
      ],
      volume: 'month',
      minimum: 0.35,
    },
    instrument: { lotsPerUnit: 100 },
  },
  {
    name: 'an inverse contract',
    terms: { tiers: [{ ...NONE, maker: -0.0001, taker: 0.0005 }] },
    instrument: { kind: 'inverse', multiplier: 100 },
  },
]

describe('a hundred thousand random fills cost what Python computes, to the unit', () => {
  it.each(CASES)('$name', { timeout: 60_000 }, async ({ name, terms, instrument: given }) => {
    const seed = 4_100 + CASES.findIndex(one => one.name === name)
    const random = new Random(seed)
    const instrument = share('A', given)
    const model = feeSchedule(terms).session([instrument])
    const lines: string[] = []
    let order = { filledLots: 0, feeUnits: 0 as Units, chargedUnits: 0 as Units, tradedUnits: 0 as Units }
    // Two years, so that tiers are won and lost.
    let minute = 28_000_000
    for (let k = 0; k < FILLS; k++) {
      const fresh = k === 0 || random.uniform() < 0.4
      if (fresh) order = { filledLots: 0, feeUnits: 0, chargedUnits: 0, tradedUnits: 0 }
      minute += random.uniform() < 0.001 ? random.integer(0, 20_000) : random.integer(0, 12)
      const price = someprice(random)
      const lots = random.integer(1, random.uniform() < 0.01 ? 1e8 : 10_000)
      const maker = random.uniform() < 0.5
      const now = minute * MINUTE
      const fee = model.units(price, lots, instrument, order, maker, now)
      if (model.watches) model.traded(price, lots, instrument, order, maker, now)
      order.filledLots += lots
      order.feeUnits = addUnits(order.feeUnits, fee)
      lines.push(`${fresh ? 1 : 0} ${price} ${lots} ${maker ? 1 : 0} ${minute} ${fee}`)
    }
    const folder = mkdtempSync(join(tmpdir(), 'gordon-fees-'))
    try {
      const file = join(folder, 'fills.txt')
      writeFileSync(file, lines.join('\n'))
      const { lotsPerUnit, multiplier = 1, kind } = instrument
      const answer = await python(RECOMPUTE, {
        file,
        terms: model.terms,
        lotsPerUnit,
        multiplier,
        inverse: kind === 'inverse',
      })
      expect(answer, `seed ${seed}`).toEqual({ wrong: [], count: FILLS, tiers: (terms.tiers ?? []).length })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** On the grid of cents or of 1e-9, off every grid. */
function someprice(random: Random): number {
  const cents = random.integer(1, 50_000)
  const kind = random.integer(0, 3)
  if (kind === 0) return cents / 100
  if (kind === 1) return Math.round(cents * 1e7 * (1 + random.uniform())) / 1e9
  return (cents / 100) * (1 + 0.01 * random.uniform())
}
