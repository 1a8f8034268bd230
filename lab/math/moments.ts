/** Mean and spread of a sample, in two passes: no cancellation, however far the values are from zero. */
import { sum } from './sum.ts'

/**
 * What a return or a profit can carry from rounding alone, relative to its largest value (at least to 1, since a
 * return is a ratio near 1 less 1): a deviation below it is noise, not risk.
 */
const ROUNDING = 1e-15

/** Arithmetic mean, never outside the values: equal ones have exactly themselves. Undefined for no values. */
export function mean(values: ArrayLike<number>): number | undefined {
  if (values.length === 0) return undefined
  let low = values[0]
  let high = values[0]
  for (let i = 1; i < values.length; i++) {
    if (values[i] < low) low = values[i]
    else if (values[i] > high) high = values[i]
  }
  return Math.min(Math.max(sum(values) / values.length, low), high)
}

/**
 * Mean of (value − mean)^order: the biased central moment.
 * @returns undefined for no values
 */
export function centralMoment(values: ArrayLike<number>, order: 2 | 3 | 4): number | undefined {
  const centre = mean(values)
  if (centre === undefined) return undefined
  // A loop: Float64Array.from with a function takes ten times as long.
  const powers = new Float64Array(values.length)
  for (let i = 0; i < powers.length; i++) {
    const distance = values[i] - centre
    const square = distance * distance
    powers[i] = order === 2 ? square : order === 3 ? square * distance : square * square
  }
  return sum(powers) / values.length
}

/**
 * Sample standard deviation, √(Σ(value − mean)² / (n − 1)).
 * @returns undefined for fewer than two values; 0 where all are equal
 */
export function standardDeviation(values: ArrayLike<number>): number | undefined {
  if (values.length < 2) return undefined
  return Math.sqrt((centralMoment(values, 2)! * values.length) / (values.length - 1))
}

/**
 * The standard deviation where one may divide by it.
 * @returns undefined for fewer than two values, and where they differ by no more than rounding
 */
export function dispersion(values: ArrayLike<number>): number | undefined {
  const deviation = standardDeviation(values)
  if (deviation === undefined) return undefined
  let largest = 1
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]))
  return deviation > ROUNDING * largest ? deviation : undefined
}
