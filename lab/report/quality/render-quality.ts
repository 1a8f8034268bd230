/**
 * The quality of a dataset as one HTML file, in the frame of the run report: what was found by kind, which days are
 * there, where in time something lacks, and prices with what is doubted marked. Pure: the same findings give the
 * same bytes.
 */
import {
  type DatasetQuality,
  type Finding,
  measureOf,
  type QualityPolicy,
} from '../../catalog/quality/index.ts'
import type { Severity } from '../../catalog/quality/issue.ts'
import { isoTime } from '../../core/time.ts'
import { VERSION } from '../../core/version.ts'
import type { Figure } from '../charts/figure.ts'
import { count, counted, date } from '../format.ts'
import { type Html, type HtmlPart, html } from '../html.ts'
import { pageHtml } from '../page/page.ts'
import { chart, type Section, table } from '../section.ts'
import { coverageSection } from './coverage.ts'
import { doubtfulPrices, isDoubtOfPrice } from './doubtful-prices.ts'
import { findingsMap } from './findings-map.ts'
import { issueWords } from './issue-words.ts'
import type { StreamPicture } from './stream-picture.ts'

export interface QualityPage {
  readonly quality: DatasetQuality
  /** Of the same streams, in their order. */
  readonly pictures: readonly StreamPicture[]
  readonly policy?: QualityPolicy
  /** Files that are not what the manifest says. */
  readonly damage?: readonly string[]
}

const MOST_PLOTS = 8
const MOST_LISTED = 200

export function renderQuality(page: QualityPage): string {
  const { quality } = page
  const order = quality.streams
    .map((stream, at) => ({ stream, picture: page.pictures[at] }))
    .sort((a, b) => weight(b.stream.findings) - weight(a.stream.findings))
  const first = Math.min(...quality.streams.map(one => one.first))
  const last = Math.max(...quality.streams.map(one => one.last))
  const interval = quality.kind === 'bars' ? `${quality.interval} bars` : quality.kind
  const period = Number.isFinite(first) ? `${date(first)} to ${date(last)}` : 'no rows'
  return pageHtml({
    title: quality.dataset,
    kicker: 'Quality of data',
    what: [interval, counted(quality.streams.length, 'stream'), period, quality.snapshot].join(' · '),
    sections: [
      ...damageSection(page.damage ?? []),
      summarySection(page),
      ...kindsSection(page),
      coverageSection(order.map(({ picture }) => picture)),
      mapSection(order.map(({ stream }) => stream)),
      ...pricesSection(order),
      ...listSection(quality.findings),
    ],
    footer: html`Made by gordon ${VERSION}. What is looked for, how surely it is found and when that is wrong: <code>lab/catalog/quality/quality.md</code>.`,
  })
}

/** Streams with the gravest findings first. */
function weight(findings: readonly Finding[]): number {
  const of: Readonly<Record<Severity, number>> = { fatal: 1_000_000, suspect: 1000, note: 1 }
  return findings.reduce((sum, { severity }) => sum + of[severity], 0)
}

function damageSection(damage: readonly string[]): Section[] {
  if (damage.length === 0) return []
  return [
    {
      id: 'damage',
      title: 'Files are not what they were',
      short: 'Damage',
      className: 'warnings',
      body: html`<ul>${damage.map(line => html`<li>${line}</li>`)}</ul>`,
    },
  ]
}

function summarySection({ quality, policy }: QualityPage): Section {
  const { findings, rows, streams } = quality
  const of = (severity: Severity) => findings.filter(one => one.severity === severity)
  const refused = findings.filter(one => measureOf(one, policy) === 'refuse').length
  const sentence =
    findings.length === 0
      ? html`Nothing is wrong with ${counted(rows, 'row')} that any check could find.`
      : html`${counted(rows, 'row')} of ${counted(streams.length, 'stream')}: <strong>${refused === 0 ? 'nothing stands in the way' : counted(refused, 'place stands', 'places stand') + ' in the way'}</strong>, and ${findings.length - refused === 0 ? 'nothing else' : counted(findings.length - refused, 'place')} may be worth a look.`
  return {
    id: 'claim',
    title: 'The result',
    short: 'Result',
    body: html`<p class="claim">${sentence}</p><dl class="tiles">
${tile('Fatal', of('fatal'), 'cannot be used')}${tile('Suspect', of('suspect'), 'probably wrong')}${tile('Notes', of('note'), 'worth knowing')}
<div><dt>Rows</dt><dd class="big">${count(rows)}</dd><dd class="small">${counted(streams.length, 'stream')}</dd></div></dl>`,
  }
}

function tile(name: string, findings: readonly Finding[], words: string): Html {
  const codes = new Set(findings.map(({ code }) => code)).size
  return html`<div><dt>${name}</dt><dd class="big">${count(findings.length)}</dd><dd class="small">${
    findings.length === 0 ? words : `${counted(codes, 'kind')}, ${words}`
  }</dd></div>`
}

interface KindRow {
  readonly first: Finding
  readonly places: number
  readonly rows: number
  readonly streams: number
  readonly measure: HtmlPart
}

function kindsSection({ quality, policy }: QualityPage): Section[] {
  const byCode = new Map<string, Finding[]>()
  for (const finding of quality.findings) {
    const list = byCode.get(finding.code)
    if (list === undefined) byCode.set(finding.code, [finding])
    else list.push(finding)
  }
  if (byCode.size === 0) return []
  const rows = [...byCode.values()].map(
    (list): KindRow => ({
      first: list[0],
      places: list.length,
      rows: list.reduce((sum, one) => sum + one.count, 0),
      streams: new Set(list.map(({ place }) => place.instrument)).size,
      measure: measureOf(list[0], policy),
    }),
  )
  return [
    {
      id: 'kinds',
      title: 'What was found',
      short: 'Kinds',
      lead: 'By kind, the gravest first, each with what the dataset’s policy does about it.',
      body: table<KindRow>(
        'Kinds of findings',
        [
          { title: 'Kind', cell: ({ first }) => html`<code>${first.code}</code>` },
          { title: 'Severity', cell: ({ first }) => severityHtml(first.severity), text: true },
          { title: 'Places', cell: row => count(row.places) },
          { title: 'Streams', cell: row => count(row.streams) },
          { title: 'Policy', cell: row => row.measure, text: true },
          { title: 'What it is', cell: ({ first }) => issueWords(first.code), text: true },
        ],
        rows,
      ),
    },
  ]
}

function severityHtml(severity: Severity): Html {
  return html`<span class="${severity === 'fatal' ? 'loss' : severity === 'note' ? 'muted' : ''}">${severity}</span>`
}

function mapSection(streams: readonly DatasetQuality['streams'][number][]): Section {
  const map = findingsMap(streams)
  return {
    id: 'map',
    title: 'Holes and stretches',
    short: 'Holes',
    lead: 'What lacks, stands still, comes twice or goes by another clock, over all of the time there is.',
    body:
      map === undefined
        ? html`<p class="muted">There is no hole, no stale run and no shifted clock.</p>`
        : chart(
            {
              name: 'map',
              label: 'A line per stream, with holes and stretches marked',
              size: map.lines > 14 ? 'tall' : map.lines < 8 ? 'low' : undefined,
            },
            map.figure.note,
          ),
    ...(map === undefined ? {} : { figures: { map: map.figure } }),
  }
}

interface Plot {
  readonly stream: DatasetQuality['streams'][number]
  readonly picture: StreamPicture
}

function pricesSection(streams: readonly Plot[]): Section[] {
  const doubted = streams.filter(({ stream }) => stream.findings.some(isDoubtOfPrice))
  if (doubted.length === 0) return []
  const shown = doubted.slice(0, MOST_PLOTS)
  const figures: Record<string, Figure> = {}
  shown.forEach(({ stream, picture }, i) => {
    const { currency } = picture.stream.instrument
    figures[`doubt-${i}`] = doubtfulPrices(picture.line(), stream.findings.filter(isDoubtOfPrice), currency)
  })
  return [
    {
      id: 'prices',
      title: 'Doubtful prices',
      short: 'Prices',
      lead: 'Lows and highs of equal stretches, with what is doubted where it was found. Drag to look closer, double-click to come back.',
      body: html`${shown.map(
        ({ stream }, i) =>
          html`<h3>${stream.name}</h3>${chart({ name: `doubt-${i}`, label: `Price of ${stream.name} with doubtful prices marked` })}`,
      )}${doubted.length > shown.length && html`<p class="note">And ${counted(doubted.length - shown.length, 'stream')} more.</p>`}`,
      figures,
    },
  ]
}

function listSection(findings: readonly Finding[]): Section[] {
  if (findings.length === 0) return []
  const shown = findings.slice(0, MOST_LISTED)
  return [
    {
      id: 'list',
      title: 'Every place',
      short: 'Places',
      lead:
        shown.length < findings.length
          ? `The first ${count(shown.length)} of ${count(findings.length)}, the gravest first; gordon data check --json has all.`
          : 'The gravest first.',
      body: table<Finding>(
        'Findings',
        [
          { title: 'Stream', cell: ({ place }) => place.instrument },
          {
            title: 'From',
            cell: ({ place }) => (Number.isFinite(place.from) ? isoTime(place.from) : ''),
            text: true,
          },
          { title: 'Kind', cell: ({ code }) => html`<code>${code}</code>`, text: true },
          { title: 'Row', cell: ({ place }) => count(place.row) },
          { title: 'Count', cell: one => count(one.count) },
          {
            title: 'What',
            cell: ({ example }) =>
              html`<span style="display:block;white-space:normal;min-width:22em">${sentence(example)}</span>`,
            text: true,
          },
        ],
        shown,
      ),
    },
  ]
}

/** Without the stream and the time, which have columns of their own. */
function sentence(example: string): string {
  const at = example.indexOf(': ')
  return at < 0 ? example : example.slice(at + 2)
}
