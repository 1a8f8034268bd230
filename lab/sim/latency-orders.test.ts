/** Latency against the bar interval: below one it delays nothing, k intervals delay k bars. By hand. */
import { describe, expect, it } from 'vitest'
import { fillsOf, ordersOf, play } from '../testing/fixtures.ts'
import { DAY } from '../core/time.ts'
import { constantLatency } from './models/latency.ts'

const days = (k: number) => ({ latency: constantLatency(k * DAY) })
const RISING = ['100', '101', '102', '103', '104']

describe('an order', () => {
  it('that takes less than a bar to the venue has the next open', async () => {
    const run = await play({ A: RISING }, { 1: ({ ctx, of }) => ctx.buy(of.A, 1) }, days(0.9))
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 101'])
  })
  it('that takes k bars has the open after them', async () => {
    const two = await play({ A: RISING }, { 1: ({ ctx, of }) => ctx.buy(of.A, 1) }, days(2))
    expect(fillsOf(two)).toEqual(['4: buy 1 A at 103'])
    const one = await play({ A: RISING }, { 1: ({ ctx, of }) => ctx.buy(of.A, 1) }, days(1.5))
    expect(fillsOf(one)).toEqual(['3: buy 1 A at 102'])
  })
  it('on its way for a session is not without a market', async () => {
    const run = await play(
      { A: RISING, B: ['1', '1', '1', '1', '1'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1) },
      days(2),
    )
    expect(ordersOf(run)).toEqual(['1: filled 1 (4)'])
  })
  it('released by a parent rests at the venue already', async () => {
    // The entry takes a day: it has the open of day 3. Its stop works in that bar.
    const run = await play(
      { A: ['100', '100', '100 101 94 96', '96'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { stopLoss: 95 }) },
      days(1),
    )
    expect(fillsOf(run)).toEqual(['3: buy 1 A at 100', '3: sell 1 A at 95'])
  })
})

describe('a cancel', () => {
  it('takes the same time, and the order may fill until it arrives', async () => {
    let state: string | undefined
    const run = await play(
      { A: ['100', '100', '100', '100 101 89 95', '95'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90 }),
        3: ({ ctx }) => {
          ctx.cancel(1)
          state = ctx.order(1)?.state
        },
      },
      days(1),
    )
    expect(state).toBe('cancelPending')
    expect(fillsOf(run)).toEqual(['4: buy 1 A at 90'])
  })
  it('that arrives ends the order', async () => {
    const run = await play(
      { A: ['100', '100', '100', '100', '100 101 89 95'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90 }),
        3: ({ ctx }) => ctx.cancel(1),
      },
      days(1),
    )
    expect(ordersOf(run)).toEqual(['1: canceled 0 byStrategy (4)'])
  })
  it('is not changed any more', async () => {
    await play(
      { A: ['100', '100', '100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90 }),
        2: ({ ctx }) => {
          ctx.cancel(1)
          expect(ctx.replace(1, { limit: 95 })).toBe('orderEnded')
        },
      },
      days(1),
    )
  })
  it('lets a part fill on its way', async () => {
    const run = await play(
      { A: ['100', '100', '100 101 89 95 40', '80', '80'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10, { limit: 90 }),
        2: ({ ctx }) => ctx.cancel(1),
      },
      { ...days(1), slippage: 'volume-share:cap=10%:impact=0' },
    )
    expect(ordersOf(run)).toEqual(['1: canceled 4 byStrategy (3)'])
  })
})

it('ctx.close with cancels on their way sells no more than is held', async () => {
  // The stop's cancel takes a day, in which it still may fill: it does not, and the sale does.
  const run = await play(
    { A: ['100', '100', '100', '100', '100', '100'] },
    {
      1: ({ ctx, of }) => ctx.buy(of.A, 5),
      3: ({ ctx, of }) => ctx.sell(of.A, 5, { stop: 90 }),
      4: ({ ctx, of }) => ctx.close(of.A),
    },
    { latency: constantLatency(DAY) },
  )
  expect(ordersOf(run)).toEqual(['1: filled 5 (3)', '3: canceled 0 byStrategy (5)', '4: filled 5 (6)'])
})
