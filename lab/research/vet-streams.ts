/**
 * Runs that read more than one source of bars: trades, quotes, books, funding, custom series, several intervals, finer
 * bars, corporate actions. Futures and dates are changed as with bars, what stands in the code is looked for, and custom
 * series are held against the returns that follow; markets begun elsewhere, hazes, later splits and lists of survivors
 * are questions to bars alone, and a note says so.
 */
import { GordonError } from '../core/errors.ts'
import { DAY } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { CustomSeries, QuoteSeries, TradeSeries } from '../domain/market-events.ts'
import type { ReplaySources } from '../sim/replay-plan.ts'
import { agreement, orderKeys, termKeys } from './vet-compare.ts'
import { foretelling } from './vet-data.ts'
import type { VetFinding } from './vet-findings.ts'
import {
  datesInCode,
  firstChange,
  knownByBar,
  knownByDate,
  SEQUENCE,
  shiftMembers,
  TABLE,
} from './vet-knowledge.ts'
import type { BarTerms } from './vet-bars.ts'
import {
  changed,
  instantsIn,
  type Market,
  type MarketStream,
  marketOf,
  onOtherDates,
  streamsOf,
  withoutFirst,
} from './vet-market.ts'
import { OTHER_FUTURE_WORDS, otherFuture } from './vet-other-future.ts'
import type { Baseline, RunIn, SampleColumn, Subject, Told } from './vet-request.ts'
import { barColumns, columnsNamed } from './vet-sample.ts'

/** 28 years: the same weekdays, days of the month and leap years. */
const CALENDAR_ROUND = 10_227 * DAY

/** @throws GordonError VET_TOO_LARGE, VET_NO_DATA */
export function streamSubject(sources: ReplaySources, run: RunIn, terms: BarTerms): Subject {
  const market = marketOf(sources)
  const streams = streamsOf(market)
  if (streams.every(({ series }) => series.length === 0))
    throw new GordonError('VET_NO_DATA', 'There are no rows to vet the strategy on; give bars or ticks.')
  return {
    sources: market,
    instants: instantsIn(market),
    words: OTHER_FUTURE_WORDS,
    noun: 'rows',
    backed: new Set(
      streams
        .filter(({ kind }) => kind === 'trades' || kind === 'book' || kind === 'quotes')
        .map(({ instrument }) => instrumentId(instrument)),
    ),
    columns: () => streams.flatMap(columnsOf),
    async inFuture({ time, kind }, seed) {
      const other = otherFuture(market, time, kind, seed)
      // What is sent in the very last instant finds no venue any more.
      return { other: await run(other), end: endOf(other) }
    },
    ask: (given, explained) => ask({ ...given, market, run }, terms, explained),
  }
}

/** Timers and venues go on only while rows come. */
function endOf(market: Market): number {
  return streamsOf(market).reduce(
    (end, { series }) => Math.max(end, series.receiveTime[series.length - 1] ?? end),
    Number.NEGATIVE_INFINITY,
  )
}

interface Asked extends Baseline {
  readonly market: Market
  readonly run: RunIn
}

async function ask(given: Asked, terms: BarTerms, explained: boolean): Promise<Told> {
  const early = await earlyPoints(given)
  const known = await knownInCode(given, terms)
  return {
    findings: explained ? early.findings : [...early.findings, ...known.findings],
    notes: [...early.notes, ...known.notes, whatIsLeft(given.market)],
  }
}

function whatIsLeft(market: Market): VetFinding {
  const called = streamsOf(market).map(stream => stream.called)
  const few =
    called.length > 4 ? `${called.slice(0, 3).join(', ')} and ${called.length - 3} more` : called.join(', ')
  return {
    code: 'VET_FUTURE_AND_DATES',
    text:
      `The run reads ${few}: vet changed their futures and their dates. Whether gains hang on this very market, on the level of adjusted prices ` +
      `or on names that lived is asked of one source of bars alone; vet the strategy on bars as well where it can run on them.`,
  }
}

async function knownInCode(given: Asked, { from, to, universe }: BarTerms): Promise<Told> {
  const { baseline, market, run, literals, instants, vetSeed } = given
  const terms = termKeys(baseline)
  if (terms.size === 0) return { findings: [], notes: [] }
  let dated: number | undefined
  for (const by of [CALENDAR_ROUND, -CALENDAR_ROUND]) {
    const other = await run(onOtherDates(market, by), {
      ...(from === undefined ? {} : { from: from + by }),
      ...(to === undefined ? {} : { to: to + by }),
      ...(universe === undefined ? {} : { universe: shiftMembers(universe, by) }),
    })
    // No calendar reaches so far: that is the data's, and tells nothing.
    if (other.run === undefined) continue
    const first = firstChange(terms, termKeys(other, by))
    if (first !== undefined) dated = Math.min(dated ?? first, first)
  }
  if (dated !== undefined)
    return literals.datedNumbers >= TABLE
      ? { findings: [knownByDate(literals.datedNumbers, dated)], notes: [] }
      : { findings: [], notes: [datesInCode(dated)] }
  if (literals.longestList < SEQUENCE) return { findings: [], notes: [] }
  const begin = instants[Math.floor(instants.length * 0.05)]
  const orders = later(orderKeys(baseline), begin)
  const mirrored = await run(otherFuture(market, begin, 'other', vetSeed))
  const alike = agreement(orders, later(orderKeys(mirrored), begin))
  if (alike <= 0.9) return { findings: [], notes: [] }
  let counted: number | undefined
  for (const skip of [1, 2, 3, 5]) {
    const slipped = later(orderKeys(await run(withoutFirst(market, skip))), begin)
    const first = firstChange(orders, slipped)
    if (first === undefined) return { findings: [], notes: [] }
    counted = Math.min(counted ?? first, first)
  }
  return counted === undefined
    ? { findings: [], notes: [] }
    : { findings: [knownByBar(counted, literals.longestList, alike)], notes: [] }
}

function later(orders: ReadonlySet<string>, than: number): Set<string> {
  return new Set([...orders].filter(key => Number.parseInt(key, 10) >= than))
}

/** Custom series that foretell what an instrument does next. */
async function earlyPoints(given: Asked): Promise<Told> {
  const streams = streamsOf(given.market)
  const findings: VetFinding[] = []
  const notes: VetFinding[] = []
  for (const [place, stream] of streams.entries()) {
    if (stream.kind !== 'custom') continue
    const text = foretold(stream, streams)
    if (text === undefined) continue
    const without = changed(given.market, ({ series }, one) =>
      one === place ? backwards(series as CustomSeries) : series,
    )
    const used = agreement(termKeys(given.baseline), termKeys(await given.run(without))) < 1
    if (used) findings.push({ code: 'EARLY_DATA', text })
    else notes.push({ code: 'EARLY_DATA_UNUSED', text: `${text} No decision changes without it.` })
  }
  return { findings, notes }
}

function backwards(series: CustomSeries): CustomSeries {
  return { ...series, value: series.value.slice(0, series.length).reverse() }
}

function foretold(stream: MarketStream, streams: readonly MarketStream[]): string | undefined {
  const points = asBars(stream.series as CustomSeries)
  const asked = new Set<string>()
  for (const { kind, instrument, series } of streams) {
    const id = instrumentId(instrument)
    if (asked.has(id) || !(kind === 'bars' || kind === 'trades' || kind === 'quotes')) continue
    asked.add(id)
    const prices =
      kind === 'bars'
        ? (series as BarSeries)
        : pricesAt(series as TradeSeries | QuoteSeries, points.receiveTime)
    const text = foretelling(stream.called, points, id, prices)
    if (text !== undefined) return text
  }
  return undefined
}

/** Each value as a bar that does not move. */
function asBars({ length, eventTime, receiveTime, value }: CustomSeries): BarSeries {
  const none = new Float64Array(length)
  return { length, eventTime, receiveTime, open: value, high: value, low: value, close: value, volume: none }
}

/** What an instrument cost at each of the times. */
function pricesAt(series: TradeSeries | QuoteSeries, times: Float64Array): BarSeries {
  const priceOf =
    'price' in series
      ? (row: number) => series.price[row]
      : (row: number) => (series.bid[row] + series.ask[row]) / 2
  let row = -1
  const close = times.map(time => {
    while (row + 1 < series.length && series.receiveTime[row + 1] <= time) row++
    return row < 0 ? Number.NaN : priceOf(row)
  })
  const first = close.findIndex(price => price > 0)
  const from = first < 0 ? times.length : first
  const price = close.subarray(from)
  const time = times.subarray(from)
  const length = price.length
  return {
    ...{ length, eventTime: time, receiveTime: time },
    ...{ open: price, high: price, low: price, close: price, volume: new Float64Array(length) },
  }
}

function columnsOf({ kind, called, instrument, series }: MarketStream): SampleColumn[] {
  if (kind === 'bars') return barColumns(instrumentId(instrument), series as BarSeries)
  const names: Readonly<Record<Exclude<MarketStream['kind'], 'bars'>, readonly string[]>> = {
    trades: ['price'],
    quotes: ['bid', 'ask'],
    book: ['price'],
    funding: ['rate'],
    custom: ['value'],
  }
  return columnsNamed(called, series, names[kind])
}
