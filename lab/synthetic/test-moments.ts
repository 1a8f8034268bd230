/** What the tests of processes share: returns of bars, sample moments, and a measure of how far off they are. */
import type { BarSeries } from '../domain/bar.ts'
import type { SyntheticInstrument } from './label.ts'

/** Minutes of 24/7 in a year: bars of `1m`. */
export const MINUTES = 365 * 24 * 60
/** So fine that rounding prices is nothing beside a minute's return. */
export const FINE: SyntheticInstrument = { ticksPerUnit: 1e9 }

/** ln(close / close before) per bar, the first against the open. */
export function logReturns({ open, close }: BarSeries): Float64Array {
  return close.map((price, bar) => Math.log(price / (bar === 0 ? open[0] : close[bar - 1])))
}

export function average(values: ArrayLike<number>, of: (value: number) => number = value => value): number {
  let total = 0
  for (let k = 0; k < values.length; k++) total += of(values[k])
  return total / values.length
}

/** Autocorrelation at a lag, around a mean that theory knows or the sample's. */
export function autocorrelation(values: ArrayLike<number>, lag: number, centre = average(values)): number {
  let together = 0
  let alone = 0
  for (let k = 0; k < values.length; k++) {
    alone += (values[k] - centre) ** 2
    if (k >= lag) together += (values[k] - centre) * (values[k - lag] - centre)
  }
  return together / alone
}

/** Throws further than 4 standard errors from theory: one seed in 16,000 would be. */
export function holdWithin4(what: string, actual: number, theory: number, standardError: number): void {
  if (Math.abs(actual - theory) < 4 * standardError) return
  throw new Error(`${what} is ${actual}, by theory ${theory} ± ${standardError}`)
}
