/**
 * The sample itself in the code: a list of numbers whose changes run along with those of a column of the data, row
 * by row, is that column or a straight line away from it (standardised by its own mean and deviation, for one).
 * Whatever the strategy does with it, the end of the list was not known at its beginning.
 */
import { isoTime } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { VetFinding } from './vet-findings.ts'
import type { Literals } from './vet-literals.ts'
import type { SampleColumn } from './vet-request.ts'

const LEAST = 30
const RUNS_ALONG = 0.97

export function sampleInCode({ lists }: Literals, columns: readonly SampleColumn[]): VetFinding[] {
  for (const list of lists)
    for (const { called, values, receiveTime } of columns) {
      const place = placeIn(values, list)
      if (place === undefined) continue
      const text =
        `A list of ${list.length} numbers in the code is the ${called} from ${isoTime(receiveTime[place])} on, as it is or on another scale; ` +
        `a strategy reads what it needs from bar, ctx and indicators as it becomes known, so take the list out.`
      return [{ code: 'SAMPLE_IN_CODE', text }]
    }
  return []
}

/** @param instrument its id */
export function barColumns(instrument: string, series: BarSeries): SampleColumn[] {
  return columnsOf(series).map(({ name, values }) => ({
    called: `${name} of ${instrument}`,
    values,
    receiveTime: series.receiveTime,
  }))
}

/** Columns of a series by their names. @param called whose they are: `trades of XNAS:A` */
export function columnsNamed(
  called: string,
  series: { readonly length: number; readonly receiveTime: Float64Array },
  names: readonly string[],
): SampleColumn[] {
  const columns = series as unknown as Readonly<Record<string, Float64Array>>
  return names.map(name => ({
    called: `${name} of the ${called}`,
    values: columns[name].subarray(0, series.length),
    receiveTime: series.receiveTime,
  }))
}

function columnsOf(series: BarSeries): { name: string; values: Float64Array }[] {
  const close = series.close.subarray(0, series.length)
  const centred = close.map((_, row) => {
    const around = close.subarray(Math.max(0, row - 2), row + 3)
    return around.reduce((sum, price) => sum + price, 0) / around.length
  })
  return [
    { name: 'close', values: close },
    { name: 'open', values: series.open.subarray(0, series.length) },
    { name: 'high', values: series.high.subarray(0, series.length) },
    { name: 'low', values: series.low.subarray(0, series.length) },
    { name: 'volume', values: series.volume.subarray(0, series.length) },
    { name: 'return', values: close.map((price, row) => (row === 0 ? 0 : price / close[row - 1] - 1)) },
    { name: 'logarithm of the close', values: close.map(Math.log) },
    { name: 'centred average of the close', values: centred },
  ]
}

/**
 * Row of a column from which on a list runs along with it; undefined where there is none. A quick look at the
 * first changes spares most places the rest.
 */
function placeIn(column: Float64Array, list: readonly number[]): number | undefined {
  const length = Math.min(list.length, column.length)
  for (let place = 0; place + length <= column.length; place++)
    if (runsAlong(column, place, list, LEAST) && runsAlong(column, place, list, length)) return place
  return undefined
}

function runsAlong(column: Float64Array, place: number, list: readonly number[], length: number): boolean {
  if (length > list.length || place + length > column.length) return false
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0]
  for (let k = 1; k < length; k++) {
    const x = column[place + k] - column[place + k - 1]
    const y = list[k] - list[k - 1]
    a += x
    b += y
    aa += x * x
    bb += y * y
    ab += x * y
  }
  const n = length - 1
  const covariance = ab - (a * b) / n
  const variances = (aa - (a * a) / n) * (bb - (b * b) / n)
  return variances > 0 && Math.abs(covariance) > RUNS_ALONG * Math.sqrt(variances)
}
