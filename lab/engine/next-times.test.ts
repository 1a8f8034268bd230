/** The tree of next events against a plain search (the oracle), over seeded random streams. */
import { expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { NextTimes } from './next-times.ts'

it('finds the earliest time and whose it is, in handle order', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Random(seed)
    const count = random.integer(1, 70)
    const next = new NextTimes(count)
    const plain = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
    const set = (handle: number, time: number): void => {
      next.set(handle, time)
      plain[handle] = time
    }
    for (let handle = 0; handle < count; handle++)
      if (random.uniform() < 0.9) set(handle, random.integer(0, 10))
    const out = new Uint32Array(count)
    const times = new Float64Array(count)
    for (let step = 0; step < 50; step++) {
      const earliest = Math.min(...plain)
      expect(next.earliest, `seed ${seed}`).toBe(earliest)
      if (earliest === Number.POSITIVE_INFINITY) break
      const due = next.due(earliest, out)
      const wanted = [...plain.keys()].filter(handle => plain[handle] === earliest)
      expect([...out.subarray(0, due)], `seed ${seed}`).toEqual(wanted)
      for (let k = 0; k < due; k++) {
        times[k] = random.uniform() < 0.1 ? Number.POSITIVE_INFINITY : earliest + random.integer(1, 5)
        plain[out[k]] = times[k]
      }
      next.setAll(out, times, due)
      if (random.uniform() < 0.2) set(random.integer(0, count), earliest + random.integer(1, 9))
    }
  }
})
