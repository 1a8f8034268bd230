/** Breakout on the sample, held to the independent loop in lab/testing/golden/reference.py. */
import { describe, expect, it } from 'vitest'
import { equityDifference, golden } from '../lab/testing/golden.ts'
import Breakout from './breakout.ts'

const wide = { days: 55, stop: 0.05, target: 0.1, invest: 0.9 }
/** So near that some days reach both. */
const near = { days: 20, stop: 0.02, target: 0.03, invest: 0.9 }

const [told, told2] = await Promise.all(
  [wide, near].map(terms => golden({ strategy: Breakout, params: terms, rule: 'breakout', terms })),
)

describe.each([
  ['far', told],
  ['near', told2],
])('Breakout on the sample, stop and target %s', (_, one) => {
  it('fills where, when and for what the reference fills, to a millionth', () => {
    // Within a day Gordon works all opens before all insides, the reference symbol by symbol.
    const [mine, reference] = [one.ours, one.theirs].map(lines =>
      [...lines].sort().map(line => line.split(' ')),
    )
    expect(mine.map(words => words.slice(0, 4))).toEqual(reference.map(words => words.slice(0, 4)))
    mine.forEach((words, place) => {
      for (const column of [4, 5])
        expect(Number(words[column])).toBeCloseTo(Number(reference[place][column]), 5)
    })
  })

  it('has the reference’s equity at every close', () => {
    expect(equityDifference(one)).toBeLessThan(1e-4)
  })

  it('always leaves by its stop or its target, one of which ends the other', () => {
    const { orders } = one.run
    const children = orders.filter(order => order.parent !== undefined)
    const ended = children.filter(order => order.state === 'canceled').map(order => order.reason)
    expect(children.length).toBe(2 * orders.filter(order => order.side === 'buy').length)
    expect(new Set(ended)).toEqual(new Set(['otherOfGroupFilled']))
  })
})

it('says which of its bars do not tell what came first', () => {
  const codes = (run: typeof told.run) => run.warnings.map(one => one.code)
  expect(codes(told.run)).not.toContain('AMBIGUOUS_BARS')
  expect(codes(told2.run)).toContain('AMBIGUOUS_BARS')
})
