/**
 * Time zones. Those in which venues trade go by the project's own tables (zone-rules.ts). For any other zone, and
 * for years before those tables, this is the one place that asks the runtime's tables (through Intl), and only
 * while data come in: what a run reads is already UTC, so a newer time-zone table never changes a result.
 *
 * A local time has no instant in the hour skipped in spring and two in the hour repeated in autumn; `toUtc` says so
 * and never picks one by itself.
 */
import { GordonError } from '../../core/errors.ts'
import { DAY, type Micros, SECOND } from '../../core/time.ts'
import { civilOf, dayOf } from './civil.ts'
import { type OffsetSpan, ruleOf, spansByRule } from './zone-rules.ts'

export type LocalTime =
  | { readonly kind: 'unique'; readonly time: Micros }
  | { readonly kind: 'ambiguous'; readonly earlier: Micros; readonly later: Micros }
  | { readonly kind: 'skipped' }

export interface Zone {
  readonly name: string
  /** Local time minus UTC at an instant. */
  offsetAt(time: Micros): Micros
  /** `local` is the wall time written as if it were UTC. */
  toUtc(local: Micros): LocalTime
}

/**
 * The one instant at which a timer set to a wall time goes off: the first of two where clocks repeat the hour, the
 * first instant after the gap where they skip it.
 */
export function timerInstant(zone: Zone, local: Micros): Micros {
  const found = zone.toUtc(local)
  if (found.kind === 'unique') return found.time
  if (found.kind === 'ambiguous') return found.earlier
  // The clocks change between the two readings of the skipped time.
  const before = zone.offsetAt(local - DAY)
  let low = local - zone.offsetAt(local + DAY)
  let high = local - before
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (zone.offsetAt(middle) === before) low = middle
    else high = middle
  }
  return high
}

const zones = new Map<string, Zone>()

/** @throws GordonError UNKNOWN_TIMEZONE */
export function zoneNamed(name: string): Zone {
  let zone = zones.get(name)
  if (zone === undefined) zones.set(name, (zone = makeZone(name)))
  return zone
}

const FIXED = /^(?:UTC|Z|GMT|Etc\/UTC)$|^([+-])(\d{2}):?(\d{2})$/i

/** True for a fixed offset and for a zone of the project's own tables: its times never ask the runtime. */
export function isOwnZone(name: string): boolean {
  return FIXED.test(name) || ruleOf(name) !== undefined
}

function makeZone(name: string): Zone {
  const fixed = FIXED.exec(name)
  if (fixed !== null) {
    const minutes = fixed[1] === undefined ? 0 : Number(fixed[2]) * 60 + Number(fixed[3])
    const offset = (fixed[1] === '-' ? -minutes : minutes) * 60 * SECOND
    return { name, offsetAt: () => offset, toUtc: local => ({ kind: 'unique', time: local - offset }) }
  }
  const rule = ruleOf(name)
  let ask = rule === undefined ? offsetFromIntl(name) : undefined
  const years = new Map<number, OffsetSpan[]>()
  const spansOf = (year: number): OffsetSpan[] => {
    let spans = years.get(year)
    if (spans === undefined) {
      if (rule !== undefined && year >= rule.from) spans = spansByRule(rule, year)
      else spans = spansOfYear(year, (ask ??= offsetFromIntl(name)))
      years.set(year, spans)
    }
    return spans
  }
  const offsetAt = (time: Micros): Micros => {
    const spans = spansOf(civilOf(Math.floor(time / DAY)).year)
    let at = spans.length - 1
    while (at > 0 && spans[at].from > time) at--
    return spans[at].offset
  }
  return {
    name,
    offsetAt,
    toUtc(local) {
      // No zone is more than a day from UTC, so the offsets that can matter are those in force around it.
      const before = offsetAt(local - DAY)
      const after = offsetAt(local + DAY)
      const first = local - before
      const second = local - after
      const firstHolds = offsetAt(first) === before
      const secondHolds = offsetAt(second) === after
      if (before === after || (firstHolds && !secondHolds)) return { kind: 'unique', time: first }
      if (secondHolds && !firstHolds) return { kind: 'unique', time: second }
      if (!firstHolds) return { kind: 'skipped' }
      return { kind: 'ambiguous', earlier: Math.min(first, second), later: Math.max(first, second) }
    },
  }
}

/** The offsets in force during a UTC year, found by looking every five days and halving down to the second. */
function spansOfYear(year: number, ask: (time: Micros) => Micros): OffsetSpan[] {
  const start = dayOf(year, 1, 1) * DAY
  const end = dayOf(year + 1, 1, 1) * DAY
  const spans: OffsetSpan[] = [{ from: start, offset: ask(start) }]
  for (let from = start; from < end; ) {
    const to = Math.min(end, from + 5 * DAY)
    const offset = spans[spans.length - 1].offset
    if (ask(to - SECOND) !== offset) {
      let low = from
      let high = to - SECOND
      while (high - low > SECOND) {
        const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND
        if (ask(middle) === offset) low = middle
        else high = middle
      }
      spans.push({ from: high, offset: ask(high) })
      from = high
    } else from = to
  }
  return spans
}

function offsetFromIntl(name: string): (time: Micros) => Micros {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (cause) {
    throw new GordonError(
      'UNKNOWN_TIMEZONE',
      `no time zone is called ${JSON.stringify(name)}: give an IANA name such as America/New_York, or UTC`,
      { cause },
    )
  }
  return time => {
    const part: Record<string, string> = {}
    for (const { type, value } of format.formatToParts(new Date(time / 1000))) part[type] = value
    const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year)
    const day = dayOf(year, Number(part.month), Number(part.day))
    const seconds = Number(part.hour) * 3600 + Number(part.minute) * 60 + Number(part.second)
    return day * DAY + seconds * SECOND - Math.floor(time / SECOND) * SECOND
  }
}
