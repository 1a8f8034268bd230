/**
 * Capture: annual growth of the returns over annual growth of the benchmark, of the periods in which the benchmark
 * rose (up) or fell (down). 1 is as much as the benchmark.
 * Reference: empyrical-reloaded 0.5.12 `empyrical.up_capture(returns, benchmark)`,
 * `empyrical.down_capture(returns, benchmark)` (period 'daily' 252, 'weekly' 52, 'monthly' 12).
 */
import { assert } from '../core/assert.ts'
import { finite } from '../math/index.ts'
import { cagr } from './cagr.ts'

interface CaptureOptions {
  periodsPerYear: number
}

/** @returns undefined where the benchmark never rose */
export function upCapture(
  returns: Float64Array,
  benchmark: Float64Array,
  options: CaptureOptions,
): number | undefined {
  return capture(returns, benchmark, options, value => value > 0)
}

/** @returns undefined where the benchmark never fell */
export function downCapture(
  returns: Float64Array,
  benchmark: Float64Array,
  options: CaptureOptions,
): number | undefined {
  return capture(returns, benchmark, options, value => value < 0)
}

function capture(
  returns: Float64Array,
  benchmark: Float64Array,
  options: CaptureOptions,
  chosen: (benchmarkReturn: number) => boolean,
): number | undefined {
  assert(returns.length === benchmark.length, 'capture needs returns and benchmark of the same periods')
  const own = cagr(
    returns.filter((_, i) => chosen(benchmark[i])),
    options,
  )
  const market = cagr(benchmark.filter(chosen), options)
  return own === undefined || market === undefined || market === 0 ? undefined : finite(own / market)
}
