/**
 * The inside of a bar where orders end each other. Those that the setting puts first go first: stops before
 * targets (pessimistic) or targets before stops (optimistic). Each ambiguous bar of an instrument is counted once. A
 * run that executes on finer bars finds fewer of them (replay-plan.ts).
 */
import { PLAIN_TERMS, type WorkingOrder } from '../../domain/working-order.ts'
import type { Tradable } from '../../strategy/context.ts'
import { type AmbiguousBars, type Ambiguity, isTied, rivals } from './ambiguity.ts'
import { awaitsTrigger, isTouch, reaches, triggers } from './bar-at-hand.ts'
import type { BarFills } from './bar-fills.ts'
import type { BarInstant } from './bar-instant.ts'

export interface RivalsSetup {
  readonly instruments: readonly Tradable[]
  readonly instant: BarInstant
  readonly fills: BarFills
  readonly touch: boolean
  readonly ambiguity: Ambiguity
  readonly counts: AmbiguousBars
}

export class BarRivals {
  readonly #setup: RivalsSetup
  readonly #instant: BarInstant
  readonly #fills: BarFills
  readonly #optimistic: boolean
  /** Instant in which a bar of a handle was last found ambiguous. */
  readonly #doubted: Int32Array
  /** Round of looks at the inside of a bar. */
  #round = 0

  constructor(setup: RivalsSetup) {
    this.#setup = setup
    this.#instant = setup.instant
    this.#fills = setup.fills
    this.#optimistic = setup.ambiguity === 'optimistic'
    this.#doubted = new Int32Array(setup.instruments.length)
  }

  /** Goes inside the instant's bars with all orders that work in them. */
  inside(working: readonly WorkingOrder[], now: number): void {
    this.#round++
    for (let i = 0; i < working.length; i++) {
      const order = working[i]
      if (!this.#works(order) || order.bornInside > 0 || !isTied(order)) continue
      this.#fills.take(order.handle)
      this.#doubt(order, working)
      if (!this.#goesFirst(order)) continue
      order.workedIn = this.#round
      this.#fills.inside(order, now)
    }
    for (let i = 0; i < working.length; i++) {
      const order = working[i]
      if (!this.#works(order) || order.workedIn === this.#round) continue
      order.workedIn = this.#round
      this.#fills.take(order.handle)
      if (order.bornInside === 0 || this.#bornAllows(order)) this.#fills.inside(order, now)
    }
  }

  #works(order: WorkingOrder): boolean {
    return order.worksIn === this.#instant.number && order.open
  }

  #goesFirst(order: WorkingOrder): boolean {
    if (order.special === PLAIN_TERMS) return false
    const stops = awaitsTrigger(order) && !isTouch(order.type)
    return stops !== this.#optimistic
  }

  /** Counts the bar where it does not say what came first for this order. */
  #doubt(order: WorkingOrder, working: readonly WorkingOrder[]): void {
    const { touch, instruments } = this.#setup
    const { bar } = this.#fills
    const scale = instruments[order.handle].ticksPerUnit
    if (!reaches(order, bar, scale, touch)) return
    for (let i = 0; i < working.length; i++) {
      const other = working[i]
      if (!rivals(order, other) || !this.#works(other) || !reaches(other, bar, scale, touch)) continue
      this.#count(order.handle)
      return
    }
  }

  /** What a child may do in the bar inside which its parent filled. */
  #bornAllows(order: WorkingOrder): boolean {
    const { bar } = this.#fills
    const scale = this.#setup.instruments[order.handle].ticksPerUnit
    if (awaitsTrigger(order) && !isTouch(order.type)) {
      if (order.bornInside === 1 || triggers(order, bar.close, order.stopTicks / scale)) return true
      if (!reaches(order, bar, scale, this.#setup.touch)) return true
      this.#count(order.handle)
      return !this.#optimistic
    }
    if (reaches(order, bar, scale, this.#setup.touch)) this.#count(order.handle)
    return this.#optimistic
  }

  #count(handle: number): void {
    if (this.#doubted[handle] === this.#instant.number) return
    this.#doubted[handle] = this.#instant.number
    this.#setup.counts[this.#setup.ambiguity]++
  }
}
