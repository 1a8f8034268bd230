/**
 * Derived datasets of real data. LEAN ships one market at several resolutions, so that finer bars put together can be
 * held to its own coarser ones; recordings of Binance are held to loops in Python that read the raw messages.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acceptanceData } from '../testing/acceptance-data.ts'
import { python } from '../testing/python.ts'
import { dataDerive, type DataDeriveOptions } from './data-derive.ts'
import { dataSql } from './data.ts'
import { ingestCommand } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'derive-acceptance-'))
const store = join(folder, 'store')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const LEAN = ['crypto', 'cryptofuture', 'forex', 'equity']
const BINANCE = {
  usdm: 'usdm/btcusdt_20240808.gz',
  spot: 'spot/btcusdt_20240808.gz',
  cm: 'cm/btcusd_perp_20240808.gz',
}

beforeAll(async () => {
  for (const market of LEAN)
    await ingestCommand(join(acceptanceData(), 'lean', market), { store, dataset: market })
  for (const [dataset, file] of Object.entries(BINANCE))
    await ingestCommand(join(acceptanceData(), 'hftbacktest', file), { store, dataset })
}, 120_000)

const derive = (id: string, options: DataDeriveOptions) => dataDerive(id, { store, ...options })
const rows = async (query: string) =>
  (JSON.parse(await dataSql(query, { store, json: true })) as { readonly rows: Record<string, number>[] })
    .rows

test.each([
  ['cryptofuture/1m', '1h', { symbols: 'ADAUSDT' }, 'cryptofuture/1h', 24],
  ['cryptofuture/1m-bid', '1h', { symbols: 'ADAUSDT' }, 'cryptofuture/1h-bid', 24],
  ['cryptofuture/1h', '1d', {}, 'cryptofuture/1d', 1],
  ['crypto/1s', '1m', {}, 'crypto/1m', 2819],
  ['forex/1s-bid', '1m', { symbols: 'OANDA:EURUSD' }, 'forex/1m-bid', 2585],
  ['forex/1s-ask', '1m', { symbols: 'OANDA:EURUSD' }, 'forex/1m-ask', 2585],
  // Days of UTC, in which LEAN cuts them; through eleven years of weekends and changes of clocks.
  ['forex/1h-bid', '1d', { calendar: '24/7' }, 'forex/1d-bid', 3429],
  ['forex/1h-ask', '1d', { calendar: '24/7' }, 'forex/1d-ask', 3429],
] as const)(
  '%s put together to %s are LEAN’s own',
  async (id, bars, options, own, count) => {
    const dataset = `${id}-made`
    await derive(id, { bars, ...options, dataset })
    const same = (name: string) => `(made.${name} IS NOT DISTINCT FROM own.${name})`
    const [found] = await rows(
      `SELECT count(*) AS made, count(own.close) AS matched,
       coalesce(sum((${['open', 'high', 'low', 'close'].map(same).join(' AND ')})::INT), 0)::INT AS equal,
       max(abs(made.volume - own.volume) / nullif(own.volume, 0)) AS off
     FROM "${dataset}" made LEFT JOIN "${own}" own USING (venue, symbol, event_time)`,
    )
    // LEAN's volumes are sums of doubles.
    expect(found.off ?? 0).toBeLessThan(4e-16)
    expect(found).toMatchObject({ made: count, matched: count, equal: count })
  },
  60_000,
)

test('quotes put together to seconds are LEAN’s, wherever LEAN has them', async () => {
  await derive('forex/quotes', { bars: '1s' })
  const [found] = await rows(
    `SELECT count(*) AS own, sum((made.open = own.open AND made.high = own.high AND made.low = own.low
       AND made.close = own.close)::INT)::INT AS equal
     FROM "forex/1s-bid" own LEFT JOIN "forex/quotes-1s/bid" made USING (venue, symbol, event_time)`,
  )
  expect(found).toEqual({ own: 29925, equal: 29925 })
})

test('hours of LEAN’s forex open at the quote that stood, and are else those of its minutes', async () => {
  await derive('forex/1m-bid', { bars: '1h', symbols: 'OANDA:EURUSD' })
  const [found] = await rows(
    `SELECT count(*) AS hours, sum((greatest(made.high, own.open) = own.high AND least(made.low, own.open) = own.low AND made.close = own.close)::INT)::INT AS equal,
       sum((made.open = own.open OR own.open = before)::INT)::INT AS opens
     FROM "forex/1m-bid-1h" made JOIN (
       SELECT *, lag("close") OVER (PARTITION BY venue, symbol ORDER BY event_time) AS before FROM "forex/1h-bid"
     ) own USING (venue, symbol, event_time)`,
  )
  expect(found).toEqual({ hours: 120, equal: 120, opens: 120 })
})

test('a day of Mumbai is that of its minutes, with the prints after the close or without', async () => {
  await derive('equity/1m', { bars: '1d', dataset: 'day' })
  await derive('equity/1m', { bars: '1d', closingAuction: '15m', dataset: 'with' })
  const expected = await python(
    `
import csv, json, sys
folder, out = json.load(sys.stdin), []
for last in (15 * 60 + 30, 15 * 60 + 45):
    for day in ('20190709', '20190710', '20190711'):
        rows = [r for r in csv.reader(open(f"{folder}/{day}_trade.csv"))
                if int(r[0]) / 60000 < last]
        out.append([float(rows[0][1]) / 1e4, max(float(r[2]) for r in rows) / 1e4, min(float(r[3]) for r in rows) / 1e4,
                    float(rows[-1][4]) / 1e4, sum(float(r[5]) for r in rows)])
print(json.dumps(out))`,
    join(acceptanceData(), 'lean/equity/india/minute/yesbank'),
  )
  const made = [
    ...(await rows('SELECT open, high, low, close, volume FROM day ORDER BY event_time')),
    ...(await rows('SELECT open, high, low, close, volume FROM "with" ORDER BY event_time')),
  ]
  expect(made.map(row => Object.values(row))).toEqual(expected)
})

/** Trades of a recording, from its messages: prices above 0, by the time of the trade, in order of receipt. */
const TRADES = `
import gzip, json, sys
from fractions import Fraction
q = json.load(sys.stdin)
trades = []
for line in gzip.open(q['file'], 'rt'):
    local, text = line.split(' ', 1)
    data = json.loads(text).get('data', {})
    if data.get('e') == 'trade' and Fraction(data['p']) > 0 and data.get('X', 'MARKET') == 'MARKET':
        trades.append((data['T'] * 1000, -(-int(local) // 1000), Fraction(data['p']), Fraction(data['q'])))
def bar(part, stamp):
    p = [one[2] for one in part]
    return [stamp, max(stamp, max(one[1] for one in part)), *map(float, (p[0], max(p), min(p), p[-1], sum(one[3] for one in part)))]
`

const made = async (dataset: string) => {
  const found = await rows(
    `SELECT epoch_us(event_time) AS event, epoch_us(receive_time) AS received, open, high, low, close, volume
     FROM "${dataset}" ORDER BY event_time`,
  )
  return found.map(row => Object.values(row))
}

test.each(Object.keys(BINANCE) as (keyof typeof BINANCE)[])(
  'bars of Binance %s are those of its messages, in exact decimals',
  async market => {
    const file = join(acceptanceData(), 'hftbacktest', BINANCE[market])
    await derive(`${market}/trades`, { bars: '1s' })
    await derive(`${market}/trades`, { bars: '100trades' })
    await derive(`${market}/trades`, { bars: '7.3volume' })
    const expected = (await python(
      `${TRADES}
seconds, late = [], 0
for one in trades:
    stamp = one[0] // 10**6 * 10**6 + 10**6
    if seconds and stamp < seconds[-1][0]: late += 1
    elif seconds and stamp == seconds[-1][0]: seconds[-1][1].append(one)
    else: seconds.append((stamp, [one]))
def activity(threshold, measure):
    out, part, reached, latest = [], [], 0, 0
    for one in trades:
        if reached >= threshold and one[0] > latest:
            out.append(bar(part, latest)); part, reached, latest = [], 0, 0
        part.append(one); reached += measure(one); latest = max(latest, one[0])
    if reached >= threshold: out.append(bar(part, latest))
    return out
print(json.dumps({'1s': [bar(part, stamp) for stamp, part in seconds],
    '100trades': activity(100, lambda one: 1), '7.3volume': activity(Fraction('7.3'), lambda one: one[3])}))`,
      { file },
    )) as Record<string, number[][]>
    for (const [bars, plain] of Object.entries(expected)) {
      const rows = await made(`${market}/trades-${bars}`)
      expect(rows.length, bars).toBe(plain.length)
      expect(rows.length).toBeGreaterThan(10)
      rows.forEach((row, i) => {
        expect(row.slice(0, 6), `${bars}, bar ${i}`).toEqual(plain[i].slice(0, 6))
        expect(Math.abs(row[6] - plain[i][6])).toBeLessThanOrEqual(plain[i][6] * 4e-16)
      })
    }
  },
  60_000,
)

test.each(['usdm', 'spot', 'cm'])(
  'snapshots of the book of Binance %s are those of a plain dictionary',
  async market => {
    await derive(`${market}/book`, { snapshots: '100ms', levels: '5' })
    const book = `SELECT epoch_us(receive_time) AS t, action, side, price, size FROM "${market}/book" ORDER BY sequence`
    const snapshots = `SELECT epoch_us(event_time) AS t, action, side, price, size FROM "${market}/book-100ms" ORDER BY sequence`
    const expected = await python(
      `
import heapq, json, sys
q = json.load(sys.stdin)
every, book, out, tick, state = 100_000, ({}, {}), [], None, None
def give(t):
    if state != 'known': return
    first = True
    for side, levels in ((1, heapq.nlargest(5, book[0].items())), (-1, heapq.nsmallest(5, book[1].items()))):
        for price, size in levels:
            out.append([t, 1 if first else 0, side, price, size]); first = False
for t, action, side, price, size in q:
    due = -(-t // every) * every
    while tick is not None and tick < due:
        give(tick); tick += every
    tick = due
    assert action in (0, 1)
    if action == 1: book[0].clear(); book[1].clear()
    state = 'known'
    if price is None: continue
    levels = book[0 if side > 0 else 1]
    if size == 0: levels.pop(price, None)
    else: levels[price] = size
give(tick)
print(json.dumps(out))`,
      (await rows(book)).map(row => Object.values(row)),
    )
    const found = (await rows(snapshots)).map(row => Object.values(row))
    expect(found.length).toBeGreaterThan(10_000)
    expect(found).toEqual(expected)
  },
  60_000,
)
