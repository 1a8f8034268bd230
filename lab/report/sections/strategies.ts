/** Several strategies in one run: what each was given and made of it, beside the whole, and how alike they moved. */
import type { RunResult } from '../../domain/run-result.ts'
import type { Analysis } from '../analysis.ts'
import { rolePalette } from '../charts/palette.ts'
import { strategiesFigure } from '../charts/strategies.ts'
import { count, counted, number, parameters, percent, shortHash, signed, signedPercent } from '../format.ts'
import { type Html, type HtmlPart, html } from '../html.ts'
import { correlations, type MemberRow, type Members } from '../members.ts'
import { chart, coloured, facts, type Section, table, type TableColumn } from '../section.ts'
import { whyUndefined } from '../statistic-words.ts'

/** Fewer returns than this tell a Sharpe or a correlation from nothing only where it is extreme. */
const FEW_RETURNS = 30
const FEW_TRADES = 30
const MOST_ROWS = 60
/** A matrix of more is no longer read. */
const MOST_CORRELATED = 16

/** @returns undefined for a run of one strategy */
export function strategiesSection(result: RunResult, analysis: Analysis): Section | undefined {
  const { members } = analysis
  if (members === undefined || result.members === undefined) return undefined
  const figure = strategiesFigure(result, { palette: rolePalette })
  const left = members.rows.length - MOST_ROWS
  const canLog = [result.curve, ...result.members].every(({ equity }) => equity.every(value => value > 0))
  return {
    id: 'strategies',
    title: 'Strategies',
    short: 'Strategies',
    lead:
      `${counted(members.rows.length, 'strategy', 'strategies')}, each trading its own part of the money; nothing moves between them. ` +
      'Contribution: what each added to the return of the whole, in percentage points.',
    figures: figure === undefined ? {} : { strategies: figure },
    tools: canLog && figure !== undefined ? scaleSwitch() : undefined,
    body: html`${figure && chart({ name: 'strategies', label: 'Equity of each strategy and of all together, each starting at 100' }, figure.note)}
<div class="members"><h3>What each made of it</h3>${performanceTable(members, analysis)}
<h3>Money</h3>${moneyTable(members, result.currency)}</div>${
      left > 0 &&
      html`<p class="note">${counted(left, 'further strategy', 'further strategies')} not listed.</p>`
    }${fewReturns(members)}${fewTrades(members)}
${correlationPart(result, analysis, members)}
<h3>Parameters</h3>${facts(
      result.members
        .slice(0, MOST_ROWS)
        .map(({ name, params, strategyFile, codeHash }) => [
          name,
          html`<code>${parameters(params)}</code><br><span class="muted small">${strategyFile === undefined ? '' : `${strategyFile}, `}code <code>${shortHash(codeHash)}</code></span>`,
        ]),
    )}`,
  }
}

function scaleSwitch(): Html {
  return html`<div class="tools"><div class="group" role="group" aria-label="Scale"><button type="button" data-for="strategies" data-relayout='{"yaxis.type":"linear"}' aria-pressed="true">Linear</button><button type="button" data-for="strategies" data-relayout='{"yaxis.type":"log"}' aria-pressed="false">Log</button></div></div>`
}

function rowsOf({ rows, whole }: Members): readonly MemberRow[] {
  return [...rows.slice(0, MOST_ROWS), whole]
}

function nameCell(name: string): Html {
  return html`<span class="name">${name}</span>`
}

const UNDEFINED = html`<span class="muted">undefined</span>`

function given(value: number | undefined, write: (value: number) => HtmlPart): HtmlPart {
  return value === undefined ? UNDEFINED : write(value)
}

const gain = (value: number) => coloured(value, signedPercent(value))

type Key = 'cagr' | 'volatility' | 'sharpe' | 'maxDrawdown' | 'winRate'

const SHOWN: readonly {
  readonly key: Key
  readonly title: string
  readonly write: (value: number) => HtmlPart
}[] = [
  { key: 'cagr', title: 'CAGR', write: gain },
  { key: 'volatility', title: 'Volatility', write: value => percent(value) },
  { key: 'sharpe', title: 'Sharpe', write: value => number(value) },
  { key: 'maxDrawdown', title: 'Max drawdown', write: value => percent(value) },
  { key: 'winRate', title: 'Trades won', write: value => percent(value, 1) },
]

function performanceTable(members: Members, { statistics }: Analysis): Html {
  const statistic = ({ key, title, write }: (typeof SHOWN)[number]): TableColumn<MemberRow> => ({
    title,
    cell: row => given(row.statistics[key], write),
  })
  return html`${table<MemberRow>(
    'Result of each strategy',
    [
      { title: 'Strategy', cell: row => nameCell(row.name) },
      { title: 'Return', cell: row => given(row.return, gain) },
      {
        title: 'Contribution',
        cell: row => given(row.contribution, value => coloured(value, signed(value * 100))),
      },
      ...SHOWN.slice(0, 4).map(statistic),
      { title: 'Closed trades', cell: row => count(row.statistics.trades) },
      ...SHOWN.slice(4).map(statistic),
    ],
    rowsOf(members),
  )}${undefinedNotes(members, statistics).map(text => html`<p class="note">${text}</p>`)}`
}

/** Why figures of the table have no value: a sentence for each reason. */
function undefinedNotes(members: Members, statistics: Analysis['statistics']): readonly string[] {
  const rows = rowsOf(members)
  // Reason, then strategies, then what is missing of them.
  const notes = new Map<string, Map<string, string[]>>()
  for (const { key, title } of SHOWN) {
    const byReason = new Map<string, string[]>()
    for (const row of rows)
      if (row.statistics[key] === undefined) {
        const why = whyMissing(key, row, statistics)
        byReason.set(why, [...(byReason.get(why) ?? []), row.name])
      }
    for (const [why, names] of byReason) {
      const of = names.length === rows.length ? 'all' : names.join(', ')
      const titles = notes.get(why) ?? new Map<string, string[]>()
      notes.set(why, titles.set(of, [...(titles.get(of) ?? []), title]))
    }
  }
  return [...notes].map(([why, titles]) => {
    const what = [...titles].map(([of, missing]) => `${missing.join(', ')} of ${of}`)
    return `Undefined (${why}): ${what.join('; ')}.`
  })
}

function whyMissing(
  key: Key,
  { isSolvent, statistics: own }: MemberRow,
  run: Analysis['statistics'],
): string {
  if (!isSolvent && key !== 'winRate') return 'equity was not positive throughout'
  return whyUndefined(key, { ...run, best: own.best, trades: own.trades })
}

function moneyTable(members: Members, currency: string): Html {
  return html`${table<MemberRow>(
    'Money of each strategy',
    [
      { title: 'Strategy', cell: row => nameCell(row.name) },
      { title: 'Share', cell: row => percent(row.share, 1) },
      { title: `Start, ${currency}`, cell: row => number(row.startEquity) },
      { title: `End, ${currency}`, cell: row => number(row.endEquity) },
      { title: `Profit, ${currency}`, cell: row => coloured(row.profit, signed(row.profit)) },
      { title: 'Of the profit', cell: row => given(row.ofProfit, value => percent(value, 1)) },
      { title: `Fees, ${currency}`, cell: row => number(row.fees) },
    ],
    rowsOf(members),
  )}${
    members.whole.ofProfit === undefined &&
    html`<p class="note">Undefined: parts of the profit, as together they made none.</p>`
  }`
}

function fewReturns({ periods, daily }: Members): Html | undefined {
  if (periods >= FEW_RETURNS) return undefined
  return html`<p class="evidence"><strong>Few observations.</strong> ${
    periods === 0
      ? 'There is no return'
      : `There ${periods === 1 ? 'is' : 'are'} only ${counted(periods, daily ? 'daily return' : 'return')}`
  }, fewer than ${FEW_RETURNS}: growth per year, volatility, Sharpe and correlations are anecdotes.</p>`
}

function fewTrades({ rows }: Members): Html | undefined {
  const few = rows.filter(({ statistics }) => statistics.trades < FEW_TRADES)
  if (few.length === 0) return undefined
  const names = few.slice(0, MOST_CORRELATED).map(({ name, statistics }) => `${name} (${statistics.trades})`)
  return html`<p class="evidence"><strong>Little evidence.</strong> Fewer than ${FEW_TRADES} closed trades: ${names.join(', ')}${few.length > names.length && ' and others'}.</p>`
}

function correlationPart(result: RunResult, { benchmark }: Analysis, { periods, daily }: Members): Html {
  const shown = result.members!.slice(0, MOST_CORRELATED)
  const curves = [
    ...shown.map(({ name, equity }) => ({ name, equity })),
    ...(benchmark === undefined ? [] : [{ name: 'Benchmark', equity: benchmark.equity }]),
  ]
  const matrix = correlations(
    result.curve.time,
    curves.map(({ equity }) => equity),
  )
  const returns = daily ? 'daily returns' : 'returns per bar'
  const isMissing = matrix.some(row => row.includes(undefined))
  return html`<h3>Correlation of ${returns}, ${counted(periods, 'observation')}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Correlations"><table class="heat correlations">
<caption class="visually-hidden">Correlation of the ${returns} of each two strategies</caption>
<thead><tr><th scope="col"><span class="visually-hidden">Strategy</span></th>${curves.map(({ name }) => html`<th scope="col">${nameCell(name)}</th>`)}</tr></thead>
<tbody>${curves.map(
    (
      { name },
      n,
    ) => html`<tr><th scope="row">${nameCell(name)}</th>${matrix[n].map((value, m) => correlationCell(value, n === m))}</tr>
`,
  )}</tbody></table></div><p class="note">${
    periods >= FEW_RETURNS &&
    `By chance alone, two strategies with nothing in common would show between ${signed(-1.96 / Math.sqrt(periods))} and ${signed(1.96 / Math.sqrt(periods))} in 19 of 20 such samples. `
  }${
    isMissing &&
    'Undefined where returns do not vary, are fewer than two, or equity was not positive throughout. '
  }${shown.length < result.members!.length && `The first ${shown.length} of ${count(result.members!.length)} strategies are compared.`}</p>`
}

/** Amber where they move alike, green where one balances the other: neither gains nor losses. */
function correlationCell(value: number | undefined, self: boolean): Html {
  if (value === undefined) return html`<td class="muted">undefined</td>`
  const strength = self ? 0 : Math.round(Math.min(1, Math.abs(value)) * 45)
  return html`<td class="${self ? 'muted' : ''}" style="--tone:var(--${value < 0 ? 'third' : 'second'});--strength:${strength}%">${signed(value)}</td>`
}
