/**
 * Where in its level's queue an own resting order stands, on a book that shows only level sizes: `front` is the
 * quantity ahead of it. Estimators for it, all in plain numbers so that a venue keeps `front` (and, for the
 * probabilistic one, `traded`) in the order's own fields. Units are those of the book. The venue calls:
 *
 *   join      when the order starts to rest          front  = what its level holds
 *   onTrade   a trade at its very price              front −= size; traded += size is the venue's
 *   onLevel   its level's size changed, before the best is looked at; the venue then sets traded = 0
 *   filled    after a trade at its price             how much of the order was reached: then front = 0
 *
 * Fills by trades through the price, or by the other side's best reaching it, need no queue: the venue decides.
 * Semantics as in hftbacktest 2.4.4 (its queue models and Rigtorp, "Estimating order queue position", 2013),
 * proven against it in queue-position.test.ts. lab/sim/models/queue-position.md says when each is wrong.
 */
export interface QueueModel {
  /** @param levelSize what the level holds when the order arrives, 0 where there is none */
  join(levelSize: number): number
  onTrade(front: number, size: number): number
  /**
   * @param traded quantity that traded at the price since the level's size was last stated
   * @returns the new front
   */
  onLevel(front: number, traded: number, previousSize: number, size: number): number
}

/** Only trades bring the order forward; whoever cancels stood behind it, until nobody is left to. */
export class RiskAverseQueue implements QueueModel {
  join(levelSize: number): number {
    return levelSize
  }

  onTrade(front: number, size: number): number {
    return front - size
  }

  onLevel(front: number, _traded: number, _previousSize: number, size: number): number {
    return Math.min(front, size)
  }
}

/**
 * The chance that a cancelled quantity stood behind the order, of the quantities in front and behind:
 *   power   bⁿ / (bⁿ + fⁿ)             log    ln(1+b) / (ln(1+b) + ln(1+f))
 *   power2  bⁿ / (b+f)ⁿ                log2   ln(1+b) / ln(1+b+f)
 *   power3  1 − (f / (f+b))ⁿ
 */
export type QueueShape = 'power' | 'power2' | 'power3' | 'log' | 'log2'

/** A cancelled quantity is shared between front and back by `QueueShape`, after trades are taken off it. */
export class ProbabilisticQueue implements QueueModel {
  readonly shape: QueueShape
  readonly exponent: number

  /** @param exponent n of the power shapes; the logarithmic ones have none */
  constructor(shape: QueueShape, exponent = 1) {
    this.shape = shape
    this.exponent = exponent
  }

  join(levelSize: number): number {
    return levelSize
  }

  onTrade(front: number, size: number): number {
    return front - size
  }

  onLevel(front: number, traded: number, previousSize: number, size: number): number {
    // What the level lost beyond what traded was cancelled.
    const canceled = previousSize - size - traded
    if (canceled < 0) return Math.min(front, size)
    const back = previousSize - front
    const behind = this.chanceBehind(front, back)
    const estimate = front - (1 - behind) * canceled + Math.min(back - behind * canceled, 0)
    return minimum(estimate, size)
  }

  private chanceBehind(front: number, back: number): number {
    const chance = this.share(front, back)
    return chance === Number.POSITIVE_INFINITY || chance === Number.NEGATIVE_INFINITY ? 1 : chance
  }

  private share(front: number, back: number): number {
    const n = this.exponent
    switch (this.shape) {
      case 'power':
        return back ** n / (back ** n + front ** n)
      case 'power2':
        return back ** n / (back + front) ** n
      case 'power3':
        return 1 - (front / (front + back)) ** n
      case 'log':
        return Math.log(1 + back) / (Math.log(1 + back) + Math.log(1 + front))
      case 'log2':
        return Math.log(1 + back) / Math.log(1 + back + front)
    }
  }
}

/** Of an undefined share (0/0) nothing is known but what the level holds: the smaller number that is one. */
function minimum(estimate: number, size: number): number {
  return estimate < size ? estimate : size
}

/**
 * How much of an order was reached by trades: what they took beyond the front, in whole lots, at most what
 * remains. The venue sets `front` to 0 where this is positive.
 * @param lotsPerUnit 1 where sizes are lots already
 */
export function reached(front: number, remaining: number, lotsPerUnit: number): number {
  if (!(front < 0)) return 0
  return Math.min(Math.round(-front * lotsPerUnit) / lotsPerUnit, remaining)
}

/**
 * With order ids (L3) the front is known: an order that arrived before ours and goes, or shrinks, brings ours
 * forward by what it gave up. Arrival numbers are OrderQueueBook's.
 */
export function exactFront(front: number, ownArrival: number, otherArrival: number, gaveUp: number): number {
  return otherArrival < ownArrival ? Math.max(0, front - gaveUp) : front
}
