/** Doing nothing, by hand: also through what happens to a share. */
import { expect, it } from 'vitest'
import { DAY } from '../core/time.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import { play, START, type Table } from '../testing/fixtures.ts'
import { benchmarkEquity } from './benchmark.ts'

const at = (day: number) => START + day * DAY
async function held(table: Table, actions?: readonly CorporateAction[], more = {}) {
  const benchmark = benchmarkEquity(await play(table, {}, { cash: 1000, actions, ...more }))
  return benchmark && [benchmark.name, ...benchmark.equity]
}

it('buys what has a price at the start in equal parts', async () => {
  expect(await held({ A: ['10', '12'], B: ['20', '10'], C: ['-', '5'] })).toEqual([
    'buy and hold, 2 instruments in equal parts',
    1000,
    850,
  ])
})

it('lives through splits, dividends, delistings and new names as a holder does', async () => {
  const split: CorporateAction = { kind: 'split', instrument: 'A', time: at(2), ratio: 2 }
  // At the close of the second day the bar is in old shares.
  expect(await held({ A: ['10', '12', '6', '7'] }, [split])).toEqual([
    'buy and hold TEST:A',
    1000,
    1200,
    1200,
    1400,
  ])
  const dividend: CorporateAction = {
    kind: 'dividend',
    instrument: 'TEST:A',
    time: at(1.5),
    payTime: at(9),
    amount: 1,
  }
  expect(await held({ A: ['10', '9', '6'] }, [{ ...split, time: at(2.5) }, dividend])).toEqual([
    'buy and hold TEST:A',
    1000,
    1000,
    1300,
  ])
  const table = { A: ['10', '5', '-'], B: ['10', '10', '10'] }
  const delisting: CorporateAction = { kind: 'delisting', instrument: 'A', time: at(2.5), price: 0 }
  expect((await held(table, [delisting]))?.slice(1)).toEqual([1000, 750, 500])
  const renamed: CorporateAction = { kind: 'symbolChange', instrument: 'A', time: at(1.5), to: 'B' }
  expect(await held({ A: ['10', '-', '-'], B: ['-', '11', '12'] }, [renamed])).toEqual([
    'buy and hold TEST:A',
    1000,
    1100,
    1200,
  ])
})

it('is none where holding is more than buying', async () => {
  expect(await held({ A: ['10', '12'] }, undefined, { account: 'margin', terms: { kind: 'linear' } })).toBe(
    undefined,
  )
})
