/** Trades, quotes, books, funding and custom series as a notebook holds them: to look at, to make bars of, to run on. */
import { GordonError } from '../../core/errors.ts'
import { ActivityBars, type ActivityBarTerms } from '../../derive/activity-bars.ts'
import { type Deriver, derived, joined } from '../../derive/deriver.ts'
import { TimeBars, type TimeBarTerms } from '../../derive/time-bars.ts'
import type { TradeBarSeries } from '../../derive/trade-bar.ts'
import { compareInstruments, type Instrument, instrumentId } from '../../domain/instrument.ts'
import type { TradeSeries } from '../../domain/market-events.ts'
import type { TickKind, TickSeries, TickSource, TickStream } from '../../domain/ports/store.ts'
import { columnTable, type FrameTable } from './frame-table.ts'
import { heldBars } from './held-bars.ts'
import type { Bundle } from './kernel.ts'
import { NotebookBars } from './notebook-bars.ts'
import { JUPYTER, tableBundle } from './table.ts'

/** Bars by the clock, of the instrument's own calendar unless said, or by what was traded. */
export type TickBarTerms =
  | (Omit<TimeBarTerms, 'calendar'> & { readonly calendar?: string })
  | ActivityBarTerms

export class NotebookTicks {
  readonly #source: TickSource
  readonly #reopen: () => Promise<TickSource>

  /** @param reopen for streams that can be read once; a source in memory serves any number of runs */
  constructor(source: TickSource, reopen: () => Promise<TickSource> = async () => source) {
    this.#source = source
    this.#reopen = reopen
  }

  get datasets(): TickSource['datasets'] {
    return this.#source.datasets
  }

  get instruments(): TickSource['instruments'] {
    return this.#source.instruments
  }

  /** For one run: events in memory serve any number, a stream is opened anew. */
  async source(): Promise<TickSource> {
    return this.#source.streams.every(stream => stream.series !== undefined) ? this.#source : this.#reopen()
  }

  /**
   * One stream in columns of times and numbers.
   * @param kind the first stream's unless said
   * @param symbol `BTCUSDT`, `BINANCE:BTCUSDT`, or the name of a custom series; the first unless said
   * @throws GordonError NO_STREAM, LARGER_THAN_MEMORY
   */
  series<Kind extends TickKind>(kind?: Kind, symbol?: string): TickSeries[Kind] {
    const found = this.#source.streams.find(
      stream =>
        (kind === undefined || stream.kind === kind) &&
        (symbol === undefined || stream.name === symbol || isCalled(symbol, this.#of(stream))),
    )
    if (found === undefined)
      throw new GordonError(
        'NO_STREAM',
        `There are no ${kind ?? 'events'}${symbol === undefined ? '' : ` of ${symbol}`} here: there are ${this.#source.streams.map(stream => this.#called(stream)).join(', ')}.`,
      )
    if (found.series === undefined)
      throw new GordonError(
        'LARGER_THAN_MEMORY',
        `The ${this.#called(found)} are streamed, not held: narrow them with from and to, make bars of them, or ask the store in SQL.`,
      )
    return found.series as TickSeries[Kind]
  }

  /** As an Arrow table: `time` is the venue's, `receiveTime` when it could have been known. @param kind and symbol as in `series` */
  table(kind?: TickKind, symbol?: string): FrameTable {
    const { eventTime: time, ...columns } = this.series(kind, symbol) as unknown as Record<
      string,
      Float64Array
    >
    const filled = Object.entries(columns).filter(([, column]) => column instanceof Float64Array)
    return columnTable({ time, ...Object.fromEntries(filled) })
  }

  /**
   * Bars of the trades of every instrument. Bars by activity end with the last trade of an instant unless said, as a
   * run knows one bar of a time.
   * @example await ticks.bars({ interval: '1m' }); await ticks.bars({ by: 'volume', threshold: 500 })
   * @throws GordonError NO_STREAM, DERIVE_TERMS, DERIVE_INTERVAL
   */
  async bars(terms: TickBarTerms): Promise<NotebookBars> {
    const source = await this.source()
    const trades = source.streams.filter(one => one.kind === 'trades') as TickStream<'trades'>[]
    if (trades.length === 0) this.series('trades')
    const entries: { readonly instrument: Instrument; readonly series: TradeBarSeries }[] = []
    for (const stream of trades) {
      const instrument = source.instruments[stream.instrument]
      entries.push({ instrument, series: await tradeBars(stream, instrument, terms) })
    }
    entries.sort((a, b) => compareInstruments(a.instrument, b.instrument))
    const instruments = entries.map(one => one.instrument)
    const interval = 'by' in terms ? `${terms.threshold} ${terms.by}` : terms.interval
    const { datasets, notes } = source
    return new NotebookBars(
      heldBars(
        { datasets, instruments, notes },
        entries.map(one => one.series),
        { interval, words: `as bars of ${interval}` },
      ),
    )
  }

  #of(stream: TickStream): Instrument {
    return this.#source.instruments[stream.instrument]
  }

  #called(stream: TickStream): string {
    return `${stream.name ?? stream.kind} of ${instrumentId(this.#of(stream))}`
  }

  [JUPYTER](): Bundle {
    const rows = this.#source.streams.map(stream => {
      const { kind, name, rows: events, series } = stream
      const at = (row: number) =>
        series === undefined || events === 0 ? undefined : new Date(series.eventTime[row] / 1000)
      return {
        instrument: instrumentId(this.#of(stream)),
        kind: name === undefined ? kind : `${kind} ${name}`,
        events,
        first: at(0),
        last: at(events - 1),
        currency: this.#of(stream).currency,
      }
    })
    return tableBundle(rows)
  }
}

function isCalled(name: string, instrument: Instrument): boolean {
  return instrument.symbol === name || instrumentId(instrument) === name
}

async function tradeBars(
  stream: TickStream<'trades'>,
  { calendar }: Instrument,
  terms: TickBarTerms,
): Promise<TradeBarSeries> {
  const deriver: Deriver<TradeSeries, TradeBarSeries> =
    'by' in terms ? new ActivityBars({ ending: 'instant', ...terms }) : new TimeBars({ calendar, ...terms })
  if (stream.series !== undefined) return joined([deriver.add(stream.series), deriver.end()])
  const parts: TradeBarSeries[] = []
  for await (const part of derived(stream, deriver)) parts.push(part)
  return joined(parts)
}
