/** What trading cost, over time, by strategy and by instrument. Sums of the fills as they were exported. */
import { type FillRecord, fillFee, fillSlippage, fillValue } from '../../domain/fill.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { costsFigure } from '../charts/costs.ts'
import { rolePalette } from '../charts/palette.ts'
import { count, counted, money, number } from '../format.ts'
import { type Html, html } from '../html.ts'
import { chart, type Section, table } from '../section.ts'

const MOST_ROWS = 12

interface CostRow {
  readonly name: string
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
  return {
    ...shared,
    lead:
      `Fees ${money(result.fees, result.currency)}, slippage ${money(result.slippageCost, result.currency)}, ` +
      `over ${counted(result.fills.length, 'fill')}. Slippage is already inside the fill prices.`,
    figures: { costs: figure },
    body: html`${chart({ name: 'costs', label: 'Fees and slippage paid so far, over time', size: 'low' }, figure.note)}
${
  result.members !== undefined &&
  html`<h3>By strategy</h3>${costTable(
    'Strategy',
    costsBy(result, fill => fill.strategy ?? ''),
    result,
  )}`
}
<h3>By instrument</h3>${costTable(
      'Instrument',
      costsBy(result, fill => fill.instrument),
      result,
    )}`,
  }
}

function costTable(heading: string, rows: readonly CostRow[], { currency }: RunResult): Html {
  const shown = rows.slice(0, MOST_ROWS)
  const rest = rows.slice(MOST_ROWS).reduce(add, emptyCosts(counted(rows.length - shown.length, 'other')))
  if (rest.fills > 0) shown.push(rest)
  if (rows.length > 1) shown.push(rows.reduce(add, emptyCosts('All')))
  return table<CostRow>(
    `Costs by ${heading.toLowerCase()}`,
    [
      { title: heading, cell: row => row.name },
      { title: 'Fills', cell: row => count(row.fills) },
      { title: `Traded, ${currency}`, cell: row => number(row.traded, 0) },
      { title: `Fees, ${currency}`, cell: row => number(row.fees) },
      { title: `Slippage, ${currency}`, cell: row => number(row.slippage) },
      {
        title: 'Cost, bps of traded',
        cell: row => (row.traded > 0 ? number(((row.fees + row.slippage) / row.traded) * 1e4) : ''),
      },
    ],
    shown,
  )
}

/** Dearest first. */
function costsBy(result: RunResult, nameOf: (fill: FillRecord) => string): CostRow[] {
  const rows = new Map<string, CostRow>()
  for (const fill of result.fills) {
    const name = nameOf(fill)
    let row = rows.get(name)
    if (row === undefined) rows.set(name, (row = emptyCosts(name)))
    row.fills++
    row.traded += fillValue(fill)
    row.fees += fillFee(fill)
    row.slippage += fillSlippage(fill)
  }
  return [...rows.values()].sort((a, b) => b.fees + b.slippage - a.fees - a.slippage)
}

function emptyCosts(name: string): CostRow {
  return { name, fills: 0, traded: 0, fees: 0, slippage: 0 }
}

function add(sum: CostRow, row: CostRow): CostRow {
  sum.fills += row.fills
  sum.traded += row.traded
  sum.fees += row.fees
  sum.slippage += row.slippage
  return sum
}
