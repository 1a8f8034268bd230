/** Slippage and impact. Sources named at each table; everything else by hand. */
import { describe, expect, it } from 'vitest'
import { python } from '../testing/python.ts'
import { Random } from '../core/random.ts'
import { share } from '../testing/fixtures.ts'
import { DayStatistics, FillMarket, parseSlippage, type SlippageModel, volumeShareSlippage } from './index.ts'
import { IMPACT_WITHOUT_HISTORY } from './slippage-model.ts'

const SHARES = [share('A'), share('B', { ticksPerUnit: 4, lotsPerUnit: 100 })]

function market(known: Partial<FillMarket>): FillMarket {
  return Object.assign(new FillMarket(), known)
}

function priced(text: string, price: number, sign: 1 | -1, lots: number, known: Partial<FillMarket> = {}) {
  return parseSlippage(text).session(SHARES).price(price, sign, lots, market(known))
}

describe('in bps', () => {
  it('is paid by both sides, to the ninth decimal', () => {
    expect(priced('5bps', 100, 1, 1)).toBe(100.05)
    expect(priced('5bps', 100, -1, 1)).toBe(99.95)
    // 123.45 × 1.0005 = 123.511725
    expect(priced('5bps', 123.45, 1, 1)).toBe(123.511725)
  })
  it('of none leaves the price as it is', () => {
    expect(priced('none', 0.1 + 0.2, 1, 1)).toBe(0.1 + 0.2)
  })
})

describe('in amounts, ticks and spreads', () => {
  it('0.03/unit, 1tick and 2ticks of the instrument at hand', () => {
    expect(priced('0.03/unit', 10, 1, 1)).toBe(10.03)
    expect(priced('1tick', 10, -1, 1)).toBe(9.99)
    expect(priced('2ticks', 10, 1, 1, { handle: 1 })).toBe(10.5)
  })
  it('0.5spread of a spread of 0.04 is 0.02 a side', () => {
    expect(priced('0.5spread', 10, 1, 1, { spread: 0.04 })).toBe(10.02)
    expect(priced('0.5spread', 10, -1, 1, { spread: 0.04 })).toBe(9.98)
    expect(() => priced('0.5spread', 10, 1, 1)).toThrow('needs quotes')
  })
  it('oanda takes half of 0.6 pips of EURUSD, and of USDJPY in yen', () => {
    const pairs = ['EUR_USD', 'USD/JPY'].map(symbol => share(symbol, { ticksPerUnit: 100_000 }))
    const model = parseSlippage('oanda').session(pairs)
    expect(model.price(1.1, 1, 1000, market({}))).toBe(1.10003)
    expect(model.price(150, -1, 1000, market({ handle: 1 }))).toBe(149.997)
    expect(() => parseSlippage('oanda').session([share('AAPL')])).toThrow('No typical spread of TEST:AAPL')
  })
  it('a sale never fills below a tick', () => {
    expect(priced('5/unit', 3, -1, 1)).toBe(0.01)
    expect(priced('5/unit', 3, -1, 1, { handle: 1 })).toBe(0.25)
  })
})

/** What zipline calls process_order: lots that fill of `wanted`, and their price. */
function fill(model: SlippageModel, price: number, sign: 1 | -1, wanted: number, volume: number, taken = 0) {
  const lots = model.capLots(wanted, volume, taken)
  return [lots, model.price(price, sign, lots, market({ volumeLots: volume, takenLots: taken }))]
}

describe('volume share (zipline, tests/finance/test_slippage.py, VolumeShareSlippage)', () => {
  const model = parseSlippage('volume-share').session(SHARES)
  it('100 ordered, volume 2000, price 3.5: 50 at 3.50021875, sold at 3.49978125', () => {
    expect(fill(model, 3.5, 1, 100, 2000)).toEqual([50, 3.50021875])
    expect(fill(model, 3.5, -1, 100, 2000)).toEqual([50, 3.49978125])
  })
  it('bought by a stop at 4: 4.00025; sold by one at 3: 2.9998125', () => {
    expect(fill(model, 4, 1, 100, 2000)).toEqual([50, 4.00025])
    expect(fill(model, 3, -1, 100, 2000)).toEqual([50, 2.9998125])
  })
  it('the rest waits: a second order finds what the first left, at the price of both', () => {
    // 30 of 2000 = 1.5 %: 10 (1 + 0.1 × 0.015²) = 10.000225; then 20 more make 2.5 %: 10.000625; then nothing
    expect(fill(model, 10, 1, 30, 2000)).toEqual([30, 10.000225])
    expect(fill(model, 10, 1, 30, 2000, 30)).toEqual([20, 10.000625])
    expect(model.capLots(30, 2000, 50)).toBe(0)
  })
  it('whole lots fill: 2.5 % of 139 is 3, of 39 nothing', () => {
    expect(model.capLots(100, 139, 0)).toBe(3)
    expect(model.capLots(100, 39, 0)).toBe(0)
    // 0.29 × 100 = 28.999999999999996 as a double
    expect(volumeShareSlippage({ cap: 0.29, impact: 0 }).capLots(100, 100, 0)).toBe(29)
  })
  it('where no volume is known nothing fills', () => {
    expect(model.capLots(10, Number.NaN, 0)).toBe(0)
    expect(model.capLots(10, 0, 0)).toBe(0)
  })
  it('written out is volume-share:cap=2.5%:impact=0.1', () => {
    expect(parseSlippage('volume-share:cap=2.5%:impact=0.1').terms).toEqual(model.terms)
    expect(model.caps && model.readsMarket && !model.readsDays).toBe(true)
  })
})

describe('bps with a cap (zipline, FixedBasisPointsSlippageTestCase: close 3, volume 200)', () => {
  it.each([
    ['5bps:cap=10%', 1, 100, 20, 3.0015],
    ['5bps:cap=10%', -1, 100, 20, 2.9985],
    ['5bps:cap=10%', 1, 10, 10, 3.0015],
    ['10bps:cap=10%', 1, 100, 20, 3.003],
    ['5bps:cap=20%', 1, 100, 40, 3.0015],
  ] as const)('%s side %i of %i fills %i at %f', (text, sign, wanted, lots, price) => {
    expect(fill(parseSlippage(text), 3, sign, wanted, 200)).toEqual([lots, price])
  })
  it('fills no more than 20 of two orders (test_volume_limit: 9 and 1 whole, of 3 and 18 the 3 and 17)', () => {
    const model = parseSlippage('5bps:cap=10%')
    expect([model.capLots(9, 200, 0), model.capLots(1, 200, 9)]).toEqual([9, 1])
    expect([model.capLots(3, 200, 0), model.capLots(18, 200, 3)]).toEqual([3, 17])
    expect(model.capLots(20, 200, 20)).toBe(0)
  })
  it('without one an order fills whole', () => {
    expect(parseSlippage('5bps').capLots(1000, 1, 0)).toBe(1000)
  })
})

describe('square-root impact', () => {
  const day = { dayVolumeLots: 1_000_000, dayVolatility: 0.02 }
  it('1 % of a day at 2 % volatility moves the price by 0.2 %', () => {
    // 1 × 0.02 × √(10,000 / 1,000,000) = 0.002
    expect(priced('sqrt', 50, 1, 10_000, day)).toBe(50.1)
    expect(priced('sqrt:y=0.5', 50, -1, 10_000, day)).toBe(49.95)
  })
  it('four times the size costs twice as much, and what was filled of the bar before counts', () => {
    expect(priced('sqrt:y=1', 50, 1, 40_000, day)).toBe(50.2)
    expect(priced('sqrt:y=1', 50, 1, 10_000, { ...day, takenLots: 30_000 })).toBe(50.2)
  })
  it('before a day is over it is 10 bps', () => {
    expect(IMPACT_WITHOUT_HISTORY).toBe(0.001)
    expect(priced('sqrt', 50, 1, 10)).toBe(50.05)
    expect(priced('sqrt', 50, 1, 10, { dayVolumeLots: 0, dayVolatility: 0.02 })).toBe(50.05)
  })
})

describe('Almgren–Chriss impact (their parameters of 2001: a spread of 1/8, 5 million shares a day)', () => {
  const text = 'almgren-chriss:eta=2.5e-6:gamma=2.5e-7:epsilon=0.0625'
  it('200,000 shares in a day cost 1/16 + 0.50 each', () => {
    // ε + η × 200,000 / 1 = 0.0625 + 0.5
    expect(priced(text, 50, -1, 200_000, { barSeconds: 23_400 })).toBe(49.4375)
    // in half a day twice the rate: 0.0625 + 1
    expect(priced(text, 50, 1, 200_000, { barSeconds: 11_700 })).toBe(51.0625)
    // of a coin that trades around the clock
    expect(priced(`${text}:day=24h`, 50, 1, 200_000, { barSeconds: 86_400 })).toBe(50.5625)
  })
  it('they move the market by γ each, for good: 0.05', () => {
    const model = parseSlippage(text).session(SHARES)
    expect(model.permanent(1, 200_000, market({}))).toBeCloseTo(0.05, 15)
    expect(model.permanent(-1, 200_000, market({}))).toBeCloseTo(-0.05, 15)
    // lots of a hundredth
    expect(model.permanent(1, 200_000, market({ handle: 1 }))).toBeCloseTo(0.0005, 15)
  })
  it('other models do not', () => {
    for (const other of ['none', '5bps', '1tick', '1spread', 'volume-share', 'sqrt'])
      expect(parseSlippage(other).permanent(1, 1e9, market({}))).toBe(0)
  })
  it('needs the length of the bar', () => {
    expect(() => priced(text, 50, 1, 10)).toThrow('how long a bar is')
    const unknown = { barSeconds: Number.POSITIVE_INFINITY }
    expect(() => priced(text, 50, 1, 10, unknown)).toThrow('how long a bar is')
  })
})

describe('a day\u2019s volume and volatility', () => {
  it('are those of the last 20 days that are over (zipline, MarketImpactTestCase.test_window_data)', async () => {
    // Closes 29 … 48, volumes 119 … 138: mean volume 128.5; volatility as pandas computes it.
    const expected = await python(`
import json, pandas as pd
print(json.dumps(pd.Series(range(29, 49)).pct_change().std()))
`)
    const days = new DayStatistics(2)
    for (let day = 0; day < 20; day++) {
      days.begin(1, day)
      days.add(1, 28.5 + day, 100)
      days.add(1, 29 + day, 19 + day)
    }
    expect(days.volumeLots[1], 'the day at hand does not count').not.toBe(128.5)
    days.begin(1, 20)
    expect(days.volumeLots[1]).toBe(128.5)
    expect(days.volatility[1]).toBeCloseTo(expected as number, 14)
    expect(days.volumeLots[0]).toBeNaN()
  })
  it('forget what is older, and skip days without a close', () => {
    const days = new DayStatistics(1, 2)
    for (const [day, close, volume] of [
      [1, 100, 10],
      [2, 110, 30],
      [3, Number.NaN, Number.NaN],
      [4, 99, 50],
      [5, 99, 70],
    ]) {
      days.begin(0, day)
      days.add(0, close, volume)
    }
    days.begin(0, 6)
    // The last two days: volumes 50 and 70; returns −10 % and 0: deviation 0.1/√2
    expect(days.volumeLots[0]).toBe(60)
    expect(days.volatility[0]).toBeCloseTo(0.1 / Math.SQRT2, 14)
  })
})

describe('every model, at random', () => {
  const texts = [
    'none',
    '7bps',
    '0.02/unit',
    '3ticks',
    '0.5spread',
    'volume-share',
    'sqrt:y=1.3',
    'almgren-chriss:eta=1e-4:gamma=1e-5:epsilon=0.01',
  ]
  it.each(texts)('%s never favours us, nor more the larger the order, and keeps to its cap', text => {
    const seed = 77
    const random = new Random(seed)
    const model = parseSlippage(`${text}:cap=8%`).session(SHARES)
    for (let k = 0; k < 5000; k++) {
      const volumeLots = random.integer(0, 100_000)
      const known = market({
        volumeLots,
        takenLots: random.integer(0, 1000),
        barSeconds: random.integer(1, 86_400),
        spread: random.uniform(),
        dayVolumeLots: random.integer(1, 1e6),
        dayVolatility: random.uniform() * 0.1,
      })
      const price = random.integer(1, 100_000) / 100
      const lots = random.integer(1, 10_000)
      const said = `seed ${seed}, case ${k}`
      const bought = model.price(price, 1, lots, known)
      expect(bought, said).toBeGreaterThanOrEqual(price)
      expect(model.price(price, 1, lots * 2, known), said).toBeGreaterThanOrEqual(bought)
      const sold = model.price(price, -1, lots, known)
      expect(sold, said).toBeLessThanOrEqual(price)
      expect(sold, said).toBeGreaterThan(0)
      let taken = 0
      for (let order = 0; order < 4; order++) {
        const filled = model.capLots(random.integer(1, 5000), volumeLots, taken)
        expect(Number.isInteger(filled) && filled >= 0, said).toBe(true)
        taken += filled
      }
      expect(taken, said).toBeLessThanOrEqual(0.08 * volumeLots + 1e-6)
    }
  })
})

describe('what is not understood', () => {
  it.each([
    '1%',
    '10000bps',
    '-1bps',
    'volume-share:cap=2.5',
    'volume-share:y=1',
    'sqrt:y=1:y=2',
    'almgren-chriss:eta=1',
    '2bps:impact=1',
    'spread',
    'sqrt:y',
    'none:cap=10',
  ])('%s is refused in one sentence', text => {
    expect(() => parseSlippage(text)).toThrow(
      `Slippage "${text}" is not understood: write 2bps (below 10000), 0.01/unit, 1tick, `,
    )
  })
  it('a cap of nothing is refused', () => {
    expect(() => parseSlippage('5bps:cap=0%')).toThrow('a cap above 0')
  })
  it('models read alike to people and apart to the digest', () => {
    expect(parseSlippage('2bps').description).toBe('2 bps of price on market and stop orders')
    expect(parseSlippage('volume-share').description).toBe(
      "price impact 0.1 × (share of the bar's volume)², at most 2.5 % of a bar's volume",
    )
    expect(parseSlippage('2bps').terms).not.toEqual(parseSlippage('2bps:cap=5%').terms)
  })
})
