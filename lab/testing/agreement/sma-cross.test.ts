/**
 * SMA cross on the sample's AAPL bars agrees trade by trade with vectorbt 1.2.0 and backtrader 1.9.78.123.
 * Expected trades are theirs: made by sma_cross_vectorbt.py and sma_cross_backtrader.py from bars that aapl.py
 * takes straight from the published table, and pinned here with the hashes of script and input. backtrader is
 * small enough to run again in the test, on our own bars.
 */
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BarSeries } from '../../domain/bar.ts'
import type { BarSource } from '../../domain/ports/store.ts'
import { backtest } from '../../sim/index.ts'
import { type BarView, type Context, integer, isoDate, sma, strategy } from '../../strategy/index.ts'
import { python } from '../python.ts'
import {
  beside,
  fileDigest,
  inputDigest,
  openAapl,
  type Pinned,
  PRICES,
  pinnedIn,
  type Trade,
  tradeOf,
} from './aapl.ts'

interface ReferenceRun {
  readonly fast: number
  readonly slow: number
  readonly fee: number
  readonly quantity: number
  readonly equity: number
  readonly trades: readonly Trade[]
  readonly open: readonly [number, number] | null
}

interface Reference extends Pinned {
  readonly runs: readonly ReferenceRun[]
}

class SmaCross extends strategy({
  params: {
    fast: integer({ default: 10, min: 1 }),
    slow: integer({ default: 30, min: 2 }),
    quantity: integer({ default: 100, min: 1 }),
  },
}) {
  fast = this.indicator(sma(this.params.fast))
  slow = this.indicator(sma(this.params.slow))

  override onBar(bar: BarView, ctx: Context): void {
    const fast = this.fast.at(bar)
    const slow = this.slow.at(bar)
    if (fast === undefined || slow === undefined) return
    const position = ctx.position(bar.instrument)
    if (fast - slow > 1e-6 && position === 0) ctx.buy(bar.instrument, this.params.quantity)
    else if (fast - slow < -1e-6 && position > 0) ctx.sell(bar.instrument, position)
  }
}

const pinned = (engine: string) => pinnedIn<Reference>(`sma-cross.${engine}.json`)

let bars: BarSource
let series: BarSeries
let folder: string

beforeAll(async () => {
  ;({ bars, series, folder } = await openAapl())
})
afterAll(() => rmSync(folder, { recursive: true }))

async function agrees(expected: ReferenceRun): Promise<void> {
  const { fast, slow, quantity, fee } = expected
  const run = await backtest({
    strategy: SmaCross,
    params: { fast, slow, quantity },
    bars,
    cash: 100_000,
    fees: fee === 0 ? 'none' : `${fee * 10_000}bps`,
    strict: true,
  })
  const trades = run.trades.map(trade => tradeOf(trade, series))
  expect(trades.map(([entry, , exit]) => [entry, exit])).toEqual(
    expected.trades.map(([entry, , exit]) => [entry, exit]),
  )
  for (const [place, trade] of trades.entries())
    for (const [field, value] of trade.entries()) expect(value).toBeCloseTo(expected.trades[place][field], 6)
  expect(run.openTrades).toHaveLength(expected.open === null ? 0 : 1)
  expect(run.endEquity).toBeCloseTo(expected.equity, 5)
}

describe.each(['vectorbt', 'backtrader'])('%s, as pinned', engine => {
  const reference = pinned(engine)

  test('was given the prices of the sample, by the script that stands here', () => {
    expect(inputDigest(series)).toBe(reference.input)
    expect(fileDigest(`sma_cross_${engine}.py`)).toBe(reference.script)
  })

  test.each(reference.runs)('SMA $fast over $slow, fee $fee', agrees)
})

test('backtrader, run now on our bars, makes the pinned trades', async () => {
  const dates = Array.from(series.eventTime, time => isoDate(time))
  const columns = Object.fromEntries(PRICES.map(name => [name, [...series[name]]]))
  const expected = pinned('backtrader')
  const runs = expected.runs.map(({ fast, slow, fee, quantity }) => ({ fast, slow, fee, quantity }))
  const path = JSON.stringify(beside('sma_cross_backtrader.py'))
  const again = await python(`import runpy; runpy.run_path(${path}, run_name='__main__')`, {
    sha256: inputDigest(series),
    cash: 100_000,
    bars: { date: dates, ...columns },
    runs,
  })
  expect(again).toEqual(expected)
})
