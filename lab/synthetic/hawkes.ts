/**
 * Multivariate Hawkes process with exponential kernels (Hawkes 1971, Biometrika 58(1)): each arrival of type j
 * makes type i likelier for a while,
 *
 *   λ_i(t) = μ_i + Σ_j Σ_{t_jk < t} α_ij e^(−β (t − t_jk))
 *
 * drawn by thinning (Ogata 1981, IEEE Transactions on Information Theory 27(1)): between arrivals the intensity only
 * falls, so that the present one bounds it. α_ij / β is how many arrivals of type i one of type j brings about
 * directly; while the largest eigenvalue of α / β, the branching ratio, is below 1, the mean intensity in the long
 * run is (I − α/β)⁻¹ μ. Without excitation it is a Poisson process. Times are in seconds.
 */
import type { Random } from '../core/random.ts'
import type { RunDataset } from '../domain/run-result.ts'
import { exponential } from '../math/index.ts'
import { chance, syntheticDataset } from './label.ts'
import { badTerms, requireNumber, requireSquare } from './terms.ts'

export interface Excitation {
  /** α: row i, column j is what an arrival of type j adds to the intensity of type i, per second. */
  readonly jump: readonly (readonly number[])[]
  /** β, per second: half of a jump is gone after ln 2 / β seconds. */
  readonly decay: number
}

export interface HawkesTerms {
  /** Whole number from 0 to 2³² − 1. */
  readonly seed: number
  /** How long to draw for; the process starts with no past. */
  readonly seconds: number
  /** μ per type, per second. */
  readonly baseline: readonly number[]
  readonly excitation: Excitation
}

export interface SyntheticArrivals {
  readonly length: number
  /** Seconds from the start, rising. */
  readonly time: Float64Array
  /** Type of each arrival, from 0. */
  readonly type: Float64Array
  readonly dataset: RunDataset
}

/**
 * @throws SYNTHETIC_TERMS, also for an excitation whose branching ratio is not below 1: its arrivals never end
 * @example
 * synthetic.hawkes({ seed: 7, seconds: 3600, baseline: [0.5], excitation: { jump: [[1.2]], decay: 2 } })
 */
export function hawkes(terms: HawkesTerms): SyntheticArrivals {
  const { seed, seconds, baseline, excitation } = terms
  const random = chance('hawkes', seed)
  requireNumber('hawkes', 'seconds', seconds, { above: 0 })
  requireArrivals('hawkes', baseline, excitation)
  const arrivals = new Arrivals(baseline, excitation, random)
  const time: number[] = []
  const type: number[] = []
  while (arrivals.next(seconds)) {
    time.push(arrivals.time)
    type.push(arrivals.type)
  }
  const columns = [Float64Array.from(time), Float64Array.from(type)]
  const dataset = syntheticDataset('hawkes', seed, 'ticks', columns)
  return { length: time.length, time: columns[0], type: columns[1], dataset }
}

/** The process, arrival by arrival. */
export class Arrivals {
  time = 0
  /** Of the last arrival; −1 before the first. */
  type = -1
  readonly #baseline: Float64Array
  /** Σ of what past arrivals still add, per type. */
  readonly #excited: Float64Array
  readonly #jump: readonly (readonly number[])[] | undefined
  readonly #decay: number
  readonly #random: Random

  /** Terms are those that `requireArrivals` let pass. */
  constructor(baseline: readonly number[], excitation: Excitation | undefined, random: Random) {
    this.#baseline = Float64Array.from(baseline)
    this.#excited = new Float64Array(baseline.length)
    this.#jump = excitation?.jump
    this.#decay = excitation?.decay ?? 0
    this.#random = random
  }

  /** Moves to the next arrival; or to the horizon, and answers false, where none comes before it. */
  next(horizon: number): boolean {
    for (;;) {
      const bound = this.#intensity()
      const wait = bound > 0 ? exponential(this.#random) / bound : Number.POSITIVE_INFINITY
      // A past that has no future is forgotten, so what was drawn beyond the horizon may be drawn again later.
      if (this.time + wait >= horizon) {
        this.#pass(horizon - this.time)
        this.time = horizon
        return false
      }
      this.#pass(wait)
      this.time += wait
      let left = this.#random.uniform() * bound
      for (let type = 0; type < this.#baseline.length; type++) {
        left -= this.#baseline[type] + this.#excited[type]
        if (left >= 0) continue
        this.#arrive(type)
        return true
      }
    }
  }

  #intensity(): number {
    let total = 0
    for (let type = 0; type < this.#baseline.length; type++)
      total += this.#baseline[type] + this.#excited[type]
    return total
  }

  #pass(seconds: number): void {
    if (this.#jump === undefined) return
    const kept = Math.exp(-this.#decay * seconds)
    for (let type = 0; type < this.#excited.length; type++) this.#excited[type] *= kept
  }

  #arrive(type: number): void {
    this.type = type
    if (this.#jump === undefined) return
    for (let other = 0; other < this.#excited.length; other++) this.#excited[other] += this.#jump[other][type]
  }
}

/** @throws SYNTHETIC_TERMS */
export function requireArrivals(
  process: string,
  baseline: readonly number[],
  excitation: Excitation | undefined,
): void {
  if (baseline.length === 0) throw badTerms(process, 'has no type of arrival', 'give at least one baseline')
  baseline.forEach((rate, type) => {
    requireNumber(process, `baseline of type ${type}`, rate, { from: 0 })
  })
  if (excitation === undefined) return
  const { jump, decay } = excitation
  requireNumber(process, 'decay', decay, { above: 0 })
  requireSquare(process, 'jump', jump, baseline.length)
  jump.forEach((row, i) => {
    row.forEach((value, j) => {
      requireNumber(process, `jump in row ${i + 1}, column ${j + 1}`, value, { from: 0 })
    })
  })
  if (!dies(jump.map(row => row.map(value => value / decay))))
    throw badTerms(
      process,
      'has a branching ratio of 1 or more: each arrival brings about another, for ever',
      'make its jumps smaller or its decay faster',
    )
}

/**
 * Whether the largest eigenvalue of a matrix without negative entries is below 1: then I − A is an M-matrix, and
 * only then does elimination without exchanges meet no pivot of 0 or below (Berman and Plemmons, Nonnegative
 * Matrices in the Mathematical Sciences, theorem 6.2.3).
 */
function dies(branching: readonly (readonly number[])[]): boolean {
  const rest = branching.map((row, i) => row.map((value, j) => (i === j ? 1 : 0) - value))
  for (let pivot = 0; pivot < rest.length; pivot++) {
    if (!(rest[pivot][pivot] > 0)) return false
    for (let i = pivot + 1; i < rest.length; i++) {
      const factor = rest[i][pivot] / rest[pivot][pivot]
      for (let j = pivot; j < rest.length; j++) rest[i][j] -= factor * rest[pivot][j]
    }
  }
  return true
}
