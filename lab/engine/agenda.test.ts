import { describe, expect, it } from 'vitest'
import { Agenda } from './agenda.ts'

describe('an agenda', () => {
  it('runs what is due in order of time, and of one time in the order in which it was added', () => {
    const agenda = new Agenda()
    const done: string[] = []
    for (const [time, name] of [
      [5, 'a'],
      [3, 'b'],
      [5, 'c'],
      [4, 'd'],
      [3, 'e'],
    ] as const)
      agenda.add(time, now => void done.push(`${name}${now}`))
    expect(agenda.next).toBe(3)
    agenda.run(4)
    expect(done).toEqual(['b4', 'e4', 'd4'])
    expect(agenda.next).toBe(5)
    agenda.run(4.5)
    agenda.run(9)
    expect(done.slice(3)).toEqual(['a9', 'c9'])
    expect(agenda.next).toBe(Number.POSITIVE_INFINITY)
  })

  it('takes in what its entries add, at once where that is due', () => {
    const agenda = new Agenda()
    const done: number[] = []
    agenda.add(1, () => {
      done.push(1)
      agenda.add(1, () => void done.push(2))
      agenda.add(7, () => void done.push(4))
    })
    agenda.add(1, () => void done.push(3))
    agenda.run(1)
    expect(done).toEqual([1, 3, 2])
    expect(agenda.next).toBe(7)
  })
})
