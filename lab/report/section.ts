/** What a section of the report hands to the page, and the pieces that several sections are built from. */
import type { Figure } from './charts/figure.ts'
import { type Html, type HtmlPart, html } from './html.ts'

export interface Section {
  /** Anchor, unique in the page. */
  readonly id: string
  readonly title: string
  /** Shorter title for the contents line; absent where the section is not listed there. */
  readonly short?: string
  /** One or two sentences: what is shown and how to read it. */
  readonly lead?: HtmlPart
  /** Buttons beside the title. */
  readonly tools?: Html
  readonly body: Html
  readonly className?: string
  /** Charts by the name that `chart` was given. */
  readonly figures?: Readonly<Record<string, Figure>>
}

export interface ChartPlace {
  /** Name of the figure. */
  readonly name: string
  /** What the chart shows, in words, for those who cannot see it. */
  readonly label: string
  /** `pair`: two panels, beside one another or, on a phone, one above the other. */
  readonly size?: 'tall' | 'low' | 'pair'
}

/** The place where the page draws a figure, with its note below. */
export function chart(place: ChartPlace, note?: string): Html {
  return html`<figure aria-label="${place.label}">
<div class="chart ${place.size ?? ''}" data-chart="${place.name}"></div>
${note !== undefined && html`<figcaption class="note">${note}</figcaption>`}
</figure>`
}

export interface TableColumn<Row> {
  readonly title: string
  readonly cell: (row: Row) => HtmlPart
  readonly text?: boolean
}

/** A plain table whose first column names the row. Wide tables scroll inside their own box. */
export function table<Row>(
  caption: string,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): Html {
  const [first, ...rest] = columns
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption class="visually-hidden">${caption}</caption>
<thead><tr>${columns.map(column => html`<th scope="col" class="${column.text ? 'text' : ''}">${column.title}</th>`)}</tr></thead>
<tbody>${rows.map(
    row => html`<tr><th scope="row">${first.cell(row)}</th>${rest.map(
      column => html`<td class="${column.text ? 'text' : ''}">${column.cell(row)}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`
}

/** A value in the colour of its sign. */
export function coloured(value: number, text: string): Html {
  return html`<span class="${value > 0 ? 'gain' : value < 0 ? 'loss' : ''}">${text}</span>`
}

export function facts(rows: readonly (readonly [string, HtmlPart])[]): Html {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

export function sectionHtml(section: Section): Html {
  return html`<section id="${section.id}" class="${section.className ?? ''}" aria-labelledby="${section.id}-title">
<div class="head"><h2 id="${section.id}-title">${section.title}</h2>${section.tools}</div>
${section.lead !== undefined && html`<p class="lead">${section.lead}</p>`}
${section.body}
</section>
`
}
