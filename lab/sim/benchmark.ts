/**
 * What doing nothing would have made: the run's instruments that have a price at its first instant, bought in
 * equal parts at that close and held, without costs. Sampled at the run's instants.
 */
import { instrumentId } from '../domain/instrument.ts'
import type { RunResult } from '../domain/run-result.ts'
import { rowAtOrAfter } from './series.ts'

export interface Benchmark {
  readonly name: string
  /** Starts at the run's start equity, one value per row of the curve. */
  readonly equity: Float64Array
}

/** Undefined where the bars were not kept or none has a price at the start. */
export function benchmarkEquity(
  run: Pick<RunResult, 'curve' | 'bars' | 'instruments' | 'startEquity'>,
): Benchmark | undefined {
  const { time } = run.curve
  if (time.length === 0 || run.bars.some(bars => bars === undefined)) return undefined
  const members: {
    id: string
    close: Float64Array
    receiveTime: Float64Array
    row: number
    first: number
    length: number
  }[] = []
  run.bars.forEach((bars, handle) => {
    const row = rowAtOrAfter(bars!, time[0] + 1) - 1
    if (row >= 0 && bars!.close[row] > 0)
      members.push({
        id: instrumentId(run.instruments[handle]),
        close: bars!.close,
        receiveTime: bars!.receiveTime,
        row,
        first: bars!.close[row],
        length: bars!.length,
      })
  })
  if (members.length === 0) return undefined
  const equity = new Float64Array(time.length)
  for (let k = 0; k < time.length; k++) {
    let sum = 0
    for (const member of members) {
      while (member.row + 1 < member.length && member.receiveTime[member.row + 1] <= time[k]) member.row++
      sum += member.close[member.row] / member.first
    }
    equity[k] = (run.startEquity * sum) / members.length
  }
  const name =
    members.length === 1
      ? `buy and hold ${members[0].id}`
      : `buy and hold, ${members.length} instruments in equal parts`
  return { name, equity }
}
