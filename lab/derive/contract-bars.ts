/** Bars of several contracts in one stream, in order of time; of one time in the order of the list. */
import type { BarSeries } from '../domain/bar.ts'

export interface ContractBars extends BarSeries {
  /** Which contract each row is of: its place in the list. */
  readonly contract: Float64Array
}

/** @param series one per contract, in the order of the list; all with the closes of their sessions, or none */
export function contractBars(series: readonly BarSeries[]): ContractBars {
  const order = series.flatMap((one, contract) =>
    Array.from({ length: one.length }, (_, row) => ({ contract, row, time: one.eventTime[row] })),
  )
  order.sort((a, b) => a.time - b.time || a.contract - b.contract)
  const column = (name: 'eventTime' | 'receiveTime' | 'open' | 'high' | 'low' | 'close' | 'volume') =>
    Float64Array.from(order, ({ contract, row }) => series[contract][name][row])
  return {
    length: order.length,
    contract: Float64Array.from(order, ({ contract }) => contract),
    eventTime: column('eventTime'),
    receiveTime: column('receiveTime'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
    ...(series.some(one => one.sessionClose === undefined)
      ? {}
      : {
          sessionClose: Float64Array.from(order, ({ contract, row }) => series[contract].sessionClose![row]),
        }),
  }
}
