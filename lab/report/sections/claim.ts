/**
 * The claim in one screen: what was run, when, with what money, what came out beside the benchmark, what it
 * felt like at its worst and what it cost. Where a figure does not exist the tile says why.
 */
import type { RunResult } from '../../domain/run-result.ts'
import type { Analysis, StatisticKey } from '../analysis.ts'
import { timeWriter } from '../resolution.ts'
import { coloured, type Section } from '../section.ts'
import { count, counted, date, duration, money, number, percent, signedPercent } from '../format.ts'
import { type Html, type HtmlPart, html } from '../html.ts'
import { statisticWords, times, whyUndefined } from '../statistic-words.ts'

/** Fewer closed trades than this tell little about the next ones. */
const FEW_TRADES = 30

export function claimSection(result: RunResult, analysis: Analysis): Section {
  return {
    id: 'claim',
    title: 'The result',
    short: 'Result',
    body: html`${sentence(result, analysis)}<dl class="tiles">${tiles(result, analysis)}</dl>${evidence(result)}${ruin(analysis)}`,
  }
}

function sentence(result: RunResult, { benchmark }: Analysis): Html {
  if (result.curve.time.length === 0)
    return html`<p class="claim">The run saw no bar, so there is nothing to report.</p>`
  const gained = result.startEquity > 0 ? result.endEquity / result.startEquity - 1 : undefined
  const held = benchmark?.statistics.totalReturn
  return html`<p class="claim">From ${date(result.from)} to ${date(result.to)},
<strong>${money(result.startEquity, result.currency)}</strong>${result.members !== undefined && ` in ${counted(result.members.length, 'strategy', 'strategies')}`} became <strong>${money(result.endEquity, result.currency)}</strong>${
    gained !== undefined && html`: <strong>${coloured(gained, signedPercent(gained))}</strong> after costs`
  }.${
    held !== undefined &&
    html` ${benchmark!.name.charAt(0).toUpperCase() + benchmark!.name.slice(1)}, made ${signedPercent(held)} without costs${gained !== undefined && `: ${ahead(held - gained)}`}.`
  }${result.openTrades.length > 0 && html` ${counted(result.openTrades.length, 'position is', 'positions are')} still open, valued at the last mark.`}</p>`
}

/** By how much the benchmark did better or worse, in points of return. */
function ahead(difference: number): string {
  const points = number(Math.abs(difference) * 100)
  return /^[0.]*$/.test(points) ? 'the same' : `${points} points ${difference > 0 ? 'more' : 'less'}`
}

function tiles(result: RunResult, analysis: Analysis): Html[] {
  const { statistics: own, benchmark } = analysis
  const costs = result.fees + result.slippageCost
  const [worst] = analysis.drawdowns
  const time = timeWriter(result)
  const tile = (key: StatisticKey, write: (value: number) => string, more?: HtmlPart, signs = false) =>
    statisticTile({ key, write, more, signs }, analysis)
  return [
    tile('totalReturn', signedPercent, undefined, true),
    tile('cagr', signedPercent, undefined, true),
    tile(
      'maxDrawdown',
      percent,
      worst !== undefined &&
        html`<span class="whole">${time(worst.peakTime)}</span> to <span class="whole">${time(worst.troughTime)}</span>, ${worst.recoveryTime === undefined ? 'not recovered' : `recovered after ${duration(worst.peakTime, worst.recoveryTime)}`}`,
    ),
    tile('sharpe', number, annualisation(own)),
    tile('volatility', percent),
    plainTile(
      'Costs',
      html`${number(costs, costs >= 100_000 ? 0 : 2)} <span class="unit">${result.currency}</span>`,
      html`fees ${paid(result.fees, result.assumptions.fees)}<br>slippage ${paid(result.slippageCost, result.assumptions.slippage)}${
        result.startEquity > 0 && html`<br>${percent(costs / result.startEquity)} of the money at the start`
      }`,
    ),
    plainTile(
      'Closed trades',
      count(result.trades.length),
      html`${own.winRate !== undefined && `${percent(own.winRate, 1)} won, `}profit factor ${
        own.profitFactor === undefined
          ? `undefined (${whyUndefined('profitFactor', own)})`
          : number(own.profitFactor)
      }${benchmark === undefined && html`<br>no benchmark was handed in`}`,
    ),
    tile(
      'exposure',
      percent,
      html`${own.averageGrossExposure !== undefined && html`gross exposure ${percent(own.averageGrossExposure, 0)} on average<br>`}${
        own.turnover !== undefined && `turnover ${times(own.turnover)} a year`
      }`,
    ),
  ]
}

/** An amount; of nothing paid, whether it is because nothing was assumed. */
function paid(amount: number, assumed: string): string {
  return amount === 0 && assumed === 'none'
    ? 'none assumed'
    : number(amount, Math.abs(amount) >= 100_000 ? 0 : 2)
}

function annualisation({ riskFreeRate, periodsPerYear }: Analysis['statistics']): string | undefined {
  if (periodsPerYear === undefined) return undefined
  const periods = number(periodsPerYear, Number.isInteger(periodsPerYear) ? 0 : 2)
  return `risk-free ${percent(riskFreeRate, riskFreeRate === 0 ? 0 : 2)}, ${periods} periods a year`
}

interface Tile {
  readonly key: StatisticKey
  readonly write: (value: number) => string
  readonly more: HtmlPart
  /** Coloured by its sign. */
  readonly signs: boolean
}

function statisticTile({ key, write, more, signs }: Tile, { statistics, benchmark }: Analysis): Html {
  const value = statistics[key]
  const other = benchmark?.statistics[key]
  const label = statisticWords.find(words => words.key === key)!.label
  const big =
    value === undefined
      ? html`<dd class="big undefined">undefined: ${whyUndefined(key, statistics)}</dd>`
      : html`<dd class="big">${signs ? coloured(value, write(value)) : write(value)}</dd>`
  return html`<div><dt>${label}</dt>${big}<dd class="small">${
    other !== undefined && html`benchmark ${write(other)}<br>`
  }${more}</dd></div>`
}

function plainTile(label: string, big: HtmlPart, small: HtmlPart): Html {
  return html`<div><dt>${label}</dt><dd class="big">${big}</dd><dd class="small">${small}</dd></div>`
}

function evidence(result: RunResult): Html | undefined {
  const closed = result.trades.length
  if (closed >= FEW_TRADES) return undefined
  return html`<p class="evidence"><strong>Little evidence.</strong> ${
    closed === 0 ? 'No trade was closed' : `Only ${counted(closed, 'trade was', 'trades were')} closed`
  }: too few to tell skill from luck (fewer than ${FEW_TRADES}). Figures about trades are anecdotes.</p>`
}

function ruin({ statistics }: Analysis): Html | undefined {
  if (statistics.statisticsNote === undefined) return undefined
  return html`<p class="evidence"><strong>Beware.</strong> ${statistics.statisticsNote}.</p>`
}
