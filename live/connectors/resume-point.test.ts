import { describe, expect, it } from 'vitest'
import { ResumePoint } from './resume-point.ts'

describe('a resume point', () => {
  it('is the last bar before the first hole', () => {
    const point = new ResumePoint()
    point.connected('s')
    expect([1, 2, 5, 4, 3].map(sequence => [point.take(sequence), point.after])).toEqual([
      [undefined, 1],
      [undefined, 2],
      [{ from: 3, to: 4 }, 2],
      [undefined, 2],
      [undefined, 5],
    ])
  })

  it('does not move back for what came before', () => {
    const point = new ResumePoint()
    for (const sequence of [1, 2, 2, 1]) point.take(sequence)
    expect(point.after).toBe(2)
  })

  it('begins anew on another stream, and goes on upon the same one', () => {
    const point = new ResumePoint()
    point.connected('a')
    point.take(1)
    point.connected('a')
    expect(point.after).toBe(1)
    point.connected('b')
    expect([point.after, point.take(1)]).toEqual([0, undefined])
  })
})
