/** Paging without a venue: a list of rows and what a server may do with it. */
import { expect, test } from 'vitest'
import { HOUR, type Micros, SECOND } from '../../core/time.ts'
import { Random } from '../../core/random.ts'
import type { Cursor, FetchKind, Row, VenueStream } from './venue-client.ts'
import { nearNames } from './venue-names.ts'
import { Pager, type Position, rowKey } from './venue-pager.ts'
import { patiently } from './venue-patience.ts'
import { retryAfterMs, VenueTrouble } from './venue-client.ts'

const INSTRUMENT = { venue: 'X', symbol: 'Y', calendar: '24/7' }
const BEGIN: Position = { time: 0, edge: [] }

function streamOf(kind: FetchKind, rows: readonly Row[], pageRows: number, more: Partial<VenueStream> = {}) {
  const asked: Cursor[] = []
  const stream: VenueStream = {
    kind,
    instrument: INSTRUMENT,
    pageRows,
    parameters: {},
    software: 'none',
    endpoint: () => '',
    async page(from) {
      asked.push(from)
      const first = (row: Row) => (from.id === undefined ? row[0] >= from.time : row[1] >= from.id)
      return rows.filter(first).slice(0, pageRows)
    },
    ...more,
  }
  return { stream, asked }
}

async function all(stream: VenueStream, position: Position, until: Micros) {
  const pager = new Pager(stream, position, until)
  const rows: Row[] = []
  const troubles: string[] = []
  for (let pages = 0; !pager.done; pages++) {
    if (pages > 1000) throw new Error('the pager does not end')
    const page = await pager.next(from => stream.page(from))
    rows.push(...page.rows)
    troubles.push(...page.troubles.map(({ code }) => code))
  }
  return { rows, troubles, position: pager.position }
}

/** Trades without numbers, up to nine in a millisecond, some of them alike. */
const random = new Random(7)
const TRADES: readonly Row[] = Array.from({ length: 400 }, (_, i) => [
  Math.floor(i / (1 + Math.floor(random.uniform() * 9))) * 1000,
  Number.NaN,
  100 + Math.floor(random.uniform() * 2),
  1 + Math.floor(random.uniform() * 2),
  1,
]).sort((a, b) => a[0] - b[0])

test('trades without numbers come whole, whatever the page and wherever it was cut', async () => {
  for (const pageRows of [37, 50, 64]) {
    const { stream } = streamOf('trades', TRADES, pageRows)
    const { rows, troubles } = await all(stream, BEGIN, 10 * HOUR)
    expect(rows.map(rowKey)).toEqual(TRADES.map(rowKey))
    expect(troubles).toEqual([])
    // Cut after any row: what is known of its instant is left out, alike rows as often as they are known.
    for (let cut = 1; cut < TRADES.length; cut += 17) {
      const time = TRADES[cut - 1][0]
      const edge = TRADES.slice(0, cut)
        .filter(row => row[0] === time)
        .map(rowKey)
      const rest = await all(stream, { time, edge }, 10 * HOUR)
      expect(rest.rows.map(rowKey)).toEqual(TRADES.slice(cut).map(rowKey))
    }
  }
})

test('an instant with more rows than a page is told, and left', async () => {
  const rows = [
    ...Array.from({ length: 12 }, (_, i): Row => [SECOND, Number.NaN, 100 + i, 1, 1]),
    [2 * SECOND, Number.NaN, 90, 1, 1],
  ]
  const found = await all(streamOf('trades', rows, 10).stream, BEGIN, HOUR)
  expect(found.troubles).toEqual(['sequenceGap'])
  expect(found.rows.map(row => row[2])).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 90])
})

const bar = (hour: number, close = 100): Row => [hour * HOUR, (hour + 1) * HOUR, 100, 101, 99, close, 1]

test('times in which the venue shows nothing are stepped over, page by page', async () => {
  const rows = [bar(1), bar(2), bar(60), bar(61)]
  // A venue that looks only so far from the start of a request.
  const { stream, asked } = streamOf('bars', rows, 10, { span: HOUR })
  const near: VenueStream = {
    ...stream,
    page: async from => (await stream.page(from)).filter(row => row[0] < from.time + 10 * HOUR),
  }
  const found = await all(near, BEGIN, 62 * HOUR)
  expect(found.rows).toEqual(rows)
  expect(asked.length).toBeLessThan(12)
})

test('a bar that comes twice and differs is told; the first counts', async () => {
  const rows = [bar(0), bar(1), bar(1, 100.5), bar(2), bar(2)]
  const { stream } = streamOf('bars', rows, 10, { span: HOUR })
  const found = await all(stream, BEGIN, 3 * HOUR)
  expect(found.rows).toEqual([bar(0), bar(1), bar(2)])
  expect(found.troubles).toEqual(['duplicate'])
})

test('the bar that is not over stays away', async () => {
  const rows = [bar(0), bar(1), bar(2)]
  const { stream } = streamOf('bars', rows, 10, { span: HOUR })
  expect((await all(stream, BEGIN, 3 * HOUR - 1)).rows).toEqual([bar(0), bar(1)])
  expect((await all(stream, BEGIN, 3 * HOUR)).rows).toEqual(rows)
})

test('a page of another moment is put back where it belongs', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => bar(i))
  const { stream } = streamOf('bars', rows, 10, { span: HOUR })
  let requests = 0
  const confused: VenueStream = {
    ...stream,
    // Every second answer is an earlier or a later page.
    page: async ({ time }) =>
      stream.page({ time: ++requests % 2 === 0 ? time + (requests % 4 ? 10 : -20) * HOUR : time }),
  }
  expect((await all(confused, BEGIN, 40 * HOUR)).rows).toEqual(rows)
})

test('patience waits as long as the venue asks, else twice as long each time, and ends', async () => {
  const waits: number[] = []
  const patience = {
    venue: 'x',
    clock: () => 0,
    sleep: async (ms: number) => void waits.push(ms),
    say: () => undefined,
  }
  const failing = (trouble: VenueTrouble, times: number) => {
    let left = times
    return async () => {
      if (left-- > 0) throw trouble
      return 'done'
    }
  }
  const away = new VenueTrouble('away', '503')
  expect(await patiently(failing(away, 4), patience)).toBe('done')
  expect(waits.splice(0)).toEqual([500, 1000, 2000, 4000])
  const limited = new VenueTrouble('limited', '429', { retryAfterMs: 7000 })
  expect(await patiently(failing(limited, 2), patience)).toBe('done')
  expect(waits.splice(0)).toEqual([7000, 7000])
  await expect(patiently(failing(away, 9), patience)).rejects.toMatchObject({
    code: 'VENUE_AWAY',
    kind: 'failure',
  })
  expect(waits.splice(0)).toHaveLength(5)
  const banned = new VenueTrouble('limited', '418', { retryAfterMs: 3_600_000 })
  await expect(patiently(failing(banned, 1), patience)).rejects.toThrow(
    'run the same command again after 1970-01-01T01:00:00Z',
  )
  await expect(
    patiently(failing(new VenueTrouble('refused', '400 Invalid symbol.'), 1), patience),
  ).rejects.toMatchObject({
    code: 'VENUE_REFUSED',
    kind: 'input',
  })
  expect(waits).toEqual([])
})

test('Retry-After is seconds or a date', () => {
  expect(retryAfterMs('120', 0)).toBe(120_000)
  // RFC 9110, 10.2.3
  expect(retryAfterMs('Fri, 31 Dec 1999 23:59:59 GMT', Date.UTC(1999, 11, 31, 23, 59, 29) * 1000)).toBe(
    30_000,
  )
  expect(retryAfterMs('Fri, 31 Dec 1999 23:59:59 GMT', Date.UTC(2000, 0, 1) * 1000)).toBe(0)
  expect(retryAfterMs('soon', 0)).toBeUndefined()
  expect(retryAfterMs(undefined, 0)).toBeUndefined()
})

test('near names are those with few letters changed', () => {
  expect(nearNames('krakn', ['binance', 'kraken', 'krakenfutures', 'kucoin'])).toEqual(['kraken'])
  expect(nearNames('BTCUSD', ['BTC/USDT', 'BTC/USDC', 'ETH/USDT', 'XRP/EUR'])).toEqual([
    'BTC/USDC',
    'BTC/USDT',
  ])
  expect(nearNames('zzz', ['BTC/USDT'])).toEqual([])
})
