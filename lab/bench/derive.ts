/**
 * What it costs to derive, per row that comes in (node dist/lab/bench/derive.js <bench> --n 1e7):
 *
 *   time       trades to bars of a minute, around the clock       trades   to bars of 100 trades
 *   sessions   the same in the sessions of XNYS                    volume   to bars of 500 units
 *   imbalance  to volume imbalance bars, held in bounds            resample bars of a minute to bars of an hour
 *   snapshots  changes of a book to ten levels every second
 *
 * Rows come in batches of 65,536 from a generator that writes into the same arrays, so that peak memory says what the
 * maker holds; its time is not counted. `write --to file` leaves the trades for `derive_peers.py`, which times pandas
 * and polars on them: columns of doubles, one after another: time in µs, price, size. Prints one JSON line.
 */
import { openSync, closeSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { GordonError, isGordonError } from '../core/errors.ts'
import {
  ActivityBars,
  BookSnapshots,
  type Deriver,
  ImbalanceBars,
  Resampler,
  type Rows,
  TimeBars,
} from '../derive/index.ts'
import type { BarSeries } from '../domain/bar.ts'
import { BOOK_ACTIONS, type BookSeries, type TradeSeries } from '../domain/market-events.ts'

const BATCH = 65_536
/** 2024-03-04T14:30Z, a Monday on which XNYS opens. */
const START = 1_709_562_600_000_000

export interface DeriveLine {
  readonly bench: string
  readonly n: number
  /** CPU nanoseconds a row. */
  readonly ns: number
  /** Rows that came of it. */
  readonly rows: number
  /** Σ of what the rows say (closes, or best bids), to hold against the peers. */
  readonly sum: number
  readonly rss_mb: number
}

/** A linear congruential generator (Numerical Recipes): fast, and the same everywhere. */
class Chance {
  #state = 42
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return this.#state
  }
}

/** The same trades again for equal n: 40 ms apart on average, prices in cents, sizes in hundredths. */
class Trades {
  readonly batch: TradeSeries & Record<'eventTime' | 'price' | 'size' | 'side', Float64Array>
  readonly #chance = new Chance()
  #time = START
  #cents = 10_000

  constructor() {
    const column = () => new Float64Array(BATCH)
    const eventTime = column()
    this.batch = {
      length: BATCH,
      eventTime,
      receiveTime: eventTime,
      price: column(),
      size: column(),
      side: column(),
    }
  }

  next(length: number): TradeSeries {
    const { eventTime, price, size, side } = this.batch
    for (let i = 0; i < length; i++) {
      const chance = this.#chance.next()
      this.#time += (chance >>> 15) % 80_000
      this.#cents = Math.max(1000, this.#cents + ((chance >>> 8) % 5) - 2)
      eventTime[i] = this.#time
      price[i] = this.#cents / 100
      size[i] = (1 + ((chance >>> 11) % 500)) / 100
      side[i] = (chance >>> 20) % 2 === 0 ? 1 : -1
    }
    return length === BATCH ? this.batch : { ...this.batch, length }
  }
}

/** Minutes around the clock. */
class Minutes {
  readonly #chance = new Chance()
  #time = START - (START % 60e6)
  #cents = 10_000
  readonly #columns = Array.from({ length: 6 }, () => new Float64Array(BATCH))

  next(length: number): BarSeries {
    const [eventTime, open, high, low, close, volume] = this.#columns
    for (let i = 0; i < length; i++) {
      const chance = this.#chance.next()
      this.#time += 60e6
      eventTime[i] = this.#time
      open[i] = this.#cents / 100
      this.#cents = Math.max(1000, this.#cents + ((chance >>> 8) % 21) - 10)
      close[i] = this.#cents / 100
      high[i] = Math.max(open[i], close[i]) + 0.05
      low[i] = Math.min(open[i], close[i]) - 0.05
      volume[i] = (chance >>> 11) % 5000
    }
    return { length, eventTime, receiveTime: eventTime, open, high, low, close, volume }
  }
}

/** Levels near a price that wanders; one a millisecond on average. */
class Changes {
  readonly #chance = new Chance()
  #time = START
  #middle = 10_000
  readonly #columns = Array.from({ length: 5 }, () => new Float64Array(BATCH))

  next(length: number): BookSeries {
    const [eventTime, action, side, price, size] = this.#columns
    for (let i = 0; i < length; i++) {
      const chance = this.#chance.next()
      this.#time += (chance >>> 15) % 2000
      if (chance % 1024 === 0) this.#middle += ((chance >>> 10) % 3) - 1
      const bid = (chance >>> 8) % 2 === 0
      const away = 1 + ((chance >>> 20) % 40)
      eventTime[i] = this.#time
      action[i] = BOOK_ACTIONS.set
      side[i] = bid ? 1 : -1
      price[i] = (this.#middle + (bid ? -away : away)) / 100
      size[i] = (chance >>> 11) % 4
    }
    return { length, eventTime, receiveTime: eventTime, action, side, price, size }
  }
}

interface Work<Batch, Out extends Rows> {
  readonly rows: { next(length: number): Batch }
  readonly deriver: Deriver<Batch, Out>
  readonly told: (rows: Out) => Float64Array
}

const closes = ({ close }: { readonly close: Float64Array }) => close

type Run = <Batch, Out extends Rows>(work: Work<Batch, Out>) => DeriveLine

function ofTrades(run: Run, deriver: Deriver<TradeSeries, Rows & { readonly close: Float64Array }>) {
  return run({ rows: new Trades(), deriver, told: closes })
}

const BENCHES: Readonly<Record<string, (run: Run) => DeriveLine>> = {
  time: run => ofTrades(run, new TimeBars({ interval: '1m', calendar: '24/7' })),
  sessions: run => ofTrades(run, new TimeBars({ interval: '1m', calendar: 'XNYS' })),
  trades: run => ofTrades(run, new ActivityBars({ by: 'trades', threshold: 100 })),
  volume: run =>
    ofTrades(run, new ActivityBars({ by: 'volume', threshold: 500, ending: 'instant', calendar: '24/7' })),
  imbalance: run =>
    ofTrades(
      run,
      new ImbalanceBars({
        ...{ by: 'volume', expectedTrades: 100, barSpan: 20, tradeSpan: 10_000 },
        bounds: { expectedTrades: [10, 100], expectedImbalance: [0.5, 1] },
      }),
    ),
  resample: run =>
    run({
      rows: new Minutes(),
      deriver: new Resampler({ from: '1m', interval: '1h', calendar: '24/7' }),
      told: closes,
    }),
  snapshots: run =>
    run({
      rows: new Changes(),
      deriver: new BookSnapshots({ levels: 10, every: '1s', ticksPerUnit: 100 }),
      told: ({ bidPrice }) => bidPrice[0],
    }),
}

/** @throws GordonError BENCH_USAGE */
export function runDerive(bench: string, n: number): DeriveLine {
  const start = BENCHES[bench]
  if (start === undefined || !(Number.isSafeInteger(n) && n > 0))
    throw new GordonError(
      'BENCH_USAGE',
      `No bench "${bench}" of ${n}: give one of ${Object.keys(BENCHES).join(', ')} and --n of at least 1.`,
    )
  return start(work => measured(bench, n, work))
}

function measured<Batch, Out extends Rows>(bench: string, n: number, work: Work<Batch, Out>): DeriveLine {
  let [micros, rows, sum] = [0, 0, 0]
  const timed = (derive: () => Out): void => {
    const cpu = process.cpuUsage()
    const made = derive()
    const { user, system } = process.cpuUsage(cpu)
    micros += user + system
    rows += made.length
    for (const value of work.told(made)) sum += value
  }
  for (let left = n; left > 0; left -= BATCH) {
    const batch = work.rows.next(Math.min(left, BATCH))
    timed(() => work.deriver.add(batch))
  }
  timed(() => work.deriver.end())
  const rss = Math.round(process.resourceUsage().maxRSS / 1024)
  return {
    bench,
    n,
    ns: Number(((micros * 1000) / n).toFixed(1)),
    rows,
    sum: Number(sum.toFixed(2)),
    rss_mb: rss,
  }
}

/** Columns of doubles, one after another. */
function write(n: number, path: string): void {
  const file = openSync(path, 'w')
  for (const name of ['eventTime', 'price', 'size'] as const) {
    const source = new Trades()
    for (let left = n; left > 0; left -= BATCH)
      writeSync(file, source.next(Math.min(left, BATCH))[name].subarray(0, Math.min(left, BATCH)))
  }
  closeSync(file)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { n: { type: 'string', default: '1e7' }, to: { type: 'string' } },
  })
  try {
    const [bench = ''] = positionals
    const n = Number(values.n)
    if (bench === 'write' && values.to !== undefined) write(n, values.to)
    else process.stdout.write(`${JSON.stringify(runDerive(bench, n))}\n`)
  } catch (error) {
    if (!isGordonError(error)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  }
}
