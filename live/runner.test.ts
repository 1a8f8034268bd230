/** The order of the runner's steps, with a clock and a journal that are played by the test. */
import { describe, expect, it } from 'vitest'
import type { Journal, JournalEvent, TimedEvent } from '../lab/domain/ports/journal.ts'
import { PaperSession } from '../lab/sim/paper-session.ts'
import { onEveryBar, market } from '../lab/testing/fixtures.ts'
import { writtenSession } from '../lab/testing/feed-entries.ts'
import { PaperRunner } from './runner.ts'

const BEGUN = Date.UTC(2030, 0, 1) * 1000

/** A session on one instrument, its bars as events, and what was done in order. */
function played(journalFails = Number.POSITIVE_INFINITY) {
  const done: string[] = []
  const strategy = onEveryBar(bar => done.push(`decide ${bar.close}`))
  const { entries, session: written } = writtenSession({
    strategy,
    bars: market({ A: ['10', '11', '12'], B: ['1', '1', '1'] }),
  })
  done.length = 0
  const events = entries.map(entry => entry.event)
  const session = new PaperSession({ strategy, header: written.header })
  let sequence = 0
  let groups = 0
  const journal: Journal = {
    async append(group: readonly TimedEvent[]) {
      await new Promise(resolve => setImmediate(resolve))
      if (++groups >= journalFails) throw new Error('disk full')
      done.push(`sync ${group.map(one => one.event.kind)}`)
      return group.map(({ time, event }) => ({ sequence: sequence++, time, event }))
    },
    close: async () => {},
  }
  const clock = { time: BEGUN, now: () => clock.time }
  const runner = new PaperRunner({ journal, clock, after: Number.NEGATIVE_INFINITY })
  return { done, events, session, runner, clock }
}

describe('the runner', () => {
  it('syncs a group before it acts on any of it', async () => {
    const { done, events, session, runner } = played()
    for (const event of events) runner.receive(event)
    await runner.run(() => session)
    expect(done).toEqual([
      'sync header,feed,bar,bar,bar,bar,bar,bar,feed',
      ...['decide 10', 'decide 1', 'decide 11', 'decide 1', 'decide 12', 'decide 1'],
      'sync stop',
    ])
  })

  it('acts on nothing of a group that could not be synced', async () => {
    const { done, events, session, runner } = played(2)
    for (const event of events.slice(0, 4)) runner.receive(event)
    const running = runner.run(() => session)
    setTimeout(() => events.slice(4).forEach((event: JournalEvent) => void runner.receive(event)), 20)
    await expect(running).rejects.toThrow('disk full')
    expect(done).toEqual(['sync header,feed,bar,bar', 'decide 10', 'decide 1'])
  })

  it('stamps strictly later each time, also when the clock is set back', async () => {
    const { events, session, runner, clock } = played()
    const times: number[] = []
    const apply = session.apply.bind(session)
    session.apply = entry => {
      times.push(entry.time - BEGUN)
      return apply(entry)
    }
    for (const event of events) {
      runner.receive(event)
      clock.time -= 5_000_000
    }
    await runner.run(() => session)
    expect(times).toEqual([...times.keys()])
  })

  it('fires a timer only when nothing waits in the queue', async () => {
    const { done, events, session, runner, clock } = played()
    const [header, up, a1, b1] = events
    runner.receive(header)
    runner.receive(up)
    runner.receive(a1)
    clock.time += 60_000_000
    // B's bar is in the queue when A's grace is long over: it is not late.
    runner.receive(b1)
    const running = runner.run(() => session)
    setTimeout(() => runner.stop('interrupted'), 20)
    await running
    expect(done).toEqual(['sync header,feed,bar,bar', 'decide 10', 'decide 1', 'sync stop'])
  })

  it('journals a timer that is due and acts on it', async () => {
    const { done, events, session, runner, clock } = played()
    for (const event of events.slice(0, 3)) runner.receive(event)
    const running = runner.run(() => session)
    setTimeout(() => {
      clock.time += 60_000_000
      runner.stop('interrupted')
    }, 60)
    setTimeout(() => {
      clock.time += 60_000_000
    }, 2)
    await running
    expect(done).toEqual(['sync header,feed,bar', 'sync timer', 'decide 10', 'sync stop'])
  })

  it('that was interrupted before it began says so', async () => {
    const { runner } = played()
    runner.stop('interrupted')
    await expect(runner.run(() => undefined)).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })
})
