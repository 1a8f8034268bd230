/**
 * Binance's depth streams joined to a snapshot: each message carries the first and last update id that it covers
 * (`U`, `u`), those of futures also the last id of the message before (`pu`).
 *
 *   unsynchronised ── snapshot ──► joining ── first message that covers it ──► following
 *         ▲                           │                                          │
 *         └───────────── a message is missing: 'gap' ────────────────────────────┘
 *
 * Spot: messages follow at U = u + 1, the first has U ≤ lastUpdateId + 1 ≤ u. Futures: pu is the u before, and ids
 * between are none of this symbol's, so that the first is told by pu ≤ lastUpdateId ≤ u; the U ≤ lastUpdateId of
 * the documentation refuses streams that are whole. Source: "How to manage a local order book correctly",
 * developers.binance.com, spot and derivatives, read 2025.
 */
export type DepthDecision =
  /** Apply it to the book. */
  | 'apply'
  /** The book already has it. */
  | 'stale'
  /** Messages are missing: the book is unknown until the next snapshot. Said once; then 'unsynchronised'. */
  | 'gap'
  /** There is no snapshot yet: keep the message and offer it again after `snapshot`. */
  | 'unsynchronised'

export class DepthSync {
  /** How many gaps there were. */
  gaps = 0
  private state: 'unsynchronised' | 'joining' | 'following' = 'unsynchronised'
  /** Last update id that the book has. */
  private last = Number.NaN

  /** The book is what the venue has. */
  get known(): boolean {
    return this.state !== 'unsynchronised'
  }

  /** The book was set to a snapshot of this `lastUpdateId`. */
  snapshot(lastUpdateId: number): void {
    this.last = lastUpdateId
    this.state = 'joining'
  }

  /** The connection was lost: messages until the next snapshot join nothing. */
  lost(): void {
    this.state = 'unsynchronised'
  }

  /**
   * @param first `U`
   * @param last `u`
   * @param previous `pu`; NaN on spot, which has none
   */
  offer(first: number, last: number, previous: number): DepthDecision {
    if (this.state === 'unsynchronised') return 'unsynchronised'
    const spot = Number.isNaN(previous)
    if (spot ? last <= this.last : last < this.last || (this.state === 'following' && last === this.last))
      return 'stale'
    // The snapshot may stand in the middle of a message; one message never stands in the middle of another.
    const joins = this.state === 'joining'
    const whole = spot
      ? joins
        ? first <= this.last + 1
        : first === this.last + 1
      : joins
        ? previous <= this.last
        : previous === this.last
    if (!whole) {
      this.gaps++
      this.state = 'unsynchronised'
      return 'gap'
    }
    this.last = last
    this.state = 'following'
    return 'apply'
  }
}
