/**
 * What a run earned by its timing: the change of its equity's logarithm at each instant, less what its average
 * holdings would have earned. Knowledge shows here and drift does not.
 */
import type { BarSeries } from '../domain/bar.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { Run } from '../sim/run.ts'
import type { Watched } from './vet-watch.ts'
import type { World } from './vet-worlds.ts'

export interface Gains {
  readonly time: Float64Array
  readonly gain: Float64Array
}

/** Per instrument, at each instant of the equity curve: part of equity held, and the move of the close since the last. */
interface Holdings {
  readonly weight: Float64Array
  readonly move: Float64Array
}

function holdingsOf(run: Run, world: World): Holdings[] {
  const { time, equity } = run.curve
  return world.instruments.map((instrument, handle) => {
    const id = instrumentId(instrument)
    const fills = run.fills.filter(fill => fill.instrument === id)
    const closes = closesAt(world.series[handle], time)
    const weight = new Float64Array(time.length)
    const move = new Float64Array(time.length)
    let position = 0
    let next = 0
    for (let row = 0; row < time.length; row++) {
      for (; next < fills.length && fills[next].time <= time[row]; next++)
        position += fills[next].side === 'buy' ? fills[next].quantity : -fills[next].quantity
      if (equity[row] > 0 && !Number.isNaN(closes[row])) weight[row] = (position * closes[row]) / equity[row]
      const change = row === 0 ? 0 : Math.log(closes[row] / closes[row - 1])
      if (Number.isFinite(change)) move[row] = change
    }
    return { weight, move }
  })
}

/** One gain per instant of the equity curve; undefined where the strategy threw. */
export function gainsOf(watched: Watched, world: World): Gains | undefined {
  const { run } = watched
  if (run === undefined) return undefined
  const { time, equity } = run.curve
  const gain = new Float64Array(time.length)
  for (let row = 1; row < time.length; row++)
    gain[row] = equity[row] > 0 && equity[row - 1] > 0 ? Math.log(equity[row] / equity[row - 1]) : 0
  for (const { weight, move } of holdingsOf(run, world)) {
    const average = total(weight) / weight.length
    for (let row = 1; row < time.length; row++) gain[row] -= average * move[row]
  }
  return { time, gain }
}

/** Last known close at each time; NaN before the first. */
function closesAt(series: BarSeries, times: Float64Array): Float64Array {
  let row = -1
  return times.map(time => {
    while (row + 1 < series.length && series.receiveTime[row + 1] <= time) row++
    return row < 0 ? Number.NaN : series.close[row]
  })
}

export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** What the sum of these would spread by, had they come by chance and one by one. */
export function spread(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}

/** Gains of one run less those of another at the same times (the other's moved back by `shift`). */
export function excess(here: Gains, there: Gains, shift = 0): Float64Array {
  const other = new Map<number, number>()
  there.time.forEach((time, row) => {
    other.set(time - shift, there.gain[row])
  })
  return here.gain.map((gain, row) => gain - (other.get(here.time[row]) ?? 0))
}

/** By how many spreads a sum lies above nothing; 0 where nothing differs. */
export function deviations(values: Float64Array): number {
  const width = spread(values)
  return width === 0 ? 0 : total(values) / width
}

/** By how many spreads one run's gains lie above those of the same strategy in other markets. */
export function standing(real: Gains, others: readonly Gains[]): number {
  // Who earns no more than chance gives has nothing to lose but his costs.
  if (others.length < 2 || deviations(real.gain) < 3) return 0
  const sums = others.map(one => total(one.gain))
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length
  // A habit of the market loses a little of itself in a copy; knowledge loses nearly all.
  if (mean > 0.6 * total(real.gain)) return 0
  const wide = Math.sqrt(sums.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sums.length - 1))
  const width = Math.max(wide, spread(real.gain))
  return width === 0 ? 0 : (total(real.gain) - mean) / width
}
