/** Adjusted prices: by hand, by Python over Apple, and by what a vendor published of the same share. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { BarSeries } from '../domain/bar.ts'
import { python } from '../testing/python.ts'
import { adjustedBars, adjustedSeries, adjustmentSteps } from './adjusted.ts'
import { adoptStore, ingestBars, ingestSource, openBars, openStore, placeOf, sourceNamed } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'adjusted-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const utc = (text: string) => Date.parse(text) * 1000

async function withActions(store: string, text: string, dataset = 'actions') {
  const path = join(folder, `${dataset.replace('/', '-')}.csv`)
  writeFileSync(path, text)
  await ingestSource({
    store,
    place: await placeOf(path),
    adapter: sourceNamed('actions-csv'),
    dataset,
    venue: 'XNAS',
  })
}

const column = (...values: number[]) => Float64Array.from(values)
const RAW: BarSeries = {
  length: 4,
  eventTime: column(10, 20, 30, 40),
  receiveTime: column(10, 20, 30, 40),
  open: column(100, 50, 48, 24),
  high: column(100, 50, 48, 24),
  low: column(100, 50, 48, 24),
  close: column(100, 50, 48, 24),
  volume: column(1, 2, 3, 4),
}
const A = { instrument: 'X:A' }

test('by hand: a 2:1 split, a dividend of 1 on a close of 50, a 2:1 split', () => {
  const actions = [
    { ...A, kind: 'split', time: 35, ratio: 2 },
    { ...A, kind: 'dividend', time: 25, payTime: 26, amount: 1 },
    { ...A, kind: 'split', time: 15, ratio: 2 },
  ] as const
  const of = (method: 'split' | 'total-return', asOf: number) => {
    const steps = adjustmentSteps(actions, RAW, { method, asOf, currency: 'USD' })
    const { close, volume } = adjustedSeries(RAW, steps)
    return [Array.from(close), Array.from(volume)]
  }
  expect(of('split', 100)).toEqual([
    [25, 25, 24, 24],
    [4, 4, 6, 4],
  ])
  // 1 − 1/50 = 0.98: 100 × 0.98 / 4 = 24.5, 50 × 0.98 / 2 = 24.5.
  expect(of('total-return', 100)).toEqual([
    [24.5, 24.5, 24, 24],
    [4, 4, 6, 4],
  ])
  // As of 30 the second split has not happened.
  expect(of('total-return', 30)).toEqual([
    [49, 49, 48, 24],
    [2, 2, 3, 4],
  ])
  expect(of('split', 14)[0]).toEqual([100, 50, 48, 24])
})

test('a dividend that cannot be taken from the price is refused', () => {
  const dividend = { ...A, kind: 'dividend', time: 25, payTime: 26, amount: 50 } as const
  const terms = { method: 'total-return', asOf: 100, currency: 'USD' } as const
  expect(() => adjustmentSteps([dividend], RAW, terms)).toThrow(/dividend of 50 USD of X:A/)
  expect(() => adjustmentSteps([{ ...dividend, amount: 1, currency: 'EUR' }], RAW, terms)).toThrow(/1 EUR/)
})

/** Decimal arithmetic from the raw rows and the table of actions, day by day, without any of the code above. */
const BY_PYTHON = `
import sys, json, csv, io
from decimal import Decimal, getcontext
getcontext().prec = 50
given = json.load(sys.stdin)
days, closes = given['days'], [Decimal(repr(c)) for c in given['closes']]
out = {}
for asof in given['asof']:
    factor = [Decimal(1)] * len(days)
    for row in csv.DictReader(io.StringIO(given['actions'])):
        day = row['date']
        if day > asof or row['instrument'] != 'AAPL': continue
        before = [i for i, d in enumerate(days) if d < day]
        if not before: continue
        if row['kind'] == 'split': f = 1 / Decimal(row['ratio'])
        else: f = 1 - Decimal(row['amount']) / closes[before[-1]]
        for i in before: factor[i] *= f
    out[asof] = [float(c * f) for c, f in zip(closes, factor)]
print(json.dumps(out))
`

test('Apple as of any date is what Python makes of the raw closes and the table of actions', async () => {
  const store = join(folder, 'apple')
  await adoptStore(join(import.meta.dirname, '../../data/sample'), store)
  const actions = readFileSync(join(import.meta.dirname, '../../data/aapl-actions.csv'), 'utf8')
  // Whoever wants the whole dataset adjusted must tell of every split in it.
  await withActions(store, `${actions.trimEnd()}\nsplit,MSFT,2003-02-18,2,,\n`)
  const opened = await openStore(store)
  const splits = [
    { instrument: 'AAPL', when: { day: '2000-06-21' }, ratio: 2 },
    { instrument: 'AAPL', when: { day: '2005-02-28' }, ratio: 2 },
  ]
  const raw = (await openBars({ store: opened, datasets: ['us-daily/raw'], symbols: ['AAPL'], splits }))
    .streams[0].series!
  const days = Array.from(raw.eventTime, time => new Date(time / 1000).toISOString().slice(0, 10))
  const asof = ['2000-06-20', '2000-06-21', '2005-02-27', '2012-08-08', '2012-08-09', '2012-11-07']
  const given = { days, closes: Array.from(raw.close), actions, asof }
  const expected = (await python(BY_PYTHON, given)) as Record<string, number[]>
  for (const day of asof) {
    const then = await openStore(store, { knownAt: utc(`${day}T23:59:59Z`) })
    const request = {
      store: then,
      datasets: ['us-daily/raw'],
      symbols: ['AAPL'],
      method: 'total-return',
    } as const
    const [{ bars }] = await adjustedBars(request)
    const known = days.filter(one => one <= day).length
    expect(bars.length).toBe(known)
    let worst = 0
    for (let i = 0; i < known; i++) worst = Math.max(worst, Math.abs(bars.close[i] / expected[day][i] - 1))
    expect(worst).toBeLessThan(1e-14)
    const view = `SELECT close FROM us_daily_raw WHERE symbol = 'AAPL' ORDER BY event_time`
    const rows = (await then.sql(view, { adjusted: 'total-return' })).getChildAt(0)!.toArray() as Float64Array
    expect(rows.length).toBe(known)
    for (let i = 0; i < known; i++)
      if (Math.abs(rows[i] / expected[day][i] - 1) > 1e-14) throw new Error(days[i])
  }
  // The vendor's adjusted closes of the committed sample, rounded to cents by him: the same within a cent.
  const vendor = (await openBars({ store: opened, datasets: ['us-daily/total-return'], symbols: ['AAPL'] }))
    .streams[0].series!
  const [{ bars }] = await adjustedBars({
    store: opened,
    datasets: ['us-daily/raw'],
    symbols: ['AAPL'],
    method: 'total-return',
  })
  const scale = vendor.close[vendor.length - 1] / bars.close[bars.length - 1]
  let apart = 0
  for (let i = 0; i < bars.length; i++)
    apart = Math.max(apart, Math.abs(bars.close[i] * scale - vendor.close[i]))
  expect(apart).toBeLessThan(0.02)
})

test('a split that was announced after the day it is asked for is not known to it', async () => {
  const store = join(folder, 'late')
  const bars = join(folder, 'AAA.csv')
  const rows = [100, 101, 51, 50].map(
    (close, i) => `2024-05-0${i + 6},${close},${close},${close},${close},10`,
  )
  writeFileSync(bars, ['date,open,high,low,close,volume', ...rows].join('\n'))
  await ingestBars({ store, path: bars, dataset: 'raw', venue: 'XNAS', interval: '1d' })
  await withActions(store, 'kind,instrument,date,ratio,amount,known\nsplit,AAA,2024-05-08,2,,2024-05-09\n')
  const asked = async (day: string) => {
    const [{ bars }] = await adjustedBars({
      store: await openStore(store, { knownAt: utc(`${day}T23:59:59.999Z`) + 999 }),
      method: 'split',
    })
    return Array.from(bars.close)
  }
  expect(await asked('2024-05-07')).toEqual([100, 101])
  // On the 8th the price had halved and nobody could say why.
  await expect(asked('2024-05-08')).rejects.toThrow(/2:1 split/)
  expect(await asked('2024-05-09')).toEqual([50, 50.5, 51, 50])
})
