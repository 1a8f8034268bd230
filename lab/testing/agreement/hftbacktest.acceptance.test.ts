/**
 * A real book agrees with hftbacktest 2.4.4 too: the first updates of BTCUSDT perpetuals of Binance after its snapshot
 * (capture of hftbacktest's collector, 2024-08-08), levels and trades by the exchange's own times, trades first where they
 * are of one millisecond, known two milliseconds later.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Instrument } from '../../domain/instrument.ts'
import { acceptanceData } from '../acceptance-data.ts'
import { actionsOf, type MarketRow } from './book-market.ts'
import { ours, theirs, told, turnsIn, type Work } from './book-script.ts'

const instrument: Instrument = {
  venue: 'BINANCE',
  symbol: 'BTCUSDT',
  ticksPerUnit: 10,
  lotsPerUnit: 1000,
  currency: 'USDT',
  calendar: '24/7',
}
const UPDATES = 3_000
const LATE = 2_000

type Levels = readonly (readonly [price: string, size: string])[]
interface Message {
  readonly lastUpdateId?: number
  readonly bids?: Levels
  readonly asks?: Levels
  readonly T: number
  readonly data?: Message & {
    readonly e: string
    readonly u: number
    readonly b: Levels
    readonly a: Levels
    readonly p: string
    readonly q: string
    readonly m: boolean
  }
}

function capture(): MarketRow[] {
  const lines = gunzipSync(readFileSync(join(acceptanceData(), 'hftbacktest/usdm/btcusdt_20240808.gz')))
    .toString()
    .split('\n')
  const rows: MarketRow[] = []
  let known = Number.POSITIVE_INFINITY
  let began = 0
  let updates = 0
  const add = (kind: MarketRow['kind'], T: number, side: number, price: string, size: string) => {
    const exchange = T * 1000
    const ticks = Math.round(Number(price) * 10)
    rows.push({ kind, exchange, local: exchange + LATE, side, ticks, lots: Math.round(Number(size) * 1000) })
  }
  const levels = (T: number, bids: Levels, asks: Levels) => {
    for (const [price, size] of bids) add('level', T, 1, price, size)
    for (const [price, size] of asks) add('level', T, -1, price, size)
  }
  for (const line of lines) {
    if (updates === UPDATES) break
    const at = line.indexOf('{')
    if (at < 0) continue
    const { lastUpdateId, bids, asks, T, data } = JSON.parse(line.slice(at)) as Message
    if (lastUpdateId !== undefined && began === 0) {
      known = lastUpdateId
      began = T
      add('clear', T, 0, '0', '0')
      levels(T, bids!, asks!)
    } else if (data?.e === 'depthUpdate' && data.u > known) {
      updates++
      levels(data.T, data.b, data.a)
    } else if (data?.e === 'trade' && data.T > began && began > 0 && Number(data.q) > 0)
      add('trade', data.T, data.m ? -1 : 1, data.p, data.q)
  }
  const first = (row: MarketRow) => (row.kind === 'trade' ? 0 : 1)
  return rows.sort((a, b) => a.exchange - b.exchange || first(a) - first(b))
}

test('quotes, takers and moves on a captured book', { timeout: 120_000 }, async () => {
  const rows = capture()
  const every = 7
  const count = turnsIn(rows, every) - 20
  const work = (seed: number, queue: string): Work => ({
    instrument,
    rows,
    every,
    turns: actionsOf({ seed, count, kinds: ['quote', 'move', 'limit', 'market'], lots: [1, 50] }),
    latency: [3_000, 5_000],
    queue,
  })
  const works = [work(1, 'risk'), work(2, 'risk'), work(3, 'power:2'), work(4, 'log')]
  const { runs } = await theirs(works)
  for (const [place, one] of works.entries()) {
    const run = await ours(one)
    expect(runs[place].fills.length).toBeGreaterThan(400)
    expect(told(run)).toEqual(told(runs[place]))
    expect(Math.abs(run.balance - run.fee - (runs[place].balance - runs[place].fee))).toBeLessThan(1e-6)
  }
})
