/** What vet is asked, and what its parts share while they work. */
import type { BacktestRequest } from '../sim/backtest.ts'
import type { ReplaySources } from '../sim/replay-plan.ts'
import type { AnyStrategy } from '../sim/members.ts'
import type { VetFinding } from './vet-findings.ts'
import type { Literals } from './vet-literals.ts'
import { type Onlooker, type Watched, watch } from './vet-watch.ts'
import type { Future, World } from './vet-worlds.ts'

export interface VetRequest extends Omit<BacktestRequest, 'strategy' | 'strict' | 'onProgress'> {
  /** Path of the strategy file. */
  readonly file: string
  /** Instants after which the future is changed; default 100. */
  readonly places?: number
  /** Of the places and of the made-up markets; the run's own chance is `seed`. */
  readonly vetSeed?: number
  readonly onProgress?: (done: number, total: number) => void
}

/** Runs the strategy on other data, in the module that ran before or in a fresh one. */
export type RunIn = (sources: ReplaySources, changes?: Partial<BacktestRequest>) => Promise<Watched>

/** What is known once the strategy has run on the data as they are. */
export interface Baseline {
  readonly baseline: Watched
  /** All instants of decisions, in order. */
  readonly instants: Float64Array
  readonly literals: Literals
  readonly vetSeed: number
}

/** One strategy on one market of bars, ready to be run on others. */
export interface Case extends Baseline {
  readonly world: World
  /** Runs the strategy in another market. */
  readonly runIn: (world: World, changes?: Partial<BacktestRequest>) => Promise<Watched>
}

export interface Place {
  /** What is known from here on was changed. */
  readonly time: number
  readonly kind: Future
}

/** A column of the data, to be looked for in the code. */
export interface SampleColumn {
  /** `close of XNAS:A` */
  readonly called: string
  readonly values: Float64Array
  readonly receiveTime: Float64Array
}

export interface Told {
  readonly findings: readonly VetFinding[]
  readonly notes: readonly VetFinding[]
}

/** The data that a strategy is vetted on: what can be changed in them, and what that tells. */
export interface Subject {
  readonly sources: ReplaySources
  /** All instants at which something became known. */
  readonly instants: Float64Array
  /** Ids of instruments whose orders meet quotes, trades or a book. */
  readonly backed: ReadonlySet<string>
  columns(): readonly SampleColumn[]
  /** A run in another future, and the instant up to which it can be compared. */
  inFuture(place: Place, seed: number): Promise<{ readonly other: Watched; readonly end: number }>
  /** How a future was changed, for sentences: `cut off`. */
  readonly words: Readonly<Record<Future, string>>
  /** `bars` or `rows` */
  readonly noun: string
  /** All other questions; `explained` where a finding says already what a gain comes from. */
  ask(given: Baseline, explained: boolean, onHalf: () => void): Promise<Told>
}

export function runner(
  request: VetRequest,
  strategyOf: () => Promise<AnyStrategy>,
  onlooker: Onlooker,
): RunIn {
  const { file: _file, places: _places, vetSeed: _seed, onProgress: _progress, ...rest } = request
  const { bars: _bars, finer: _finer, ticks: _ticks, ...settings } = rest
  return async (sources, changes = {}) =>
    watch({ ...settings, ...changes, ...sources, strict: true, strategy: await strategyOf() }, onlooker)
}
