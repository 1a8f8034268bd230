/**
 * BitMEX's orderBookL2: levels have ids, the price is told only when a level begins (`partial`, `insert`), while
 * `update` and `delete` name the id. Messages before the `partial` are to be dropped; an id that nobody announced
 * means that messages are missing. Prices cannot be reckoned from ids: the tick that the scheme is based on is
 * the one a contract was listed with. Source: bitmex.com/app/wsAPI, "Subscriptions: partials".
 */
import { IdIndex } from '../id-index.ts'

export class LevelIds {
  /** Updates and removals of ids that nobody announced. */
  unknown = 0
  private readonly slotOf = new IdIndex()
  private readonly ticks: number[] = []
  private readonly free: number[] = []

  get count(): number {
    return this.slotOf.count
  }

  /** A `partial` begins: what was known is void. */
  clear(): void {
    this.slotOf.clear()
    this.ticks.length = 0
    this.free.length = 0
  }

  /** A level of a `partial`, or an `insert`. */
  begin(id: number, ticks: number): void {
    const known = this.slotOf.get(id)
    const slot = known >= 0 ? known : (this.free.pop() ?? this.ticks.length)
    this.ticks[slot] = ticks
    this.slotOf.set(id, slot)
  }

  /** Price of an `update`; NaN where the id was never announced: a gap. */
  at(id: number): number {
    const slot = this.slotOf.get(id)
    if (slot >= 0) return this.ticks[slot]
    this.unknown++
    return Number.NaN
  }

  /** Price of a `delete`; NaN where the id was never announced: a gap. */
  end(id: number): number {
    const slot = this.slotOf.delete(id)
    if (slot < 0) {
      this.unknown++
      return Number.NaN
    }
    this.free.push(slot)
    return this.ticks[slot]
  }
}
