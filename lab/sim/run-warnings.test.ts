/** What a result says against itself. Amounts by hand. */
import { describe, expect, it } from 'vitest'
import type { Run } from './run.ts'
import { market, planned, play } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'

const told = (run: Run, code: string): string[] =>
  run.warnings.filter(one => one.code === code).map(one => one.text)

describe('a run warns', () => {
  it('when nothing was ordered', async () => {
    const run = await play({ A: ['10', '11'] }, {})
    expect(told(run, 'NO_ORDERS')).toEqual(['The strategy sent no order: this run says nothing about it.'])
  })

  it('when nothing was filled, and of what still works', async () => {
    const one = await play({ A: ['10', '11'] }, { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 5 }) })
    expect(told(one, 'NO_FILLS')).toEqual([
      'The only order was not filled: this run says nothing about the strategy.',
    ])
    expect(told(one, 'ORDERS_OPEN')).toEqual(['1 order still worked when the run ended (first: order 1).'])
    const two = await play(
      { A: ['10', '11'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { limit: 5 })
          ctx.buy(of.A, 1, { limit: 4 })
        },
      },
    )
    expect(told(two, 'NO_FILLS')[0]).toMatch(/^None of the 2 orders was filled: /)
    expect(told(two, 'ORDERS_OPEN')).toEqual(['2 orders still worked when the run ended (first: order 1).'])
  })

  it('of none of these when all went well', async () => {
    const run = await play(
      { A: ['10', '11', '12'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1) },
      { fees: '1bps' },
    )
    expect(run.warnings).toEqual([])
  })

  it('of a position whose instrument has had no bar for more than ten days', async () => {
    const gone = (days: number) =>
      play(
        {
          A: ['10', '10', ...Array.from({ length: days }, () => '-')],
          B: Array.from({ length: days + 2 }, () => '5'),
        },
        { 1: ({ ctx, of }) => ctx.buy(of.A, 1) },
      )
    expect(told(await gone(10), 'HELD_WITHOUT_BARS')).toEqual([])
    expect(told(await gone(11), 'HELD_WITHOUT_BARS')).toEqual([
      'TEST:A is still held though its last bar is of 2024-01-03: nothing could be sold since, and it stands in the equity at that price.',
    ])
  })

  it('of instruments without a bar in the range', async () => {
    const bars = market({ A: ['10', '10', '10'], B: ['5', '-', '-'], C: [] })
    const run = await backtest({ strategy: planned({}), bars, from: bars.streams[0].series!.eventTime[1] })
    expect(told(run, 'NO_BARS')).toEqual(['2 of 3 instruments have no bar in the range (TEST:B, TEST:C).'])
  })

  it('of members of the universe that the data does not have', async () => {
    const run = await play(
      { A: ['10'] },
      {},
      { universe: [{ symbol: 'A' }, { symbol: 'GONE' }, { symbol: 'TEST:A' }] },
    )
    expect(told(run, 'UNIVERSE_WITHOUT_DATA')).toEqual([
      '1 member of the universe has no data in this run (GONE): a universe without its dead flatters every result.',
    ])
  })

  it('of leverage that a cash account does not use, and refuses one that is none', async () => {
    const run = await play({ A: ['10'] }, {}, { leverage: 3 })
    expect(told(run, 'LEVERAGE_UNUSED')).toEqual([
      'Leverage is set to 3 and the account is a cash account, which borrows nothing; set account: margin to use it.',
    ])
    await expect(play({ A: ['10'] }, {}, { leverage: 0 })).rejects.toThrow('Setting leverage is 0')
  })
})

describe('a margin account tells where the broker stepped in', () => {
  // 1,000 of equity, 20 bought at 100: exposure 2,000 of the allowed 2,000; a quarter of it must be kept.
  const held = (...last: string[]) =>
    play(
      { A: ['100', '100', ...last] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 20) },
      { cash: 1000, account: 'margin' },
    )
  it('at more than twice its leverage', async () => {
    // At 67: equity 340 ≥ 1,340 / 4 = 335. At 66: 320 < 330.
    expect(told(await held('67'), 'MARGIN_CALL')).toEqual([])
    expect(told(await held('66'), 'MARGIN_CALL')).toEqual([
      'Margin did not suffice once (first on 2024-01-04): the venue cancelled all open orders and closed positions by 1 order (tag liquidation).',
    ])
  })
  it('and what is owed when equity is used up', async () => {
    // 1,000 − 20 × 55 = −100
    expect(told(await held('45'), 'BANKRUPT')).toEqual([
      'Equity fell below zero on 2024-01-04, to -100.00 USD: the account owes what closing its positions did not bring, and what follows is no result.',
    ])
  })
})
