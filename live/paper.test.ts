/**
 * Paper sessions over real sockets, in real processes, on a real disk. Seeds are in the names; what must come out
 * is the plain backtest of the same bars, where nothing came late, and the session's own journal, always.
 */
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Random } from '../lab/core/random.ts'
import type { FeedFaults } from '../lab/testing/feed-faults.ts'
import { type FeedServer, startFeedServer } from '../lab/testing/feed-server.ts'
import { buildCommand, type Finished, gordon, startGordon } from '../lab/testing/feed-session.ts'
import { randomMarket } from '../lab/testing/fixtures-random.ts'

const BARS = 240

const STRATEGY = `
import { type BarView, type Context, integer, sma, strategy } from 'gordon/strategy'

/** Trades a lot: long above the mean, flat below, with a resting limit and a little chance. */
export default class Busy extends strategy({ params: { period: integer({ default: 4, min: 2 }) }, history: 3 }) {
  mean = this.indicator(sma(this.params.period))

  override onBar(bar: BarView, ctx: Context): void {
    const mean = this.mean.at(bar)
    if (mean === undefined) return
    const held = ctx.position(bar.instrument)
    if (bar.close > mean && held === 0 && ctx.openOrders(bar.instrument).length === 0) {
      ctx.buy(bar.instrument, 5)
      if (ctx.random() < 0.5) ctx.buy(bar.instrument, 2, { limit: ctx.roundPrice(bar.instrument, bar.low, 'down') })
    } else if (bar.close < mean && held > 0) {
      for (const id of ctx.openOrders(bar.instrument)) ctx.cancel(id)
      ctx.close(bar.instrument)
    }
  }
}
`

let folder: string
let strategyFile: string
let journal: string
let feed: FeedServer | undefined

beforeAll(buildCommand)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gordon-paper-'))
  strategyFile = join(folder, 'busy.ts')
  journal = join(folder, 'session.jsonl')
  writeFileSync(strategyFile, STRATEGY)
})
afterEach(async () => {
  await feed?.close()
  feed = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function serve(seed: number, faults: FeedFaults, closesPerSecond: number): Promise<string> {
  const market = randomMarket({ seed, symbols: 3, bars: BARS })
  feed = await startFeedServer({
    bars: market.instruments.map((instrument, place) => ({
      instrument,
      series: market.streams[place].series!,
    })),
    interval: '1d',
    closesPerSecond,
    faults,
    seed,
  })
  return feed.url
}

const words = (url: string, ...more: string[]) => [
  ...['paper', strategyFile, '--feed', url, '--journal', journal, '--fees', '5bps', '--json'],
  ...more,
]

/** The JSON document of a command that went well. */
function document(end: Finished) {
  expect(end.err + end.out.slice(0, 200)).not.toMatch(/gordon: |"error"/)
  expect(end.code).toBe(0)
  return JSON.parse(end.out)
}

/** Replay, verification and parity of the journal, held against what the session printed. */
async function proofs(session: Record<string, never>) {
  const again = document(await gordon('journal', 'replay', journal, '--json'))
  for (const part of ['digest', 'inputs', 'decisions', 'orders', 'fills', 'endEquity', 'counts'])
    expect(again[part]).toEqual(session[part])
  const check = document(await gordon('journal', 'verify', journal, '--json'))
  expect(check.head).toBe((session.journal as { head: string }).head)
  const parity = document(await gordon('parity', journal, '--json'))
  expect(parity.receiveTimes.equal).toBe(true)
  expect(parity.plain.unexplained).toBe(0)
  return parity.plain as { equal: boolean; departures: number; differences: { because: string }[] }
}

describe('a paper session', () => {
  it.each<[string, FeedFaults, number]>([
    ['none', {}, 11],
    ['duplicates and corrections', { duplicate: 0.2, wrong: 0.05 }, 12],
    ['cuts and garbage', { cut: 0.02, garbage: 0.02 }, 13],
    ['swapped symbols', { swap: 0.3 }, 14],
    ['late bars', { late: 0.05, lateBy: 9 }, 15],
    [
      'all of them',
      { late: 0.05, lateBy: 7, duplicate: 0.1, wrong: 0.03, swap: 0.2, cut: 0.02, garbage: 0.02 },
      16,
    ],
  ])('over a line with %s ends with its feed and is proved by its journal', async (_, faults, seed) => {
    const url = await serve(seed, faults, 120)
    const session = document(
      await gordon(...words(url, '--bar-grace', faults.late === undefined ? '2000' : '6')),
    )
    expect(session.orders.length).toBeGreaterThan(30)
    const plain = await proofs(session)
    const { counts } = session
    expect(counts.duplicate > 0).toBe(faults.duplicate !== undefined)
    expect(counts.correction > 0).toBe(faults.wrong !== undefined)
    expect(counts.disconnects > 0).toBe(faults.cut !== undefined)
    expect(counts.bad > 0).toBe(faults.garbage !== undefined)
    if (faults.late === undefined) {
      expect(counts).toMatchObject({ instants: BARS, late: 0, stale: 0, incomplete: 0 })
      expect(plain).toEqual({ equal: true, departures: 0, differences: [], unexplained: 0 })
    } else {
      expect(counts.late + counts.stale).toBeGreaterThan(0)
      expect(plain.departures).toBe(counts.late + counts.stale)
      for (const { because } of plain.differences)
        expect(because).toMatch(/^bar TEST:S0\d of .* came (late|after a newer)/)
    }
  })

  it.each([21, 22, 23])('killed again and again loses and doubles nothing (seed %i)', async seed => {
    const url = await serve(seed, { duplicate: 0.1, cut: 0.01, swap: 0.1 }, 40)
    const random = new Random(seed)
    let kills = 0
    for (let k = 0; k < 6; k++) {
      const run = startGordon(words(url))
      await run.says(k === 0 ? 'writing' : 'going on with')
      await new Promise(resolve => setTimeout(resolve, random.integer(20, 400)))
      run.child.kill('SIGKILL')
      if ((await run.finished).signal === 'SIGKILL') kills++
    }
    expect(kills).toBeGreaterThan(1)
    const session = document(await gordon(...words(url)))
    expect(session.counts).toMatchObject({ instants: BARS, late: 0, stale: 0, incomplete: 0 })
    expect(session.counts.restarts).toBeGreaterThan(1)
    expect(session.orders.map((order: { id: number }) => order.id)).toEqual(
      session.orders.map((_: unknown, place: number) => place + 1),
    )
    // The same orders and fills as a backtest that nobody killed.
    expect(await proofs(session)).toMatchObject({ equal: true, departures: 0 })
  })

  it('killed over a line with late bars still is what its journal says', async () => {
    const url = await serve(31, { late: 0.06, lateBy: 6, duplicate: 0.1, cut: 0.02, swap: 0.1 }, 60)
    for (let k = 0; k < 3; k++) {
      const run = startGordon(words(url, '--bar-grace', '10'))
      await run.says(k === 0 ? 'writing' : 'going on with')
      await new Promise(resolve => setTimeout(resolve, 300))
      run.child.kill('SIGKILL')
      await run.finished
    }
    await proofs(document(await gordon(...words(url, '--bar-grace', '10'))))
  })

  it('stops at Ctrl-C with its result, and goes on when it is started again', async () => {
    const url = await serve(41, {}, 100)
    const run = startGordon(words(url))
    await run.says('instants of')
    run.child.kill('SIGINT')
    const first = document(await run.finished)
    expect(first.counts.instants).toBeGreaterThan(0)
    expect(first.counts.instants).toBeLessThan(BARS)
    await proofs(first)
    const second = document(await gordon(...words(url)))
    expect(second.counts).toMatchObject({ instants: BARS, restarts: 1 })
    expect(second.fills.slice(0, first.fills.length)).toEqual(first.fills)
    await proofs(second)
  })

  it('stops after --max-instants', async () => {
    const session = document(await gordon(...words(await serve(42, {}, 500), '--max-instants', '50')))
    expect(session.counts.instants).toBe(50)
    await proofs(session)
  })

  it('takes up a line that was cut from outside', async () => {
    const url = await serve(43, {}, 80)
    const run = startGordon(words(url))
    await run.says('instants of')
    feed!.cutAll()
    const session = document(await run.finished)
    expect(session.counts).toMatchObject({ instants: BARS, disconnects: 1, late: 0 })
    await proofs(session)
  })
})

describe('a journal that is there', () => {
  async function begun(seed: number): Promise<string> {
    const url = await serve(seed, {}, 200)
    document(await gordon(...words(url, '--max-instants', '60')))
    return url
  }

  it('with a torn last line is cut, said and gone on with', async () => {
    const url = await begun(51)
    truncateSync(journal, statSync(journal).size - 30)
    const check = await gordon('journal', 'verify', journal)
    expect(check.out).toMatch(/bytes of a half-written last line follow; nothing was decided on them/)
    const end = await gordon(...words(url))
    expect(end.err).toMatch(/\d+ bytes of a half-written last line were cut off/)
    await proofs(document(end))
  })

  it('with a changed line is refused, and the line is named', async () => {
    const url = await begun(52)
    const lines = readFileSync(journal, 'utf8').split('\n')
    lines[20] = lines[20].replace(/"volume":\d/, '"volume":0')
    writeFileSync(journal, lines.join('\n'))
    for (const command of [
      words(url),
      ['journal', 'replay', journal, '--json'],
      ['journal', 'verify', journal, '--json'],
    ]) {
      const end = await gordon(...command)
      expect(end.code).toBe(1)
      expect(JSON.parse(end.out).error).toMatchObject({
        code: 'JOURNAL_BROKEN',
        message: expect.stringMatching(/^Line 2[12] of journal/),
      })
    }
  })

  it('of other code, parameters or settings is refused with the difference', async () => {
    const url = await begun(53)
    const before = readFileSync(journal)
    const refused = async (change: string, ...more: string[]) => {
      const end = await gordon(...words(url, ...more))
      expect(end.code).toBe(2)
      expect(JSON.parse(end.out).error).toMatchObject({
        code: 'SESSION_DIFFERS',
        message: expect.stringContaining(`differs in ${change}`),
      })
    }
    await refused('parameter period (4 then, 5 now)', '--params', '{"period":5}')
    await refused('setting cash (not set then, 5000 now)', '--cash', '5000')
    await refused('its bar grace in µs (2000000 then, 5000 now)', '--bar-grace', '5')
    await refused('its instruments', '--symbols', 'S00,S01')
    writeFileSync(strategyFile, STRATEGY.replace('buy(bar.instrument, 5)', 'buy(bar.instrument, 6)'))
    await refused("the strategy's code")
    const replay = await gordon('journal', 'replay', journal)
    expect([replay.code, replay.err]).toEqual([2, expect.stringContaining('was written with other code')])
    expect(readFileSync(journal)).toEqual(before)
  })

  it('is written by one process only', async () => {
    const url = await serve(54, {}, 50)
    const run = startGordon(words(url))
    await run.says('instants of')
    const second = await gordon(...words(url))
    expect(second.code).toBe(2)
    expect(JSON.parse(second.out).error).toMatchObject({
      code: 'JOURNAL_IN_USE',
      message: expect.stringContaining(`process ${run.child.pid}`),
    })
    run.child.kill('SIGINT')
    await proofs(document(await run.finished))
  })

  it('on a full disk stops the session before it acts, and goes on when there is room', async () => {
    const url = await serve(55, {}, 200)
    // The shell's file size limit stands for the disk: 64 blocks of 1 KiB.
    const end = await startGordon(words(url), 'ulimit -f 64').finished
    expect(end.code).toBe(1)
    expect(JSON.parse(end.out).error).toMatchObject({
      code: 'JOURNAL_WRITE_FAILED',
      message: expect.stringContaining('goes on where it was'),
    })
    const kept = join(folder, 'kept.jsonl')
    copyFileSync(journal, kept)
    const there = document(await gordon('journal', 'replay', kept, '--json'))
    const session = document(await gordon(...words(url)))
    expect(session.fills.slice(0, there.fills.length)).toEqual(there.fills)
    expect(session.counts).toMatchObject({ instants: BARS, restarts: 1 })
    expect((await proofs(session)).equal).toBe(true)
  })
})

describe('a feed', () => {
  it('that does not answer is told, and nothing is left behind', async () => {
    const end = await gordon(...words('ws://user:secret@127.0.0.1:9/?key=secret', '--connect-timeout', '0.5'))
    expect(end.code).toBe(1)
    expect(JSON.parse(end.out).error.message).toMatch(
      /^The feed at ws:\/\/127\.0\.0\.1:9 does not answer \(.*ECONNREFUSED.*\); start it, or check --feed\.$/,
    )
    expect(end.out + end.err).not.toContain('secret')
    expect(() => statSync(journal)).toThrow('ENOENT')
  })

  it('that has not what is asked for refuses in its own words', async () => {
    const url = await serve(61, {}, 100)
    const symbol = await gordon(...words(url, '--symbols', 'S00,ZZZ'))
    expect([symbol.code, JSON.parse(symbol.out).error.message]).toEqual([
      2,
      `The feed at ${url} refuses: this feed has no ZZZ; it has TEST:S00, TEST:S01, TEST:S02.`,
    ])
    const interval = await gordon(...words(url, '--interval', '1m'))
    expect(JSON.parse(interval.out).error.message).toMatch(/this feed has bars of 1d, not of 1m\.$/)
  })

  it.each([
    [['--feed', 'http://x'], 'FEED_ADDRESS'],
    [['--interval', 'daily'], 'INTERVAL_UNREADABLE'],
    [['--bar-grace', '-1'], 'SETTING_INVALID'],
    [['--bar-grace', 'soon'], 'FLAG_NOT_A_NUMBER'],
    [['--params', '{"period":1}'], 'PARAM_INVALID'],
  ])('is not asked when %j is wrong', async (more, code) => {
    const end = await gordon(...words('ws://127.0.0.1:9', ...more))
    expect([end.code, JSON.parse(end.out).error.code]).toEqual([2, code])
  })
})

describe('the sample', () => {
  it('is traded on paper by strategies/sma-cross.ts as it is in a backtest', async () => {
    const { spawn } = await import('node:child_process')
    const server = spawn(process.execPath, [
      ...['dist/lab/testing/feed-server.js', '--data', 'us-daily/total-return', '--port', '0'],
      ...[
        '--closes-per-second',
        '800',
        '--duplicate',
        '0.02',
        '--swap',
        '0.05',
        '--cut',
        '0.001',
        '--garbage',
        '0.001',
      ],
    ])
    try {
      const url = await new Promise<string>(resolve =>
        server.stdout.once('data', text => resolve(String(text).split(' ')[0])),
      )
      const session = document(
        await gordon(
          ...['paper', 'strategies/sma-cross.ts', '--feed', url, '--journal', journal, '--json'],
          ...['--params', '{"fast":10,"slow":30}', '--fees', '10bps'],
        ),
      )
      expect(session.counts).toMatchObject({ late: 0, stale: 0, incomplete: 0 })
      await proofs(session)
      const stored = document(
        await gordon(
          'parity',
          journal,
          '--json',
          '--store',
          'data/sample',
          '--data',
          'us-daily/total-return',
        ),
      )
      expect(stored.plain).toEqual({ equal: true, departures: 0, differences: [], unexplained: 0 })
      const backtest = document(
        await gordon(
          ...[
            'backtest',
            'strategies/sma-cross.ts',
            '--store',
            'data/sample',
            '--data',
            'us-daily/total-return',
          ],
          ...['--params', '{"fast":10,"slow":30}', '--fees', '10bps', '--json'],
        ),
      )
      expect(session.fills.map((fill: { price: number }) => fill.price)).toEqual(
        backtest.fills.map((fill: { price: number }) => fill.price),
      )
      expect(session.endEquity).toBe(backtest.endEquity)
    } finally {
      server.kill('SIGKILL')
    }
  })
})
