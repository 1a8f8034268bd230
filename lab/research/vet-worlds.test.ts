/** The made-up markets: bars that could be, and nothing changed where nothing may be. */
import { describe, expect, it } from 'vitest'
import { DAY, isoDate } from '../core/time.ts'
import { rowAtOrAfter } from '../sim/series.ts'
import { corpusMarket } from './corpus/market.ts'
import { literalsIn } from './vet-literals.ts'
import {
  FUTURES,
  hazy,
  instantsOf,
  perturbFuture,
  rotated,
  shifted,
  splitLater,
  type World,
  worldOf,
} from './vet-worlds.ts'

const world = worldOf(corpusMarket('dead'))
const middle = instantsOf(world)[250]

function checkBars({ series, instruments }: World): void {
  series.forEach((one, handle) => {
    const { ticksPerUnit } = instruments[handle]
    for (let row = 0; row < one.length; row++) {
      const { open, high, low, close, volume } = one
      expect(low[row]).toBeGreaterThan(0)
      expect(high[row]).toBeGreaterThanOrEqual(Math.max(open[row], close[row]))
      expect(low[row]).toBeLessThanOrEqual(Math.min(open[row], close[row]))
      for (const column of [open, high, low, close])
        expect(Math.round(column[row] * ticksPerUnit) / ticksPerUnit).toBe(column[row])
      expect(volume[row]).toBeGreaterThanOrEqual(0)
      if (row > 0) expect(one.receiveTime[row]).toBeGreaterThan(one.receiveTime[row - 1])
    }
  })
}

describe.each(FUTURES)('a future: %s', kind => {
  const made = perturbFuture(world, middle, kind, 5)

  it('has bars that could be, at times of the old ones', () => {
    checkBars(made)
    const known = new Set(instantsOf(world))
    for (const time of instantsOf(made)) expect(known.has(time)).toBe(true)
  })

  it('leaves what was known as it was, and changes what was not', () => {
    made.series.forEach((one, handle) => {
      const old = world.series[handle]
      const cut = rowAtOrAfter(old, middle)
      for (const name of ['open', 'high', 'low', 'close', 'volume', 'receiveTime'] as const)
        expect(one[name].slice(0, cut)).toEqual(old[name].slice(0, cut))
      const unknown = (series: typeof one) => [...series.close.slice(cut, series.length)]
      if (cut < old.length) expect(unknown(one)).not.toEqual(unknown(old))
    })
  })
})

it('a market begun elsewhere, or seen through a haze, has bars that could be on the old dates', () => {
  for (const made of [rotated(world, middle), hazy(world, 3)]) {
    checkBars(made)
    expect(instantsOf(made)).toEqual(instantsOf(world))
  }
})

it('a market begun elsewhere has the moves of the old one', () => {
  const moves = ({ series }: World) =>
    Array.from({ length: 639 }, (_, k) => Math.log(series[0].close[k + 1] / series[0].close[k]))
  const old = moves(world)
  const made = moves(rotated(world, middle))
  // Closes are cents of some 100 dollars, so that a move is off by 1e-4 at most.
  for (let k = 0; k < 380; k++) expect(Math.abs(made[k] - old[k + 250])).toBeLessThan(4e-4)
})

it('28 years on, every day is the weekday and the day of the month that it was', () => {
  const by = 10_227 * DAY
  for (const [handle, one] of shifted(world, by).series.entries())
    one.eventTime.forEach((time, row) => {
      const [now, then] = [new Date(time / 1000), new Date(world.series[handle].eventTime[row] / 1000)]
      expect(now.getUTCDay()).toBe(then.getUTCDay())
      expect(isoDate(time).slice(5)).toBe(isoDate(then.getTime() * 1000).slice(5))
      expect(now.getUTCFullYear()).toBe(then.getUTCFullYear() + 28)
    })
})

it('a split to come keeps every price on its tick', () => {
  const { series, instruments } = splitLater(
    world,
    world.instruments.map(() => 4),
  )
  expect(instruments[0].ticksPerUnit).toBe(400)
  series[0].close.forEach((close, row) => {
    expect(Math.round(close * 400)).toBe(Math.round(world.series[0].close[row] * 100))
  })
})

it('reads numbers, dates and tables off the tokens of a module', () => {
  const span = { from: Date.UTC(2018, 0, 1) * 1000, to: Date.UTC(2020, 5, 12) * 1000 }
  const read = (code: string) => literalsIn(code, span)
  expect(read('var a = -1.50, b = x2 + 3;').numbers.map(one => one.text)).toEqual(['1.50', '3'])
  expect(read('var a = -1.50;').numbers[0].value).toBe(-1.5)
  expect(read('var t = { "2018-01-02": 1, "2018-01-03": -1 };').datedNumbers).toBe(2)
  expect(read('var t = [["2018-01-02", 0.5], ["2018-01-03", 0.25]];').datedNumbers).toBe(2)
  expect(read('var t = [{ date: "2018-01-02", value: 7 }];').datedNumbers).toBe(1)
  expect(read('var t = { 20180102: 1, 20180103: 2 };').datedNumbers).toBe(2)
  expect(read('var t = new Set(["2018-01-02", "2018-01-03"]);')).toMatchObject({
    datedNumbers: 0,
    longestList: 0,
  })
  expect(read(`var t = "${'UD'.repeat(50)}";`).longestList).toBe(100)
  expect(
    read('import { sma } from "file:///a/very/long/path/to/a/module/of/gordon/index.ts";').longestList,
  ).toBe(0)
  expect(
    read(`var t = [${Array.from({ length: 40 }, (_, k) => k)}];`).lists.map(list => list.length),
  ).toEqual([40])
})
