/**
 * What a run costs as it grows (node dist/lab/bench/scale.js): events streamed through, orders by the million, runs in
 * one process. One size a process, as peak memory is the process's:
 *
 *   events  --n 1e8   trades of a generator, never all in memory; every thousandth an order is changed
 *   turns   --n 1e6   market orders one after another, each filled at the next bar's open
 *   prices  --n 1e6   limit orders that rest at a market of ticks, each at a price of its own, and are cancelled
 *   price   --n 1e6   the same at one price
 *   bars    --n 1e6   limit orders that rest while a thousand bars pass above them
 *   runs    --n 1000  whole backtests one after another
 *
 * Prints one JSON line. `ns` is CPU time (all threads) over what was counted, the thousand events that pass while
 * orders rest included; sizes below 400,000 are repeated, and the least is told.
 */
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { GordonError, isGordonError } from '../core/errors.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { TradeSeries } from '../domain/market-events.ts'
import type { TickSource } from '../domain/ports/store.ts'
import { backtest, memoryBars, memoryTicks, type Run } from '../sim/index.ts'
import { type BarView, type Context, integer, strategy, type TradeView } from '../strategy/index.ts'
import { benchInstrument } from './peers-data.ts'
import { TradeQuoter } from './w4.ts'
import { SmaCross } from './w1.ts'

/** 2020-01-01T00:00Z */
const START = 1_577_836_800_000_000
const MINUTE = 60_000_000
/** Rows that the generator makes; it hands them out again and again, later each time. */
const BLOCK = 1 << 15
/** Trades that pass while orders rest, and bars. */
const PASSING_TRADES = 1000
const PASSING_BARS = 1000

export interface ScaleLine {
  readonly bench: string
  readonly n: number
  /** CPU nanoseconds for each of the n. */
  readonly ns: number
  readonly seconds: number
  readonly rss_mb: number
  readonly orders?: number
  readonly fills?: number
  /** Of `runs`: objects and columns alive after a tenth of the runs and after all; collected with --expose-gc. */
  readonly heap_after_mb?: readonly number[]
}

/** Buys and sells a share in turn, at every bar. */
class Turns extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    if (ctx.position(bar.instrument) === 0) ctx.buy(bar.instrument, 1)
    else ctx.sell(bar.instrument, 1)
  }
}

/** Sends its orders at the first event, below the market, and cancels them one by one at the last. */
class Resting extends strategy({
  params: { orders: integer({ default: 0, min: 0 }), prices: integer({ default: 1, min: 1 }) },
  state: () => ({ seen: 0 }),
}) {
  override onTrade(trade: TradeView, ctx: Context): void {
    if (++this.state.seen === 1) this.send(trade.instrument, ctx)
    else if (this.state.seen === PASSING_TRADES)
      for (let id = 1; id <= this.params.orders; id++) ctx.cancel(id)
  }

  override onBar(bar: BarView, ctx: Context): void {
    if (++this.state.seen === 1) this.send(bar.instrument, ctx)
    else if (this.state.seen === PASSING_BARS) for (let id = 1; id <= this.params.orders; id++) ctx.cancel(id)
  }

  send(instrument: TradeView['instrument'], ctx: Context): void {
    const { orders, prices } = this.params
    for (let k = 0; k < orders; k++)
      ctx.buy(instrument, 1, { limit: ctx.roundPrice(instrument, 20_000 - (k % prices) / 100) })
  }
}

/** Trades ten milliseconds apart whose prices wander between 30,000 and 30,655. */
export function tradeStream(n: number): TickSource {
  const price = new Float64Array(BLOCK)
  const size = new Float64Array(BLOCK)
  const side = new Float64Array(BLOCK)
  let state = 1
  for (let row = 0; row < BLOCK; row++) {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const walk = row < BLOCK / 2 ? row : BLOCK - row
    price[row] = (3_000_000 + walk * 4 + (state >>> 30)) / 100
    size[row] = 1 + (state >>> 28)
    side[row] = (state & 65_536) === 0 ? 1 : -1
  }
  let given = 0
  const next = async (rows: number): Promise<TradeSeries | undefined> => {
    const length = Math.min(rows, BLOCK, n - given)
    if (length === 0) return undefined
    const eventTime = new Float64Array(length)
    const receiveTime = new Float64Array(length)
    writeTimes(eventTime, receiveTime, given)
    given += length
    return { length, eventTime, receiveTime, price, size, side }
  }
  return {
    datasets: [{ id: 'generated', snapshot: `generated:${n}`, adjustment: 'raw', interval: 'ticks' }],
    instruments: [benchInstrument('EVENTS')],
    streams: [{ kind: 'trades', instrument: 0, rows: n, next }],
    notes: [],
  }
}

function writeTimes(eventTime: Float64Array, receiveTime: Float64Array, given: number): void {
  for (let row = 0; row < eventTime.length; row++) {
    const time = START + 10_000 * (given + row + 1)
    eventTime[row] = time
    receiveTime[row] = time + 1000
  }
}

/** The first trades of the stream in memory. */
async function passingTrades(): Promise<TickSource> {
  const size = PASSING_TRADES
  const stream = tradeStream(size).streams[0]
  const names = ['eventTime', 'receiveTime', 'price', 'size', 'side'] as const
  const columns = Object.fromEntries(names.map(name => [name, new Float64Array(size)]))
  for (let at = 0; at < size; ) {
    const part = (await stream.next(size)) as TradeSeries
    for (const name of names) columns[name].set(part[name].subarray(0, part.length), at)
    at += part.length
  }
  const trades = { length: size, ...columns } as unknown as TradeSeries
  return memoryTicks([{ instrument: benchInstrument('RESTING'), trades }])
}

function minuteBars(length: number) {
  const time = Float64Array.from({ length }, (_, row) => START + MINUTE * (row + 1))
  const open = Float64Array.from({ length }, (_, row) => 30_000 + (row % 100) / 100)
  const series: BarSeries = {
    length,
    eventTime: time,
    receiveTime: time,
    open,
    high: open,
    low: open,
    close: open,
    volume: new Float64Array(length).fill(1000),
  }
  return memoryBars([{ instrument: benchInstrument('BARS'), series }], { id: 'generated', interval: '1m' })
}

const MONEY = { cash: 1e11, fees: '10bps' } as const
type Bench = (n: number) => Promise<Omit<ScaleLine, 'bench' | 'n' | 'rss_mb'>>

const BENCHES: Readonly<Record<string, Bench>> = {
  async events(n) {
    const timed = await clocked(() =>
      backtest({ strategy: TradeQuoter, ticks: tradeStream(n), ...MONEY, latency: '1ms' }),
    )
    return told(timed, n)
  },
  async turns(n) {
    const bars = minuteBars(n + 1)
    return told(await clocked(() => backtest({ strategy: Turns, bars, ...MONEY })), n)
  },
  prices: n => resting(n, n),
  price: n => resting(n, 1),
  async bars(n) {
    const bars = minuteBars(PASSING_BARS)
    const params = { orders: n, prices: 1_000_000 }
    return told(await clocked(() => backtest({ strategy: Resting, params, bars, ...MONEY })), n)
  },
  async runs(n) {
    const bars = minuteBars(2000)
    const after: number[] = []
    const timed = await clocked(async () => {
      let last: Run | undefined
      for (let k = 1; k <= n; k++) {
        last = await backtest({ strategy: SmaCross, params: { fast: 5, slow: 20 }, bars, ...MONEY })
        if (k === Math.ceil(n / 10) || k === n) after.push(collectedMb())
      }
      return last!
    })
    return { ...told(timed, n), heap_after_mb: after }
  },
}

/** Orders rest at a market of ticks and are cancelled, one by one. */
async function resting(n: number, prices: number) {
  const ticks = await passingTrades()
  const params = { orders: n, prices }
  return told(await clocked(() => backtest({ strategy: Resting, params, ticks, ...MONEY })), n)
}

interface Timed {
  readonly run: Run
  /** Seconds. */
  readonly cpu: number
  readonly wall: number
}

async function clocked(work: () => Promise<Run>): Promise<Timed> {
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  const run = await work()
  const { user, system } = process.cpuUsage(cpu)
  return { run, cpu: (user + system) / 1e6, wall: Number(process.hrtime.bigint() - start) / 1e9 }
}

function told({ run, cpu, wall }: Timed, n: number) {
  return {
    ns: Number(((1e9 * cpu) / n).toFixed(1)),
    seconds: Number(wall.toFixed(3)),
    orders: run.orderCount,
    fills: run.fillCount,
  }
}

/** Memory in use after a collection, where the process was started with --expose-gc. */
function collectedMb(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return Number(((heapUsed + arrayBuffers) / 2 ** 20).toFixed(3))
}

/** Least work that a figure is told of: small sizes are repeated, so that they tell of the work and not of compiling. */
const LEAST = 400_000

/** @throws BENCH_USAGE */
export async function runScale(bench: string, n: number, least = LEAST): Promise<ScaleLine> {
  const work = BENCHES[bench]
  if (work === undefined || !Number.isSafeInteger(n) || n < 1)
    throw new GordonError(
      'BENCH_USAGE',
      `No bench "${bench}" of ${n}: give one of ${Object.keys(BENCHES).join(', ')} and --n of at least 1.`,
    )
  let result = await work(n)
  if (bench !== 'runs')
    for (let done = n; done < least && done < 1000 * n; done += n) {
      const again = await work(n)
      if (again.ns < result.ns) result = again
    }
  return { bench, n, ...result, rss_mb: Number((process.resourceUsage().maxRSS / 1024).toFixed(1)) }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { n: { type: 'string' } } })
  runScale(positionals[0] ?? '', Number(values.n ?? '100000'))
    .then(line => console.log(JSON.stringify(line)))
    .catch(error => {
      console.error(isGordonError(error) ? `${error.message} [${error.code}]` : error)
      process.exitCode = isGordonError(error) && error.kind === 'input' ? 2 : 1
    })
}
