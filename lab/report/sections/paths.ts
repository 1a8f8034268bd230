/** The run with stops first and with targets first, where its bars do not say which came first. */
import type { BothPaths, PathFigures } from '../../sim/both-paths.ts'
import { counted, money, number, percent } from '../format.ts'
import type { Section } from '../section.ts'
import { table } from '../section.ts'

type Row = readonly [string, (path: PathFigures) => string]

export function pathsSection(paths: BothPaths | undefined, currency: string): Section | undefined {
  if (paths === undefined) return undefined
  const rows: readonly Row[] = [
    ['Ambiguous bars', path => counted(path.ambiguousBars, 'bar')],
    ['End equity', path => money(path.endEquity, currency)],
    ['Return', path => share(path.totalReturn)],
    ['CAGR', path => share(path.cagr)],
    ['Sharpe', path => (path.sharpe === undefined ? 'undefined' : number(path.sharpe))],
    ['Max drawdown', path => share(path.maxDrawdown)],
    ['Winning trades', path => share(path.winRate)],
    ['Closed trades', path => String(path.trades)],
  ]
  return {
    id: 'paths',
    title: 'Both paths',
    short: 'Both paths',
    lead:
      'A bar that reaches a stop and a target does not say which came first. The same run twice: stops first, then targets first. ' +
      'The truth need not lie between the two, as each path goes on with other positions and other money; this report shows the first.',
    body: table(
      'Key figures of both paths',
      [
        { title: 'Figure', cell: ([name]: Row) => name, text: true },
        { title: 'Stops first', cell: ([, value]) => value(paths.pessimistic) },
        { title: 'Targets first', cell: ([, value]) => value(paths.optimistic) },
      ],
      rows,
    ),
  }
}

function share(fraction: number | undefined): string {
  return fraction === undefined ? 'undefined' : percent(fraction)
}
