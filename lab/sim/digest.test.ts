/** A run's digest: `inputs` names what went in, `decisions` what came out, and neither how it was worked. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { DAY } from '../core/time.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { START, play } from '../testing/fixtures.ts'
import { BUSY_MARKET, busyRun } from '../testing/fixtures-digest.ts'
import { copied, randomMarket, streamed } from '../testing/fixtures-random.ts'
import type { Run } from './run.ts'

const halves = ({ inputs, decisions, digest }: Run) => ({ inputs, decisions, digest })
const first = await busyRun()

/** The market with one number changed. */
function changed(change: (series: ReturnType<typeof copied>[]) => void): BarSource {
  const source = randomMarket(BUSY_MARKET)
  const series = source.streams.map(stream => copied(stream.series!))
  change(series)
  return { ...source, streams: source.streams.map((stream, place) => ({ ...stream, series: series[place] })) }
}

describe('the digest is equal', () => {
  it('for a second run', async () => {
    expect(first.fills.length).toBeGreaterThan(100)
    expect(new Set(first.orders.map(order => `${order.type} ${order.state}`)).size).toBeGreaterThan(5)
    expect(halves(await busyRun())).toEqual(halves(first))
  })

  it('for another order of instruments in the source', async () => {
    const source = randomMarket(BUSY_MARKET)
    const places = [3, 0, 4, 1, 2]
    const shuffled: BarSource = {
      ...source,
      instruments: places.map(place => source.instruments[place]),
      intervals: places.map(place => source.intervals[place]),
      streams: places.map(place => source.streams[place]),
    }
    expect(halves(await busyRun({}, shuffled))).toEqual(halves(first))
  })

  it('in a worker thread', async () => {
    // Inside the project, which the code looks for from where it lies.
    const cache = fileURLToPath(new URL('../../.cache', import.meta.url))
    mkdirSync(cache, { recursive: true })
    const folder = mkdtempSync(join(cache, 'worker-'))
    try {
      const outfile = join(folder, 'worker.mjs')
      await build({
        entryPoints: [fileURLToPath(new URL('../testing/fixtures-digest-worker.ts', import.meta.url))],
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
        outfile,
        logLevel: 'error',
      })
      const told = await Promise.all(
        [1, 2].map(
          () =>
            new Promise((resolve, reject) => {
              const worker = new Worker(outfile)
              worker.once('message', resolve)
              worker.once('error', reject)
            }),
        ),
      )
      expect(told).toEqual([halves(first), halves(first)])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('in strict mode', async () => {
    expect(halves(await busyRun({ strict: true }))).toEqual(halves(first))
  })

  for (const batch of [1, 7, 100, 10_000])
    it(`from streams in batches of ${batch}, with the same orders, equity and cash`, async () => {
      const run = await busyRun({}, streamed(randomMarket(BUSY_MARKET), batch))
      expect(halves(run)).toEqual(halves(first))
      expect(run.orders).toEqual(first.orders)
      expect(run.fills).toEqual(first.fills)
      expect(run.curve.time).toEqual(first.curve.time)
      expect(run.curve.equity).toEqual(first.curve.equity)
      expect(run.curve.cash).toEqual(first.curve.cash)
      expect(run.curve.grossExposure).toEqual(first.curve.grossExposure)
    })

  it('from a stream of one instrument, whose path through the engine is another', async () => {
    const one = { ...BUSY_MARKET, symbols: 1 }
    const whole = await busyRun({}, randomMarket(one))
    const run = await busyRun({}, streamed(randomMarket(one), 13))
    expect(halves(run)).toEqual(halves(whole))
    expect(run.curve.time).toEqual(whole.curve.time)
    expect(run.curve.equity).toEqual(whole.curve.equity)
    for (let row = 0; row < whole.curve.equity.length; row++)
      expect(run.curve.grossExposure[row]).toBeCloseTo(whole.curve.grossExposure[row], 6)
  })

  it('from streams with a range and its warm-up', async () => {
    const range = { from: START + 300 * DAY, to: START + 700 * DAY }
    const whole = await busyRun(range)
    const run = await busyRun(range, streamed(randomMarket(BUSY_MARKET), 50))
    expect(run.fills).toEqual(whole.fills)
    expect(halves(run)).toEqual(halves(whole))
    expect(run.warnings).toEqual(whole.warnings)
  })
})

describe('inputs differ', () => {
  const price = (source: BarSource) => busyRun({}, source)

  it('when one price changes, though no decision does', async () => {
    // The last volume: nothing reads it.
    const run = await price(changed(series => series[2].volume.set([1], series[2].length - 1)))
    expect(run.inputs).not.toBe(first.inputs)
    expect(run.decisions).toBe(first.decisions)
    expect(run.digest).not.toBe(first.digest)
  })

  it('when one price changes that matters, and decisions do too', async () => {
    const run = await price(changed(series => series[0].close.set([series[0].close[100] * 3], 100)))
    expect(run.inputs).not.toBe(first.inputs)
    expect(run.decisions).not.toBe(first.decisions)
  })

  it('when an order that never fills asks for other special terms', async () => {
    const told = (trail: number) =>
      play(
        { A: ['100', '101', '102'] },
        { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { trail: { amount: trail } }) },
      )
    const [near, far] = await Promise.all([told(50), told(60)])
    expect(near.fills).toEqual(far.fills)
    expect(near.decisions).not.toBe(far.decisions)
  })

  it('when a parameter, the seed, the code or a setting changes', async () => {
    const others = await Promise.all([
      busyRun({ params: { fast: 6 } }),
      busyRun({ seed: 2 }),
      busyRun({ codeHash: 'other' }),
      busyRun({ fees: '11bps' }),
      busyRun({ slippage: '2bps' }),
      busyRun({ cash: 100_001 }),
      busyRun({ limitFill: 'touch' }),
      busyRun({ maxPosition: 1e9 }),
      busyRun({ from: START + 300 * DAY }),
      busyRun({ to: START + 300 * DAY }),
    ])
    const inputs = [first, ...others].map(run => run.inputs)
    expect(new Set(inputs).size).toBe(inputs.length)
    // A limit that never binds and another name of the same code decide nothing.
    expect(others[7].decisions).toBe(first.decisions)
    expect(others[2].decisions).toBe(first.decisions)
  })

  it('when bars are said to be of another interval, which decides what fills', async () => {
    const source = randomMarket(BUSY_MARKET)
    const intervals = source.intervals.map((one, place) => (place === 0 ? '1w' : one))
    expect((await price({ ...source, intervals })).inputs).not.toBe(first.inputs)
  })

  it('when a symbol is renamed', async () => {
    const source = randomMarket(BUSY_MARKET)
    const instruments = source.instruments.map((one, place) =>
      place === 4 ? { ...one, symbol: 'S99' } : one,
    )
    expect((await price({ ...source, instruments })).inputs).not.toBe(first.inputs)
  })
})

describe('an earlier start', () => {
  it('changes no decision after the warm-up', async () => {
    // The strategy is stateless in what it decides here: compare a run whose bars begin late with one on all bars.
    const from = START + 400 * DAY
    const whole = randomMarket({ ...BUSY_MARKET, ragged: false })
    const late = await busyRun({ from }, whole)
    const cut = changedStart(whole, 250)
    expect((await busyRun({ from }, cut)).decisions).toBe(late.decisions)
    expect(late.warnings.filter(one => one.code === 'SHORT_WARMUP')).toEqual([])
  })
})

/** The market without its first rows. */
function changedStart(source: BarSource, rows: number): BarSource {
  return {
    ...source,
    streams: source.streams.map(stream => {
      const whole = stream.series!
      const part = (column: Float64Array) => column.slice(rows)
      const time = part(whole.eventTime)
      return {
        ...stream,
        rows: whole.length - rows,
        series: {
          length: whole.length - rows,
          eventTime: time,
          receiveTime: time,
          ...{ open: part(whole.open), high: part(whole.high), low: part(whole.low) },
          ...{ close: part(whole.close), volume: part(whole.volume) },
        },
      }
    }),
  }
}

describe('a result', () => {
  it('says what it takes to make it again', () => {
    expect(first.strategy).toBe('Busy')
    expect(first.params).toEqual({ fast: 5, slow: 20 })
    expect(first.seed).toBe(1)
    expect(first.codeHash).toBe('busy')
    expect(first.made).toMatchObject({ node: process.versions.node, arch: process.arch })
    expect(first.datasets[0].snapshot).toMatch(/^memory:/)
    expect(first.assumptions).toEqual({
      marketFill: 'nextOpen',
      limitFill: 'through',
      ambiguity: 'pessimistic',
      fees: '10 bps of notional',
      slippage: '1 bps of price on market and stop orders',
      account: 'cash',
    })
    for (const hash of [first.inputs, first.decisions, first.digest]) expect(hash).toMatch(/^[0-9a-f]{64}$/)
  })
})
