/**
 * The claim in one screen: what was run, when, with what money, what came out beside the benchmark, what it
 * felt like at its worst and what it cost. Where a figure does not exist the tile says why.
 */
import type { RunResult } from '../../domain/run-result.ts'
import type { Analysis } from '../analysis.ts'
import { coloured, type Section } from '../section.ts'
import { count, counted, date, days, money, number, percent, signedPercent } from '../format.ts'
import { type Html, type HtmlPart, html } from '../html.ts'
import { whyUndefined } from '../statistic-words.ts'

/** Fewer closed trades than this tell little about the next ones. */
const FEW_TRADES = 30

export function claimSection(result: RunResult, analysis: Analysis): Section {
  return {
    id: 'claim',
    title: 'The result',
    short: 'Result',
    body: html`${sentence(result, analysis)}<dl class="tiles">${tiles(result, analysis)}</dl>${evidence(result)}`,
  }
}

function sentence(result: RunResult, { benchmark }: Analysis): Html {
  if (result.curve.time.length === 0)
    return html`<p class="claim">The run saw no bar, so there is nothing to report.</p>`
  const gained = result.startEquity > 0 ? result.endEquity / result.startEquity - 1 : undefined
  const held = benchmark?.statistics.totalReturn
  return html`<p class="claim">From ${date(result.from)} to ${date(result.to)},
<strong>${money(result.startEquity, result.currency)}</strong> became <strong>${money(result.endEquity, result.currency)}</strong>${
    gained !== undefined && html`: <strong>${coloured(gained, signedPercent(gained))}</strong> after costs`
  }${
    held !== undefined &&
    html`, against ${signedPercent(held)} for ${benchmark!.name.charAt(0).toLowerCase() + benchmark!.name.slice(1)}, without costs`
  }.${result.openTrades.length > 0 && html` ${counted(result.openTrades.length, 'position is', 'positions are')} still open, valued at the last mark.`}</p>`
}

function tiles(result: RunResult, analysis: Analysis): Html[] {
  const { statistics: own, benchmark } = analysis
  const other = benchmark?.statistics
  const beside = (value: number | undefined, write: (value: number) => string): string =>
    benchmark === undefined ? '' : `benchmark ${value === undefined ? 'undefined' : write(value)}`
  const costs = result.fees + result.slippageCost
  const [worst] = analysis.drawdowns
  return [
    tile(
      'Total return',
      'totalReturn',
      own.totalReturn,
      signedPercent,
      beside(other?.totalReturn, signedPercent),
      true,
    ),
    tile('Growth per year (CAGR)', 'cagr', own.cagr, signedPercent, beside(other?.cagr, signedPercent), true),
    tile('Maximum drawdown', 'maxDrawdown', own.maxDrawdown, percent, [
      beside(other?.maxDrawdown, value => percent(value)),
      worst !== undefined &&
        html`<br>${date(worst.peakTime)} to ${date(worst.troughTime)}, ${worst.recoveryTime === undefined ? 'not recovered' : `recovered after ${days(worst.peakTime, worst.recoveryTime)}`}`,
    ]),
    tile('Sharpe', 'sharpe', own.sharpe, number, [
      beside(other?.sharpe, number),
      html`<br>risk-free ${percent(analysis.riskFreeRate)}, ${number(analysis.periodsPerYear, Number.isInteger(analysis.periodsPerYear) ? 0 : 2)} periods a year`,
    ]),
    tile(
      'Volatility, annual',
      'volatility',
      own.volatility,
      percent,
      beside(other?.volatility, value => percent(value)),
    ),
    plainTile(
      'Costs',
      html`${number(costs, costs >= 100_000 ? 0 : 2)} <span class="unit">${result.currency}</span>`,
      [
        `fees ${money(result.fees, result.currency)}, slippage ${money(result.slippageCost, result.currency)}`,
        result.startEquity > 0 && html`<br>${percent(costs / result.startEquity)} of the money at the start`,
      ],
    ),
    plainTile('Closed trades', count(result.trades.length), [
      own.winRate !== undefined && `${percent(own.winRate, 1)} won`,
      own.winRate !== undefined && ', ',
      own.profitFactor === undefined
        ? `profit factor undefined (${whyUndefined('profitFactor')})`
        : `profit factor ${number(own.profitFactor)}`,
    ]),
    tile(
      'Exposure',
      'exposure',
      own.exposure,
      percent,
      own.turnover === undefined ? '' : `turnover ${percent(own.turnover, 0)} a year`,
    ),
  ]
}

function tile(
  label: string,
  key: string,
  value: number | undefined,
  write: (value: number) => string,
  small: HtmlPart,
  signs = false,
): Html {
  const big =
    value === undefined
      ? html`<dd class="big undefined">undefined: ${whyUndefined(key)}</dd>`
      : html`<dd class="big">${signs ? coloured(value, write(value)) : write(value)}</dd>`
  return html`<div><dt>${label}</dt>${big}<dd class="small">${small}</dd></div>`
}

function plainTile(label: string, big: HtmlPart, small: HtmlPart): Html {
  return html`<div><dt>${label}</dt><dd class="big">${big}</dd><dd class="small">${small}</dd></div>`
}

function evidence(result: RunResult): Html | undefined {
  const closed = result.trades.length
  if (closed >= FEW_TRADES) return undefined
  return html`<p class="evidence"><strong>Little evidence.</strong> ${
    closed === 0 ? 'No trade was closed' : `Only ${counted(closed, 'trade was', 'trades were')} closed`
  }: too few to tell skill from luck (fewer than ${FEW_TRADES}), so read every figure about trades as an anecdote.</p>`
}
