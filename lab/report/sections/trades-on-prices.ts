/** Candlesticks with the round trips on them, one instrument at a time. */
import { instrumentId } from '../../domain/instrument.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { candlesFigure } from '../charts/candles.ts'
import type { Figure } from '../charts/figure.ts'
import { rolePalette } from '../charts/palette.ts'
import { counted } from '../format.ts'
import { html } from '../html.ts'
import { chart, type Section } from '../section.ts'

/** All candles of the page together: 24 bytes each and a third for base64 come to 0.4 MB. */
const ALL_CANDLES = 13_000
const MOST_CANDLES = 3_500
const MOST_INSTRUMENTS = 24

export interface TradesOnPrices {
  readonly section: Section
  readonly instruments: readonly string[]
  readonly figures: readonly Figure[]
}

/** @returns undefined where the result carries no bars */
export function tradesOnPrices(result: RunResult): TradesOnPrices | undefined {
  const withBars = result.instruments.map(instrumentId).filter((_, handle) => result.bars[handle]?.length)
  if (withBars.length === 0) return undefined
  const trades = new Map<string, number>()
  for (const { instrument } of [...result.trades, ...result.openTrades])
    trades.set(instrument, (trades.get(instrument) ?? 0) + 1)
  const ranked = [...withBars].sort((a, b) => (trades.get(b) ?? 0) - (trades.get(a) ?? 0))
  const instruments = withBars.filter(id => ranked.indexOf(id) < MOST_INSTRUMENTS)
  const candles = Math.min(MOST_CANDLES, Math.floor(ALL_CANDLES / instruments.length))
  const marks = Math.max(40, Math.floor(1_200 / instruments.length))
  const figures = instruments.map(id => candlesFigure(result, id, { palette: rolePalette, candles, marks })!)
  const left = withBars.length - instruments.length
  const missing = result.instruments.length - withBars.length
  return {
    instruments,
    figures,
    section: {
      id: 'trades-on-prices',
      title: 'Trades on prices',
      short: 'Prices',
      lead: [
        'Up-triangle: entry; open down-triangle: exit; solid line: the round trip gained, dotted: it lost. ',
        'Zoom by dragging, or with the buttons and the slider; prices rescale to what is in view. Times are UTC.',
      ],
      tools: html`<div class="tools">${
        instruments.length > 1 &&
        html`<label><span class="visually-hidden">Instrument</span><select id="candle-instrument">${instruments.map(
          (id, n) => html`<option value="${n}">${id} (${counted(trades.get(id) ?? 0, 'trade')})</option>`,
        )}</select></label>`
      }<span class="muted small">Candles</span><div class="group" role="group" aria-label="Candles in view">${[
        100, 250, 1_000,
      ].map(
        n => html`<button type="button" data-candles="${n}">${n}</button>`,
      )}<button type="button" data-candles="0">All</button></div></div>`,
      body: html`${chart({
        name: 'candles',
        label: `Candlestick chart of ${instruments.join(', ')} with entries and exits; the trade table lists the same trades.`,
        size: 'tall',
      })}<p class="note" id="candle-note"></p>${
        left > 0 &&
        html`<p class="note">The ${instruments.length} instruments with the most trades are here; ${counted(left, 'other')} left out to keep the file small.</p>`
      }${
        missing > 0 &&
        html`<p class="note">${counted(missing, 'instrument')} without bars in the result: the stream was larger than memory.</p>`
      }`,
    },
  }
}
