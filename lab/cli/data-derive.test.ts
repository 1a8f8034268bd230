import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../catalog/index.ts'
import { Random } from '../core/random.ts'
import { isoTime } from '../core/time.ts'
import { python } from '../testing/python.ts'
import { at } from '../testing/trade-rows.ts'
import { backtestCommand } from './backtest.ts'
import { dataDerive, type DataDeriveOptions } from './data-derive.ts'
import { dataTrace, type Trace } from './data-trace.ts'
import { dataSql } from './data.ts'
import { ingestCommand } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'data-derive-'))
const store = join(folder, 'store')
const csv = (name: string) => join(folder, name)
afterAll(() => {
  process.exitCode = undefined
  rmSync(folder, { recursive: true, force: true })
})

const TRADES = 4000

beforeAll(async () => {
  const random = Random.ofChoice(7)
  const lines = ['time,price,size,side']
  let [time, price] = [at('2024-03-08T14:25:00Z'), 400]
  for (let i = 0; i < TRADES; i++) {
    time += random.integer(0, 20) * 1e6
    price = Math.max(40, price + random.integer(-3, 4))
    lines.push(`${isoTime(time)},${price / 4},${random.integer(1, 80) / 8},${random.integer(0, 2) * 2 - 1}`)
  }
  writeFileSync(csv('trades.csv'), `${lines.join('\n')}\n`)
  await ingestCommand(csv('trades.csv'), {
    ...{ store, dataset: 'shares/trades', venue: 'XNYS', symbol: 'ACME', kind: 'trades' },
  })
})

const derive = (id: string, options: DataDeriveOptions = {}) => dataDerive(id, { store, ...options })
const json = async (id: string, options: DataDeriveOptions = {}) =>
  JSON.parse(await derive(id, { ...options, json: true })) as {
    readonly from: { readonly dataset: string; readonly snapshot: string; readonly terms: object }
    readonly snapshot: string
    readonly datasets: readonly { readonly id: string; readonly interval: string; readonly rows: number }[]
    readonly notes: readonly string[]
    readonly unchanged: boolean
  }
const rows = async (query: string) =>
  (
    JSON.parse(await dataSql(query, { store, json: true })) as {
      readonly rows: readonly Record<string, unknown>[]
    }
  ).rows

test('bars that the command stores are those of a plain loop over the file', async () => {
  const done = await json('shares/trades', { bars: '30m' })
  expect(done.datasets).toMatchObject([{ id: 'shares/trades-30m', interval: '30m' }])
  expect(done.from.terms).toEqual({ make: 'time bars', interval: '30m' })
  // The clocks change on Sunday the 10th, so XNYS opens at 14:30Z on Friday the 8th and at 13:30Z on Monday.
  const expected = await python(
    `
import csv, json, sys
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo
q = json.load(sys.stdin)
ny, bars = ZoneInfo('America/New_York'), {}
for r in csv.DictReader(open(q['file'])):
    t = datetime.fromisoformat(r['time'].replace('Z', '+00:00')).astimezone(ny)
    minutes = t.hour * 60 + t.minute
    if t.weekday() > 4 or not 570 <= minutes < 960: continue
    ends = t.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=(minutes // 30 + 1) * 30)
    key = ends.astimezone(ZoneInfo('UTC')).strftime('%Y-%m-%dT%H:%M:%SZ')
    bars.setdefault(key, []).append((float(r['price']), Fraction(r['size'])))
print(json.dumps([dict(event_time=k, open=b[0][0], high=max(p for p, _ in b), low=min(p for p, _ in b),
    close=b[-1][0], volume=float(sum(v for _, v in b))) for k, b in bars.items()]))`,
    { file: csv('trades.csv') },
  )
  const columns = 'event_time, open, high, low, close, volume'
  expect(await rows(`SELECT ${columns} FROM "shares/trades-30m" ORDER BY event_time`)).toEqual(expected)
  expect(done.notes[1]).toMatch(/^\d+ trades outside of sessions$/)
})

test('the same again is nothing to do; other terms are refused, or take its place', async () => {
  const first = await json('shares/trades', { bars: '1h' })
  expect(await json('shares/trades', { bars: '1h' })).toMatchObject({
    unchanged: true,
    snapshot: first.snapshot,
  })
  expect(await derive('shares/trades', { bars: '1h' })).toMatch(
    /already \(snapshot-\d+-[0-9a-f]+\): nothing to do\.$/,
  )
  await expect(derive('shares/trades', { bars: '2h', dataset: 'shares/trades-1h' })).rejects.toThrow(
    'dataset shares/trades-1h holds raw bars of 1h and these are raw bars of 2h',
  )
  await expect(derive('shares/trades', { bars: '1h', outside: 'keep' })).rejects.toThrow('pass --replace')
  const kept = await json('shares/trades', { bars: '1h', outside: 'keep', replace: true })
  expect(kept.datasets[0].rows).toBeGreaterThan(first.datasets[0].rows)
  await expect(derive('shares/trades', { bars: '1h', dataset: 'shares/trades' })).rejects.toThrow('of itself')
})

test('bars of activity end with an instant each, and say how they were made', async () => {
  const { datasets, from } = await json('shares/trades', { bars: '50trades' })
  expect(datasets).toMatchObject([{ id: 'shares/trades-50trades', interval: '50 trades' }])
  expect(from.terms).toEqual({ make: 'activity bars', by: 'trades', threshold: 50, ending: 'instant' })
  const [{ bars, times }] = await rows(
    'SELECT count(*) bars, count(DISTINCT event_time) times FROM "shares/trades-50trades"',
  )
  expect(bars).toBe(times)
  const volume = await json('shares/trades', { bars: '1e3volume' })
  expect(volume.datasets[0].id).toBe('shares/trades-1000volume')
  const imbalance = await json('shares/trades', {
    ...{ bars: 'notional-imbalance', expectedTrades: '40', tradesBetween: '10,100' },
  })
  expect(imbalance.datasets[0].interval).toBe('notional imbalance')
  await expect(derive('shares/trades', { bars: 'volume-imbalance' })).rejects.toThrow('--expected-trades')
})

test('a trace goes on from bars of bars to the file, and finds a byte that changed', async () => {
  await derive('shares/trades', { bars: '5m' })
  await derive('shares/trades-5m', { bars: '1d', dataset: 'shares/days' })
  const trace = JSON.parse(await dataTrace('shares/days', { store, source: folder, json: true })) as Trace
  expect(trace.whole).toBe(true)
  const [days] = trace.datasets
  const [minutes] = days.streams[0].sources
  expect(minutes).toMatchObject({
    ...{ name: 'shares/trades-5m', now: 'same' },
    derived: { terms: { make: 'coarser bars', of: '5m', interval: '1d' } },
  })
  const [trades] = minutes.dataset!.streams[0].sources
  expect(trades.derived!.terms).toEqual({ make: 'time bars', interval: '5m' })
  expect(trades.dataset!.streams[0].sources).toMatchObject([{ name: 'trades.csv', now: 'same' }])
  const words = await dataTrace('shares/days', { store })
  expect(words).toContain('source    shares/trades-5m in snapshot-')
  expect(words).toContain('made by {"interval":"1d","make":"coarser bars","of":"5m"}')
  // Also where the newest snapshot calls something else by the name.
  await derive('shares/trades', { bars: '5m', outside: 'keep', replace: true })
  expect(JSON.parse(await dataTrace('shares/days', { store, json: true }))).toMatchObject({ whole: true })
  const file = join(store, trades.dataset!.streams[0].files[0].path)
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1] ^= 1
  writeFileSync(file, bytes)
  const found = JSON.parse(await dataTrace('shares/days', { store, json: true })) as Trace
  expect(found).toMatchObject({ whole: false, code: 'CHECKSUM_MISMATCH' })
  bytes[bytes.length >> 1] ^= 1
  writeFileSync(file, bytes)
})

test('what an older snapshot held can be read, and a bar whose time is not over is left out', async () => {
  const { snapshot } = await openStore(store)
  const until = at('2024-03-08T15:10:00Z')
  const text = await dataDerive(
    'shares/trades',
    { store, snapshot, bars: '15m', dataset: 'so-far' },
    () => until,
  )
  expect(text).toContain('left out, as their time is not over yet')
  const [{ last }] = await rows('SELECT max(event_time) "last" FROM "so-far"')
  expect(last).toBe('2024-03-08T15:00:00Z')
})

test('nothing is left of what cannot be made, and each refusal is a sentence', async () => {
  const { snapshot } = await openStore(store)
  for (const [id, options, sentence] of [
    ['shares/trades', {}, 'What to make of shares/trades, trades? give --bars 5m'],
    ['shares/trades', { bars: '7x' }, 'interval "7x" is no interval'],
    ['shares/trades', { bars: '0trades' }, 'threshold is 0'],
    ['shares/trades', { snapshots: '1s' }, 'give --bars 5m'],
    ['shares/days', { bars: '1h' }, 'Bars of 1d cannot be put together to bars of 1h'],
    ['shares/days', { bars: '10trades' }, 'which holds bars'],
    [
      'shares/trades',
      { bars: '5m', symbols: 'NOPE' },
      'shares/trades has no instrument NOPE: it has XNYS:ACME',
    ],
    ['shares/trades', { bars: '5m', from: '2030-01-01', dataset: 'x' }, 'nothing came of shares/trades'],
    ['shares/trades', { bars: '5m', calendar: 'MARS' }, 'MARS'],
    ['nothing', { bars: '5m' }, 'has no dataset "nothing"'],
    ['shares/days', { continuous: 'volume', symbol: 'A' }, 'expires is not known'],
    ['shares/trades', { continuous: 'volume', symbol: 'A' }, 'make bars of them first'],
  ] satisfies [string, DataDeriveOptions, string][])
    await expect(derive(id, options), sentence).rejects.toThrow(sentence)
  expect((await openStore(store)).snapshot).toBe(snapshot)
  expect(existsSync(join(store, 'datasets', 'x'))).toBe(false)
})

test('contracts of a future become one series, rolled by volume and scaled to the newest', async () => {
  // By hand: June has more on the 13th (701 to 700), so it is held from the 14th; 107 / 102 scales March.
  const contracts = {
    ESH4: ['2024-03-11,100,900', '2024-03-12,101,800', '2024-03-13,102,700', '2024-03-14,103,300'],
    ESM4: ['2024-03-11,104,10', '2024-03-12,105,100', '2024-03-13,107,701', '2024-03-14,109,900'],
  }
  for (const [symbol, lines] of Object.entries(contracts)) {
    const bars = lines.map(line => line.replace(/,(\d+),/, ',$1,$1,$1,$1,'))
    writeFileSync(csv(`${symbol}.csv`), `date,open,high,low,close,volume\n${bars.join('\n')}\n`)
    const how = { store, dataset: 'es/daily', venue: 'XCME', symbol, calendar: 'XNYS', interval: '1d' }
    await ingestCommand(csv(`${symbol}.csv`), how)
  }
  writeFileSync(
    csv('terms.csv'),
    'instrument,tick,currency,calendar,kind,expiry\n' +
      'XCME:ESH4,0.25,USD,XNYS,future,2024-03-15\nXCME:ESM4,0.25,USD,XNYS,future,2024-06-21\n',
  )
  await ingestCommand(csv('terms.csv'), { store, dataset: 'es/terms', kind: 'instruments' })
  const make = (dataset: string, adjust?: string, continuous = 'volume') =>
    json('es/daily', { continuous, symbol: 'ES', dataset, ...(adjust === undefined ? {} : { adjust }) })
  const closes = async (dataset: string) =>
    (await rows(`SELECT "close" FROM "${dataset}" ORDER BY event_time`)).map(row => row.close)
  expect((await make('es/plain')).notes).toContain(
    'rolled from ESH4 to ESM4 after 2024-03-13, at 102 and 107',
  )
  expect(await closes('es/plain')).toEqual([100, 101, 102, 109])
  await make('es/back', 'back-difference')
  expect(await closes('es/back')).toEqual([105, 106, 107, 109])
  await make('es/forward', 'forward-difference')
  expect(await closes('es/forward')).toEqual([100, 101, 102, 104])
  await make('es/ratio', 'back-ratio')
  const ratio = 107 / 102
  expect(await closes('es/ratio')).toEqual([100 * ratio, 101 * ratio, 102 * ratio, 109])
  await make('es/dated', 'none', '2024-03-11')
  expect(await closes('es/dated')).toEqual([100, 105, 107, 109])
  // Back-adjusted prices are labelled, and the series never expires.
  const { instruments, adjustment } = await (await openStore(store)).show('es/ratio')
  expect([adjustment, instruments[0].symbol, instruments[0].expiry]).toEqual([
    'total-return',
    'ES',
    undefined,
  ])
})

test('what would go below zero is refused, and the store is as it was', async () => {
  // Back by difference: 10 + (5 − 60) is below zero.
  for (const [symbol, closes] of [
    ['CLK0', [10, 60, 61]],
    ['CLM0', [4, 5, 6]],
  ] as const) {
    const days = closes.map((close, i) => `2020-04-${15 + i},${close},${close},${close},${close},${10 + i}`)
    writeFileSync(csv(`${symbol}.csv`), `date,open,high,low,close,volume\n${days.join('\n')}\n`)
    const how = { store, dataset: 'cl/daily', venue: 'XCME', symbol, calendar: 'XNYS', interval: '1d' }
    await ingestCommand(csv(`${symbol}.csv`), how)
  }
  const terms = 'XCME:CLK0,0.01,USD,XNYS,future,2020-04-21\nXCME:CLM0,0.01,USD,XNYS,future,2020-05-19\n'
  writeFileSync(csv('cl.csv'), `instrument,tick,currency,calendar,kind,expiry\n${terms}`)
  await ingestCommand(csv('cl.csv'), { store, dataset: 'cl/terms', kind: 'instruments' })
  const { snapshot } = await openStore(store)
  const rolled = { continuous: '2020-04-16', symbol: 'CL' }
  await expect(derive('cl/daily', { ...rolled, adjust: 'back-difference' })).rejects.toThrow(
    /^1 rows of cl\/daily-continuous made of cl\/daily cannot be stored, .*-45.*: choose other terms/,
  )
  expect((await openStore(store)).snapshot).toBe(snapshot)
  await derive('cl/daily', { ...rolled, adjust: 'back-ratio' })
})

test('a strategy runs over what was derived', async () => {
  await derive('shares/trades', { bars: '20trades' })
  const strategy = fileURLToPath(new URL('../../strategies/sma-cross.ts', import.meta.url))
  const run = JSON.parse(
    (await backtestCommand([strategy], {
      ...{ store, data: ['shares/trades-20trades'], params: '{"fast":3,"slow":8}', json: true },
    })) as string,
  ) as { readonly dataset: { readonly id: string }; readonly fills: unknown }
  expect(run.dataset.id).toBe('shares/trades-20trades')
  expect(Number(Array.isArray(run.fills) ? run.fills.length : run.fills)).toBeGreaterThan(3)
})
