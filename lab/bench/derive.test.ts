/** Each bench of deriving, small, so that none rots; bars of time and of trades are held to plain loops. */
import { expect, it } from 'vitest'
import { runDerive } from './derive.ts'

it.each([
  ['time', 20_000],
  ['sessions', 20_000],
  ['trades', 20_000],
  ['volume', 20_000],
  ['imbalance', 20_000],
  ['resample', 20_000],
  ['snapshots', 20_000],
])('%s of %i', (bench, n) => {
  const line = runDerive(bench, n)
  expect(line).toMatchObject({ bench, n })
  expect(line.rows).toBeGreaterThan(5)
  expect(line.sum / line.rows).toBeGreaterThan(10)
  if (bench === 'trades') expect(line.rows).toBe(200)
  if (bench === 'resample') expect(line.rows).toBe(Math.ceil((20_000 - 30) / 60) + 1)
})

it('says what it does not know', () => {
  expect(() => runDerive('nothing', 1)).toThrow('No bench "nothing" of 1: give one of time, sessions')
})
