/**
 * `gordon journal record`: the bars of a session out of its journal into the store, where it was not recorded while it
 * ran, or not to its end. Which bars form an instant follows from the journal alone, so no strategy is needed; the rows
 * are those that `gordon paper --record` would have stored.
 */
import { basename } from 'node:path'
import { GordonError } from '../core/errors.ts'
import { instrumentId } from '../domain/instrument.ts'
import { JournalReader } from '../journal/index.ts'
import { InstantAssembly } from '../sim/instant-assembly.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import { type RecordedSession, SessionRecording } from './session-recording.ts'
import { recordingLine } from './session-summary.ts'
import { storePlace } from './store-place.ts'

export interface RecordOptions {
  readonly dataset: string
  readonly store?: string
  readonly json?: boolean
}

/** @throws GordonError as the journal and the store say; NOT_RECORDED where the store takes no bar */
export async function journalRecord(path: string, options: RecordOptions): Promise<string> {
  const recording = new SessionRecording({
    store: await storePlace(options.store ?? DEFAULT_STORE),
    dataset: options.dataset,
    flag: '--dataset',
    journal: basename(path),
    now: () => Date.now() * 1000,
  })
  const session = await readBars(path)
  await recording.connect()
  recording.hold(session.header)
  const state = await recording.finish(session)
  if (state.trouble !== undefined)
    throw new GordonError(
      'NOT_RECORDED',
      `${state.missing} of ${state.bars} bars of ${path} are not in ${state.dataset} of ${state.store}: ${state.trouble}`,
      { kind: 'failure' },
    )
  return options.json === true ? JSON.stringify({ path, ...state }) : recordingLine(state, path)
}

/** The bars of all instants that the journal's entries formed. */
async function readBars(path: string): Promise<RecordedSession> {
  let session: RecordedSession | undefined
  let assembly: InstantAssembly | undefined
  for await (const entry of new JournalReader(path)) {
    const { event: header, time } = entry
    if (header.kind === 'header') {
      assembly = new InstantAssembly({
        instrumentIds: header.instruments.map(instrumentId),
        sessions: header.instruments.map(({ calendar }) => calendar !== '24/7'),
        barGrace: header.barGrace,
        work: () => undefined,
      })
      session = { header, begun: time, growing: assembly.series }
    }
    assembly!.apply(entry)
  }
  if (session === undefined)
    throw new GordonError('JOURNAL_EMPTY', `Journal ${path} has no entry; the session had not begun.`)
  return session
}
