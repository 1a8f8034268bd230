/** Input that an account cannot mean: refused before the run begins, each with one sentence, or told as a warning. */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../core/time.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { FundingSeries } from '../domain/market-events.ts'
import { barsOf, planned, play, type Settings, START, share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'
import { memoryTicks } from './ticks.ts'

/** Code and sentence of a refusal. */
async function refusal(terms: Partial<Instrument>, settings: Settings = {}): Promise<string> {
  const error = await play({ A: ['1', '1'] }, {}, { terms, ...settings }).then(
    () => new Error('it ran'),
    (thrown: Error & { code?: string }) => thrown,
  )
  return `${(error as { code?: string }).code}: ${error.message}`
}

function funding(rates: readonly number[], times: readonly number[]): FundingSeries {
  const time = Float64Array.from(times)
  return {
    length: rates.length,
    eventTime: time,
    receiveTime: time,
    rate: Float64Array.from(rates),
    markPrice: new Float64Array(rates.length).fill(1),
  }
}

describe('an instrument is refused', () => {
  it('without a price or quantity grid', async () => {
    expect(await refusal({ ticksPerUnit: 0 })).toBe(
      'INSTRUMENT_GRID: Instrument TEST:A has ticksPerUnit 0; give a whole number above zero, 100 for cents.',
    )
    expect(await refusal({ lotsPerUnit: 0 })).toBe(
      'INSTRUMENT_GRID: Instrument TEST:A has lotsPerUnit 0; give a whole number above zero, 1 for whole shares.',
    )
    for (const value of [Number.NaN, -100, 0.01, Number.POSITIVE_INFINITY, undefined as unknown as number]) {
      expect(await refusal({ ticksPerUnit: value })).toMatch(/^INSTRUMENT_GRID: /)
      expect(await refusal({ lotsPerUnit: value })).toMatch(/^INSTRUMENT_GRID: /)
    }
  })

  it('with a multiplier of zero', async () => {
    expect(await refusal({ kind: 'linear', multiplier: 0 }, { account: 'margin' })).toBe(
      "INVALID_MULTIPLIER: Instrument TEST:A has multiplier 0; a contract's size is a number above zero.",
    )
  })

  it('that is a contract, in a cash account', async () => {
    for (const kind of ['fx', 'linear', 'inverse', 'future'] as const)
      expect(await refusal({ kind, base: 'X' }, { account: 'cash' })).toBe(
        `ACCOUNT_TOO_SMALL: TEST:A is a contract (${kind}) and the account a cash account; run it with account: margin.`,
      )
  })

  it('that is an inverse contract without a coin, or settles in a third currency', async () => {
    expect(await refusal({ kind: 'inverse' }, { account: 'margin' })).toMatch(/^SETTLEMENT_UNKNOWN: /)
    expect(await refusal({ kind: 'linear', settlement: 'BTC' }, { account: 'margin' })).toMatch(
      /^QUANTO_CONTRACT: /,
    )
  })

  it('with margins that are no fractions', async () => {
    expect(
      await refusal({ kind: 'linear', initialMargin: 0.1, maintenanceMargin: 0.2 }, { account: 'margin' }),
    ).toMatch(/^INVALID_MARGIN: TEST:A has an initial margin of 0.1 and a maintenance margin of 0.2; /)
  })

  it('in a currency that nothing relates to the account’s', async () => {
    expect(await refusal({ currency: 'EUR' }, { currency: 'USD' })).toBe(
      'RATE_MISSING: The run has no pair that tells what EUR is worth in USD; add one (an instrument with base) or set its rate: rates: { EUR: … }, --rate EUR=… on the command line.',
    )
    expect(await refusal({}, { deposits: { XXX: 1 } })).toMatch(/^RATE_MISSING: .* what XXX is worth in USD/)
  })
})

describe('money is refused', () => {
  it('that is no amount', async () => {
    for (const amount of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(await refusal({}, { deposits: { EUR: amount }, rates: { EUR: 1 } })).toBe(
        `SETTING_INVALID: Setting deposits.EUR is ${amount}; it must be a number, zero or more.`,
      )
  })

  it('with a margin setting out of range', async () => {
    const margin = (terms: Settings['margin']) => refusal({}, { account: 'margin', margin: terms })
    expect(await margin({ maintenanceOverInitial: 2 })).toMatch(/^INVALID_MARGIN: /)
    expect(await margin({ maintenanceOverInitial: 0 })).toMatch(/^INVALID_MARGIN: /)
  })
})

describe('funding', () => {
  const ticks = (instrument: Instrument, rates: readonly number[]) =>
    memoryTicks([
      {
        instrument,
        funding: funding(
          rates,
          rates.map((_, k) => START + (k + 1.5) * DAY),
        ),
      },
    ])

  it('without a position pays nothing and is no error', async () => {
    const terms = { kind: 'linear' } as const
    const run = await play(
      { A: ['1', '1', '1'] },
      {},
      {
        account: 'margin',
        terms,
        ticks: ticks(share('A', terms), [0.1, 0.2]),
      },
    )
    expect(run.cashFlows).toEqual([])
    expect(run.endEquity).toBe(run.startEquity)
  })

  it('of a spot instrument or a future is refused before the run begins', async () => {
    expect(await refusal({}, { ticks: ticks(share('A'), [0.1]) })).toBe(
      'FUNDING_NOT_PERPETUAL: Funding was given for TEST:A, which is of kind spot; only perpetuals (linear, inverse) have funding.',
    )
    const future = { kind: 'future' } as const
    expect(await refusal(future, { account: 'margin', ticks: ticks(share('A', future), [0.1]) })).toMatch(
      /^FUNDING_NOT_PERPETUAL: .* of kind future; /,
    )
  })

  it('with a rate that is no number is told as what it is, not as the strategy’s mistake', async () => {
    const terms = { kind: 'linear' } as const
    const run = play(
      { A: ['1', '1', '1'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1) },
      {
        account: 'margin',
        terms,
        ticks: ticks(share('A', terms), [0.1, Number.NaN]),
      },
    )
    await expect(run).rejects.toMatchObject({ code: 'INVALID_FUNDING' })
  })
})

describe('a feed that ends in the middle of a session', () => {
  // New York, Friday 5 January 2024: 14:30 to 21:00 UTC.
  const open = Date.UTC(2024, 0, 5, 14, 30) * 1000
  const minutes = (count: number) =>
    memoryBars([
      {
        instrument: share('A', { calendar: 'XNYS' }),
        series: barsOf(new Array(count).fill('1'), MINUTE, open),
      },
    ])
  const warned = async (count: number, to?: number) =>
    (await backtest({ strategy: planned({}), bars: minutes(count), to })).warnings
      .filter(one => one.code === 'ENDS_IN_SESSION')
      .map(one => one.text)

  it('is told', async () => {
    expect(await warned(150)).toEqual([
      'The data of TEST:A end at 2024-01-05T17:00:00Z, and its session goes on until 2024-01-05T21:00:00Z: the last session is not whole.',
    ])
  })

  it('and one that ends with it, or where the run was to end, is not', async () => {
    expect(await warned(390)).toEqual([])
    expect(await warned(385)).toEqual([])
    expect(await warned(390, open + 2 * HOUR)).toEqual([])
  })
})

describe('streams whose clocks disagree', () => {
  it('are merged by when they were received; what was received before it happened is told', async () => {
    // Funding's clock is 2 hours ahead: told at 12:00 and 36:00, stamped 14:00 and 38:00.
    const instrument = share('P', { kind: 'linear' })
    const received = [0.5, 1.5].map(day => START + day * DAY)
    const ahead = funding([0.01, 0.01], received)
    const run = await backtest({
      strategy: planned({ 3: ({ ctx, of }) => ctx.buy(of.P, 1) }),
      bars: memoryBars([{ instrument, series: barsOf(['1', '1', '1']) }], { interval: '1d' }),
      ticks: memoryTicks([
        { instrument, funding: { ...ahead, eventTime: ahead.eventTime.map(time => time + 2 * HOUR) } },
      ]),
      account: 'margin',
      strict: true,
    })
    expect(run.warnings.find(one => one.code === 'RECEIVED_BEFORE')?.text).toMatch(
      /^2 of the funding of TEST:P were received before happening \(first: row 0\)/,
    )
    // Ordered at 12:00 of the second day; the bar of the third day began after it.
    expect(run.orders[0].submittedAt).toBe(START + 1.5 * DAY)
    expect(run.fills[0].time).toBe(START + 3 * DAY)
  })

  it('going backwards within one are refused', async () => {
    const instrument = share('P', { kind: 'linear' })
    await expect(
      backtest({
        strategy: planned({}),
        bars: memoryBars([{ instrument, series: barsOf(['1', '1']) }]),
        ticks: memoryTicks([{ instrument, funding: funding([0.1, 0.1], [START + 2 * DAY, START + DAY]) }]),
        account: 'margin',
      }),
    ).rejects.toMatchObject({ code: 'CLOCK_BACKWARDS' })
  })
})
