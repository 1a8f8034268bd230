/** Something odd in the market's data, how often and where first. */
export interface Oddity {
  count: number
  /** When the first was received, µs UTC. */
  time: number
}

export function noOddity(): Oddity {
  return { count: 0, time: Number.NaN }
}

export function note(oddity: Oddity, time: number): void {
  if (oddity.count++ === 0) oddity.time = time
}
