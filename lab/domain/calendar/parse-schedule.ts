/** Reads a schedule as a strategy's author writes it, with one sentence for whatever is wrong. */
import { GordonError } from '../../core/errors.ts'
import { DAY, HOUR, type Micros, MINUTE, parseInterval, SECOND } from '../../core/time.ts'
import { SCHEDULE_DAYS, SESSION_DAYS, type Schedule } from './schedule.ts'
import { isOwnZone } from './zone.ts'
import { RULED_ZONES } from './zone-rules.ts'

const KEYS = {
  at: ['at', 'zone', 'days'],
  on: ['on', 'offset', 'days'],
  before: ['before', 'offset', 'days'],
  every: ['every', 'within', 'zone'],
} as const
type Kind = keyof typeof KEYS

const EXAMPLES =
  "{ at: '15:55' }, { on: 'open', offset: '5m' }, { before: 'close', offset: '10m' } or { every: '15m', within: 'session' }"

/**
 * @param name how the schedule is called in messages, `rebalance`
 * @throws GordonError BAD_SCHEDULE
 */
export function parseSchedule(description: unknown, name: string): Schedule {
  const given = recordOf(description, name)
  const kinds = (Object.keys(KEYS) as Kind[]).filter(kind => given[kind] !== undefined)
  if (kinds.length !== 1) {
    throw bad(
      name,
      `has ${kinds.length === 0 ? 'none' : kinds.join(' and ')} of at, on, before, every`,
      EXAMPLES,
    )
  }
  const kind = kinds[0]
  const allowed: readonly string[] = KEYS[kind]
  const strange = Object.keys(given).find(key => !allowed.includes(key))
  if (strange !== undefined) {
    throw bad(name, `has ${strange}, which means nothing beside ${kind}`, `only ${allowed.join(', ')}`)
  }
  const one = <T extends string>(key: string, choices: readonly T[], otherwise?: T): T => {
    const value = given[key] ?? otherwise
    if (choices.includes(value as T)) return value as T
    throw bad(name, `has ${key} ${JSON.stringify(value)}`, `one of ${choices.join(', ')}`)
  }
  const length = (key: string): Micros => {
    const value = given[key]
    const span = typeof value === 'string' ? parseInterval(value) : undefined
    if (span !== undefined && span <= DAY) return span
    throw bad(
      name,
      `has ${key} ${JSON.stringify(value)}`,
      "a length of up to a day such as '30s', '5m' or '1h'",
    )
  }
  switch (kind) {
    case 'at':
      return {
        kind: 'at',
        timeOfDay: timeOfDay(given.at, name),
        ...zoneOf(given.zone, name),
        days: one('days', SCHEDULE_DAYS, 'sessions'),
      }
    case 'on': {
      const shift = given.offset === undefined ? 0 : length('offset')
      return { kind: 'edge', edge: one('on', EDGES), shift, days: one('days', SESSION_DAYS, 'sessions') }
    }
    case 'before': {
      const edge = one('before', EDGES)
      return { kind: 'edge', edge, shift: -length('offset'), days: one('days', SESSION_DAYS, 'sessions') }
    }
    case 'every': {
      const within = one('within', ['session', 'day'] as const)
      if (within === 'session' && given.zone !== undefined) {
        throw bad(name, 'has a zone, which means nothing within a session', 'no zone')
      }
      return { kind: 'every', period: length('every'), within, ...zoneOf(given.zone, name) }
    }
  }
}

const EDGES = ['open', 'close'] as const
const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/

function timeOfDay(value: unknown, name: string): Micros {
  const match = typeof value === 'string' ? TIME_OF_DAY.exec(value) : null
  if (match === null)
    throw bad(name, `has at ${JSON.stringify(value)}`, "a time of day such as '15:55' or '09:30:05'")
  return Number(match[1]) * HOUR + Number(match[2]) * MINUTE + Number(match[3] ?? 0) * SECOND
}

/** Timers decide results, so that they take no zone from the runtime's tables. */
function zoneOf(value: unknown, name: string): { zone?: string } {
  if (value === undefined) return {}
  if (typeof value === 'string' && isOwnZone(value)) return { zone: value }
  throw bad(
    name,
    `has zone ${JSON.stringify(value)}`,
    `UTC, an offset such as +05:30, or one of ${RULED_ZONES.join(', ')}`,
  )
}

function recordOf(description: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof description === 'object' && description !== null && !Array.isArray(description)) {
    return description as Record<string, unknown>
  }
  throw bad(name, `is ${JSON.stringify(description) ?? String(description)}`, EXAMPLES)
}

function bad(name: string, trouble: string, mend: string): GordonError {
  return new GordonError('BAD_SCHEDULE', `schedule ${name} ${trouble}: give ${mend}`)
}
