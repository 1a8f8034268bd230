/** What trading cost, over time and by instrument. Sums of the fills as they were exported. */
import { fillFee, fillSlippage, fillValue } from '../../domain/fill.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { costsFigure } from '../charts/costs.ts'
import { rolePalette } from '../charts/palette.ts'
import { count, counted, money, number } from '../format.ts'
import { html } from '../html.ts'
import { chart, type Section, table } from '../section.ts'

const MOST_ROWS = 12

interface InstrumentCosts {
  readonly instrument: string
  fills: number
  traded: number
  fees: number
  slippage: number
}

export function costsSection(result: RunResult): Section {
  const figure = costsFigure(result, { palette: rolePalette })
  const shared = { id: 'costs', title: 'Costs', short: 'Costs' }
  if (figure === undefined)
    return { ...shared, body: html`<p class="muted">Nothing was filled, so nothing was paid.</p>` }
  const rows = costsByInstrument(result)
  const shown = rows.slice(0, MOST_ROWS)
  const rest = rows.slice(MOST_ROWS).reduce(add, emptyCosts(counted(rows.length - shown.length, 'other')))
  if (rest.fills > 0) shown.push(rest)
  if (rows.length > 1) shown.push(rows.reduce(add, emptyCosts('All')))
  return {
    ...shared,
    lead:
      `Fees ${money(result.fees, result.currency)}, slippage ${money(result.slippageCost, result.currency)}, ` +
      `over ${counted(result.fills.length, 'fill')}. Slippage is already inside the fill prices.`,
    figures: { costs: figure },
    body: html`${chart({ name: 'costs', label: 'Fees and slippage paid so far, over time', size: 'low' }, figure.note)}
<h3>By instrument</h3>${table<InstrumentCosts>(
      'Costs by instrument',
      [
        { title: 'Instrument', cell: row => row.instrument },
        { title: 'Fills', cell: row => count(row.fills) },
        { title: `Traded, ${result.currency}`, cell: row => number(row.traded, 0) },
        { title: `Fees, ${result.currency}`, cell: row => number(row.fees) },
        { title: `Slippage, ${result.currency}`, cell: row => number(row.slippage) },
        {
          title: 'Cost, bps of traded',
          cell: row => (row.traded > 0 ? number(((row.fees + row.slippage) / row.traded) * 1e4) : ''),
        },
      ],
      shown,
    )}`,
  }
}

function costsByInstrument(result: RunResult): InstrumentCosts[] {
  const rows = new Map<string, InstrumentCosts>()
  for (const fill of result.fills) {
    let row = rows.get(fill.instrument)
    if (row === undefined) rows.set(fill.instrument, (row = emptyCosts(fill.instrument)))
    row.fills++
    row.traded += fillValue(fill)
    row.fees += fillFee(fill)
    row.slippage += fillSlippage(fill)
  }
  return [...rows.values()].sort((a, b) => b.fees + b.slippage - a.fees - a.slippage)
}

function emptyCosts(instrument: string): InstrumentCosts {
  return { instrument, fills: 0, traded: 0, fees: 0, slippage: 0 }
}

function add(sum: InstrumentCosts, row: InstrumentCosts): InstrumentCosts {
  sum.fills += row.fills
  sum.traded += row.traded
  sum.fees += row.fees
  sum.slippage += row.slippage
  return sum
}
