import { expect, test } from 'vitest'
import { findSplits, type SessionPrices } from './splits.ts'

/** A calm market of a hundred nights, one of which jumps from 100 to `open`. */
function jumpTo(open: number, swing = 0.005): SessionPrices {
  const n = 100
  const prices = { sessionClose: new Float64Array(n), open: new Float64Array(n), close: new Float64Array(n) }
  let level = 100
  for (let i = 0; i < n; i++) {
    prices.sessionClose[i] = i
    if (i === 80) level = open
    prices.open[i] = level * (i === 80 || i % 2 === 0 ? 1 : 1 + swing)
    prices.close[i] = level
  }
  return prices
}

const nothing = async () => undefined
const ratioOf = async (open: number, swing?: number) =>
  (await findSplits(jumpTo(open, swing), nothing))[0]?.ratio

test('a jump by a factor is a split, the other way round a reverse one', async () => {
  expect(await ratioOf(50)).toBe('2:1')
  expect(await ratioOf(66.67)).toBe('3:2')
  expect(await ratioOf(33.2)).toBe('3:1')
  expect(await ratioOf(25)).toBe('4:1')
  expect(await ratioOf(20.1)).toBe('5:1')
  expect(await ratioOf(14.2)).toBe('7:1')
  expect(await ratioOf(10)).toBe('10:1')
  expect(await ratioOf(5)).toBe('20:1')
  expect(await ratioOf(200)).toBe('1:2')
  expect(await ratioOf(1000)).toBe('1:10')
})

test('a crash that no factor explains is none', async () => {
  for (const open of [70, 60, 53, 47, 40, 29, 17]) expect(await ratioOf(open), String(open)).toBeUndefined()
})

test('the calmer the market, the nearer a jump must be to the factor', async () => {
  expect(await ratioOf(51.2, 0.01)).toBe('2:1')
  expect(await ratioOf(51.2, 0.001)).toBeUndefined()
})

test('an adjusted series decides: it confirms, or shows a crash', async () => {
  const raw = jumpTo(50)
  const flat = { ...raw, close: new Float64Array(100).fill(50) }
  expect((await findSplits(raw, async () => flat)).map(({ ratio }) => ratio)).toEqual(['2:1'])
  expect(await findSplits(raw, async () => raw)).toEqual([])
  // A split on a night of bad news, too far from the factor to be seen without help.
  const rough = jumpTo(46)
  const adjusted = { ...rough, close: rough.close.map((close, i) => (i < 80 ? close / 2 : close)) }
  expect((await findSplits(rough, async () => adjusted)).map(({ ratio }) => ratio)).toEqual(['2:1'])
  expect(await findSplits(rough, nothing)).toEqual([])
})
