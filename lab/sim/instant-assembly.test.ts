/** Which bars form an instant: every case by hand. Times are small numbers, grace is 100. */
import { describe, expect, it } from 'vitest'
import type { JournalEvent } from '../domain/ports/journal.ts'
import { InstantAssembly } from './instant-assembly.ts'

const GRACE = 100

/** Tells what was worked: `close@time: handles`, with a star when late. */
function assembly(count = 2) {
  const worked: string[] = []
  const made = new InstantAssembly({
    instrumentIds: ['A', 'B', 'C'].slice(0, count),
    sessions: new Array(count).fill(false),
    barGrace: GRACE,
    work: (now, close, handles, late) => worked.push(`${close}@${now}: ${handles}${late ? '*' : ''}`),
  })
  let sequence = 0
  const tell = (time: number, event: JournalEvent) => made.apply({ sequence: sequence++, time, event })
  const bar = (time: number, instrument: string, eventTime: number, close = 10) =>
    tell(time, {
      kind: 'bar',
      instrument,
      feedSequence: 1,
      eventTime,
      open: 10,
      high: 12,
      low: 9,
      close,
      volume: 1,
    })
  tell(0, { kind: 'feed', state: 'connected', stream: 's' })
  return { made, worked, tell, bar }
}

describe('an instant', () => {
  it('is worked when all subscribed have come, in canonical order whatever came first', () => {
    const { worked, bar } = assembly()
    expect(bar(1010, 'B', 1000)).toBe('waiting')
    expect(worked).toEqual([])
    bar(1020, 'A', 1000)
    expect(worked).toEqual(['1000@1020: 0,1'])
  })

  it('is worked by its timer without those that have not come, and they are late', () => {
    const { made, worked, tell, bar } = assembly()
    bar(1010, 'B', 1000)
    expect(made.timer).toEqual({ close: 1000, at: 1100 })
    tell(1101, { kind: 'timer', close: 1000 })
    expect(bar(1500, 'A', 1000)).toBe('late')
    expect(worked).toEqual(['1000@1101: 1', '1000@1500: 0*'])
    expect(made.timer).toBeUndefined()
  })

  it('is never overtaken by a later one', () => {
    const { worked, tell, bar } = assembly()
    bar(1010, 'A', 1000)
    bar(2010, 'A', 2000)
    bar(2011, 'B', 2000)
    expect(worked).toEqual([])
    tell(2012, { kind: 'timer', close: 1000 })
    expect(worked).toEqual(['1000@2012: 0', '2000@2013: 0,1'])
  })

  it('has a time of its own, also where one entry forms several', () => {
    const { worked, tell, bar } = assembly()
    for (const close of [1000, 2000, 3000]) bar(close + 1, 'A', close)
    tell(3500, { kind: 'feed', state: 'ended' })
    expect(worked).toEqual(['1000@3500: 0', '2000@3501: 0', '3000@3502: 0'])
  })

  it('keeps receive times of instants with its bars', () => {
    const { made, bar } = assembly()
    bar(1010, 'B', 1000)
    bar(1020, 'A', 1000)
    expect([made.series[0].receiveTime[0], made.series[1].receiveTime[0]]).toEqual([1020, 1020])
  })
})

describe('the timer', () => {
  it('runs from the close, or from the first bar where that came later than the grace', () => {
    const early = assembly()
    early.bar(1100, 'A', 1000)
    expect(early.made.timer?.at).toBe(1100)
    const past = assembly()
    past.bar(9000, 'A', 1000)
    expect(past.made.timer?.at).toBe(9100)
  })

  it('stands still while the line is down and starts again with it', () => {
    const { made, tell, bar } = assembly()
    bar(1010, 'A', 1000)
    tell(1020, { kind: 'feed', state: 'disconnected' })
    expect(made.timer).toBeUndefined()
    tell(5000, { kind: 'feed', state: 'connected', stream: 's' })
    expect(made.timer).toEqual({ close: 1000, at: 5100 })
    tell(5050, { kind: 'restart', cutBytes: 0 })
    expect(made.timer).toBeUndefined()
  })
})

describe('a bar', () => {
  it('that came before is a duplicate, waiting or worked', () => {
    const { worked, bar } = assembly()
    bar(1010, 'A', 1000)
    expect(bar(1011, 'A', 1000)).toBe('duplicate')
    bar(1020, 'B', 1000)
    expect(bar(1030, 'B', 1000)).toBe('duplicate')
    expect(worked).toHaveLength(1)
  })

  it('that came before with other numbers is a correction, and the first stands', () => {
    const { made, bar } = assembly()
    bar(1010, 'A', 1000, 10)
    expect(bar(1011, 'A', 1000, 11)).toBe('correction')
    bar(1020, 'B', 1000)
    expect(bar(1030, 'A', 1000, 11)).toBe('correction')
    expect(made.series[0].close[0]).toBe(10)
  })

  it('older than the newest of its instrument is stale', () => {
    const { worked, bar } = assembly(1)
    bar(2010, 'A', 2000)
    expect(bar(2020, 'A', 1000)).toBe('stale')
    expect(worked).toEqual(['2000@2010: 0'])
  })

  it('older than the newest instant but new to its instrument is late', () => {
    const { worked, tell, bar } = assembly()
    bar(2010, 'A', 2000)
    tell(2100, { kind: 'timer', close: 2000 })
    expect(bar(2200, 'B', 1000)).toBe('late')
    expect(bar(2300, 'B', 2000)).toBe('late')
    expect(worked).toEqual(['2000@2100: 0', '1000@2200: 1*', '2000@2300: 1*'])
  })

  it('from the future is early', () => {
    const { bar } = assembly()
    expect(bar(1000, 'A', 1000 + GRACE)).toBe('waiting')
    expect(bar(1000, 'B', 1001 + GRACE)).toBe('early')
  })

  it('of a stranger is unknown', () => {
    expect(assembly().bar(1000, 'X', 900)).toBe('unknown')
  })
})
