/** Each bench of growth, small, so that none rots: what is counted is counted, and nothing is left working. */
import { expect, it } from 'vitest'
import { runScale } from './scale.ts'

it.each([
  ['events', 40_000, 40],
  ['turns', 300, 301],
  ['prices', 200, 200],
  ['price', 200, 200],
  ['bars', 200, 200],
  ['runs', 10, 39],
])('%s of %i', async (bench, n, orders) => {
  const line = await runScale(bench, n, 1)
  expect(line).toMatchObject({ bench, n, orders })
  expect(line.fills).toBe(bench === 'events' ? line.fills : bench === 'turns' ? n : bench === 'runs' ? 39 : 0)
  expect(line.ns).toBeGreaterThan(0)
  if (bench === 'runs') expect(line.heap_after_mb).toHaveLength(2)
})

it('says what it does not know', async () => {
  await expect(runScale('nothing', 1)).rejects.toThrow('No bench "nothing" of 1: give one of events, turns')
  await expect(runScale('turns', 0.5)).rejects.toThrow('No bench "turns" of 0.5')
})
