/** For the tests of this room: seeded bars, and an indicator run over them. */
import { Random } from '../core/random.ts'
import type { BarColumns } from '../domain/bar.ts'
import type { IndicatorScale, IndicatorSpec } from './indicator.ts'

export const CENTS: IndicatorScale = { ticksPerUnit: 100, lotsPerUnit: 1 }

export const COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const

export interface WalkOptions {
  readonly bars: number
  readonly seed: number
  /** Multiplies every price: 1.0012345 takes them off the grid. */
  readonly factor?: number
  /** Share of rows whose values are missing. */
  readonly missing?: number
  /** Share of rows whose prices are off the grid. */
  readonly offGrid?: number
  /** Share of rows that repeat the close before, without range or volume. */
  readonly still?: number
}

/** Random walk of cents around 100, never below 10; volume 0 to 10,000. */
export function walk(options: WalkOptions): BarColumns {
  const { bars, seed, factor = 1, missing = 0, offGrid = 0, still = 0 } = options
  const random = new Random(seed)
  const columns = emptyColumns(bars)
  let close = 10_000
  for (let row = 0; row < bars; row++) {
    const resting = random.uniform() < still
    const size = resting ? 0 : 1
    const open = Math.max(1000, close + size * random.integer(-20, 21))
    close = Math.max(1000, open + size * random.integer(-60, 61))
    const per = random.uniform() < offGrid ? 100 / (1 + random.uniform() / 1000) : 100
    columns.open[row] = (open / per) * factor
    columns.high[row] = ((Math.max(open, close) + size * random.integer(0, 30)) / per) * factor
    columns.low[row] = ((Math.min(open, close) - size * random.integer(0, 30)) / per) * factor
    columns.close[row] = (close / per) * factor
    columns.volume[row] = size * random.integer(0, 10_001)
    if (random.uniform() < missing) for (const name of COLUMNS) columns[name][row] = Number.NaN
  }
  return columns
}

export function emptyColumns(bars: number): BarColumns {
  const column = () => new Float64Array(bars)
  return { open: column(), high: column(), low: column(), close: column(), volume: column() }
}

/** Bars whose four prices are all the same list. */
export function flatBars(
  closes: readonly number[],
  volumes: readonly number[] = closes.map(() => 1),
): BarColumns {
  const price = Float64Array.from(closes)
  return { open: price, high: price, low: price, close: price, volume: Float64Array.from(volumes) }
}

export function slice(columns: BarColumns, from: number, to?: number): BarColumns {
  const part = (name: (typeof COLUMNS)[number]) => columns[name].slice(from, to)
  return {
    open: part('open'),
    high: part('high'),
    low: part('low'),
    close: part('close'),
    volume: part('volume'),
  }
}

/** Output columns of a fresh indicator; `cuts` are the rows at which a new call of fill begins. */
export function run(
  spec: IndicatorSpec<string>,
  columns: BarColumns,
  { scale = CENTS, cuts = [] }: { scale?: IndicatorScale; cuts?: readonly number[] } = {},
): Float64Array[] {
  const bars = columns.close.length
  const out = spec.outputs.map(() => new Float64Array(bars).fill(-999))
  const indicator = spec.create(scale)
  const edges = [0, ...cuts.filter(cut => cut >= 0 && cut <= bars), bars].sort((a, b) => a - b)
  for (let i = 1; i < edges.length; i++) indicator.fill(columns, edges[i - 1], edges[i], out)
  return out
}

/** First row at which two columns differ by more than `tolerance` of max(1, |expected|); NaN only equals NaN. */
export function firstDifference(
  actual: Float64Array,
  expected: ArrayLike<number>,
  tolerance: number,
): string | undefined {
  for (let row = 0; row < actual.length; row++) {
    const a = actual[row]
    const b = expected[row]
    if (Number.isNaN(a) && Number.isNaN(b)) continue
    if (Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))) continue
    return `row ${row}: ${a}, expected ${b}`
  }
  return undefined
}
