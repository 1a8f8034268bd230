/**
 * The proof behind a paper session. Two questions to its journal:
 *
 *   a  A backtest over the bars with the receive times of their instants must make every decision again, bit for
 *      bit: same digest.
 *   b  A backtest over plain bars, each known at its close, decides otherwise where bars came late or never. Each
 *      differing decision is traced to the bar that made the difference, by experiment: bars that departed from
 *      the plain order are given back their departure one after the other, the newest first, and a decision
 *      belongs to the bar at which it flips. Halves whose ends decide alike are not searched, so d differences
 *      among n departures take about d · log₂ n backtests.
 *
 * And one to a store: a backtest over the bars that were recorded of the session, with the receive times that the
 * store has, makes its decisions again.
 *
 * Decisions of b are compared without their instants' times, which differ by design: an order by the close of the
 * bars that decided it and its terms, a fill by the close of its bar, quantity and price.
 *
 * When it is wrong: a strategy that decides by `ctx.now`, and a universe with dates, go by the time of receipt. Over
 * a feed that replays the past that is another day than the bars'; such differences are told as unexplained.
 */
import { isoTime, type Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { BarEvent } from '../domain/ports/journal.ts'
import { backtest } from './backtest.ts'
import { GrowingSeries, type NewBar, sameBar } from './growing-series.ts'
import type { PaperSession } from './paper-session.ts'
import type { Run } from './run.ts'
import { memoryBars } from './series.ts'
import type { AnyStrategy } from './members.ts'

export interface ReceiveTimeParity {
  readonly equal: boolean
  /** Digest of the session's decisions and of the backtest's. */
  readonly session: string
  readonly backtest: string
}

export interface RecordedParity extends ReceiveTimeParity {
  readonly bars: number
  /** The first bar that the store has otherwise than the session, in words; absent where it has every one. */
  readonly firstDifference?: string
}

export interface Difference {
  readonly decision: string
  /** Who decided it: the other did not. */
  readonly only: 'session' | 'plain'
  /** The bar that made the difference, in words; absent when no bar explains it. */
  readonly because?: string
}

export interface PlainParity {
  readonly equal: boolean
  /** Bars that came late, never, or otherwise than the plain ones. */
  readonly departures: number
  readonly differences: readonly Difference[]
  readonly unexplained: number
}

/** @param run the finished session's result */
export async function receiveTimeParity(
  session: PaperSession,
  run: Run,
  strategy: AnyStrategy,
): Promise<ReceiveTimeParity> {
  if (session.instants.length === 0) return { equal: true, session: run.decisions, backtest: run.decisions }
  const again = await rerun(session, strategy, session.bars)
  return { equal: again.digest === run.digest, session: run.decisions, backtest: again.decisions }
}

/** @param recorded bars per instrument of the header, as the store has them */
export async function recordedParity(
  session: PaperSession,
  run: Run,
  strategy: AnyStrategy,
  recorded: readonly BarSeries[],
): Promise<RecordedParity> {
  const bars = recorded.reduce((sum, { length }) => sum + length, 0)
  const first = firstDifference(session, recorded)
  const difference = first === undefined ? {} : { firstDifference: first }
  if (bars === 0)
    return { equal: first === undefined, session: run.decisions, backtest: 'none', bars, ...difference }
  const again = await rerun(session, strategy, recorded)
  const equal = first === undefined && again.digest === run.digest
  return { equal, session: run.decisions, backtest: again.decisions, bars, ...difference }
}

function firstDifference(session: PaperSession, recorded: readonly BarSeries[]): string | undefined {
  const bars = session.bars
  for (const [handle, instrument] of session.header.instruments.entries()) {
    const [had, stored] = [bars[handle], recorded[handle]]
    for (let row = 0; row < Math.max(had.length, stored.length); row++) {
      const name = (of: BarSeries) => `bar ${instrumentId(instrument)} of ${isoTime(of.eventTime[row])}`
      if (row >= had.length) return `${name(stored)} is in the store and not in the session`
      if (row >= stored.length) return `${name(had)} is not in the store`
      if (had.eventTime[row] !== stored.eventTime[row])
        return `${name(had)} stands where the store has that of ${isoTime(stored.eventTime[row])}`
      if (had.receiveTime[row] !== stored.receiveTime[row])
        return `${name(had)} was worked at ${isoTime(had.receiveTime[row])} and in the store at ${isoTime(stored.receiveTime[row])}`
      if (!sameBar(barAt(had, row), barAt(stored, row))) return `${name(had)} has other numbers in the store`
    }
  }
  return undefined
}

/**
 * @param plain bars per instrument of the header, known at their closes; the journal's own when absent
 */
export async function plainParity(
  session: PaperSession,
  run: Run,
  strategy: AnyStrategy,
  plain: readonly BarSeries[] = ownBars(session),
): Promise<PlainParity> {
  if (session.instants.length === 0) return { equal: true, departures: 0, differences: [], unexplained: 0 }
  const departures = findDepartures(session, plain)
  const closeOfInstant = new Map(session.instants.map(one => [one.time, one.close]))
  const ofSession = decisionsOf(run, closeOfInstant)
  const decide = async (count: number): Promise<Set<string>> => {
    const closes = new Map<Micros, Micros>()
    const bars = session.header.instruments.map((_, handle) =>
      seriesWith(session, plain[handle], departures, count, handle, closes),
    )
    return decisionsOf(await rerun(session, strategy, bars), closes)
  }
  const first = await decide(0)
  const last = await decide(departures.length)
  const because = new Map<string, string>()
  const search = async (from: number, to: number, before: Set<string>, after: Set<string>): Promise<void> => {
    const flipped = difference(before, after)
    if (flipped.length === 0) return
    if (to - from === 1) {
      for (const key of flipped) if (!because.has(key)) because.set(key, departures[from].words)
      return
    }
    const middle = (from + to) >>> 1
    const between = await decide(middle)
    await search(from, middle, before, between)
    await search(middle, to, between, after)
  }
  await search(0, departures.length, first, last)
  const explained = new Set(difference(first, last))
  const differences = difference(first, ofSession)
    .sort(byClose)
    .map(decision => {
      const reason = explained.has(decision) ? because.get(decision) : undefined
      return {
        decision: decision.replace(/ #\d+$/, ''),
        only: ofSession.has(decision) ? ('session' as const) : ('plain' as const),
        ...(reason === undefined ? {} : { because: reason }),
      }
    })
  return {
    equal: differences.length === 0,
    departures: departures.length,
    differences,
    unexplained: differences.filter(one => one.because === undefined).length,
  }
}

interface PlainDeparture {
  readonly handle: number
  readonly eventTime: Micros
  readonly words: string
  /** The session's bar and when it was known, on the scale of closes; undefined when it had none. */
  readonly told?: { readonly bar: NewBar; readonly known: Micros }
}

/**
 * What the session had otherwise than the plain bars, the newest first: a late bar may hold up its successors, so
 * that they depart with it and never without it.
 */
function findDepartures(session: PaperSession, plain: readonly BarSeries[]): PlainDeparture[] {
  const found: PlainDeparture[] = []
  const ids = session.header.instruments.map(instrumentId)
  const bars = session.bars
  const recorded = new Map(
    session.departures.map(one => [`${one.bar.instrument} ${one.bar.eventTime} ${one.fate}`, one]),
  )
  ids.forEach((id, handle) => {
    const had = barsByTime(bars[handle])
    const expected = barsByTime(plain[handle], session.workedClose)
    for (const time of new Set([...had.keys(), ...expected.keys()])) {
      const bar = had.get(time)
      const wanted = expected.get(time)
      const late = recorded.get(`${id} ${time} late`)
      const what = `bar ${id} of ${isoTime(time)}`
      const received = (at: Micros) => `received ${isoTime(at)}`
      if (bar === undefined) {
        const other = recorded.get(`${id} ${time} stale`) ?? recorded.get(`${id} ${time} early`)
        const why =
          other === undefined
            ? 'never came'
            : other.fate === 'stale'
              ? `came after a newer one, ${received(other.receiveTime)}`
              : `came before its close by this machine's clock, ${received(other.receiveTime)}`
        found.push({ handle, eventTime: time, words: `${what} ${why}` })
        continue
      }
      const changed = wanted === undefined || !sameBar(bar, wanted)
      if (late === undefined && !changed) continue
      const words = [
        late === undefined ? '' : ` came late, ${received(late.receiveTime)}`,
        !changed
          ? ''
          : wanted === undefined
            ? ' is not among the plain bars'
            : ' has other numbers among the plain bars',
      ]
      const known = late === undefined ? time : late.afterClose + late.place
      found.push({
        handle,
        eventTime: time,
        words: what + words.filter(Boolean).join(' and'),
        told: { bar, known },
      })
    }
  })
  return found.sort((a, b) => b.eventTime - a.eventTime || b.handle - a.handle)
}

/** The plain bars of one instrument with the first `count` departures in place. */
function seriesWith(
  session: PaperSession,
  plain: BarSeries,
  departures: readonly PlainDeparture[],
  count: number,
  handle: number,
  closes: Map<Micros, Micros>,
): BarSeries {
  const bars = new Map<Micros, { bar: NewBar; known: Micros }>()
  for (const [time, bar] of barsByTime(plain, session.workedClose)) bars.set(time, { bar, known: time })
  for (let k = 0; k < count; k++) {
    const { handle: whose, eventTime, told } = departures[k]
    if (whose !== handle) continue
    if (told === undefined) bars.delete(eventTime)
    else bars.set(eventTime, told)
  }
  const series = new GrowingSeries(plain.sessionClose !== undefined)
  for (const [time, { bar, known }] of [...bars].sort(([a], [b]) => a - b)) {
    series.push(bar, known)
    closes.set(known, time)
  }
  return series.snapshot()
}

function barsByTime(series: BarSeries, to = Number.POSITIVE_INFINITY): Map<Micros, NewBar> {
  const bars = new Map<Micros, NewBar>()
  for (let row = 0; row < series.length && series.eventTime[row] <= to; row++)
    bars.set(series.eventTime[row], barAt(series, row))
  return bars
}

function barAt(series: BarSeries, row: number): NewBar {
  return {
    eventTime: series.eventTime[row],
    open: series.open[row],
    high: series.high[row],
    low: series.low[row],
    close: series.close[row],
    volume: series.volume[row],
    ...(series.sessionClose === undefined ? {} : { sessionClose: series.sessionClose[row] }),
  }
}

/** All bars that the journal has, each once, as if each had come at its close. */
function ownBars(session: PaperSession): BarSeries[] {
  const received = session.bars
  return session.header.instruments.map((instrument, handle) => {
    const worked = received[handle]
    const bars = barsByTime(worked)
    for (const { fate, bar } of session.departures)
      if ((fate === 'stale' || fate === 'early') && bar.instrument === instrumentId(instrument))
        if (!bars.has(bar.eventTime)) bars.set(bar.eventTime, bar satisfies BarEvent)
    const series = new GrowingSeries(worked.sessionClose !== undefined)
    for (const [time, bar] of [...bars].sort(([a], [b]) => a - b)) series.push(bar, time)
    return series.snapshot()
  })
}

function rerun(session: PaperSession, strategy: AnyStrategy, bars: readonly BarSeries[]): Promise<Run> {
  const { header } = session
  return backtest({
    ...header.settings,
    strategy,
    strategyFile: header.strategyFile,
    codeHash: header.codeHash,
    params: header.params,
    bars: memoryBars(
      header.instruments.map((instrument, handle) => ({ instrument, series: bars[handle] })),
      { interval: header.interval, adjustment: header.adjustment, id: header.feed },
    ),
  })
}

/** Every order and fill as one line of words, by the close that decided it; equal lines are numbered. */
function decisionsOf(run: Run, closes: ReadonlyMap<Micros, Micros>): Set<string> {
  const seen = new Map<string, number>()
  const decisions = new Set<string>()
  const add = (text: string) => {
    const times = (seen.get(text) ?? 0) + 1
    seen.set(text, times)
    decisions.add(`${text} #${times}`)
  }
  const at = (time: Micros) => (Number.isNaN(time) ? 'start' : isoTime(closes.get(time) ?? time))
  for (const order of run.orders) {
    const price = [order.limitPrice === undefined ? '' : ` limit ${order.limitPrice}`]
    if (order.stopPrice !== undefined) price.push(` stop ${order.stopPrice}`)
    add(
      `order of ${at(order.submittedAt)}: ${order.side} ${order.quantity} ${order.instrument} ${order.type}` +
        `${price.join('')} ${order.timeInForce}${order.tag === undefined ? '' : ` (${order.tag})`}` +
        `${order.state === 'rejected' ? `, refused ${order.reason}` : ''}`,
    )
  }
  for (const fill of run.fills)
    add(`fill of ${at(fill.time)}: ${fill.side} ${fill.quantity} ${fill.instrument} at ${fill.price}`)
  return decisions
}

/** By the close that the words begin with: `order of <time>: …`; orders before fills. */
function byClose(a: string, b: string): number {
  const at = (text: string) => text.slice(text.indexOf(' of ') + 4, text.indexOf(': '))
  const [left, right] = [at(a) + a, at(b) + b]
  return left < right ? -1 : 1
}

/** Members of exactly one of two sets, those of the first first. */
function difference(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [...[...a].filter(one => !b.has(one)), ...[...b].filter(one => !a.has(one))]
}
