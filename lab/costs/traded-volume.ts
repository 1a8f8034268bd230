/**
 * What an account has traded lately, by which venues choose its tier.
 *   trailing30days  the 720 full hours before the present one: the tier changes at full hours UTC, and what is
 *                   traded within an hour counts from the next one on (Coinbase recalculates hourly)
 *   month           the calendar month, UTC, up to the fill at hand (Interactive Brokers)
 * Memory does not grow with fills; sums are made anew at each hour, so that nothing drifts.
 */
import { HOUR, type Micros } from '../core/time.ts'

export type VolumeWindow = 'trailing30days' | 'month'

const HOURS = 720

export class TradedVolume {
  readonly #monthly: boolean
  /** One cell per hour, by hour modulo; the present hour has a cell of its own. */
  readonly #hours = new Float64Array(HOURS + 1)
  #hour = Number.NEGATIVE_INFINITY
  #sum = Number.NaN
  /** End of the present month, µs UTC. */
  #monthEnd = Number.NEGATIVE_INFINITY

  constructor(window: VolumeWindow) {
    this.#monthly = window === 'month'
    this.#sum = 0
  }

  /** Volume that counts at this time; times never go back. */
  at(now: Micros): number {
    if (this.#monthly) this.#turnMonth(now)
    else this.#turnHour(now)
    return this.#sum
  }

  add(volume: number, now: Micros): void {
    this.at(now)
    if (this.#monthly) this.#sum += volume
    else this.#hours[cellOf(this.#hour)] += volume
  }

  #turnHour(now: Micros): void {
    const hour = Math.floor(now / HOUR)
    if (hour <= this.#hour) return
    const hours = this.#hours
    // The cells of the hours since the last call are those of hours that have left the window.
    if (hour - this.#hour > HOURS) hours.fill(0)
    else for (let passed = this.#hour + 1; passed <= hour; passed++) hours[cellOf(passed)] = 0
    this.#hour = hour
    let sum = 0
    for (let cell = 0; cell <= HOURS; cell++) sum += hours[cell]
    this.#sum = sum
  }

  #turnMonth(now: Micros): void {
    if (now < this.#monthEnd) return
    const date = new Date(Math.floor(now / 1000))
    this.#monthEnd = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) * 1000
    this.#sum = 0
  }
}

/** Hours before 1970 are negative. */
function cellOf(hour: number): number {
  const rest = hour % (HOURS + 1)
  return rest < 0 ? rest + HOURS + 1 : rest
}
