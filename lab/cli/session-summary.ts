/**
 * A paper session as people and machines read it; the session, its continuation and a replay of its journal print
 * the same. No annual figures: a session's instants lie in received time, which a replaying feed compresses.
 */
import { isoTime } from '../core/time.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { PaperSession } from '../sim/paper-session.ts'
import type { Run } from '../sim/run.ts'
import { runDocument } from './run-document.ts'
import type { RecordingState } from './session-recording.ts'
import { money, row } from './words.ts'

export interface JournalState {
  readonly path: string
  readonly entries: number
  /** Hash of the last entry: keep it elsewhere to prove later that nothing was changed or cut. */
  readonly head: string
  /** Bytes of a torn last line, which no decision rests on. */
  readonly tornBytes: number
}

export interface SessionResult {
  readonly run: Run
  readonly session: PaperSession
  readonly journal: JournalState
  /** Where its bars were recorded too. */
  readonly recording?: RecordingState
}

export function sessionDocument({
  run,
  session,
  journal,
  recording,
}: SessionResult): Record<string, unknown> {
  return {
    mode: session.header.mode,
    ...runDocument(run),
    feed: session.header.feed,
    interval: session.header.interval,
    adjustment: session.header.adjustment,
    journal,
    counts: session.counts,
    ...(recording === undefined ? {} : { recording }),
  }
}

export function sessionSummary({ run, session, journal, recording }: SessionResult): string {
  const { counts, header, instants } = session
  const closes = instants.map(one => one.close)
  const bars = Object.entries({
    late: counts.late,
    duplicate: counts.duplicate,
    corrected: counts.correction,
    stale: counts.stale,
    early: counts.early,
  })
  const line = Object.entries({ cuts: counts.disconnects, holes: counts.holes, 'bad messages': counts.bad })
  const lines = [
    `${run.strategy} ${JSON.stringify(run.params)}, paper`,
    row('instruments', run.instruments.map(instrumentId).join(', ')),
    row('feed', `${header.feed} (${header.adjustment}, ${header.interval})`),
    row(
      'closes',
      closes.length === 0 ? 'none yet' : `${isoTime(closes[0])} to ${isoTime(session.workedClose)}`,
    ),
    row('instants', `${counts.instants}, ${counts.incomplete} of them when the grace of a bar was over`),
    row('bars', [`${counts.bars} messages`, ...some(bars)].join(', ')),
    row('line', some(line).join(', ') || 'without a fault'),
    '',
    row('equity', `${money(run.startEquity)} → ${money(run.endEquity)} ${run.currency}`),
    row('costs', `fees ${money(run.fees)} (${run.assumptions.fees}), slippage ${money(run.slippageCost)}`),
    row(
      'trades',
      `${run.trades.length} closed, ${run.openTrades.length} open; ${run.orders.length} orders, ${run.fills.length} fills`,
    ),
    row('journal', `${journal.path}, ${journal.entries} entries, ${counts.restarts} restarts`),
    row('head', journal.head),
    ...(recording === undefined ? [] : [row('recorded', recordedWords(recording))]),
    row('digest', run.digest),
  ]
  const doubts = run.warnings.map(warning => `  ! ${warning.text} [${warning.code}]`)
  if (journal.tornBytes > 0)
    doubts.push(
      `  ! ${journal.tornBytes} bytes of a half-written last line were cut off; nothing was decided on them.`,
    )
  if (recording !== undefined) doubts.push(...recordingDoubts(recording, journal.path))
  return [...lines, ...(doubts.length > 0 ? ['', ...doubts] : [])].join('\n')
}

/** What became of a recording, in one line. */
export function recordingLine(state: RecordingState, journal: string): string {
  return [`recorded ${recordedWords(state)}`, ...recordingDoubts(state, journal)].join('\n')
}

function recordedWords({ dataset, store, stored, bars, snapshot }: RecordingState): string {
  const newest = snapshot === undefined ? '' : ` (${snapshot})`
  return `${stored} of ${bars} bars, as the session saw them, in ${dataset} of ${store}${newest}`
}

function recordingDoubts({ dataset, store, leftOut, missing, trouble }: RecordingState, journal: string) {
  const doubts: string[] = []
  if (leftOut > 0)
    doubts.push(
      `  ! ${leftOut} bars were left out of ${dataset}, which has others of their times or newer ones: a backtest over it is not this session. [RECORDING_DIFFERS]`,
    )
  if (trouble !== undefined || missing > 0)
    doubts.push(
      `  ! ${missing} bars are not known to be in the store${trouble === undefined ? '' : ` (${trouble})`}; the journal has them: ` +
        `gordon journal record ${journal} --dataset ${dataset} --store ${store} [NOT_RECORDED]`,
    )
  return doubts
}

function some(counts: [string, number][]): string[] {
  return counts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`)
}
