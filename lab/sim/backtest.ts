/**
 * Replays bars through the engine: the store's clock, the store's bars, the simulated venue.
 *
 *   const run = await backtest({ strategy: SmaCross, bars: await openBars(…), fees: '10bps' })
 *   run.trades, run.curve, run.why(1), run.digest
 */
import { textDigest } from '../core/digest.ts'
import { GordonError } from '../core/errors.ts'
import { DAY, isoDate, isoTime } from '../core/time.ts'
import { VERSION } from '../core/version.ts'
import type { BarSeries } from '../domain/bar.ts'
import { compareInstruments } from '../domain/instrument.ts'
import type { BarSource, BarStream } from '../domain/ports/store.ts'
import type { RunWarning } from '../domain/run-result.ts'
import type { Engine } from '../engine/engine.ts'
import { authorLine } from './author-line.ts'
import { rowAtOrAfter, sliceSeries } from './series.ts'
import { seriesDigest, StreamDigest } from './row-digest.ts'
import { Run } from './run.ts'
import { type AnyStrategy, openSession, type Session } from './session.ts'
import { describeSettings, type TradingSettings } from './settings.ts'
import { warmStart } from './warm-start.ts'

export interface BacktestRequest extends TradingSettings {
  readonly strategy: AnyStrategy
  readonly params?: Readonly<Record<string, unknown>>
  readonly bars: BarSource
  /** First instant of decisions, µs UTC; bars before it warm up. */
  readonly from?: number
  /** Last instant, µs UTC, inclusive. */
  readonly to?: number
  /** Where the class came from, as the loader tells it. */
  readonly strategyFile?: string
  readonly codeHash?: string
  /** Called now and then with rows done and rows in all. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** Rows handed to the windows at a time, over all symbols. */
const ROWS_IN_FLIGHT = 1 << 18
/** Instants between looks at the clock of the caller: progress, interrupts. */
const INSTANTS_PER_TURN = 1 << 18

export async function backtest(request: BacktestRequest): Promise<Run> {
  const source = inCanonicalOrder(request.bars)
  const session = openSession({
    strategy: request.strategy,
    params: request.params,
    settings: request,
    instruments: source.instruments,
    intervals: source.intervals,
    from: request.from ?? Number.NEGATIVE_INFINITY,
  })
  const { engine } = session
  const warnings: RunWarning[] = [
    ...source.notes.map(text => ({ code: 'DATA_NOTE', text })),
    ...session.settings.warnings,
    ...absentMembers(session),
  ]
  const feeds = source.streams.map(
    (stream, handle) => new StreamFeed(stream, engine, handle, request, session, warnings),
  )
  for (const feed of feeds) await feed.fill()
  const total = feeds.reduce((sum, feed) => sum + feed.rows, 0)
  const single = feeds.length === 1 ? feeds[0].series : undefined
  engine.recorder.curve.reserve(
    Math.max(...feeds.map(feed => feed.series?.length ?? 0)),
    single !== undefined,
  )
  try {
    engine.start()
    for (;;) {
      const needs = engine.run(INSTANTS_PER_TURN)
      if (needs === -1) break
      request.onProgress?.(
        feeds.reduce((sum, feed) => sum + feed.given, 0),
        total,
      )
      if (needs === -2) await new Promise<void>(resolve => setImmediate(resolve))
      else {
        // What fails while rows are read is not the strategy's doing.
        engine.callback = ''
        const filled = feeds[needs].fill()
        if (filled !== undefined) await filled
      }
      if (request.signal?.aborted === true)
        throw new GordonError('INTERRUPTED', 'The backtest was interrupted before its end.', {
          kind: 'failure',
        })
    }
    if (engine.instants > 0) engine.end()
  } catch (error) {
    throw strategyFailure(error, engine, session.name)
  }
  if (engine.instants === 0) throw emptyRange(request)
  warnings.push(...changedWithinBar(engine, source))
  const told = describeSettings(session.settings)
  return new Run(
    {
      strategy: session.name,
      strategyFile: request.strategyFile,
      codeHash: request.codeHash ?? textDigest(request.strategy.toString()),
      params: session.instance.params,
      seed: session.settings.seed,
      datasets: source.datasets,
      instruments: source.instruments,
      bars: feeds.map(feed => feed.series),
      currency: session.currency,
      startEquity: session.settings.cash,
      assumptions: told.assumptions,
      settings: { ...told.hashed, from: request.from, to: request.to, intervals: source.intervals },
      warnings,
      made: { gordon: VERSION, node: process.versions.node, arch: process.arch },
      leanTimes: single?.receiveTime.subarray(rowAtOrAfter(single, request.from ?? Number.NEGATIVE_INFINITY)),
      rowDigests: () => feeds.map(feed => feed.digest()),
    },
    engine,
  )
}

/** Hands one stream's rows to its window: a series in memory as views, a larger one batch by batch. */
class StreamFeed {
  /** The rows of this run when they are in memory, warm-up included. */
  readonly series: BarSeries | undefined
  readonly rows: number
  given = 0
  readonly #next: BarStream['next']
  readonly #engine: Engine
  readonly #handle: number
  readonly #rowsAtOnce: number
  readonly #to: number
  #streamed: StreamDigest | undefined

  constructor(
    stream: BarStream,
    engine: Engine,
    handle: number,
    request: BacktestRequest,
    session: Session,
    warnings: RunWarning[],
  ) {
    this.#engine = engine
    this.#handle = handle
    this.#to = request.to ?? Number.POSITIVE_INFINITY
    this.#rowsAtOnce = Math.max(
      512,
      Math.min(1 << 15, Math.floor(ROWS_IN_FLIGHT / session.instruments.length)),
    )
    const from = request.from ?? Number.NEGATIVE_INFINITY
    const warnShort = (found: number): void => {
      if (request.from !== undefined && found < session.warmup)
        warnings.push({
          code: 'SHORT_WARMUP',
          text: `${session.instruments[handle].id} has ${found} of the ${session.warmup} warm-up bars before ${edge(request.from)}; its first decisions come later.`,
        })
    }
    if (stream.series !== undefined) {
      const start = rowAtOrAfter(stream.series, from)
      const first = Math.max(0, start - session.warmup)
      warnShort(start - first)
      this.series = sliceSeries(stream.series, first, rowAtOrAfter(stream.series, this.#to + 1))
    }
    this.#next = warmStart(stream, { from, warmup: session.warmup, onFound: warnShort })
    this.rows = this.series?.length ?? stream.rows
  }

  /** The next rows; a promise only when they must be read. */
  fill(): Promise<void> | undefined {
    if (this.series === undefined) return this.#read()
    const from = this.given
    const to = Math.min(this.series.length, from + this.#rowsAtOnce)
    this.given = to
    const window = this.#engine.windows[this.#handle]
    if (from === 0) window.expect(this.series)
    window.load(this.series, from, to)
    this.#engine.loaded(this.#handle, to < this.series.length)
    return undefined
  }

  digest(): string {
    return this.series === undefined
      ? (this.#streamed ?? new StreamDigest()).hex()
      : seriesDigest(this.series)
  }

  async #read(): Promise<void> {
    let batch = await this.#next(this.#rowsAtOnce)
    let more = batch !== undefined
    if (batch !== undefined) {
      const end = rowAtOrAfter(batch, this.#to + 1)
      more = end === batch.length
      if (!more) batch = sliceSeries(batch, 0, end)
      this.#streamed ??= new StreamDigest()
      this.#streamed.add(batch)
      this.given += batch.length
      this.#engine.windows[this.#handle].load(batch, 0, batch.length)
    }
    this.#engine.loaded(this.#handle, more)
  }
}

/** File order and dataset order never decide a handle. */
function inCanonicalOrder(source: BarSource): BarSource {
  const order = source.instruments.map((_, place) => place)
  order.sort((a, b) => compareInstruments(source.instruments[a], source.instruments[b]))
  return {
    ...source,
    instruments: order.map(place => source.instruments[place]),
    intervals: order.map(place => source.intervals[place]),
    streams: order.map(place => source.streams[place]),
  }
}

/** Who belongs to the universe and is not in the data: most often the delisted, whose losses are then missing. */
function absentMembers({ settings, instruments }: Session): RunWarning[] {
  const known = new Set(instruments.flatMap(one => [one.symbol, one.id]))
  const names = (settings.universe ?? []).map(entry => entry.symbol).filter(name => !known.has(name))
  const absent = [...new Set(names)]
  if (absent.length === 0) return []
  const some = absent.slice(0, 5).join(', ') + (absent.length > 5 ? ' …' : '')
  const text = `${absent.length} ${absent.length === 1 ? 'member of the universe has' : 'members of the universe have'} no data in this run (${some}): a universe without its dead flatters every result.`
  return [{ code: 'UNIVERSE_WITHOUT_DATA', text }]
}

/** Between coarse bars a strategy learns from finer ones, while its orders stand in a bar that tells only at its close. */
function changedWithinBar(engine: Engine, source: BarSource): RunWarning[] {
  const count = engine.recorder.changedWithinBar
  if (count === 0 || new Set(source.intervals).size === 1) return []
  return [
    {
      code: 'CHANGED_WITHIN_BAR',
      text: `${count} ${count === 1 ? 'order was' : 'orders were'} changed while a coarser bar of ${count === 1 ? 'its' : 'their'} instrument was forming: that bar might have filled ${count === 1 ? 'it' : 'them'} before, and does not in this run.`,
    },
  ]
}

/** A day as the command line means it begins a microsecond after midnight. */
function edge(time: number): string {
  return time % DAY === 1 ? isoDate(time) : isoTime(time)
}

function emptyRange(request: BacktestRequest): GordonError {
  const part = (time: number | undefined) => (time === undefined ? 'the edge of the data' : edge(time))
  if (request.from === undefined && request.to === undefined)
    return new GordonError('EMPTY_RANGE', 'The data has no bar at all; choose data that has some.')
  return new GordonError(
    'EMPTY_RANGE',
    `The data has no bar from ${part(request.from)} to ${part(request.to)}; choose a range that it covers.`,
  )
}

/** A strategy that throws: which callback, which bar, which symbol, whose line. */
export function strategyFailure(error: unknown, engine: Engine, name: string): unknown {
  if (error instanceof GordonError && error.code === 'INTERRUPTED') return error
  if (engine.callback === '') return error
  const thrown = error instanceof Error ? error : new Error(String(error))
  const line = authorLine(thrown)
  const symbol =
    engine.callback === 'onBar' && engine.callbackHandle >= 0
      ? ` for ${engine.instruments[engine.callbackHandle].id} (bar ${engine.windows[engine.callbackHandle].known})`
      : ''
  const when = Number.isNaN(engine.now) ? '' : ` at ${isoTime(engine.now)}`
  return new GordonError(
    'STRATEGY_THREW',
    `Strategy ${name} threw "${thrown.message}" in ${engine.callback}${when}${symbol}${line === undefined ? '' : `, ${line}`}.`,
    { cause: error },
  )
}
