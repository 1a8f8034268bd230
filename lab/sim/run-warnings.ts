/** What a finished run should make its reader doubt: orders that came to nothing, positions and money that could not have been. */
import { isoDate, isoTime, MINUTE } from '../core/time.ts'
import { CALENDAR_NAMES, calendarNamed, localDay } from '../domain/calendar/calendar.ts'
import type { EquityColumns, RunWarning } from '../domain/run-result.ts'
import type { Engine } from '../engine/engine.ts'

const DAY = 86_400_000_000
/** Longer than any market's holidays. */
const SILENT = 10 * DAY
/** Nothing may be traded in a session's last minutes. */
const QUIET = 10 * MINUTE

/** @param to where the run was to end, µs UTC; absent: with its data */
export function runWarnings(engine: Engine, curve: EquityColumns, to?: number): RunWarning[] {
  return [
    ...orderWarnings(engine),
    ...openWarnings(engine),
    ...ambiguityWarnings(engine),
    ...silentWarnings(engine, curve),
    ...survivorWarnings(engine, curve),
    ...brokenOffWarnings(engine, to),
    ...marginWarnings(engine),
    ...logWarnings(engine),
  ]
}

/** Refused, cut and unworked orders are told, by reason, with the first of each. */
function orderWarnings(engine: Engine): RunWarning[] {
  const counts = new Map<string, { count: number; first: number; text: string }>()
  for (const order of engine.recorder.orders.troubled()) {
    const kind =
      order.state === 'rejected'
        ? 'refused'
        : order.reason === 'insufficientCash'
          ? 'cut short'
          : order.reason === 'noMarket'
            ? 'cancelled'
            : undefined
    if (kind === undefined) continue
    const key = `${kind} ${order.reason}`
    const entry = counts.get(key)
    if (entry === undefined) counts.set(key, { count: 1, first: order.id, text: `${kind}: ${order.reason}` })
    else entry.count++
  }
  return [...counts.values()].map(entry => ({
    code: 'ORDERS_' + entry.text.split(':')[0].replace(' ', '_').toUpperCase(),
    text: `${entry.count} ${entry.count === 1 ? 'order was' : 'orders were'} ${entry.text} (first: order ${entry.first}).`,
  }))
}

/** Nothing ordered, nothing filled, or something that still works. */
function openWarnings(engine: Engine): RunWarning[] {
  const { orders, fills } = engine.recorder
  const warnings = silentMembers(engine)
  if (orders.count === 0) return warnings
  if (fills.length === 0)
    warnings.push({
      code: 'NO_FILLS',
      text: `${orders.count === 1 ? 'The only order was' : `None of the ${orders.count} orders was`}${orders.count === 1 ? ' not' : ''} filled: this run says nothing about the strategy.`,
    })
  const open = orders.working(undefined, undefined)
  if (open.length > 0)
    warnings.push({
      code: 'ORDERS_OPEN',
      text: `${open.length} ${open.length === 1 ? 'order' : 'orders'} still worked when the run ended (first: order ${open[0]}).`,
    })
  const untold = engine.clocked?.untoldFills ?? 0
  if (untold > 0)
    warnings.push({
      code: 'FILLS_UNTOLD',
      text: `${untold === 1 ? '1 fill was' : `${untold} fills were`} still on the way from the venue when the run ended: positions and equity are without ${untold === 1 ? 'it' : 'them'}.`,
    })
  return warnings
}

/** Strategies that sent no order. */
function silentMembers({ recorder, members }: Engine): RunWarning[] {
  const { orders } = recorder
  const sent = new Set<number>()
  if (orders.count > 0 && members.length === 1) return []
  for (let id = 1; id <= orders.count && sent.size < members.length; id++) sent.add(orders.strategyOf(id))
  return members
    .filter(({ place }) => !sent.has(place))
    .map(({ prefix }) => ({
      code: 'NO_ORDERS',
      text: `${prefix}The strategy sent no order: this run says nothing about it.`,
    }))
}

/** Bars that reached orders of which one would have ended the other. */
function ambiguityWarnings(engine: Engine): RunWarning[] {
  const { pessimistic, optimistic } = engine.recorder.ambiguousBars
  const guessed = pessimistic + optimistic
  if (guessed === 0) return []
  const kind =
    pessimistic > 0 ? 'pessimistically, stops before targets' : 'optimistically, targets before stops'
  const text = `${guessed} ${guessed === 1 ? 'bar' : 'bars'} reached orders that end each other without telling which came first: decided ${kind}; run with ambiguity both to see how much hangs on it, or on finer bars.`
  return [{ code: 'AMBIGUOUS_BARS', text }]
}

/** Instruments without bars, and positions that outlived theirs. */
function silentWarnings(engine: Engine, curve: EquityColumns): RunWarning[] {
  const from = curve.time[0]
  const to = curve.time[curve.time.length - 1]
  const absent: string[] = []
  const held: RunWarning[] = []
  engine.instruments.forEach(({ id }, handle) => {
    const last = engine.streams.lastEvent(handle)
    if (last < from) absent.push(id)
    if (engine.members.some(({ account }) => account.positionLots[handle] !== 0) && last < to - SILENT)
      held.push({
        code: 'HELD_WITHOUT_BARS',
        text: `${id} is still held though its last bar is of ${isoDate(last)}: nothing could be sold since, and it stands in the equity at that price.`,
      })
  })
  if (absent.length === 0) return held
  const names = absent.slice(0, 5).join(', ') + (absent.length > 5 ? ' …' : '')
  const text = `${absent.length} of ${engine.instruments.length} instruments ${absent.length === 1 ? 'has' : 'have'} no bar in the range (${names}).`
  return [{ code: 'NO_BARS', text }, ...held]
}

/** Shares that nobody chose by name, and years in which some of them should have gone. */
const MANY = 20
const LONG = 2 * 365 * DAY

/** Of many shares over years none ends before the data do: the delisted, whose losses are part of the past, are missing. */
function survivorWarnings({ instruments, streams }: Engine, curve: EquityColumns): RunWarning[] {
  const from = curve.time[0]
  const to = curve.time[curve.time.length - 1]
  const shares = instruments.filter(({ kind = 'spot', calendar }) => kind === 'spot' && calendar !== '24/7')
  if (shares.length < MANY || !(to - from >= LONG)) return []
  if (shares.some(({ handle }) => streams.lastEvent(handle) < to - SILENT)) return []
  const years = Math.floor((to - from) / (365.25 * DAY))
  return [
    {
      code: 'SURVIVORS_ONLY',
      text: `All ${shares.length} shares live to the end of the data, ${years} years on: whoever chose them knew who would; take a universe by date with its dead (lab/catalog/point-in-time.md).`,
    },
  ]
}

/** Feeds that end while their exchange is still open: the last orders had less of a market than they think. */
function brokenOffWarnings(engine: Engine, to = Number.POSITIVE_INFINITY): RunWarning[] {
  const broken: string[] = []
  let first = ''
  for (const { id, handle, calendar: name } of engine.instruments) {
    const last = engine.streams.lastEvent(handle)
    if (name === '24/7' || !CALENDAR_NAMES.includes(name) || !Number.isFinite(last)) continue
    const calendar = calendarNamed(name)
    const day = localDay(calendar.zone, last)
    const session = day < calendar.firstDay || day > calendar.lastDay ? undefined : calendar.session(day)
    if (session === undefined || last < session.open || last > session.close - QUIET) continue
    if (to < session.close) continue
    if (broken.push(id) === 1)
      first = `${isoTime(last)}, and its session goes on until ${isoTime(session.close)}`
  }
  if (broken.length === 0) return []
  const others = broken.length === 1 ? '' : ` (and ${broken.length - 1} more end so)`
  return [
    {
      code: 'ENDS_IN_SESSION',
      text: `The data of ${broken[0]} end at ${first}${others}: the last session is not whole.`,
    },
  ]
}

/** Where the broker stepped in, and where that came too late. */
function marginWarnings({ recorder, members }: Engine): RunWarning[] {
  const { times, orders, first } = recorder.liquidations
  const warnings: RunWarning[] = []
  if (times > 0)
    warnings.push({
      code: 'MARGIN_CALL',
      text: `Margin did not suffice ${times === 1 ? 'once' : `${times} times`} (first on ${isoDate(first)}): the venue cancelled all open orders${orders === 0 ? ', which was enough' : ` and closed positions by ${orders} ${orders === 1 ? 'order' : 'orders'} (tag liquidation)`}.`,
    })
  for (const { account, prefix } of members) {
    const owed = account.events.flows.filter(flow => flow.kind === 'bankruptcy')
    if (owed.length === 0) continue
    warnings.push({
      code: 'BANKRUPT',
      text: `${prefix}Equity fell below zero on ${isoDate(owed[0].time)}, to ${owed[0].amount.toFixed(2)} ${owed[0].currency}: the account owes what closing its positions did not bring, and what follows is no result.`,
    })
  }
  return warnings
}

function logWarnings(engine: Engine): RunWarning[] {
  const dropped = engine.recorder.logsDropped
  if (dropped === 0) return []
  return [{ code: 'LOGS_DROPPED', text: `${dropped} log lines beyond the first 10000 were not kept.` }]
}
