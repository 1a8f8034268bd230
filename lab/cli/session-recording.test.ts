/** Sessions that are told to a recording without a line: clocks that differ, sessions in a row, grids that differ. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openBars, openStore } from '../catalog/index.ts'
import type { JournalEntry } from '../domain/ports/journal.ts'
import { backtest } from '../sim/index.ts'
import { PaperSession } from '../sim/paper-session.ts'
import { writtenSession } from '../testing/feed-entries.ts'
import { onEveryBar } from '../testing/fixtures.ts'
import { randomMarket } from '../testing/fixtures-random.ts'
import { SessionRecording } from './session-recording.ts'

const folder = mkdtempSync(join(tmpdir(), 'session-recording-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const strategy = onEveryBar((bar, ctx) => {
  if (ctx.position(bar.instrument) === 0) ctx.buy(bar.instrument, 1 + (bar.volume % 3))
  else if (bar.volume % 2 === 0) ctx.close(bar.instrument)
})

const recordingInto = (store: string) =>
  new SessionRecording({ store, dataset: 'x', flag: '--record', journal: 'x.jsonl', now: () => 2e15 })

/** A session over two instruments whose line is a clock that is off by so many µs. */
function session(seed: number, clockOff: number): PaperSession {
  const bars = randomMarket({ seed, symbols: 2, bars: 60 })
  const { entries, session: written } = writtenSession({ strategy, bars, barGrace: 2e6 })
  const told = new PaperSession({ strategy, header: written.header })
  let time = 0
  for (const entry of entries) {
    time = Math.max(time + 1, entry.event.kind === 'bar' ? entry.event.eventTime + clockOff : 0)
    told.apply({ ...entry, time } satisfies JournalEntry)
  }
  return told
}

test.each([-1_000_000, 0, 500])(
  'bars of a machine whose clock is off by %i µs are replayed to the same decisions',
  async clockOff => {
    const store = join(folder, `clock${clockOff}`)
    const told = session(3, clockOff)
    const state = await recordingInto(store).finish(told)
    expect(state).toMatchObject({ bars: 120, stored: 120, brought: 120, leftOut: 0, missing: 0 })
    const bars = await openBars({ store: await openStore(store), datasets: ['x'] })
    const { strategyFile, codeHash, params, settings } = told.header
    const again = await backtest({ ...settings, strategy, strategyFile, codeHash, params, bars })
    const run = told.finish()
    expect(run.fills.length).toBeGreaterThan(10)
    expect(again.decisions).toBe(run.decisions)
    // A clock that is behind is no fault of a bar, and is told.
    const [{ issues }] = (await (await openStore(store)).show('x')).instruments
    expect(issues.map(({ code }) => code)).toEqual(clockOff < 0 ? ['receivedBefore'] : [])
  },
)

test('a recording that is gone on with takes what is new; bars that differ are counted and stay as they were', async () => {
  const store = join(folder, 'again')
  const whole = session(4, 0)
  expect(await recordingInto(store).finish(whole)).toMatchObject({ stored: 120, brought: 120 })
  expect(await recordingInto(store).finish(whole)).toMatchObject({ stored: 120, brought: 0, leftOut: 0 })
  // The same bars, each half a second later: another session.
  const { snapshot } = await openStore(store)
  const state = await recordingInto(store).finish(session(4, 500_000))
  expect(state).toMatchObject({ bars: 120, stored: 0, brought: 0, leftOut: 120, missing: 0 })
  expect((await openStore(store)).snapshot).toBe(snapshot)
})

test('a feed of another grid is refused before it is recorded', async () => {
  const store = join(folder, 'grid')
  const told = session(5, 0)
  await recordingInto(store).finish(told)
  const recording = recordingInto(store)
  await recording.connect()
  recording.hold(told.header)
  const instruments = told.header.instruments.map(one => ({ ...one, ticksPerUnit: 32 }))
  expect(() => recording.hold({ ...told.header, instruments })).toThrow(
    /^TEST:S00 in dataset x has a grid of 1\/100 and the feed one of 1\/32, and neither holds the other: choose another one with --record$/,
  )
})
