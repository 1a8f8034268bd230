/**
 * Does a strategy declare enough warm-up? Decisions from a date on, with the warm-up that it declares before that
 * date, must be those with all of history before it; at 50 dates. Where they are not, the smallest warm-up that
 * gives them is looked for by doubling and halving, so that the sentence can say how many bars are missing.
 *
 * Both runs begin to decide at the date, flat and with the same cash, so that nothing but the bars before it
 * differs. What a strategy gathers in its own callbacks begins at the date in both.
 */
import { GordonError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { isoTime } from '../core/time.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { type BacktestRequest, backtest } from '../sim/backtest.ts'
import type { Run } from '../sim/run.ts'
import { rowAtOrAfter } from '../sim/series.ts'
import type { AnyStrategy } from '../sim/members.ts'
import { declaredIndicators, STRATEGY_BRAND, strategyDefinition } from '../strategy/strategy.ts'
import { instantsOf, worldOf, type World } from './vet-worlds.ts'

export interface WarmUpRequest extends Omit<BacktestRequest, 'onProgress' | 'bars'> {
  readonly bars: BarSource
  /** How many dates to begin at; default 50. */
  readonly starts?: number
  /** Of the dates; default 1. */
  readonly startSeed?: number
  /** The dates themselves, in order, where they are not to be drawn. */
  readonly dates?: readonly number[]
}

export interface WarmUpProof {
  /** Bars that the strategy declares, by its indicators, its history and its own word. */
  readonly declared: number
  /** Dates compared, in order, µs UTC. */
  readonly starts: readonly number[]
  /** Dates at which decisions differ from those with all of history. */
  readonly differing: readonly number[]
  /** Bars that suffice at all dates; undefined where none but all of history does. */
  readonly needed: number | undefined
  /** What is wrong and how to mend it; undefined where nothing is. */
  readonly text: string | undefined
}

/** @throws GordonError WARM_UP_NO_ROOM where the data are shorter than the warm-up */
export async function proveWarmUp(request: WarmUpRequest): Promise<WarmUpProof> {
  const { starts: count = 50, startSeed = 1, dates, bars, ...settings } = request
  const world = worldOf(bars)
  const declared = declaredWarmUp(request)
  const starts = dates ?? chooseStarts(world, declared, count, startSeed)
  const longest = Math.max(...world.series.map(one => one.length))
  const all = withWarmUp(request.strategy, longest)
  const decide = (strategy: AnyStrategy, from: number): Promise<Run> =>
    backtest({ ...settings, strategy, bars: world.source, from })
  const wholes: string[] = []
  for (const from of starts) wholes.push((await decide(all, from)).decisions)
  const differing: number[] = []
  for (const [place, from] of starts.entries())
    if ((await decide(request.strategy, from)).decisions !== wholes[place]) differing.push(from)
  let needed: number | undefined = declared
  // What suffices at one date may fail at another that fewer bars happened to serve: until all are content.
  for (let content = differing.length === 0; !content && needed !== undefined; ) {
    content = true
    for (const [place, from] of starts.entries()) {
      const enough = async (bars: number): Promise<boolean> =>
        (await decide(withWarmUp(request.strategy, bars), from)).decisions === wholes[place]
      const known = Math.max(...world.series.map(one => rowAtOrAfter(one, from)))
      const wanted: number | undefined = await smallest(enough, needed, known)
      if (wanted === needed) continue
      content = false
      needed = wanted
      if (needed === undefined) break
    }
  }
  return { declared, starts, differing, needed, text: sentence(declared, differing, needed, starts.length) }
}

/** The smallest number from `low` on that is enough at this date; undefined where it is no less than all. */
async function smallest(
  enough: (warmUp: number) => Promise<boolean>,
  low: number,
  all: number,
): Promise<number | undefined> {
  if (await enough(low)) return low
  let below = low
  let above = Math.max(1, 2 * low)
  while (above < all && !(await enough(above))) {
    below = above
    above *= 2
  }
  if (above >= all) {
    // Who needs the very first bar needs more at every later date.
    if (!(await enough(all - 1))) return undefined
    above = all - 1
  }
  while (above - below > 1) {
    const middle = (above + below) >>> 1
    if (await enough(middle)) above = middle
    else below = middle
  }
  return above
}

function sentence(
  declared: number,
  differing: readonly number[],
  needed: number | undefined,
  starts: number,
): string | undefined {
  if (differing.length === 0) return undefined
  const where = `begun at ${isoTime(differing[0])}${differing.length > 1 ? ` and at ${differing.length - 1} more of ${starts} dates` : ''} it decides otherwise than with all of history`
  return needed === undefined
    ? `The strategy declares ${declared} bars of warm-up and ${where}; no number of bars suffices, as what it reads goes back to the first bar: take an indicator that forgets, or one that begins anew each day.`
    : `The strategy declares ${declared} bars of warm-up and lacks ${needed - declared}: ${where}; write warmup: ${needed} in strategy({ … }).`
}

/** Bars that a run loads before its first decision, as a session works them out. */
function declaredWarmUp({ strategy, params = {} }: WarmUpRequest): number {
  const instance = new strategy(params)
  const { history, warmup } = strategyDefinition(strategy) ?? {}
  const bars = (depth: typeof history) =>
    Math.ceil(typeof depth === 'function' ? depth(instance.params as never) : (depth ?? 0))
  return Math.max(
    bars(history),
    bars(warmup),
    ...declaredIndicators(instance).map(handle => handle.spec.warmup),
  )
}

/** The same strategy, asking for as many bars ahead as it is told to. */
function withWarmUp(strategy: AnyStrategy, bars: number): AnyStrategy {
  const Longer = class extends strategy {}
  Object.defineProperty(Longer, 'name', { value: strategy.name })
  Object.defineProperty(Longer, STRATEGY_BRAND, { value: { ...strategyDefinition(strategy), warmup: bars } })
  return Longer
}

/** Dates with the declared warm-up before them in every instrument that has begun, spread over the data. */
function chooseStarts(world: World, declared: number, count: number, seed: number): number[] {
  const instants = instantsOf(world)
  const first = Math.max(...world.series.map(one => one.receiveTime[Math.min(declared, one.length - 1)]))
  const candidates = instants.subarray(instants.findIndex(time => time >= first))
  if (declared >= Math.min(...world.series.map(one => one.length)) || candidates.length < 2)
    throw new GordonError(
      'WARM_UP_NO_ROOM',
      `The strategy declares ${declared} bars of warm-up and the data have ${Math.min(...world.series.map(one => one.length))}; take longer data.`,
    )
  const random = new Random(seed)
  const step = (candidates.length - 1) / count
  const chosen = Array.from(
    { length: count },
    (_, place) => candidates[Math.floor((place + random.uniform()) * step)],
  )
  return [...new Set(chosen)]
}
