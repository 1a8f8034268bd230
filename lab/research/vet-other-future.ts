/**
 * The future of a whole market, changed from an instant on: every row of every stream that happened then or later, and
 * was known then or later. What happened before and was only told later stays, since orders at the venue met it.
 */
import { Random } from '../core/random.ts'
import { textDigest } from '../core/digest.ts'
import type { BarSeries } from '../domain/bar.ts'
import { instrumentId } from '../domain/instrument.ts'
import type {
  BookSeries,
  CustomSeries,
  FundingSeries,
  QuoteSeries,
  TradeSeries,
} from '../domain/market-events.ts'
import { otherBook } from './vet-book-future.ts'
import {
  type AnySeries,
  changed,
  firstRowFrom,
  type Market,
  type MarketStream,
  partOf,
  pickedRows,
  streamsOf,
} from './vet-market.ts'
import { type OtherPath, otherPath } from './vet-path.ts'
import type { Future } from './vet-worlds.ts'

/** In words, for sentences. */
export const OTHER_FUTURE_WORDS: Readonly<Record<Future, string>> = {
  crash: 'moved down',
  boom: 'moved up',
  other: 'mirrored, so that what rises falls',
  wild: 'thrown about',
  gaps: 'partly left out',
  cut: 'cut off',
}

export function otherFuture(market: Market, time: number, kind: Future, seed: number): Market {
  const paths = pathsOf(market, time, kind, seed)
  return changed(market, (stream, place) => {
    const { series } = stream
    const from = firstRowFrom(series, time)
    if (from === series.length) return series
    if (kind === 'cut') return partOf(series, 0, from)
    const random = new Random(seed + 31 * (place + 1))
    const path = paths.get(instrumentId(stream.instrument))!
    if (stream.kind === 'book') {
      const { ticksPerUnit } = stream.instrument
      return otherBook(series as BookSeries, from, path, ticksPerUnit, kind === 'gaps' ? random : undefined)
    }
    if (kind === 'gaps') return thinned(series, from, random)
    return moved(stream, from, path, random)
  })
}

/** One for each instrument, whatever its streams and their order. */
function pathsOf(market: Market, time: number, kind: Future, seed: number): Map<string, OtherPath> {
  const paths = new Map<string, OtherPath>()
  const streams = streamsOf(market)
  const until = Math.max(...streams.map(({ series }) => series.receiveTime[series.length - 1] ?? time))
  for (const { instrument } of streams) {
    const id = instrumentId(instrument)
    if (paths.has(id)) continue
    const own = streams.filter(one => instrumentId(one.instrument) === id)
    const last = own.map(one => lastPrice(one, time)).find(price => price > 0) ?? 100
    const { ticksPerUnit } = instrument
    const random = new Random(seed + (Number.parseInt(textDigest(id).slice(0, 6), 16) % 7919))
    paths.set(id, otherPath(kind, { time, until, last, ticksPerUnit }, random))
  }
  return paths
}

/** NaN where a stream has no price before. */
function lastPrice({ kind, series }: MarketStream, time: number): number {
  const column =
    kind === 'bars'
      ? (series as BarSeries).close
      : kind === 'quotes'
        ? (series as QuoteSeries).bid
        : kind === 'trades' || kind === 'book'
          ? (series as TradeSeries).price
          : undefined
  if (column === undefined) return Number.NaN
  for (let row = Math.min(series.length - 1, firstRowFrom(series, time)); row >= 0; row--)
    if (column[row] > 0) return column[row]
  return Number.NaN
}

/** Three rows in ten are missing, and the first at every other place: that there is one is knowledge too. */
function thinned(series: AnySeries, from: number, random: Random): AnySeries {
  const first = random.uniform() < 0.5
  const kept: number[] = []
  for (let row = 0; row < series.length; row++)
    if (row < from || (row === from ? !first : random.uniform() > 0.3)) kept.push(row)
  return pickedRows(series, kept)
}

function moved(stream: MarketStream, from: number, path: OtherPath, random: Random): AnySeries {
  switch (stream.kind) {
    case 'bars':
      return movedBars(stream.series as BarSeries, from, path)
    case 'trades':
      return movedTrades(stream.series as TradeSeries, from, path)
    case 'quotes':
      return movedQuotes(stream.series as QuoteSeries, from, path, stream.instrument.ticksPerUnit)
    case 'funding':
      return movedFunding(stream.series as FundingSeries, from, path, random)
    default:
      return drawnValues(stream.series as CustomSeries, from, random)
  }
}

function legOf(series: AnySeries, row: number, path: OtherPath) {
  return path.legAt(Math.min(series.eventTime[row], series.receiveTime[row]))!
}

function movedBars(series: BarSeries, from: number, path: OtherPath): BarSeries {
  const { open, high, low, close, volume } = series
  const made = { open: open.slice(), high: high.slice(), low: low.slice(), close: close.slice() }
  const volumes = volume.slice()
  for (let row = from; row < series.length; row++) {
    const leg = legOf(series, row, path)
    made.open[row] = path.price(open[row], leg)
    made.close[row] = path.price(close[row], leg)
    made.high[row] = path.price(leg.turn > 0 ? high[row] : low[row], leg)
    made.low[row] = path.price(leg.turn > 0 ? low[row] : high[row], leg)
    volumes[row] *= leg.size
  }
  return { ...series, ...made, volume: volumes }
}

function movedTrades(series: TradeSeries, from: number, path: OtherPath): TradeSeries {
  const price = series.price.slice()
  const size = series.size.slice()
  const side = series.side.slice()
  for (let row = from; row < series.length; row++) {
    const leg = legOf(series, row, path)
    price[row] = path.price(price[row], leg)
    size[row] *= leg.size
    side[row] *= leg.turn
  }
  return { ...series, price, size, side }
}

function movedQuotes(series: QuoteSeries, from: number, path: OtherPath, ticksPerUnit: number): QuoteSeries {
  const made = {
    bid: series.bid.slice(),
    ask: series.ask.slice(),
    bidSize: series.bidSize.slice(),
    askSize: series.askSize.slice(),
  }
  for (let row = from; row < series.length; row++) {
    const leg = legOf(series, row, path)
    const turned = leg.turn < 0
    const bid = path.price(turned ? series.ask[row] : series.bid[row], leg)
    const ask = path.price(turned ? series.bid[row] : series.ask[row], leg)
    const wasOpen = series.bid[row] < series.ask[row]
    made.bid[row] = bid
    // At the lowest tick both would stand on one.
    made.ask[row] = wasOpen && !(bid < ask) && !Number.isNaN(ask) ? bid + 1 / ticksPerUnit : ask
    made.bidSize[row] = (turned ? series.askSize[row] : series.bidSize[row]) * leg.size
    made.askSize[row] = (turned ? series.bidSize[row] : series.askSize[row]) * leg.size
  }
  return { ...series, ...made }
}

function movedFunding(series: FundingSeries, from: number, path: OtherPath, random: Random): FundingSeries {
  const rate = series.rate.slice()
  const markPrice = series.markPrice.slice()
  for (let row = from; row < series.length; row++) {
    const leg = legOf(series, row, path)
    rate[row] = leg.turn * series.rate[random.integer(0, series.length)]
    markPrice[row] = path.price(markPrice[row], leg)
  }
  return { ...series, rate, markPrice }
}

/** Values that the series has elsewhere. */
function drawnValues(series: CustomSeries, from: number, random: Random): CustomSeries {
  const value = series.value.slice()
  for (let row = from; row < series.length; row++) value[row] = series.value[random.integer(0, series.length)]
  return { ...series, value }
}
