/**
 * A strip per stream and year, a day a column: whole, in part, or without a row where the calendar has a session.
 * Vector drawings in the page itself, a path per colour, so that a hundred streams of twenty years still open.
 */
import type { CheckedStream } from '../../catalog/quality/index.ts'
import { DAY } from '../../core/time.ts'
import { civilOf, type Day, dayOf, dayText } from '../../domain/calendar/civil.ts'
import { openTime } from '../../catalog/quality/trading-hours.ts'
import { count, counted, percent } from '../format.ts'
import { Html, html } from '../html.ts'
import type { Section } from '../section.ts'
import type { StreamPicture } from './stream-picture.ts'

/** Below this part of its bars a day is not whole. */
const WHOLE = 0.95
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HEIGHT = 20
/** So many make no strip. */
const FEW_DAYS = 14

interface YearOfDays {
  readonly year: number
  readonly whole: readonly number[]
  readonly part: readonly number[]
  readonly missing: readonly number[]
  /** Days without a session that have rows. */
  readonly extra: readonly number[]
}

/** @param most streams that are drawn; the others are counted */
export function coverageSection(pictures: readonly StreamPicture[], most = 12): Section {
  const drawn = pictures.slice(0, most)
  const more = pictures.length - drawn.length
  return {
    id: 'coverage',
    title: 'Coverage',
    short: 'Coverage',
    lead: 'A strip for each year, a column for each day of it, from the first row to the last; two weeks and less in words.',
    tools: legend(),
    body: html`${drawn.map(streamHtml)}${more > 0 && html`<p class="note">And ${counted(more, 'stream')} more, with fewer findings than these.</p>`}`,
  }
}

function legend(): Html {
  const key = (colour: string, words: string) =>
    html`<span class="small muted" style="white-space:nowrap"><svg width="11" height="11" viewBox="0 0 1 1" aria-hidden="true" style="vertical-align:-1px"><path d="M0 0h1v1h-1z" style="fill:var(--${colour})"/></svg> ${words}</span>`
  return html`<div class="tools">${key('strategy', 'whole')}${key('second', 'in part')}${key('loss', 'no row')}${key('third', 'rows, no session')}${key('rule', 'closed')}</div>`
}

function streamHtml(picture: StreamPicture): Html {
  const years = yearsOf(picture)
  const of = (kind: 'whole' | 'part' | 'missing') => years.reduce((sum, year) => sum + year[kind].length, 0)
  const sessions = of('whole') + of('part') + of('missing')
  const { instrument, name } = picture.stream
  const title = `${instrument.venue}:${instrument.symbol}${name === undefined ? '' : ` ${name}`}`
  const part =
    sessions === 0
      ? ''
      : `rows in ${count(sessions - of('missing'))} of ${counted(sessions, 'session')} (${percent(1 - of('missing') / sessions)})`
  const inPart = of('part') > 0 && `, ${count(of('part'))} of them in part`
  const heading = html`<h3>${title} <span class="muted small">${part}${inPart}</span></h3>`
  const { size } = picture.days
  if (size <= FEW_DAYS) {
    const days = [...picture.days.keys()].sort((a, b) => a - b).map(dayText)
    return html`${heading}<p class="small muted" style="margin:0">${days.length === 0 ? 'No row.' : `Rows on ${days.join(', ')}.`}</p>`
  }
  return html`${heading}
<div style="display:grid;grid-template-columns:3.2em minmax(0,1fr);gap:3px 6px;align-items:center">
${years.map(yearHtml)}
<span></span><div class="muted" aria-hidden="true" style="display:grid;grid-template-columns:repeat(12,minmax(0,1fr));font-size:clamp(8px,2.2vw,11px);line-height:1.2">${MONTHS.map(month => html`<span style="overflow:hidden">${month}</span>`)}</div>
</div>`
}

function yearHtml({ year, whole, part, missing, extra }: YearOfDays): Html {
  const label = `${year}: ${whole.length} sessions whole, ${part.length} in part, ${missing.length} without a row`
  return html`<span class="small muted">${String(year)}</span><svg role="img" aria-label="${label}" viewBox="0 0 366 ${HEIGHT}" preserveAspectRatio="none" style="width:100%;height:${HEIGHT}px;display:block;border-radius:3px">
<title>${label}</title><path d="M0 0h366v${HEIGHT}h-366z" style="fill:var(--rule)"/>
${columns(whole, 1, 'strategy', 0.72)}${columns(part, 1.3, 'second', 1)}${columns(extra, 1.3, 'third', 1)}${columns(missing, 2, 'loss', 1)}</svg>`
}

/** Days side by side are one piece. @param width of the last day: what is rare is drawn wider than it is */
function columns(days: readonly number[], width: number, colour: string, opacity: number): Html | false {
  if (days.length === 0) return false
  let path = ''
  for (let i = 0; i < days.length; ) {
    let to = i
    while (to + 1 < days.length && days[to + 1] === days[to] + 1) to++
    const wide = days[to] - days[i] + width
    path += `M${days[i]} 0h${wide}v${HEIGHT}h-${wide}z`
    i = to + 1
  }
  return new Html(`<path d="${path}" style="fill:var(--${colour});fill-opacity:${opacity}"/>`)
}

/** The days of each year, counted from 0. */
function yearsOf({ stream, days }: StreamPicture): YearOfDays[] {
  if (days.size === 0) return []
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const day of days.keys()) {
    first = Math.min(first, day)
    last = Math.max(last, day)
  }
  const years: YearOfDays[] = []
  for (let year = civilOf(first).year; year <= civilOf(last).year; year++) {
    const start = dayOf(year, 1, 1)
    const found = {
      year,
      whole: [] as number[],
      part: [] as number[],
      missing: [] as number[],
      extra: [] as number[],
    }
    for (let day = Math.max(first, start); day <= Math.min(last, dayOf(year, 12, 31)); day++) {
      const kind = kindOf(stream, day, days.get(day) ?? 0, day === first || day === last)
      if (kind !== undefined) found[kind].push(day - start)
    }
    years.push(found)
  }
  return years
}

/** @param isEdge the first or last day, which nobody promised whole */
function kindOf(
  stream: CheckedStream,
  day: Day,
  rows: number,
  isEdge: boolean,
): 'whole' | 'part' | 'missing' | 'extra' | undefined {
  const { calendar, kind, interval } = stream
  const isKnown = day >= calendar.firstDay && day <= calendar.lastDay
  const session = isKnown ? calendar.session(day) : undefined
  if (session === undefined) return rows === 0 ? undefined : isKnown ? 'extra' : 'whole'
  // News and rates come when they like.
  if (rows === 0) return kind === 'custom' || kind === 'funding' ? undefined : 'missing'
  if (kind !== 'bars' || interval === undefined || interval >= DAY || isEdge) return 'whole'
  const expected = Math.floor(openTime(session, session.open, session.close) / interval)
  return rows >= WHOLE * expected ? 'whole' : 'part'
}
