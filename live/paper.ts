/**
 * `gordon paper`: a strategy file on a live feed with the simulated venue, at the wall clock. Everything is in the
 * journal before it is acted on; the same command, started again after Ctrl-C or a crash, replays the journal and
 * goes on where it was.
 */
import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DEFAULT_STORE } from '../lab/cli/choose-bars.ts'
import { readNumber, readParams } from '../lab/cli/read-flags.ts'
import { SessionRecording } from '../lab/cli/session-recording.ts'
import { recordingLine, sessionDocument, sessionSummary } from '../lab/cli/session-summary.ts'
import { storePlace } from '../lab/cli/store-place.ts'
import { readSettings, type TradingOptions } from '../lab/cli/trading-flags.ts'
import { GordonError, isGordonError } from '../lab/core/errors.ts'
import { isoTime, parseInterval } from '../lab/core/time.ts'
import { VERSION } from '../lab/core/version.ts'
import { compareInstruments, type Instrument, instrumentId } from '../lab/domain/instrument.ts'
import { type HeaderEvent, JOURNAL_FORMAT, type JournalSettings } from '../lab/domain/ports/journal.ts'
import { JournalFile } from '../lab/journal/index.ts'
import { loadStrategy } from '../lab/sim/loader.ts'
import { PaperSession } from '../lab/sim/paper-session.ts'
import { holdToHeader } from '../lab/sim/session-header.ts'
import type { AnyStrategy } from '../lab/sim/members.ts'
import { strategyDefinition } from '../lab/strategy/strategy.ts'
import { ResumePoint } from './connectors/resume-point.ts'
import { type FeedOffer, plainUrl, WsBars } from './connectors/ws-bars.ts'
import { PaperRunner } from './runner.ts'

export interface PaperOptions extends TradingOptions {
  /** `ws://…` or `wss://…` */
  readonly feed: string
  readonly symbols?: string
  readonly interval?: string
  /** Default data/store/journals/<strategy file>.jsonl. */
  readonly journal?: string
  /** How long an instant waits for its bars, ms; default 2000. */
  readonly barGrace?: string
  readonly maxInstants?: string
  /** How long the feed may take to answer at the start, s; default 10. */
  readonly connectTimeout?: string
  /** Dataset of the store into which the bars go as they are worked. */
  readonly record?: string
  /** Of --record; default data/store. */
  readonly store?: string
  /** How long a bar may wait before it is stored, s; default 30. */
  readonly recordEvery?: string
  readonly json?: boolean
}

const STATUS_MS = 1000
const RECORD_STEP_MS = 50

/** Runs until Ctrl-C, the end of the feed or --max-instants; returns what to print. */
export async function paperCommand(strategyPath: string, options: PaperOptions): Promise<string> {
  const plan = await readPlan(strategyPath, options)
  const path = options.journal ?? defaultJournal(strategyPath)
  const recording = await readRecording(options, path)
  const resume = new ResumePoint()
  let session: PaperSession | undefined
  const { journal, cutBytes } = await JournalFile.open(path, entry => {
    const { event } = entry
    if (event.kind === 'header') {
      holdToHeader(event, plan.header(chosenOf(event, plan)), path)
      session = new PaperSession({ strategy: plan.strategy, header: event })
    } else if (event.kind === 'bar') resume.take(event.feedSequence)
    else if (event.kind === 'feed' && event.state === 'connected') resume.connected(event.stream)
    session!.apply(entry)
  })
  const tell = statusLine()
  const runner = new PaperRunner({
    journal,
    clock: { now: () => Date.now() * 1000 },
    after: journal.time,
    maxInstants: readNumber('--max-instants', options.maxInstants),
    onProgress: now => {
      tell(now)
      void recording?.step(now)
    },
  })
  const recordLater = setInterval(() => {
    if (session !== undefined) void recording?.step(session)
  }, RECORD_STEP_MS)
  const feed = new WsBars({
    url: options.feed,
    symbols: session === undefined ? plan.symbols : session.header.instruments.map(instrumentId),
    interval: session?.header.interval ?? options.interval ?? '',
    resume,
    onOffer: offer => {
      clearTimeout(patience)
      const offered = plan.header(offer)
      if (session !== undefined) holdToHeader(session.header, offered, path)
      else {
        recording?.hold(offered)
        session = new PaperSession({ strategy: plan.strategy, header: offered })
        runner.receive(offered)
      }
    },
    onEvent: event => runner.receive(event),
    onRefused: error => runner.fail(error),
  })
  const seconds = readNumber('--connect-timeout', options.connectTimeout) ?? 10
  const patience = setTimeout(() => runner.fail(unreachable(options.feed, feed.trouble)), seconds * 1000)
  const interrupt = () => runner.stop('interrupted')
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    await recording?.connect().catch(error => {
      // A wrong flag is refused; a store that is away is no reason to leave a session that has begun.
      if (session === undefined || !isGordonError(error) || error.kind === 'input') throw error
      note(`not recorded for now: ${error.message}`)
    })
    if (session !== undefined) recording?.hold(session.header)
    if (session === undefined) note(`writing ${path}`)
    else {
      note(`going on with ${path}: ${journal.entries} entries replayed`)
      if (cutBytes > 0)
        note(`${cutBytes} bytes of a half-written last line were cut off; nothing was decided on them`)
      runner.receive({ kind: 'restart', cutBytes })
    }
    feed.start()
    session = await runner.run(() => session)
  } catch (error) {
    clearInterval(recordLater)
    if (recording !== undefined && session !== undefined && session.begun > 0)
      note(recordingLine(await recording.finish(session), path))
    throw error
  } finally {
    clearTimeout(patience)
    clearInterval(recordLater)
    feed.stop()
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    if (journal.entries === 0) rmSync(path, { force: true })
    await journal.close()
  }
  const { entries, head } = journal
  const stored = await recording?.finish(session)
  const result = {
    run: session.finish(),
    session,
    journal: { path, entries, head, tornBytes: cutBytes },
    ...(stored === undefined ? {} : { recording: stored }),
  }
  return options.json === true ? JSON.stringify(sessionDocument(result)) : sessionSummary(result)
}

/** Where the session's bars are recorded; undefined where nobody asked for it. */
async function readRecording(options: PaperOptions, journal: string): Promise<SessionRecording | undefined> {
  const { record, store, recordEvery } = options
  if (record === undefined) {
    for (const [flag, given] of Object.entries({ '--store': store, '--record-every': recordEvery }))
      if (given !== undefined)
        throw new GordonError('FLAG_UNUSED', `${flag} does nothing without --record; name a dataset with it.`)
    return undefined
  }
  const seconds = readNumber('--record-every', recordEvery) ?? 30
  if (!(seconds >= 0))
    throw new GordonError('SETTING_INVALID', `--record-every is ${recordEvery}; give seconds, 0 or more.`)
  return new SessionRecording({
    store: await storePlace(store ?? DEFAULT_STORE),
    dataset: record,
    flag: '--record',
    journal: basename(journal),
    now: () => Date.now() * 1000,
    every: seconds * 1e6,
    note,
  })
}

interface Plan {
  readonly strategy: AnyStrategy
  /** Asked for by flag, else by the strategy; empty for all that the feed has. */
  readonly symbols: readonly string[]
  readonly interval: string | undefined
  /** The header of this session on these instruments. */
  header(offer: FeedOffer): HeaderEvent
}

async function readPlan(strategyPath: string, options: PaperOptions): Promise<Plan> {
  checkFeed(options.feed)
  if (options.interval !== undefined && parseInterval(options.interval) === undefined)
    throw new GordonError('INTERVAL_UNREADABLE', `--interval is "${options.interval}"; write 1m, 1h or 1d.`)
  const barGrace = Math.round((readNumber('--bar-grace', options.barGrace) ?? 2000) * 1000)
  if (barGrace < 0)
    throw new GordonError('SETTING_INVALID', `--bar-grace is ${options.barGrace}; give ms, 0 or more.`)
  // What is absent stays absent, as it does in the journal's JSON.
  const settings: JournalSettings = JSON.parse(JSON.stringify(readSettings(options)))
  const given = readParams(options.params)
  const loaded = await loadStrategy(strategyPath)
  const strategy = loaded.strategy as AnyStrategy
  const { params } = new strategy(given)
  const definition = strategyDefinition(strategy)
  return {
    strategy,
    symbols: options.symbols?.split(',') ?? definition?.symbols ?? [],
    interval: options.interval,
    header: offer => ({
      kind: 'header',
      format: JOURNAL_FORMAT,
      mode: 'paper',
      strategyFile: strategyPath,
      strategy: definition?.name ?? strategy.name,
      codeHash: loaded.codeHash,
      params,
      settings,
      instruments: [...offer.instruments].sort(compareInstruments),
      interval: offer.interval,
      adjustment: offer.adjustment,
      barGrace,
      feed: plainUrl(options.feed),
      made: { gordon: VERSION, node: process.versions.node, arch: process.arch },
    }),
  }
}

/** What the flags choose of a journal's instruments, to be held against the journal. */
function chosenOf(header: HeaderEvent, plan: Plan): FeedOffer {
  const { symbols, interval } = plan
  const called = (symbol: string, one: Instrument) => symbol === one.symbol || symbol === instrumentId(one)
  const known = header.instruments.filter(
    one => symbols.length === 0 || symbols.some(symbol => called(symbol, one)),
  )
  const strangers = symbols.filter(symbol => !header.instruments.some(one => called(symbol, one)))
  return {
    interval: interval ?? header.interval,
    adjustment: header.adjustment,
    instruments: [...known, ...strangers.map(symbol => ({ ...header.instruments[0], symbol }))],
  }
}

function defaultJournal(strategyPath: string): string {
  return join('data/store/journals', `${basename(strategyPath).replace(/\.[^.]+$/, '')}.jsonl`)
}

function checkFeed(url: string): void {
  if (!/^wss?:\/\/[^/]+/.test(url))
    throw new GordonError(
      'FEED_ADDRESS',
      `--feed is "${url}"; give a WebSocket address such as ws://127.0.0.1:8765.`,
    )
}

function unreachable(url: string, trouble: string): GordonError {
  return new GordonError(
    'FEED_UNREACHABLE',
    `The feed at ${plainUrl(url)} does not answer (${trouble || 'no reply'}); start it, or check --feed.`,
    { kind: 'failure' },
  )
}

/** Where the session stands, on stderr, once a second at most. */
function statusLine(): (session: PaperSession) => void {
  let told = 0
  return session => {
    const now = Date.now()
    if (now - told < STATUS_MS || session.counts.instants === 0) return
    told = now
    const { close, equity, working, fills } = session.status
    const { instants, bars, late, duplicate, disconnects } = session.counts
    note(
      `${isoTime(close)}  equity ${equity.toFixed(2)}  ${working} orders at work, ${fills} fills  ` +
        `${instants} instants of ${bars} bars, ${late} late, ${duplicate} twice, ${disconnects} cuts`,
    )
  }
}

function note(text: string): void {
  process.stderr.write(`${text}\n`)
}
