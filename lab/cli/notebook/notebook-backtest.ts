/**
 * `backtest` and `load` as cells call them: strategies by class or by path, days as text, a progress bar for
 * what takes time, the stop button heard.
 */
import { GordonError } from '../../core/errors.ts'
import { DAY } from '../../core/time.ts'
import type { CorporateAction } from '../../domain/market-events.ts'
import type { BarSource, TickSource } from '../../domain/ports/store.ts'
import {
  type AnyStrategy,
  backtest as runBacktest,
  type StrategyShare,
  type TradingSettings,
} from '../../sim/index.ts'
import { loadStrategy } from '../../sim/loader.ts'
import { interruptible } from './interruptible.ts'
import { NotebookBars } from './notebook-bars.ts'
import { NotebookRun } from './notebook-run.ts'
import { NotebookTicks } from './notebook-ticks.ts'
import { type Progress, progress } from './progress.ts'

export interface NotebookBacktest extends TradingSettings {
  /** A class, one that `load` gave, or the path of a strategy file; or `strategies`. */
  readonly strategy?: AnyStrategy | string
  /** Several that trade together, each with its part of the money. */
  readonly strategies?: readonly NotebookShare[]
  /** Several where the strategy looks at several intervals. */
  readonly bars?: AnyBars | readonly AnyBars[]
  /** Finer bars, which fill its orders and which it does not see. */
  readonly finer?: AnyBars
  /** Trades, quotes, books, funding: `await store.ticks({ … })`, `memoryTicks([…])`. */
  readonly ticks?: AnyTicks | readonly AnyTicks[]
  /** Splits, dividends, new names, delistings, for raw prices. */
  readonly actions?: readonly CorporateAction[]
  readonly params?: Readonly<Record<string, unknown>>
  /** First and last day of decisions (`2010-01-01`, UTC, both included), or µs UTC. Earlier bars warm up. */
  readonly from?: string | number
  readonly to?: string | number
}

/** One of several strategies: as in StrategyShare, the strategy also by path. */
export type NotebookShare = Omit<StrategyShare, 'strategy' | 'strategyFile' | 'codeHash'> & {
  readonly strategy: AnyStrategy | string
}

type AnyBars = NotebookBars | BarSource
type AnyTicks = NotebookTicks | TickSource

/** Where a loaded class came from, so that results name the file and its hash. */
const sources = new WeakMap<object, { readonly file: string; readonly codeHash: string }>()

/**
 * The strategy in a file as it is on disk now: edit, run the cell again, no build and no restart.
 * @param file from the notebook's folder: `../strategies/sma-cross.ts`
 */
export async function load(file: string): Promise<AnyStrategy> {
  const { strategy, codeHash } = await loadStrategy(file)
  sources.set(strategy as object, { file, codeHash })
  return strategy as AnyStrategy
}

export async function backtest(request: NotebookBacktest): Promise<NotebookRun> {
  const { strategy, params, strategies: several, ...rest } = request
  if ((strategy === undefined) === (several === undefined))
    throw new GordonError(
      'NO_STRATEGY',
      'Give backtest either strategy, or strategies: [{ strategy, share }, …] for several that trade together.',
    )
  if (several !== undefined && params !== undefined)
    throw new GordonError(
      'PARAMS_OF_SEVERAL',
      'With strategies, params are given to each of them: strategies: [{ strategy, params: { … } }, …].',
    )
  const strategies = await Promise.all((several ?? [{ strategy: strategy!, params }]).map(loaded))
  const sources = await sourcesOf(request)
  let bar: Progress | undefined
  const run = await interruptible(signal =>
    runBacktest({
      ...rest,
      strategies,
      ...sources,
      from: instant('from', request.from, 1),
      to: instant('to', request.to, DAY),
      signal,
      onProgress(done, total) {
        bar ??= progress(total, 'bars')
        bar.at(done)
      },
    }),
  )
  bar?.done()
  return new NotebookRun(run)
}

/** A share whose class is at hand, with the file that it came from. */
async function loaded(share: NotebookShare): Promise<StrategyShare> {
  const strategy = typeof share.strategy === 'string' ? await load(share.strategy) : share.strategy
  const source = sources.get(strategy)
  return { ...share, strategy, strategyFile: source?.file, codeHash: source?.codeHash }
}

function listed<T>(given: T | readonly T[] | undefined): readonly T[] {
  return given === undefined ? [] : Array.isArray(given) ? (given as readonly T[]) : [given as T]
}

/** Bars and ticks as the engine reads them. */
export async function sourcesOf({
  bars,
  ticks,
  finer,
}: Pick<NotebookBacktest, 'bars' | 'ticks' | 'finer'>): Promise<{
  readonly bars: readonly BarSource[]
  readonly ticks: readonly TickSource[]
  readonly finer: BarSource | undefined
}> {
  return {
    bars: await Promise.all(listed<AnyBars>(bars).map(sourceOf)),
    ticks: await Promise.all(
      listed<AnyTicks>(ticks).map(one => (one instanceof NotebookTicks ? one.source() : one)),
    ),
    finer: finer === undefined ? undefined : await sourceOf(finer),
  }
}

async function sourceOf(bars: AnyBars): Promise<BarSource> {
  return bars instanceof NotebookBars ? await bars.source() : bars
}

/** A day's first or last instant, as on the command line: a bar that closes at midnight belongs to the day before. */
function instant(name: string, when: string | number | undefined, rest: number): number | undefined {
  if (when === undefined || typeof when === 'number') return when
  const time = /^\d{4}-\d{2}-\d{2}$/.test(when) ? Date.parse(`${when}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(time))
    throw new GordonError('NOT_A_DAY', `${name} is '${when}'; give a day such as '2010-01-31', or µs UTC.`)
  return time * 1000 + rest
}
