/**
 * What doing nothing would have made: the run's instruments that have a price at its first instant, bought in
 * equal parts at that close and held, without costs. Sampled at the run's instants. Splits, dividends (kept as
 * cash), new names and delistings that the run was told of happen to it too.
 */
import type { BarSeries } from '../domain/bar.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import type { RunResult } from '../domain/run-result.ts'
import { rowAtOrAfter } from './series.ts'

export interface Benchmark {
  readonly name: string
  /** Starts at the run's start equity, one value per row of the curve. */
  readonly equity: Float64Array
}

type Held = Pick<RunResult, 'curve' | 'bars' | 'instruments' | 'startEquity' | 'currency' | 'actions'>

/**
 * Undefined where the bars were not kept, none has a price at the start, or holding would need more than buying:
 * contracts, other currencies.
 */
export function benchmarkEquity(run: Held): Benchmark | undefined {
  const { time } = run.curve
  if (time.length === 0 || run.bars.some(bars => bars === undefined)) return undefined
  if (run.instruments.some(({ kind = 'spot', currency }) => kind !== 'spot' || currency !== run.currency))
    return undefined
  const members = run.bars.flatMap((bars, handle) => {
    const row = rowAtOrAfter(bars!, time[0] + 1) - 1
    return row >= 0 && bars!.close[row] > 0 ? [new Member(run, handle, bars!, row)] : []
  })
  if (members.length === 0) return undefined
  const equity = new Float64Array(time.length)
  for (let k = 0; k < time.length; k++) {
    let sum = 0
    for (const member of members) sum += member.growth(time[k])
    equity[k] = (run.startEquity * sum) / members.length
  }
  const name =
    members.length === 1
      ? `buy and hold ${members[0].id}`
      : `buy and hold, ${members.length} instruments in equal parts`
  return { name, equity }
}

/** One share bought at the start, with what it became and what it paid. */
class Member {
  readonly id: string
  readonly #run: Held
  readonly #first: number
  #bars: BarSeries
  #row: number
  #shares = 1
  #cash = 0
  /** Of its present name, in order of time; the next one is `#next`. */
  #actions: readonly CorporateAction[]
  #next = 0

  constructor(run: Held, handle: number, bars: BarSeries, row: number) {
    this.#run = run
    this.id = instrumentId(run.instruments[handle])
    this.#bars = bars
    this.#row = row
    this.#first = bars.close[row]
    this.#actions = this.#of(handle, bars.eventTime[row])
  }

  /** Worth at a time over what it cost. */
  growth(time: number): number {
    for (;;) {
      const { eventTime, receiveTime, length } = this.#bars
      const more = this.#row + 1 < length && receiveTime[this.#row + 1] <= time
      const until = more ? eventTime[this.#row + 1] : Number.NEGATIVE_INFINITY
      const action = this.#actions[this.#next]
      // The bar after an action is the first in new shares; what ends a holding does not wait for one.
      const ends = action?.kind === 'delisting' || action?.kind === 'symbolChange'
      if (action !== undefined && (action.time < until || (ends && action.time <= time))) this.#take(action)
      else if (more) this.#row++
      else return (this.#shares * this.#bars.close[this.#row] + this.#cash) / this.#first
    }
  }

  #take(action: CorporateAction): void {
    this.#next++
    if (action.kind === 'split') this.#shares *= action.ratio
    else if (action.kind === 'dividend') this.#cash += this.#shares * action.amount
    else if (action.kind === 'delisting') {
      this.#cash += this.#shares * (action.price ?? this.#bars.close[this.#row])
      this.#shares = 0
    } else {
      const handle = this.#run.instruments.findIndex(one => isNamed(one, action.to))
      const bars = handle < 0 ? undefined : this.#run.bars[handle]
      const row = bars === undefined ? -1 : rowAtOrAfter(bars, action.time)
      if (bars === undefined || row >= bars.length) return
      this.#bars = bars
      this.#row = row
      this.#actions = this.#of(handle, action.time)
      this.#next = 0
    }
  }

  #of(handle: number, after: number): CorporateAction[] {
    const instrument = this.#run.instruments[handle]
    return (this.#run.actions ?? [])
      .filter(action => action.time >= after && isNamed(instrument, action.instrument))
      .sort((a, b) => a.time - b.time)
  }
}

function isNamed(instrument: RunResult['instruments'][number], name: string): boolean {
  return instrumentId(instrument) === name || instrument.symbol === name
}
