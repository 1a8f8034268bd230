/** Under which assumptions the figures hold, and what is needed to make the run again. */
import type { RunResult } from '../../domain/run-result.ts'
import { isoTime } from '../../core/time.ts'
import { counted, money, parameters, percent } from '../format.ts'
import { type HtmlPart, html } from '../html.ts'
import { facts, type Section } from '../section.ts'

const MARKET: Record<RunResult['assumptions']['marketFill'], string> = {
  nextOpen: 'Market orders decided at a close fill at the next open of the instrument.',
  last: 'Market orders fill at the close they were decided on. That price was no longer to be had: for comparison only.',
}
const LIMIT: Record<RunResult['assumptions']['limitFill'], string> = {
  through: 'Limit orders fill when the market trades through their price; a touch is not enough.',
  touch: 'Limit orders fill when the market touches their price, which assumes the front of the queue.',
}
const AMBIGUITY: Record<RunResult['assumptions']['ambiguity'], string> = {
  pessimistic: 'In a bar that reaches a stop and a target of one position, the stop comes first.',
  optimistic: 'In a bar that reaches a stop and a target of one position, the target comes first.',
}
const ADJUSTMENT = {
  raw: 'raw prices, as printed on the day',
  split: 'adjusted for splits',
  'total-return': 'total-return adjusted (splits and dividends); prices are not what was printed on the day',
}

export function assumptionsSection(result: RunResult): Section {
  const { assumptions, made } = result
  return {
    id: 'assumptions',
    title: 'Assumptions and provenance',
    short: 'Assumptions',
    lead: 'A backtest is only as good as these. Two runs with the same digest made the same decisions from the same inputs.',
    body: html`<div class="columns"><div><h3>How orders were worked</h3>${facts([
      ['Market orders', MARKET[assumptions.marketFill]],
      ['Limit orders', LIMIT[assumptions.limitFill]],
      ['Ambiguous bars', AMBIGUITY[assumptions.ambiguity]],
      ['Fees', assumptions.fees],
      ['Slippage', assumptions.slippage],
      ...told('Latency', assumptions.latency),
      ...told('Queues', assumptions.queue),
      [
        'Account',
        `${assumptions.account}${assumptions.leverage === undefined ? '' : `, leverage ${assumptions.leverage}`}, ${money(result.startEquity, result.currency)} at the start`,
      ],
      ...told('Margin', assumptions.margin),
      ...told('Other currencies', assumptions.currencies?.join('; ')),
      ...told('Interest', assumptions.financing),
      ...told('Borrowed shares', assumptions.borrow),
      ['Orders, fills', `${counted(result.orders.length, 'order')}, ${counted(result.fills.length, 'fill')}`],
    ])}</div><div><h3>What was run</h3>${facts([
      ...strategyRows(result),
      ['Seed', String(result.seed)],
      [
        'Period',
        result.curve.time.length === 0 ? 'no bars' : `${isoTime(result.from)} to ${isoTime(result.to)}`,
      ],
      [
        'Data',
        result.datasets.map(
          dataset =>
            html`<div data-dataset="${dataset.id}">${[dataset.id, dataset.interval, ADJUSTMENT[dataset.adjustment]].filter(part => part !== '').join(', ')}<br><code>${dataset.snapshot}</code></div>`,
        ),
      ],
      ['Made by', `gordon ${made.gordon}, node ${made.node}, ${made.arch}`],
    ])}</div></div>
<h3>Fingerprints (sha256)</h3>${facts([
      ['Code', html`<code>${result.codeHash}</code>`],
      ['Inputs', html`<code>${result.inputs}</code>`],
      ['Decisions', html`<code>${result.decisions}</code>`],
      ['Digest', html`<code>${result.digest}</code>`],
    ])}`,
  }
}

/** The strategy and its parameters; of several, each with its part of the money. */
function strategyRows(result: RunResult): (readonly [string, HtmlPart])[] {
  const file = (name: string | undefined) => name !== undefined && html`<br><code>${name}</code>`
  const { members } = result
  if (members === undefined)
    return [
      ['Strategy', html`${result.strategy}${file(result.strategyFile)}`],
      ['Parameters', html`<code>${parameters(result.params)}</code>`],
    ]
  return members.map(({ name, share, params, strategyFile }, place) => [
    place === 0 ? 'Strategies' : '',
    html`${name}, ${percent(share, 1)} of the money${file(strategyFile)}<br><code>${parameters(params)}</code>`,
  ])
}

/** A row of the list, where there is something to tell. */
function told(name: string, text: string | undefined): (readonly [string, string])[] {
  return text === undefined ? [] : [[name, `${text[0].toUpperCase()}${text.slice(1)}`]]
}
