/** `gordon journal verify | replay` and `gordon parity`: what a session's journal proves. */
import { GordonError } from '../core/errors.ts'
import type { BarSeries } from '../domain/bar.ts'
import { instrumentId } from '../domain/instrument.ts'
import { JournalReader, verifyJournal } from '../journal/index.ts'
import { loadStrategy } from '../sim/loader.ts'
import { PaperSession } from '../sim/paper-session.ts'
import { plainParity, receiveTimeParity, recordedParity } from '../sim/parity.ts'
import type { AnyStrategy } from '../sim/members.ts'
import { sliceSeries } from '../sim/series.ts'
import { chooseBars, type DataOptions } from './choose-bars.ts'
import { type SessionResult, sessionDocument, sessionSummary } from './session-summary.ts'

export interface VerifyOptions {
  /** A head that was kept elsewhere; the journal must still contain it. */
  readonly head?: string
  readonly json?: boolean
}

/** Follows the hash chain. Exit 1 (JOURNAL_BROKEN) names the first broken line. */
export async function journalVerify(path: string, options: VerifyOptions): Promise<string> {
  const check = await verifyJournal(path, options.head)
  if (check.broken !== undefined) throw new GordonError('JOURNAL_BROKEN', check.broken, { kind: 'failure' })
  if (options.head !== undefined && !check.headFound)
    throw new GordonError(
      'JOURNAL_CUT',
      `Journal ${path} does not contain ${options.head}: lines were cut off its end or all of it was made anew; restore it from a copy.`,
      { kind: 'failure' },
    )
  if (options.json === true) return JSON.stringify({ path, ...check })
  const torn =
    check.tornBytes === 0
      ? ''
      : `\n${check.tornBytes} bytes of a half-written last line follow; nothing was decided on them, and the next start cuts them off.`
  return `${path}: ${check.entries} entries, every line follows from the one before.\nhead ${check.head}${torn}`
}

export interface ReplayOptions {
  /** Where the strategy file lies now, when not where the session found it. */
  readonly strategy?: string
  readonly json?: boolean
}

/** Makes every decision of the session again, from its journal alone. */
export async function journalReplay(path: string, options: ReplayOptions): Promise<string> {
  const { result } = await replay(path, options)
  return options.json === true ? JSON.stringify(sessionDocument(result)) : sessionSummary(result)
}

/** Differences that a terminal shows. */
const SHOWN = 20

export interface ParityOptions extends ReplayOptions, DataOptions {}

/** Whether the session decided what a backtest decides; differences are named with the bar that made them. */
export async function parityCommand(path: string, options: ParityOptions): Promise<string> {
  const { result, strategy } = await replay(path, options)
  const { session, run } = result
  const stored = options.data !== undefined || options.store !== undefined || options.file !== undefined
  const bars = stored ? await storedBars(session, options) : undefined
  const plain = bars?.map(asOfClose)
  const received = await receiveTimeParity(session, run, strategy)
  const onClose = await plainParity(session, run, strategy, plain)
  // Bars that say when they were received were recorded from a feed; others are known at their closes.
  const recorded = bars?.some(isRecorded) ? await recordedParity(session, run, strategy, bars) : undefined
  if (!received.equal)
    throw new GordonError(
      'PARITY_BROKEN',
      `A backtest over the receive times of ${path} decides otherwise (${received.backtest}) than the session (${received.session}); this is a bug in gordon: please report it with the journal.`,
      { kind: 'failure' },
    )
  if (onClose.unexplained > 0)
    throw new GordonError(
      'PARITY_UNEXPLAINED',
      `${onClose.unexplained} of ${onClose.differences.length} decisions that differ from the plain bars are explained by no late or missing bar, first: ${onClose.differences.find(one => one.because === undefined)?.decision}.`,
      { kind: 'failure' },
    )
  if (options.json === true)
    return JSON.stringify({ path, receiveTimes: received, plain: onClose, ...(recorded && { recorded }) })
  const lines = [
    `Over the bars with their receive times, a backtest makes the same ${run.orders.length} orders and ${run.fills.length} fills: ${run.decisions}.`,
    ...(recorded === undefined
      ? []
      : [
          recorded.equal
            ? `Over the ${recorded.bars} bars that the store has of it, with the receive times there, it makes the same: ${recorded.backtest}.`
            : `The store has other bars than the session: ${recorded.firstDifference}. Over its ${recorded.bars} bars a backtest decides ${recorded.backtest}.`,
        ]),
    onClose.equal
      ? `Over plain bars it decides the same, too (${onClose.departures} bars came late, never or otherwise).`
      : `Over plain bars ${onClose.differences.length} decisions differ (${onClose.departures} bars came late, never or otherwise):`,
    ...onClose.differences
      .slice(0, SHOWN)
      .map(one => `  ${one.only} only: ${one.decision}\n      because ${one.because}`),
  ]
  if (onClose.differences.length > SHOWN)
    lines.push(`  … and ${onClose.differences.length - SHOWN} more; --json lists all.`)
  return lines.join('\n')
}

async function replay(
  path: string,
  options: ReplayOptions,
): Promise<{ result: SessionResult; strategy: AnyStrategy }> {
  const reader = new JournalReader(path)
  let session: PaperSession | undefined
  let strategy: AnyStrategy | undefined
  for await (const entry of reader) {
    if (entry.event.kind === 'header') {
      const file = options.strategy ?? entry.event.strategyFile
      const loaded = await loadStrategy(file)
      if (loaded.codeHash !== entry.event.codeHash)
        throw new GordonError(
          'SESSION_DIFFERS',
          `Journal ${path} was written with other code of ${file} (${entry.event.codeHash.slice(0, 12)} then, ${loaded.codeHash.slice(0, 12)} now); give the file as it was with --strategy <file>.`,
        )
      strategy = loaded.strategy as AnyStrategy
      session = new PaperSession({ strategy, header: entry.event })
    }
    session!.apply(entry)
  }
  if (session === undefined || strategy === undefined)
    throw new GordonError('JOURNAL_EMPTY', `Journal ${path} has no entry; the session had not begun.`)
  const { entries, head, tornBytes } = reader
  const run = session.finish()
  return { result: { run, session, journal: { path, entries, head, tornBytes } }, strategy }
}

/** The chosen bars of the session's instruments, from its first close to its last. */
async function storedBars(session: PaperSession, options: ParityOptions): Promise<BarSeries[]> {
  const source = await chooseBars(options, undefined)
  const first = session.instants.reduce(
    (least, { close }) => Math.min(least, close),
    Number.POSITIVE_INFINITY,
  )
  const found: BarSeries[] = []
  for (const id of session.header.instruments.map(instrumentId)) {
    const place = source.instruments.findIndex(one => instrumentId(one) === id)
    if (place < 0)
      throw new GordonError(
        'UNKNOWN_SYMBOL',
        `The session traded ${id} and the data have ${source.instruments.map(instrumentId).join(', ')}; choose data with --data that have it.`,
      )
    const { series } = source.streams[place]
    if (series === undefined)
      throw new GordonError(
        'DATA_TOO_LARGE',
        `The data of ${id} do not fit into memory beside the others; choose the session's symbols with --symbols.`,
      )
    found.push(between(series, first, session.workedClose))
  }
  return found
}

function between(series: BarSeries, first: number, last: number): BarSeries {
  let from = 0
  while (from < series.length && series.eventTime[from] < first) from++
  let to = from
  while (to < series.length && series.eventTime[to] <= last) to++
  return sliceSeries(series, from, to)
}

/** The same bars, each known at its close. */
function asOfClose(series: BarSeries): BarSeries {
  return { ...series, receiveTime: series.eventTime }
}

function isRecorded({ eventTime, receiveTime }: BarSeries): boolean {
  return receiveTime !== eventTime && receiveTime.some((time, row) => time !== eventTime[row])
}
