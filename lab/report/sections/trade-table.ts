/**
 * Every round trip in a table that sorts, pages and downloads. A file must stay small: where all would not fit only
 * those that gained or lost most are carried, and the page says so and where the others are.
 */
import type { ClosedTrade, OpenTrade } from '../../domain/closed-trade.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { mostTelling } from '../charts/most-telling.ts'
import { coloured, type Section, table } from '../section.ts'
import { count, counted, number, signed } from '../format.ts'
import { html } from '../html.ts'
import { isDaily, timeWriter } from '../resolution.ts'

/** What the trades may take of the page, bytes; about 190 a trade. */
const TRADE_BYTES = 560_000
/** So many always fit. */
const MOST_TRADES = 2_500
const MOST_OPEN = 100

type Kind = 'text' | 'time' | 'count' | 'quantity' | 'price' | 'money' | 'result' | 'percent'

interface Column {
  readonly key: string
  readonly title: string
  /** Heading in the file, with its unit. */
  readonly csv: string
  readonly kind: Kind
  readonly values: readonly (number | string)[]
  /** Where given, `values` are places in this list. */
  readonly words?: readonly string[]
}

export interface TradeData {
  readonly fileName: string
  /** Times need no clock. */
  readonly daily: boolean
  readonly columns: readonly Column[]
}

/** The trades as columns, for the page's script; undefined when none was closed. */
export function tradeData(result: RunResult): TradeData | undefined {
  if (result.trades.length === 0) return undefined
  const all = result.trades.length <= TRADE_BYTES / 80 && fits(columnsOf(result.trades, result))
  const trades = all ? result.trades : mostTelling(result.trades, MOST_TRADES)
  return {
    fileName: `${safeName(result.strategy)}-trades${all ? '' : `-largest-${trades.length}`}.csv`,
    daily: isDaily(result),
    columns: columnsOf(trades, result),
  }
}

function fits(columns: readonly Column[]): boolean {
  return JSON.stringify(columns).length <= TRADE_BYTES
}

export function tradeTableSection(result: RunResult, data: TradeData | undefined): Section {
  const shown = data?.columns[0].values.length ?? 0
  const instruments = [...new Set(result.trades.map(trade => trade.instrument))].sort()
  const strategies = result.members?.map(member => member.name) ?? []
  return {
    id: 'trades',
    title: 'Trades',
    short: 'Trades',
    lead:
      `${counted(result.trades.length, 'round trip')} closed, matched first in, first out; a flip is two. ` +
      'Profit and return are after fees of both legs. Times are UTC. A number leads to its trade on the price chart.',
    tools:
      data &&
      html`<div class="tools">${
        strategies.length > 1 &&
        html`<label><span class="visually-hidden">Strategy</span><select id="trade-strategy"><option value="">All strategies</option>${strategies.map(
          name => html`<option>${name}</option>`,
        )}</select></label>`
      }${
        instruments.length > 1 &&
        html`<label><span class="visually-hidden">Instrument</span><select id="trade-instrument"><option value="">All instruments</option>${instruments.map(
          id => html`<option>${id}</option>`,
        )}</select></label>`
      }<button type="button" id="trade-csv">Download CSV</button></div>`,
    body: html`${
      shown < result.trades.length &&
      html`<p class="evidence">Shown and in the CSV: the ${count(shown)} of ${count(result.trades.length)} trades that gained or lost most. All of them are in the result: <code>run.trades</code> in a notebook.</p>`
    }${
      data === undefined
        ? html`<p class="muted">No trade was closed in this run.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Trades"><table id="trade-table" class="sortable${result.members !== undefined && ' dense'}">
<caption class="visually-hidden">Closed trades; column headings sort</caption>
<thead><tr>${data.columns.map(
            column =>
              html`<th scope="col" class="${column.kind === 'text' || column.kind === 'time' ? 'text' : ''}"><button type="button">${column.title}</button></th>`,
          )}</tr></thead>
<tbody></tbody></table></div>
<noscript><p class="note">The table needs JavaScript; every figure above stands without it.</p></noscript>
<div class="pager"><div class="group"><button type="button" id="trade-back">Back</button><button type="button" id="trade-next">Next</button></div><span id="trade-page" role="status"></span><span class="print-only">on paper; the file has the rest.</span></div>`
    }${openPositions(result)}`,
  }
}

function columnsOf(trades: readonly ClosedTrade[], result: RunResult): Column[] {
  const currency = result.currency
  const numbers = (key: keyof ClosedTrade, title: string, csv: string, kind: Kind): Column => ({
    key,
    title,
    csv,
    kind,
    values: trades.map(trade => trade[key] as number),
  })
  const words = (key: string, title: string, csv: string, texts: readonly string[]): Column => {
    const list = [...new Set(texts)]
    const place = new Map(list.map((text, n) => [text, n]))
    return { key, title, csv, kind: 'text', values: texts.map(text => place.get(text)!), words: list }
  }
  const tags = tagsOf(trades, result)
  return [
    { key: 'number', title: '#', csv: 'trade', kind: 'count', values: numbersOf(trades, result) },
    ...(result.members === undefined
      ? []
      : [
          words(
            'strategy',
            'Strategy',
            'strategy',
            trades.map(trade => trade.strategy ?? ''),
          ),
        ]),
    words(
      'instrument',
      'Instrument',
      'instrument',
      trades.map(trade => trade.instrument),
    ),
    words(
      'direction',
      'Side',
      'direction',
      trades.map(trade => trade.direction),
    ),
    numbers('entryTime', 'Entry', 'entryTime', 'time'),
    numbers('exitTime', 'Exit', 'exitTime', 'time'),
    numbers('quantity', 'Quantity', 'quantity', 'quantity'),
    numbers('entryPrice', 'Entry price', 'entryPrice', 'price'),
    numbers('exitPrice', 'Exit price', 'exitPrice', 'price'),
    numbers('return', 'Return', 'return', 'percent'),
    numbers('profit', 'Profit', `profit${currency}`, 'result'),
    numbers('fees', 'Fees', `fees${currency}`, 'money'),
    numbers('bars', 'Bars', 'bars', 'count'),
    numbers('mae', 'MAE', 'mae', 'percent'),
    numbers('mfe', 'MFE', 'mfe', 'percent'),
    ...(tags.some(tag => tag !== '') ? [words('tag', 'Entry tag', 'entryTag', tags)] : []),
  ]
}

/** Places among all trades of the run, from 1, also where only some are carried. */
function numbersOf(trades: readonly ClosedTrade[], result: RunResult): number[] {
  const place = new Map(result.trades.map((trade, row) => [trade, row + 1]))
  return trades.map(trade => place.get(trade)!)
}

/** The author's word for the entry, through the order that entered. */
function tagsOf(trades: readonly ClosedTrade[], result: RunResult): string[] {
  const tags = new Map<number, string>()
  for (const order of result.orders) if (order.tag !== undefined) tags.set(order.id, order.tag)
  return trades.map(trade => tags.get(trade.entryOrderId) ?? '')
}

function openPositions(result: RunResult) {
  const open = result.openTrades.slice(0, MOST_OPEN)
  if (open.length === 0) return undefined
  const time = timeWriter(result)
  const left = result.openTrades.length - open.length
  return html`<h3>Still open at the end, not counted above</h3>${table<OpenTrade>(
    'Positions still open at the end',
    [
      ...(result.members === undefined
        ? []
        : [{ title: 'Strategy', cell: (trade: OpenTrade) => trade.strategy ?? '' }]),
      { title: 'Instrument', cell: trade => trade.instrument, text: result.members !== undefined },
      { title: 'Side', cell: trade => trade.direction, text: true },
      { title: 'Entry', cell: trade => time(trade.entryTime), text: true },
      { title: 'Quantity', cell: trade => number(trade.quantity, Number.isInteger(trade.quantity) ? 0 : 4) },
      { title: 'Entry price', cell: trade => number(trade.entryPrice, 2) },
      {
        title: `Profit at last mark, ${result.currency}`,
        cell: trade => coloured(trade.profit, signed(trade.profit)),
      },
    ],
    open,
  )}${left > 0 && html`<p class="note">${counted(left, 'further position')} not listed here.</p>`}`
}

function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 60) || 'run'
}
