/** Membership by date: who could have been traded when, as it was known then. Days are UTC, both ends inclusive. */
import { GordonError } from '../core/errors.ts'
import { DAY } from '../core/time.ts'
import type { Tradable } from '../strategy/context.ts'
import type { Membership } from '../strategy/strategy.ts'

const DATE = /^\d{4}-\d{2}-\d{2}$/

export class Universe {
  readonly #instruments: readonly Tradable[]
  /** Spells of membership per handle; undefined when the run has no list. */
  readonly #spells: readonly (readonly { from: number; below: number }[])[] | undefined
  /** It has no list: every instrument of the run belongs to it, always. */
  readonly whole: boolean
  #members: readonly Tradable[]
  #validFrom = Number.POSITIVE_INFINITY
  #validBelow = Number.NEGATIVE_INFINITY

  constructor(instruments: readonly Tradable[], memberships: readonly Membership[] | undefined) {
    this.#instruments = instruments
    this.#members = instruments
    this.whole = memberships === undefined
    if (memberships === undefined) return
    const spells = instruments.map(() => [] as { from: number; below: number }[])
    for (const entry of memberships) {
      const spell = { from: day(entry.from, entry, -Infinity), below: day(entry.to, entry, Infinity) + DAY }
      for (const instrument of instruments)
        if (instrument.symbol === entry.symbol || instrument.id === entry.symbol)
          spells[instrument.handle].push(spell)
    }
    this.#spells = spells
  }

  isMember(handle: number, now: number): boolean {
    return (
      this.#spells === undefined || this.#spells[handle].some(spell => now >= spell.from && now < spell.below)
    )
  }

  members(now: number): readonly Tradable[] {
    if (this.#spells === undefined) return this.#instruments
    if (now >= this.#validFrom && now < this.#validBelow) return this.#members
    let from = Number.NEGATIVE_INFINITY
    let below = Number.POSITIVE_INFINITY
    for (const spells of this.#spells)
      for (const spell of spells)
        for (const edge of [spell.from, spell.below]) {
          if (edge <= now) from = Math.max(from, edge)
          else below = Math.min(below, edge)
        }
    this.#validFrom = from
    this.#validBelow = below
    this.#members = Object.freeze(
      this.#instruments.filter(instrument => this.isMember(instrument.handle, now)),
    )
    return this.#members
  }
}

function day(text: string | undefined, entry: Membership, open: number): number {
  if (text === undefined) return open
  const time = DATE.test(text) ? Date.parse(text + 'T00:00:00Z') * 1000 : Number.NaN
  if (Number.isNaN(time))
    throw new GordonError(
      'UNIVERSE_DATE',
      `Universe membership of ${entry.symbol} has the date "${text}"; write yyyy-mm-dd.`,
    )
  return time
}
