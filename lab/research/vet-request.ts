/** What vet is asked, and what its parts share while they work. */
import type { BacktestRequest } from '../sim/backtest.ts'
import type { BarSource } from '../domain/ports/store.ts'
import type { AnyStrategy } from '../sim/members.ts'
import type { Literals } from './vet-literals.ts'
import type { World } from './vet-worlds.ts'
import { type Onlooker, type Watched, watch } from './vet-watch.ts'

/** All that a run is told but what vet could not change: ticks, finer bars and corporate actions would stay true. */
type Changeable = Omit<
  BacktestRequest,
  'strategy' | 'strict' | 'onProgress' | 'bars' | 'finer' | 'ticks' | 'actions'
>

export interface VetRequest extends Changeable {
  readonly bars: BarSource
  /** Path of the strategy file. */
  readonly file: string
  /** Instants after which the future is changed; default 100. */
  readonly places?: number
  /** Of the places and of the made-up markets; the run's own chance is `seed`. */
  readonly vetSeed?: number
  readonly onProgress?: (done: number, total: number) => void
}

/** One strategy on one market, ready to be run on others. */
export interface Case {
  readonly world: World
  readonly baseline: Watched
  /** All instants of decisions, in order. */
  readonly instants: Float64Array
  readonly literals: Literals
  readonly vetSeed: number
  /** Runs the strategy in another market, in the module that ran before or in a fresh one. */
  readonly runIn: (world: World, changes?: Partial<BacktestRequest>) => Promise<Watched>
}

export function runner(
  request: VetRequest,
  strategyOf: () => Promise<AnyStrategy>,
  onlooker: Onlooker,
): Case['runIn'] {
  const { file: _file, places: _places, vetSeed: _seed, onProgress: _progress, ...settings } = request
  return async (world, changes = {}) =>
    watch(
      { ...settings, ...changes, bars: world.source, strict: true, strategy: await strategyOf() },
      onlooker,
    )
}
