/**
 * Indicator columns of series in memory, kept from run to run: a sweep asks for the same average of the same bars
 * again and again. A column is kept from the second run that asks for it, so that a single run pays nothing, and
 * as long as its series lives. Columns of bars are immutable once handed over, and only indicators that say so
 * (built in) are kept: the numbers are those that the run would have worked out itself.
 */
import type { BarSeries } from '../domain/bar.ts'
import type { Indicator } from '../indicators/indicator.ts'

/** For each series no more columns than this: four times the memory of its bars. */
const MOST = 24

interface Shelf {
  readonly asked: Set<string>
  readonly columns: Map<string, readonly Float64Array[]>
  count: number
}

const shelves = new WeakMap<BarSeries, Shelf>()

/**
 * The outputs of an indicator for every row of a series; undefined when the run shall work them out by itself.
 * @param key all that decides the numbers, the instrument's grid included
 * @param indicator fresh; it is used up when columns come back
 */
export function keptColumns(
  series: BarSeries,
  key: string,
  indicator: Indicator,
  outputs: number,
): readonly Float64Array[] | undefined {
  let shelf = shelves.get(series)
  if (shelf === undefined) shelves.set(series, (shelf = { asked: new Set(), columns: new Map(), count: 0 }))
  const kept = shelf.columns.get(key)
  if (kept !== undefined) return kept
  if (!shelf.asked.has(key)) {
    shelf.asked.add(key)
    return undefined
  }
  if (shelf.count + outputs > MOST) return undefined
  const columns = Array.from({ length: outputs }, () => new Float64Array(series.length))
  indicator.fill(series, 0, series.length, columns)
  shelf.columns.set(key, columns)
  shelf.count += outputs
  return columns
}
