import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BarView, type Context, strategy } from '../../strategy/index.ts'
import { toBundle } from './bundle.ts'
import { backtest, load } from './notebook-backtest.ts'
import { compare, type NotebookRun } from './notebook-run.ts'
import type { NotebookBars } from './notebook-bars.ts'
import { fileBars, openStore } from './notebook-store.ts'

const SAMPLE = fileURLToPath(new URL('../../../data/sample', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'gordon-notebook-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Buys ten shares at the first bar, sells them at the hundredth, then holds five. */
class Round extends strategy({ state: () => ({ bars: 0 }) }) {
  override onBar(bar: BarView, ctx: Context): void {
    const at = ++this.state.bars
    if (at === 1) ctx.buy(bar.instrument, 10)
    if (at === 100) ctx.close(bar.instrument)
    if (at === 200) ctx.buy(bar.instrument, 5)
    if (at === 100) ctx.log('sold')
    ctx.plot('close', bar.close)
  }
}

let bars: NotebookBars
let run: NotebookRun
beforeAll(async () => {
  const store = await openStore(SAMPLE)
  bars = await store.bars({ datasets: ['us-daily/total-return'], symbols: ['IBM'] })
  run = await backtest({ strategy: Round, bars, fees: '10bps', to: '2001-12-31' })
})

const plain = (value: unknown) => String(toBundle(value)?.['text/plain'])

describe('a run in a notebook', () => {
  it('has what happened as Arrow tables, one row per record', () => {
    const { result } = run
    expect([run.trades.numRows, run.openTrades.numRows, run.orders.numRows, run.fills.numRows]).toEqual([
      1, 1, 3, 3,
    ])
    expect(run.trades.getChild('profit')?.get(0)).toBe(result.trades[0].profit)
    expect(run.fills.getChild('time')?.get(0)).toBe(result.fills[0].time / 1000)
    expect(run.equity.numRows).toBe(result.curve.time.length)
    expect(run.equity.getChild('equity')?.get(run.equity.numRows - 1)).toBe(result.endEquity)
    expect(run.logs.getChild('text')?.toJSON()).toEqual(['sold'])
  })

  it('keeps what an order never had as a null', () => {
    expect(run.orders.getChild('limitPrice')?.get(0)).toBeNull()
    expect(run.trades.toDataFrame().shape).toEqual([1, 15])
  })

  it('shows itself as its summary, and its statistics as a table', () => {
    expect(plain(run)).toMatch(/^Round \{\}\n {2}instruments {3}XNYS:IBM\n/)
    expect(plain(run.statistics)).toMatch(/^statistic +value\ntotalReturn /)
  })

  it('draws equity, candles with round trips, exposure and what the strategy plotted', () => {
    for (const figure of [run.equityChart(), run.tradesChart('IBM'), run.exposureChart(), run.plotsChart()])
      expect(figure?.data.length).toBeGreaterThan(0)
    expect(run.tradesChart('MSFT')).toBeUndefined()
  })

  it('explains an order', () => expect(run.why(1)).toMatch(/^Order 1: buy 10 XNYS:IBM market/))

  it('saves the report of the command line', async () => {
    const path = await run.saveReport(join(folder, 'deep/report.html'))
    expect(readFileSync(path, 'utf8')).toContain('<title>')
  })

  it('stands beside another', async () => {
    const other = await backtest({ strategy: Round, bars, fees: '20bps', to: '2001-12-31' })
    const lines = plain(compare({ ten: run, twenty: other })).split('\n')
    expect(lines[0]).toMatch(/^statistic +ten +twenty$/)
    expect(lines.length).toBeGreaterThan(10)
  })

  it('is the same run again: equal digests', async () => {
    expect((await backtest({ strategy: Round, bars, fees: '10bps', to: '2001-12-31' })).digest).toBe(
      run.digest,
    )
  })
})

describe('a strategy file in a notebook', () => {
  it('names its file and its hash in the result', async () => {
    const file = fileURLToPath(new URL('../../../strategies/sma-cross.ts', import.meta.url))
    const made = await backtest({ strategy: await load(file), bars, from: '2005-01-01', to: '2005-12-31' })
    expect(made.result.strategyFile).toBe(file)
    expect(made.result.codeHash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('runs by its path alone', async () => {
    const file = fileURLToPath(new URL('../../../strategies/buy-and-hold.ts', import.meta.url))
    expect((await backtest({ strategy: file, bars })).result.orders.length).toBeGreaterThan(0)
  })
})

describe('bars in a notebook', () => {
  it('show what they are, and give columns by symbol', () => {
    expect(plain(bars)).toContain('XNYS:IBM')
    expect(bars.table('IBM').schema.fields.map(field => field.name)).toEqual([
      'time',
      'open',
      'high',
      'low',
      'close',
      'volume',
    ])
    expect(() => bars.table('TSLA')).toThrow('These bars have no TSLA: they have XNYS:IBM.')
  })

  it('come from a plain file as well', async () => {
    const file = join(folder, 'two.csv')
    writeFileSync(file, 'time,open,high,low,close,volume\n2020-01-02,1,2,1,2,10\n2020-01-03,2,3,2,3,10\n')
    const read = await fileBars(file, { venue: 'X', symbol: 'Y', interval: '1d', calendar: '24/7' })
    expect(read.table().getChild('close')?.toJSON()).toEqual([2, 3])
  })

  it('refuse a day that is none', async () => {
    await expect(backtest({ strategy: Round, bars, from: 'yesterday' })).rejects.toThrow(
      "from is 'yesterday'; give a day such as '2010-01-31', or µs UTC.",
    )
  })

  it('of the store can be asked in SQL, with a DataFrame at the end', async () => {
    const store = await openStore(SAMPLE)
    const counted = await store.sql('SELECT count(*)::INT AS n FROM us_daily_raw')
    // 3 stocks × 3270 sessions: exchange_calendars 4.13.2, get_calendar('XNYS', start='2000-01-01').sessions_in_range.
    expect(counted.toDataFrame().values).toEqual([[9810]])
    expect((await store.datasets()).map(one => one.first.toISOString())).toEqual(
      Array(2).fill('2000-03-01T21:00:00.000Z'),
    )
  })
})
