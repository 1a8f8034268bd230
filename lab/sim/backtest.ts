/**
 * Replays bars through the engine: the store's clock, the store's bars, the simulated venue.
 *
 *   const run = await backtest({ strategy: SmaCross, bars: await openBars(…), fees: '10bps' })
 *   run.trades, run.curve, run.why(1), run.digest
 */
import { GordonError } from '../core/errors.ts'
import { isoTime } from '../core/time.ts'
import { VERSION } from '../core/version.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import type { RunWarning } from '../domain/run-result.ts'
import type { Engine } from '../engine/engine.ts'
import { accountAssumptions } from './account-assumptions.ts'
import { authorLine } from './author-line.ts'
import { BarFeed, edge } from './bar-feed.ts'
import { planReplay, type ReplayPlan, type ReplaySources } from './replay-plan.ts'
import { seriesDigest } from './row-digest.ts'
import { Run } from './run.ts'
import { rowAtOrAfter } from './series.ts'
import type { AnyStrategy, StrategyShare } from './members.ts'
import { openSession, type Session } from './session.ts'
import { sessionFacts } from './session-facts.ts'
import type { TradingSettings } from './settings.ts'
import { TickFeed } from './tick-feed.ts'
import { tickWarnings } from './tick-warnings.ts'

/** What is replayed, and how, whoever trades. */
interface ReplayRequest extends TradingSettings, ReplaySources {
  /** Splits, dividends, new names and delistings, for raw prices. */
  readonly actions?: readonly CorporateAction[]
  /** First instant of decisions, µs UTC; bars before it warm up. */
  readonly from?: number
  /** Last instant, µs UTC, inclusive. */
  readonly to?: number
  /** Called now and then with rows done and rows in all. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

export interface BacktestRequest extends ReplayRequest {
  readonly strategy: AnyStrategy
  readonly params?: Readonly<Record<string, unknown>>
  /** Where the class came from, as the loader tells it. */
  readonly strategyFile?: string
  readonly codeHash?: string
}

/** Several strategies in one run, each with its part of the money: models/several-strategies.md. */
export interface JointRequest extends ReplayRequest {
  readonly strategies: readonly StrategyShare[]
}

/** Rows handed to the windows at a time, over all symbols. */
const ROWS_IN_FLIGHT = 1 << 18
/** The same of series in memory, which are windowed and not copied. */
const ROWS_IN_MEMORY = 1 << 21
/** Instants between looks at the clock of the caller: progress, interrupts. */
const INSTANTS_PER_TURN = 1 << 18

export async function backtest(request: BacktestRequest | JointRequest): Promise<Run> {
  const plan = planReplay(request)
  const session = openSession({
    strategies: 'strategies' in request ? request.strategies : [request],
    settings: request,
    instruments: plan.instruments,
    streams: plan.streams.map(stream => stream.terms),
    from: request.from ?? Number.NEGATIVE_INFINITY,
    actions: request.actions,
    calendar: plan.calendar,
  })
  const { engine } = session
  for (const [place, { bars }] of plan.streams.entries())
    if (bars?.corrections !== undefined) engine.streams.barOf[place]!.corrections = bars.corrections
  const warnings: RunWarning[] = [
    ...plan.notes.map(text => ({ code: 'DATA_NOTE', text })),
    ...session.settings.warnings,
    ...absentMembers(session),
    ...syntheticData(plan),
  ]
  const rowsAtOnce = Math.max(512, Math.min(1 << 15, Math.floor(ROWS_IN_FLIGHT / plan.streams.length)))
  const rowsInMemory = Math.max(512, Math.min(1 << 15, Math.floor(ROWS_IN_MEMORY / plan.streams.length)))
  const feeds = plan.streams.map(({ terms, bars, ticks }, place) =>
    ticks !== undefined
      ? new TickFeed(ticks, {
          engine,
          place,
          instrument: session.instruments[terms.handle],
          to: request.to ?? Number.POSITIVE_INFINITY,
          rowsAtOnce,
        })
      : new BarFeed(bars!, {
          engine,
          place,
          id: session.instruments[terms.handle].id,
          from: request.from,
          to: request.to,
          warmup: session.warmup,
          rowsAtOnce: bars!.series === undefined ? rowsAtOnce : rowsInMemory,
          warnings,
        }),
  )
  for (const feed of feeds) await feed.fill()
  const total = feeds.reduce((sum, feed) => sum + feed.rows, 0)
  const single = feeds.length === 1 && feeds[0] instanceof BarFeed ? feeds[0].series : undefined
  const ownBars = plan.instruments.map((_, handle) => {
    const place = plan.streams.findIndex(
      ({ terms }) => terms.kind === 'bars' && terms.handle === handle && terms.informs,
    )
    return place < 0 ? undefined : (feeds[place] as BarFeed).series
  })
  // The sum of several accounts is not read back from fills and closes.
  const lean = engine.members.length === 1 ? single : undefined
  const rows = Math.max(0, ...ownBars.map(series => series?.length ?? 0))
  if (engine.members.length > 1) for (const { curve } of engine.members) curve.reserve(rows, true, false)
  engine.recorder.curve.reserve(
    rows,
    lean !== undefined,
    engine.members.length === 1 && engine.members[0].account.simple,
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
    if (engine.decided) engine.end()
  } catch (error) {
    throw strategyFailure(error, engine)
  }
  if (engine.instants === 0) throw emptyRange(request)
  warnings.push(...changedWithinBar(engine, plan))
  warnings.push(...tickWarnings(engine))
  for (const feed of feeds) if (feed instanceof TickFeed) warnings.push(...feed.warnings())
  const facts = sessionFacts(session)
  return new Run(
    {
      ...facts,
      datasets: plan.datasets,
      instruments: plan.instruments,
      bars: ownBars,
      actions: request.actions,
      assumptions: {
        ...facts.assumptions,
        ...accountAssumptions(
          session,
          plan.streams.some(({ terms }) => terms.kind === 'book'),
        ),
      },
      settings: {
        ...facts.settings,
        from: request.from,
        to: request.to,
        streams: plan.streams.map(stream => stream.terms),
        actions: request.actions,
        borrow: session.borrow,
      },
      warnings,
      made: { gordon: VERSION, node: process.versions.node, arch: process.arch },
      lean:
        lean === undefined
          ? undefined
          : { series: lean, first: rowAtOrAfter(lean, request.from ?? Number.NEGATIVE_INFINITY) },
      rowDigests: () =>
        plan.instruments.map((_, handle) =>
          feeds
            .filter((_feed, place) => plan.streams[place].terms.handle === handle)
            .map(feed => feed.digest())
            .concat(correctionDigests(plan, handle))
            .join(' '),
        ),
    },
    engine,
  )
}

/** Of what was published again of an instrument's bars; none where nothing was. */
function correctionDigests({ streams }: ReplayPlan, handle: number): string[] {
  return streams.flatMap(({ terms, bars }) =>
    terms.handle === handle && bars?.corrections !== undefined ? [seriesDigest(bars.corrections)] : [],
  )
}

/** Who belongs to the universe and is not in the data: most often the delisted, whose losses are then missing. */
function absentMembers({ members, instruments }: Session): RunWarning[] {
  const known = new Set(instruments.flatMap(one => [one.symbol, one.id]))
  const names = members
    .flatMap(({ memberships }) => memberships ?? [])
    .map(entry => entry.symbol)
    .filter(name => !known.has(name))
  const absent = [...new Set(names)]
  if (absent.length === 0) return []
  const some = absent.slice(0, 5).join(', ') + (absent.length > 5 ? ' …' : '')
  const text = `${absent.length} ${absent.length === 1 ? 'member of the universe has' : 'members of the universe have'} no data in this run (${some}): a universe without its dead flatters every result.`
  return [{ code: 'UNIVERSE_WITHOUT_DATA', text }]
}

/** What was drawn by chance is told first of all. */
function syntheticData({ datasets }: ReplayPlan): RunWarning[] {
  const made = [...new Set(datasets.map(set => set.id).filter(id => id.startsWith('synthetic:')))]
  if (made.length === 0) return []
  return [
    {
      code: 'SYNTHETIC_DATA',
      text: `The market is made up (${made.join(', ')}): the run shows how the strategy works, and nothing of what it would have earned.`,
    },
  ]
}

/** Between coarse bars a strategy learns from finer ones, while its orders stand in a bar that tells only at its close. */
function changedWithinBar(engine: Engine, plan: ReplayPlan): RunWarning[] {
  const count = engine.recorder.changedWithinBar
  if (count === 0 || new Set(plan.intervals).size === 1) return []
  return [
    {
      code: 'CHANGED_WITHIN_BAR',
      text: `${count} ${count === 1 ? 'order was' : 'orders were'} changed while a coarser bar of ${count === 1 ? 'its' : 'their'} instrument was forming: that bar might have filled ${count === 1 ? 'it' : 'them'} before, and does not in this run.`,
    },
  ]
}

function emptyRange(request: ReplayRequest): GordonError {
  const part = (time: number | undefined) => (time === undefined ? 'the edge of the data' : edge(time))
  if (request.from === undefined && request.to === undefined)
    return new GordonError('EMPTY_RANGE', 'The data has no bar at all; choose data that has some.')
  return new GordonError(
    'EMPTY_RANGE',
    `The data has no bar from ${part(request.from)} to ${part(request.to)}; choose a range that it covers.`,
  )
}

/** A strategy that throws: which callback, which bar, which symbol, whose line. */
export function strategyFailure(error: unknown, engine: Engine): unknown {
  if (error instanceof GordonError && error.code === 'INTERRUPTED') return error
  if (engine.callback === '') return error
  const thrown = error instanceof Error ? error : new Error(String(error))
  const line = authorLine(thrown)
  const symbol =
    engine.callbackHandle >= 0 &&
    (engine.callback === 'onBar' || engine.streams.windows[engine.callbackHandle].known > 0)
      ? ` for ${engine.instruments[engine.callbackHandle].id} (bar ${engine.streams.windows[engine.callbackHandle].known})`
      : ''
  const when = Number.isNaN(engine.now) ? '' : ` at ${isoTime(engine.now)}`
  return new GordonError(
    'STRATEGY_THREW',
    `Strategy ${engine.members[engine.calling].name} threw "${thrown.message}" in ${engine.callback}${when}${symbol}${line === undefined ? '' : `, ${line}`}.`,
    { cause: error },
  )
}
