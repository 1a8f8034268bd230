/**
 * Golden runs: a strategy on the committed sample of real prices, held to what an independent loop in Python
 * (golden/reference.py: pandas and TA-Lib, no code shared) makes of the same bars, fill by fill, and to a few
 * figures that a reader can see in the test.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ingestSample, TOTAL_RETURN } from '../../data/us-daily.ts'
import { openBars, openStore } from '../catalog/index.ts'
import { isoDate } from '../core/time.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { backtest } from '../sim/backtest.ts'
import type { Run } from '../sim/run.ts'
import type { AnyStrategy } from '../sim/members.ts'
import { python } from './python.ts'

export const GOLDEN_SETTINGS = { cash: 100_000, fees: '10bps', slippage: '2bps' } as const

/** The sample, total-return adjusted, from a store of its own that is gone afterwards. */
export async function sampleBars(symbols?: readonly string[]): Promise<BarSource> {
  const folder = await mkdtemp(join(tmpdir(), 'gordon-golden-'))
  try {
    await ingestSample(folder)
    return await openBars({ store: await openStore(folder), datasets: [TOTAL_RETURN], symbols })
  } finally {
    await rm(folder, { recursive: true })
  }
}

export interface GoldenRequest {
  readonly strategy: AnyStrategy
  readonly params?: Readonly<Record<string, unknown>>
  readonly symbols?: readonly string[]
  /** Name of the rule in reference.py, and the parameters that it takes. */
  readonly rule: string
  readonly terms: Readonly<Record<string, unknown>>
}

/** One fill as both sides write it: `2000-03-02 buy 12 AAPL 3.141592654 0.037699111`. */
export interface Golden {
  readonly run: Run
  readonly ours: readonly string[]
  readonly theirs: readonly string[]
  /** Equity at each close, theirs. */
  readonly equity: readonly number[]
}

export async function golden(request: GoldenRequest): Promise<Golden> {
  const bars = await sampleBars(request.symbols)
  const run = await backtest({
    strategy: request.strategy,
    params: request.params,
    bars,
    strict: true,
    ...GOLDEN_SETTINGS,
  })
  const script = await readFile(new URL('./golden/reference.py', import.meta.url), 'utf8')
  const answer = (await python(script, {
    rule: request.rule,
    terms: request.terms,
    cash: GOLDEN_SETTINGS.cash,
    feeRate: 0.001,
    slippage: 0.0002,
    days: Array.from(bars.streams[0].series!.eventTime, isoDate),
    bars: bars.instruments.map((instrument, handle) => {
      const { length, eventTime, open, high, low, close } = bars.streams[handle].series!
      if (length !== bars.streams[0].rows) throw new Error('the reference wants instruments with equal days')
      return {
        symbol: instrument.symbol,
        ...{ open: [...open], high: [...high], low: [...low], close: [...close] },
        days: Array.from(eventTime, isoDate),
      }
    }),
  })) as { fills: [string, string, number, string, number, number][]; equity: number[] }
  const line = (...[day, side, quantity, symbol, price, fee]: (typeof answer.fills)[number]) =>
    `${day} ${side} ${quantity} ${symbol} ${price.toFixed(6)} ${fee.toFixed(6)}`
  return {
    run,
    ours: run.fills.map(fill =>
      line(isoDate(fill.time), fill.side, fill.quantity, fill.instrument.slice(5), fill.price, fill.fee),
    ),
    theirs: answer.fills.map(fill => line(...fill)),
    equity: answer.equity,
  }
}

/** Largest difference of the two equity curves, account currency. */
export function equityDifference({ run, equity }: Golden): number {
  if (run.curve.equity.length !== equity.length) return Number.POSITIVE_INFINITY
  return equity.reduce((worst, value, row) => Math.max(worst, Math.abs(value - run.curve.equity[row])), 0)
}
