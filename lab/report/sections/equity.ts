/** Equity beside its benchmark, and the depth under the last peak. */
import type { RunResult } from '../../domain/run-result.ts'
import { equityFigure } from '../charts/equity.ts'
import { rolePalette } from '../charts/palette.ts'
import { html } from '../html.ts'
import { chart, type Section } from '../section.ts'
import type { Benchmark } from '../report-input.ts'

export function equitySection(result: RunResult, benchmark: Benchmark | undefined): Section {
  const figure = equityFigure(result, { palette: rolePalette, benchmark })
  const canLog = result.curve.equity.every(value => value > 0)
  return {
    id: 'equity',
    title: 'Equity and drawdown',
    short: 'Equity',
    lead:
      benchmark === undefined
        ? 'Account value after costs; below, the distance to the last peak. No benchmark was handed in.'
        : `Account value after costs; grey: ${benchmark.name}, same data, same money, without costs. Below, the distance to the last peak.`,
    tools: canLog
      ? html`<div class="tools"><div class="group" role="group" aria-label="Scale"><button type="button" data-for="equity" data-relayout='{"yaxis.type":"linear"}' aria-pressed="true">Linear</button><button type="button" data-for="equity" data-relayout='{"yaxis.type":"log"}' aria-pressed="false">Log</button></div></div>`
      : undefined,
    figures: { equity: figure },
    body: chart(
      {
        name: 'equity',
        label: 'Equity of strategy and benchmark over time, and their drawdowns below',
        size: 'tall',
      },
      figure.note,
    ),
  }
}
