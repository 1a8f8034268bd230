/**
 * The report's style sheet. System type, tabular numerals, one column; colours are the palettes of the
 * charts as custom properties, so that page and drawings change together. Dark follows the system unless the
 * reader chose; paper is always light.
 */
import { darkPalette, lightPalette, type Palette } from '../charts/palette.ts'

export function styleSheet(): string {
  return `
:root { color-scheme: light; ${properties(lightPalette)} --ground: #f6f7f8; --tint: #f2f4f7; --warn: #fff6e5; --warn-rule: #d99a2b; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { ${DARK} } }
:root[data-theme=dark] { ${DARK} }
${RULES}${PRINT}`
}

const DARK = `color-scheme: dark; ${properties(darkPalette)} --ground: #0e1114; --tint: #1b2027; --warn: #2a2113; --warn-rule: #b9842a;`

function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(([role, colour]) => `--${role.replace(/[A-Z]/g, sign => '-' + sign.toLowerCase())}: ${colour};`)
    .join(' ')
}

const RULES = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 56px; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5; font-size: 15px;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums lining-nums; }
.page { max-width: 1120px; margin: 0 auto; padding: 0 28px 64px; }
a { color: var(--strategy); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--strategy); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 12px; top: 12px; background: var(--paper); padding: 8px; z-index: 9; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button, select { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--rule); border-radius: 6px;
  padding: 4px 10px; min-height: 32px; cursor: pointer; }
button:hover, select:hover { border-color: var(--muted); }
button[aria-pressed=true] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
button:disabled { opacity: .45; cursor: default; }
.group { display: inline-flex; } .group button { border-radius: 0; margin-left: -1px; font-size: 13px; }
.group button:first-child { border-radius: 6px 0 0 6px; margin-left: 0; } .group button:last-child { border-radius: 0 6px 6px 0; }

header.top { padding: 28px 0 14px; display: flex; gap: 24px; justify-content: space-between; align-items: flex-start; }
.kicker { margin: 0 0 6px; font-size: 12px; letter-spacing: .09em; text-transform: uppercase; color: var(--muted); font-weight: 600; }
h1 { margin: 0; font-size: 32px; line-height: 1.15; letter-spacing: -.015em; font-weight: 650; overflow-wrap: anywhere; }
.what { margin: 8px 0 0; color: var(--muted); overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 19px; letter-spacing: -.005em; font-weight: 650; }
h3 { margin: 24px 0 8px; font-size: 14px; font-weight: 650; }

nav.contents { position: sticky; top: 0; z-index: 5; background: var(--ground); border-bottom: 1px solid var(--rule); margin: 0 -28px 24px; padding: 0 28px; overflow-x: auto; scrollbar-width: none; }
nav.contents::-webkit-scrollbar { display: none; }
nav.contents ul { display: flex; flex-wrap: wrap; gap: 0 15px; margin: 0; padding: 0; list-style: none; white-space: nowrap; }
nav.contents a { display: block; padding: 9px 0; font-size: 12.5px; color: var(--muted); text-decoration: none; }
nav.contents a:hover { color: var(--ink); }

section { background: var(--paper); border: 1px solid var(--rule); border-radius: 10px; padding: 22px 26px 24px; margin: 0 0 18px; min-width: 0; }
section > .lead { margin: 4px 0 14px; color: var(--muted); font-size: 14px; max-width: 76ch; }
.head { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; justify-content: space-between; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.note { margin: 8px 0 0; font-size: 13px; color: var(--muted); max-width: 90ch; }
.small { font-size: 13px; } .whole { white-space: nowrap; } .gain { color: var(--gain); } .loss { color: var(--loss); } .muted { color: var(--muted); }

.warnings { background: var(--warn); border-color: var(--warn-rule); border-left-width: 5px; }
.warnings ul { margin: 10px 0 0; padding: 0; list-style: none; display: grid; gap: 8px; }
.warnings code { font-size: 12px; margin-right: 8px; }
.claim { font-size: 19px; line-height: 1.5; margin: 0 0 20px; max-width: 84ch; letter-spacing: -.005em; overflow-wrap: anywhere; }
.claim strong { font-weight: 650; }
.tiles { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 1px; margin: 0; background: var(--rule); border: 1px solid var(--rule); border-radius: 8px; overflow: hidden; }
.tiles > div { background: var(--paper); padding: 14px 16px 13px; min-width: 0; }
.tiles dt { font-size: 13px; color: var(--muted); }
.tiles dd { margin: 0; }
.tiles .big { font-size: 25px; line-height: 1.3; letter-spacing: -.02em; font-weight: 600; }
.tiles .unit { font-size: .62em; letter-spacing: 0; color: var(--muted); }
.tiles .small { font-size: 12.5px; color: var(--muted); }
.tiles .undefined { font-size: 14px; letter-spacing: 0; font-weight: 400; line-height: 1.4; color: var(--muted); padding: 5px 0; }
.evidence { margin: 16px 0 0; padding: 10px 14px; background: var(--tint); border-left: 3px solid var(--muted); border-radius: 0 6px 6px 0; font-size: 14px; }

figure { margin: 0; min-width: 0; }
.chart [class^=rangeslider-mask] { fill: var(--ground) !important; fill-opacity: .72 !important; }
.chart { width: 100%; height: 340px; } .chart.tall { height: 560px; } .chart.low { height: 260px; }
.scroll { overflow-x: auto; -webkit-overflow-scrolling: touch; margin: 0 -4px; padding: 0 4px; position: relative; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
caption { text-align: left; font-size: 13px; color: var(--muted); padding: 0 0 8px; }
th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--rule); white-space: nowrap; font-weight: 400; }
thead th { color: var(--muted); font-size: 12.5px; border-bottom-color: var(--muted); vertical-align: bottom; }
th:first-child, td:first-child, .text { text-align: left; }
tbody tr:last-child > * { border-bottom: 0; }
td.wrap, th.wrap { white-space: normal; text-align: left; overflow-wrap: anywhere; }
.heat th:first-child { position: sticky; left: 0; background: var(--paper); }
.heat td { text-align: center; padding: 6px 4px; border: 2px solid var(--paper); min-width: 52px; border-radius: 6px; background: color-mix(in srgb, var(--tone, transparent) var(--strength, 0%), var(--paper)); }
.heat td.total { font-weight: 600; background: none; border-left: 12px solid var(--paper); }
.heat thead th { text-align: center; border: 0; }
.heat tbody th { border: 0; }
.sortable th { padding: 0; } .sortable th button { border: 0; background: none; padding: 6px 10px; min-height: 0; width: 100%; text-align: inherit; font-size: 12.5px; color: var(--muted); white-space: nowrap; }
.sortable th button:hover { color: var(--ink); }
.sortable th[aria-sort] button { color: var(--ink); font-weight: 600; }
.sortable th[aria-sort=ascending] button::after { content: " ↑"; } .sortable th[aria-sort=descending] button::after { content: " ↓"; }
.sortable th, .sortable td { padding-left: 7px; padding-right: 7px; } .sortable th button { padding: 6px 7px; } .sortable thead th { padding: 0; }
.sortable td button { padding: 0 7px; min-height: 24px; min-width: 34px; font-size: 12.5px; color: var(--strategy); }
@media screen { .sortable.dense :is(th button, td) { padding-left: 4.5px; padding-right: 4.5px; font-size: 12.5px; } }
.members th:first-child, .correlations th:first-child { position: sticky; left: 0; background: var(--paper); }
.name { display: inline-block; width: max-content; max-width: 15em; white-space: normal; overflow-wrap: anywhere; }
.members tbody tr:last-child > * { font-weight: 600; border-top: 1px solid var(--muted); }
.correlations { width: auto; } .correlations td { min-width: 76px; } .correlations .name { max-width: 9em; }
.pager { display: flex; gap: 10px; align-items: center; margin-top: 12px; font-size: 13.5px; color: var(--muted); flex-wrap: wrap; }
.columns { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 40px; }
.columns > * { min-width: 0; }
.statistics { display: block; columns: 2; column-gap: 40px; } .statistics > div { break-inside: avoid; padding-top: 1px; } .statistics h3 { margin-top: 20px; }
.statistics th { white-space: normal; min-width: 9em; } td.undefined { white-space: normal; color: var(--muted); font-size: 12.5px; }
.head + .scroll { margin-top: 10px; } .head + .claim { margin-top: 12px; }
dl.facts { display: grid; grid-template-columns: minmax(120px, 180px) minmax(0, 1fr); gap: 0; margin: 8px 0 0; font-size: 14px; }
dl.facts dt, dl.facts dd { padding: 7px 0; margin: 0; border-bottom: 1px solid var(--rule); }
dl.facts dt { color: var(--muted); padding-right: 16px; } dl.facts dd { overflow-wrap: anywhere; }
code, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .92em; overflow-wrap: anywhere; }
.log { max-height: 340px; overflow: auto; margin: 8px 0 0; padding: 12px 14px; background: var(--tint); border-radius: 6px; font: 12.5px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.log time { color: var(--muted); }

.print-only { display: none; }
footer { color: var(--muted); font-size: 13px; padding: 12px 2px; overflow-wrap: anywhere; }

@media screen and (max-width: 760px) {
  .page { padding: 0 14px 40px; } nav.contents { margin: 0 -14px 16px; padding: 0 14px; }
  nav.contents ul { flex-wrap: nowrap; gap: 20px; } nav.contents a { padding: 11px 0; font-size: 13px; } header.top { padding: 22px 0 14px; flex-direction: column; gap: 14px; } h1 { font-size: 26px; }
  section { padding: 18px 14px; border-radius: 8px; } .claim { font-size: 17px; } section > .lead { margin-top: 8px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); } .tiles > div { padding: 11px 12px; } .tiles .big { font-size: 21px; }
  .columns { grid-template-columns: minmax(0, 1fr); } .statistics { columns: 1; } .chart { height: 300px; } .chart.tall { height: 460px; } .chart.low { height: 220px; } .chart.pair { height: 560px; }
  .name, .correlations .name { max-width: 8em; }
  dl.facts { grid-template-columns: minmax(0, 1fr); } dl.facts dt { border: 0; padding-bottom: 0; } dl.facts dd { padding-top: 0; }
  button, select { min-height: 40px; } .sortable td button { min-height: 34px; }
}
`

const PRINT = `
@page { margin: 14mm 12mm; }
@media print {
  :root, :root[data-theme=dark], :root:not([data-theme=light]) { color-scheme: light; ${properties(lightPalette)} --ground: #fff; --tint: #f4f5f7; --warn: #fff; }
  body { font-size: 10.5pt; background: #fff; } .page { max-width: none; padding: 0; }
  nav.contents, .tools, .pager .group, .skip { display: none !important; }
  header.top { padding: 0 0 10pt; } section { border: 0; border-top: 1px solid var(--rule); border-radius: 0; padding: 12pt 0 6pt; margin: 0; }
  .warnings { border: 1px solid var(--warn-rule); border-left-width: 5px; padding: 8pt 10pt; }
  .head, h3, .lead { break-after: avoid; } .lead { break-inside: avoid; } section:has(> figure) { break-inside: avoid; }
  .tiles .big { font-size: 15pt; } .tiles .small { font-size: 8pt; } dl.facts { font-size: 9pt; grid-template-columns: 32% minmax(0, 1fr); }
  figure, tr, .heat, .tiles, dl.facts > * { break-inside: avoid; }
  .chart { height: 250px; overflow: hidden; } .chart.low { height: 200px; } .chart.tall { height: 380px; }
  .scroll { overflow: visible; } table { font-size: 8pt; } th, td { padding: 3pt 4pt; } .heat td { min-width: 0; }
  .sortable { font-size: 6.6pt; } .sortable th button { padding: 3pt 2pt; font-size: 6.6pt; } .sortable td { padding: 2pt; }
  .sortable td button { border: 0; padding: 0; min-width: 0; min-height: 0; color: inherit; font: inherit; }
  .log { max-height: 80mm; overflow: hidden; } .print-only { display: block; } .columns { grid-template-columns: 1fr 1fr; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`
