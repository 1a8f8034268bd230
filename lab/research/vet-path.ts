/**
 * The other way that an instrument's prices take from an instant on: leg after leg, each the real prices moved by a
 * number of ticks, or mirrored (what rose falls, who bought sells). All streams of an instrument take the same way, so
 * that a trade still meets its book.
 */
import type { Random } from '../core/random.ts'
import type { Future } from './vet-worlds.ts'

export interface Leg {
  /** The first instant, µs UTC. */
  readonly from: number
  /** +1 as it was, −1 mirrored. */
  readonly turn: 1 | -1
  /** Ticks to add after the turn. */
  readonly shift: number
  /** Sizes are so many times what they were. */
  readonly size: number
}

export class OtherPath {
  readonly legs: readonly Leg[]
  readonly #ticksPerUnit: number

  constructor(legs: readonly Leg[], ticksPerUnit: number) {
    this.legs = legs
    this.#ticksPerUnit = ticksPerUnit
  }

  /** The leg of an instant; undefined before the first. */
  legAt(time: number): Leg | undefined {
    let found: Leg | undefined
    for (const leg of this.legs) {
      if (leg.from > time) break
      found = leg
    }
    return found
  }

  /** On the grid; NaN stays. */
  ticksOf(price: number, leg: Leg): number {
    return leg.turn * Math.round(price * this.#ticksPerUnit) + leg.shift
  }

  /** No less than one tick. */
  price(price: number, leg: Leg): number {
    return Number.isNaN(price) ? price : Math.max(1, this.ticksOf(price, leg)) / this.#ticksPerUnit
  }
}

const WILD_LEGS = 40

/**
 * @param last price before the instant
 * @param until last instant of the data
 */
export function otherPath(
  kind: Future,
  terms: {
    readonly time: number
    readonly until: number
    readonly last: number
    readonly ticksPerUnit: number
  },
  random: Random,
): OtherPath {
  const { time, until, last, ticksPerUnit } = terms
  const ticks = Math.max(1, Math.round(last * ticksPerUnit))
  const size = random.integer(1, 4)
  const far = (part: number) => Math.max(3, Math.round(part * ticks))
  const leg = (from: number, turn: 1 | -1, move: number): Leg => ({
    ...{ from, turn, size },
    shift: (turn === 1 ? 0 : 2 * ticks) + move,
  })
  const gap = far(0.04 + 0.12 * random.uniform())
  const legs: Leg[] = []
  if (kind === 'crash') legs.push(leg(time, 1, -gap))
  else if (kind === 'boom') legs.push(leg(time, 1, gap))
  else if (kind === 'other') legs.push(leg(time, -1, random.integer(-2, 3)))
  else if (kind === 'wild') {
    const starts = Array.from({ length: WILD_LEGS }, () => time + (until - time) * random.uniform() ** 2)
    for (const from of [time, ...starts.sort((a, b) => a - b)])
      legs.push(leg(from, random.uniform() < 0.5 ? 1 : -1, random.integer(-far(0.1), far(0.1) + 1)))
  } else legs.push({ from: time, turn: 1, shift: 0, size: 1 })
  return new OtherPath(legs, ticksPerUnit)
}
