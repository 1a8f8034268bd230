/** Funding, dividends, interest, settlements: money that moved without an order, by kind, by strategy and by instrument. */
import type { CashFlow } from '../../domain/cash-flow.ts'
import { cashFlowTotals } from '../../domain/cash-flow.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { cashFlowsFigure } from '../charts/cash-flows.ts'
import { rolePalette } from '../charts/palette.ts'
import { count, counted, money, number } from '../format.ts'
import { html } from '../html.ts'
import { chart, coloured, type Section, table } from '../section.ts'

const MOST_ROWS = 12
/** A settlement is the end of a trade, whose profit is told among the trades. */
const ENDS: readonly string[] = ['settlements', 'delistings', 'cash in lieu']

interface Row {
  readonly name: string
  readonly count: number
  readonly amount: number
}

/** @returns undefined for a run without any */
export function cashFlowsSection(result: RunResult): Section | undefined {
  const totals = cashFlowTotals(result)
  const figure = cashFlowsFigure(result, { palette: rolePalette })
  if (totals.length === 0 || figure === undefined) return undefined
  const { currency } = result
  const income = totals
    .filter(({ name }) => !ENDS.includes(name))
    .reduce((sum, { amount }) => sum + amount, 0)
  const ended = totals.some(({ name }) => ENDS.includes(name))
  const byInstrument = rowsBy(result.cashFlows, flow => flow.instrument)
  const byStrategy = result.members === undefined ? [] : rowsBy(result.cashFlows, flow => flow.strategy)
  const columns = (first: string) => [
    { title: first, cell: (row: Row) => row.name },
    { title: 'Times', cell: (row: Row) => count(row.count) },
    { title: `Received, ${currency}`, cell: (row: Row) => coloured(row.amount, number(row.amount)) },
  ]
  return {
    id: 'cash-flows',
    title: 'Cash flows',
    short: 'Cash flows',
    lead:
      `Money that moved without an order, at the rates of its times: ${money(income, currency)} of income and financing in all. ` +
      `What was paid is negative${ended ? '; settlements, delistings and cash in lieu end positions and are among the trades' : ''}.`,
    figures: { cashFlows: figure },
    body: html`${chart({ name: 'cashFlows', label: 'Money received without orders so far, by kind', size: 'low' }, figure.note)}
<h3>By kind</h3>${table<Row>('Cash flows by kind', columns('Kind'), totals.map(capital))}${
      byStrategy.length > 0 &&
      html`<h3>By strategy</h3>${table<Row>('Cash flows by strategy', columns('Strategy'), shortened(byStrategy))}`
    }${
      byInstrument.length > 1 &&
      html`<h3>By instrument</h3>${table<Row>('Cash flows by instrument', columns('Instrument'), shortened(byInstrument))}`
    }`,
  }
}

function capital(row: Row): Row {
  return { ...row, name: row.name[0].toUpperCase() + row.name.slice(1) }
}

/** The largest amounts first; money's own last. */
function rowsBy(flows: readonly CashFlow[], of: (flow: CashFlow) => string | undefined): Row[] {
  const ids = [...new Set(flows.map(of))]
  return ids
    .flatMap(id =>
      cashFlowTotals({ cashFlows: flows.filter(flow => of(flow) === id) }).map(total => ({
        id,
        name: `${id ?? 'Account'}, ${total.name}`,
        count: total.count,
        amount: total.amount,
      })),
    )
    .sort(
      (a, b) =>
        Number(a.id === undefined) - Number(b.id === undefined) || Math.abs(b.amount) - Math.abs(a.amount),
    )
}

function shortened(rows: readonly Row[]): readonly Row[] {
  if (rows.length <= MOST_ROWS) return rows
  const rest = rows.slice(MOST_ROWS)
  const total = (of: 'count' | 'amount') => rest.reduce((sum, row) => sum + row[of], 0)
  return [
    ...rows.slice(0, MOST_ROWS),
    { name: counted(rest.length, 'other'), count: total('count'), amount: total('amount') },
  ]
}
