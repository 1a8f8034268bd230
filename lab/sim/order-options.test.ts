/** What an author may write: contradictions are one sentence, wrong prices a refused order, the story names the type. */
import { describe, expect, it } from 'vitest'
import type { OrderOptions } from '../strategy/context.ts'
import { ordersOf, play } from '../testing/fixtures.ts'

const send = (options: OrderOptions, side: 'buy' | 'sell' = 'buy') =>
  play({ A: ['100', '100'] }, { 1: ({ ctx, of }) => ctx[side](of.A, 2, options) }, { account: 'margin' })

describe('options that contradict each other', () => {
  const cases: readonly [OrderOptions, string][] = [
    [
      { stop: 105, touch: 95 },
      'An order has both a stop and a touch; it waits for one of them: leave the other out.',
    ],
    [{ at: 'noon' as 'open' }, "An order has at: noon; write 'open' or 'close'."],
    [
      { at: 'open', stop: 105 },
      "An order has both at: 'open' and a trigger; an auction takes market and limit orders: leave one out.",
    ],
    [{ trail: {} }, 'An order has a trail that is not one of { amount } and { percent }; name one.'],
    [
      { trail: { amount: 1, percent: 1 } },
      'An order has a trail that is not one of { amount } and { percent }; name one.',
    ],
    [
      { trail: { amount: 1 }, limit: 99 },
      'An order has both a trail and a limit or touch; for a trailing stop-limit write trail: { amount, limitOffset }.',
    ],
    [{ postOnly: true }, 'An order has postOnly and is no limit order; give it a limit and no trigger.'],
    [{ display: 1 }, 'An order has a display quantity and no limit; an iceberg is a limit order.'],
    [
      { limit: 99, postOnly: true, timeInForce: 'IOC' },
      'An order has both IOC and postOnly; what shall rest cannot fill at once: leave one out.',
    ],
    [
      { limit: 99, display: 1, timeInForce: 'FOK' },
      'An order has both FOK and a display quantity; what shall rest cannot fill at once: leave one out.',
    ],
    [
      { at: 'close', timeInForce: 'FOK' },
      "An order has both at: 'close' and FOK; an auction is its own time in force: leave FOK out.",
    ],
    [{ timeInForce: 'GTD' }, 'An order has the time in force GTD and no goodTill; name the time.'],
    [
      { goodTill: 1, timeInForce: 'DAY' },
      "An order has both goodTill and DAY; write timeInForce: 'GTD' or leave goodTill out.",
    ],
    [{ after: 1.5 }, 'An order has after: 1.5; give it the id that buy or sell returned.'],
    [{ group: '' }, 'An order has a group without a name; give it a text.'],
    [
      { reduceOnly: true, stopLoss: 90 },
      'An order has both reduceOnly and a bracket; what only reduces leaves nothing to protect: leave one out.',
    ],
    [
      { takeProfit: 95, stopLoss: 105 },
      'An order has takeProfit 95 and stopLoss 105; of a buy the profit lies above the loss.',
    ],
  ]
  for (const [options, sentence] of cases)
    it(`are told: ${JSON.stringify(options)}`, async () => {
      await expect(send(options)).rejects.toThrow(sentence)
    })
  it('are told of a sale too', async () => {
    await expect(send({ takeProfit: 105, stopLoss: 95 }, 'sell')).rejects.toThrow(
      'of a sell the profit lies below the loss',
    )
  })
})

describe('prices and quantities that are wrong', () => {
  const cases: readonly [OrderOptions, string][] = [
    [{ touch: 99.995 }, 'offTickGrid'],
    [{ trail: { amount: 0.005 } }, 'offTickGrid'],
    [{ trail: { amount: -1 } }, 'invalidPrice'],
    [{ trail: { percent: 0 } }, 'invalidPrice'],
    [{ trail: { percent: 100 } }, 'invalidPrice'],
    [{ trail: { percent: Number.NaN } }, 'invalidPrice'],
    [{ trail: { amount: 1, limitOffset: -1 } }, 'invalidPrice'],
    [{ limit: 99, display: 0.5 }, 'offLotGrid'],
    [{ limit: 99, display: 0 }, 'nonPositiveQuantity'],
    [{ limit: 99, goodTill: Number.NaN }, 'goodTillPassed'],
  ]
  for (const [options, reason] of cases)
    it(`refuse the order: ${JSON.stringify(options)}`, async () => {
      expect(ordersOf(await send(options))).toEqual([`1: rejected 0 ${reason}`])
    })
})

describe('run.why', () => {
  const cases: readonly [OrderOptions, string][] = [
    [{ touch: 95 }, 'buy 2 TEST:A touch 95 GTC'],
    [{ touch: 95, limit: 94 }, 'buy 2 TEST:A touch 95 limit 94 GTC'],
    [{ trail: { amount: 5 } }, 'buy 2 TEST:A stop trailing by 5 GTC'],
    [{ trail: { percent: 7, limitOffset: 1 } }, 'buy 2 TEST:A stop trailing by 7 % with a limit GTC'],
    [{ at: 'open' }, 'buy 2 TEST:A market on open GTC'],
    [{ at: 'close', limit: 99 }, 'buy 2 TEST:A limit 99 on close GTC'],
  ]
  for (const [options, text] of cases)
    it(`tells ${text}`, async () => expect((await send(options)).why(1)).toContain(text))
  it('tells of what was still held or on its way', async () => {
    const run = await play(
      { A: ['100', '100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90, stopLoss: 80 }) },
    )
    expect(run.why(2)).toContain('It was held for order 1, which had not filled when the run ended.')
  })
})
