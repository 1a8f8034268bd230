/**
 * The inside of a bar where orders end each other. Those that the setting puts first go first: stops before
 * targets (pessimistic) or targets before stops (optimistic); where finer bars are known, the bar is gone through
 * by those instead. Each ambiguous bar of an instrument is counted once, by what decided it.
 */
import { PLAIN_TERMS, type WorkingOrder } from '../../domain/working-order.ts'
import type { Tradable } from '../../strategy/context.ts'
import { type AmbiguousBars, type Ambiguity, type FinerBars, isTied, rivals } from './ambiguity.ts'
import { awaitsTrigger, isTouch, reaches, spans, triggers } from './bar-at-hand.ts'
import type { BarFills } from './bar-fills.ts'
import { type BarInstant, INSIDE, OPENING } from './bar-instant.ts'

export interface RivalsSetup {
  readonly instruments: readonly Tradable[]
  readonly instant: BarInstant
  readonly fills: BarFills
  readonly touch: boolean
  readonly ambiguity: Ambiguity
  readonly counts: AmbiguousBars
  readonly finer: FinerBars | undefined
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
  #replaying = false
  /** A finer bar was ambiguous too. */
  #doubtRemains = false

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
      this.#take(order.handle)
      if (this.#doubt(order, working) && this.#replay(order, working, now)) continue
      if (!this.#goesFirst(order)) continue
      order.workedIn = this.#round
      this.#fills.inside(order, now)
    }
    for (let i = 0; i < working.length; i++) {
      const order = working[i]
      if (!this.#works(order) || order.workedIn === this.#round) continue
      order.workedIn = this.#round
      this.#take(order.handle)
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

  /** Whether the bar does not say what came first for this order; where finer bars are known, parents always ask them. */
  #doubt(order: WorkingOrder, working: readonly WorkingOrder[]): boolean {
    const { touch, finer } = this.#setup
    const { bar } = this.#fills
    const scale = this.#setup.instruments[order.handle].ticksPerUnit
    if (!reaches(order, bar, scale, touch)) return false
    for (let i = 0; i < working.length; i++) {
      const other = working[i]
      if (!rivals(order, other) || !this.#works(other) || !reaches(other, bar, scale, touch)) continue
      if (finer === undefined || this.#replaying) this.#count(order.handle)
      return true
    }
    return order.leads && finer !== undefined
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
    if (this.#replaying) this.#doubtRemains = true
    else if (this.#doubted[handle] !== this.#instant.number) {
      this.#doubted[handle] = this.#instant.number
      this.#setup.counts[this.#setup.ambiguity]++
    }
  }

  #take(handle: number): void {
    if (!this.#replaying) this.#fills.take(handle)
  }

  /** Goes through the finer bars of an instrument's bar with all of its tied orders; false where there are none. */
  #replay(first: WorkingOrder, working: readonly WorkingOrder[], now: number): boolean {
    const { finer, instruments, counts } = this.#setup
    const { handle } = first
    if (finer === undefined || this.#replaying) return false
    const rows = finer(handle, this.#instant.begin(handle), this.#instant.closeTime(handle))
    if (rows === undefined || rows.length === 0) {
      if (!first.leads) this.#count(handle)
      return false
    }
    const { bar } = this.#fills
    const { volume } = bar
    this.#replaying = true
    this.#doubtRemains = false
    for (let row = 0; row < rows.length; row++) {
      bar.take(rows, row)
      bar.volume = volume
      const mine = working.filter(order => order.handle === handle && this.#works(order) && isTied(order))
      for (const order of mine) order.bornInside = 0
      this.#instant.phase = OPENING
      // The first of them opened with the bar itself, and that has been worked.
      for (let i = 0; row > 0 && i < working.length; i++)
        if (this.#mine(working[i], handle)) this.#fills.atOpen(working[i], false, now)
      this.#instant.phase = INSIDE
      this.#insideFiner(working, handle, now)
    }
    this.#replaying = false
    this.#take(handle)
    const scale = instruments[handle].ticksPerUnit
    let doubted = false
    for (const order of working) {
      if (order.handle !== handle || order.worksIn !== this.#instant.number || !isTied(order)) continue
      order.worksIn = 0
      if (order !== first && rivalOrChild(order, first) && spans(order, bar, scale)) doubted = true
    }
    if (doubted && this.#doubtRemains) this.#count(handle)
    else if (doubted) counts.finer++
    return true
  }

  #mine(order: WorkingOrder, handle: number): boolean {
    return order.handle === handle && this.#works(order) && isTied(order)
  }

  #insideFiner(working: readonly WorkingOrder[], handle: number, now: number): void {
    this.#round++
    for (let pass = 0; pass < 2; pass++)
      for (let i = 0; i < working.length; i++) {
        const order = working[i]
        if (!this.#mine(order, handle) || order.workedIn === this.#round) continue
        if (pass === 0) {
          if (order.bornInside > 0) continue
          this.#doubt(order, working)
          if (!this.#goesFirst(order)) continue
        }
        order.workedIn = this.#round
        if (order.bornInside === 0 || this.#bornAllows(order)) this.#fills.inside(order, now)
      }
  }
}

function rivalOrChild(order: WorkingOrder, first: WorkingOrder): boolean {
  return rivals(order, first) || order.special.parent === first.id
}
