/** The document around the sections: head, contents, data, scripts. One file, nothing fetched. */
import { darkPalette, lightPalette } from '../charts/palette.ts'
import type { Figure } from '../charts/figure.ts'
import { Html, html, scriptJson } from '../html.ts'
import { type Section, sectionHtml } from '../section.ts'
import type { TradeData } from '../sections/trade-table.ts'
import { chartScript } from './chart-script.ts'
import { packed } from './pack.ts'
import { plotlySource } from './plotly.ts'
import { styleSheet } from './style.ts'
import { tradeScript } from './trade-script.ts'

export interface Page {
  readonly title: string
  /** The line above the title. */
  readonly kicker: string
  /** The line below it. */
  readonly what: string
  readonly sections: readonly Section[]
  readonly candles?: { readonly instruments: readonly string[]; readonly figures: readonly Figure[] }
  readonly trades?: TradeData
  readonly footer: Html
}

/** Nothing may load or send anything, whatever a text inside says. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"

export function pageHtml(page: Page): string {
  const figures = Object.assign({}, ...page.sections.map(section => section.figures ?? {}))
  const data = {
    palettes: { light: lightPalette, dark: darkPalette },
    figures: packed(withoutNotes(figures)),
    candles: packed(page.candles?.figures ?? []),
    candleInstruments: page.candles?.instruments ?? [],
    trades: page.trades ?? null,
  }
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="gordon">
<link rel="icon" href="data:,">
<title>${page.title}</title>
<style>${new Html(styleSheet())}</style>
</head>
<body>
<a class="skip" href="#claim">Skip to the result</a>
<div class="page">
<header class="top"><div><p class="kicker">${page.kicker}</p><h1>${page.title}</h1><p class="what">${page.what}</p></div>
<div class="tools"><div class="group" role="group" aria-label="Colours">
<button type="button" data-set-theme="auto" aria-pressed="true">Auto</button><button type="button" data-set-theme="light" aria-pressed="false">Light</button><button type="button" data-set-theme="dark" aria-pressed="false">Dark</button>
</div></div></header>
<nav class="contents" aria-label="Contents"><ul>${page.sections
    .filter(section => section.short !== undefined)
    .map(section => html`<li><a href="#${section.id}">${section.short}</a></li>`)}</ul></nav>
<main>
${page.sections.map(section => new Html(sectionHtml(section).text))}
</main>
<footer>${page.footer}</footer>
</div>
<script type="application/json" id="gordon-data">${scriptJson(data)}</script>
<script>${new Html(plotlySource())}</script>
<script>${new Html(`'use strict';(() => {${chartScript}${tradeScript}startTrades();start()})()`)}</script>
</body>
</html>
`.text
}

function withoutNotes(figures: Readonly<Record<string, Figure>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, { data, layout }]) => [name, { data, layout }]),
  )
}
