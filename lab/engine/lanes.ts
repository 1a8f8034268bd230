/**
 * Where one stream alone has events for a while, and one strategy trades: the same work as an instant of many, in the
 * same order, without looking at the others between two rows. Each returns how many of `limit` instants are left.
 */
import type { BarWindow } from './bar-window.ts'
import type { Engine } from './engine.ts'
import type { Member } from './member.ts'
import type { BarTerms } from './streams.ts'
import type { TickWindow } from './tick-window.ts'

/**
 * Bars of one stream until another event is due. The statements are those of `Engine.#instant`, in their order and to be
 * changed with them; all that stays the same from bar to bar is held in locals, which takes half the time.
 * paths.test.ts holds the two together.
 */
export function barLane(
  engine: Engine,
  member: Member,
  stream: number,
  window: BarWindow,
  until: number,
  limit: number,
): number {
  const { account, desk, callbacks, strategy, context } = member
  const { timers } = engine
  let horizon = until
  const { end, eventTime, receiveTime, close, foreign } = window
  const { mark } = account
  const terms = engine.streams.terms[stream] as BarTerms
  const { handle } = terms
  const curve = engine.recorder.curve
  const view = callbacks.views[window.slot]
  const from = engine.from
  const strict = engine.strict
  const clocked = engine.clocked !== undefined
  const executes = terms.executes === true
  const guard = engine.guard
  const derived = executes && curve.derived
  const hasOnBar = member.hasOnBar && terms.informs
  const hasOnInstant = member.hasOnInstant && terms.informs
  let left = limit
  for (; left > 0; left--) {
    const row = window.cursor + 1
    if (row >= end) break
    const now = receiveTime[row]
    if (now >= horizon || timers.next <= now) break
    // A venue with a clock of its own goes on before the next row.
    if (clocked === true && left < limit && desk.venueBusy === true) break
    const time = eventTime[row]
    const before = engine.eventClock
    engine.now = now
    window.cursor = row
    if (foreign === true) window.takeForeign()
    window.late = time <= before
    if (time > before) engine.eventClock = time
    if (desk.venueBusy === true && executes === true) engine.workBar(handle)
    if (!Number.isNaN(close[row])) mark[handle] = close[row]
    if (guard !== undefined) guard.check(engine, now)
    if (now < from) continue
    if (engine.starting === true) {
      engine.callStart()
      horizon = Math.min(horizon, engine.settlements.next)
    }
    if (desk.unsettled === true) desk.flush()
    if (hasOnBar === true) {
      window.shown = true
      if (engine.callback !== 'onBar') engine.callback = 'onBar'
      engine.callbackHandle = handle
      strategy.onBar!(strict === true ? callbacks.freshBar(window) : view, context)
      window.shown = false
      if (desk.unsettled === true) desk.flush()
    }
    if (hasOnInstant === true) callbacks.instant()
    if (derived === true) curve.length++
    else if (executes === true) {
      account.valuate()
      curve.add(account.equity, account.grossExposure, now)
    }
  }
  return left
}

/** Ticks of one stream until another event is due; each receive time is an instant. */
export function tickLane(
  engine: Engine,
  member: Member,
  window: TickWindow,
  until: number,
  limit: number,
): number {
  const { desk, callbacks, strategy, context } = member
  const { market, timers } = engine
  const clocked = engine.clocked
  const { end, receiveTime, eventTime, handle } = window
  // Numbers of arguments are only known to be numbers once they were reckoned with.
  let horizon = +until
  const isBook = window.kind === 'book'
  const isFunding = window.kind === 'funding'
  const from = engine.from
  const guard = engine.guard
  const hasOnBook = isBook && strategy.onBook !== undefined
  const hasOnTrade = window.kind === 'trades' && strategy.onTrade !== undefined && engine.strict === false
  const { hasOnInstant } = member
  const view = callbacks.books[handle]
  const tick = callbacks.tickViews[window.place]
  const { mark } = member.account
  // Within the lane marks move with this stream, and money and orders with what the strategy does: in between,
  // margin is as it was when it was last looked at.
  let unseen = true
  let seenMark = Number.NaN
  const most = limit | 0
  let left = most
  for (; left > 0; left--) {
    const row = window.cursor + 1
    if (row >= end) break
    const now = receiveTime[row]
    if (now >= horizon || timers.next <= now) break
    // Reports, and rows that must be read first, are for the loop outside.
    if (clocked !== undefined && left < most && desk.venueBusy === true && !(clocked.advance(now) > now))
      break
    engine.now = now
    if (isFunding === true) engine.pay(window, now)
    const alone = row + 1 === end || receiveTime[row + 1] !== now
    if (alone === true && (isBook === true || hasOnTrade === true)) {
      // takeTicks for the one row that an instant mostly is.
      const time = eventTime[row]
      if (time > engine.eventClock) engine.eventClock = time
      if (isBook === true) market.level(window, row, handle)
      else market.trade(window, row, handle)
      window.cursor = row
      if (isBook === true) market.settle(handle)
    } else engine.takeTicks(window, now)
    if (guard !== undefined && (unseen === true || mark[handle] !== seenMark)) {
      seenMark = mark[handle]
      unseen = false
      guard.check(engine, now)
    }
    if (now < from) continue
    if (engine.starting === true) {
      engine.callStart()
      horizon = Math.min(horizon, engine.settlements.next)
      unseen = true
    }
    if (desk.unsettled === true) {
      desk.flush()
      unseen = true
    }
    if (hasOnBook === true) {
      if (engine.callback !== 'onBook') engine.callback = 'onBook'
      engine.callbackHandle = handle
      strategy.onBook!(view, context)
    } else if (alone === true && hasOnTrade === true) {
      if (engine.callback !== 'onTrade') engine.callback = 'onTrade'
      engine.callbackHandle = handle
      window.shown = true
      strategy.onTrade!(tick, context)
      window.shown = false
    } else if (isBook === false) {
      unseen = true
      callbacks.ticks(window, row)
    }
    if (desk.unsettled === true) {
      desk.flush()
      unseen = true
    }
    if (hasOnInstant === true) {
      unseen = true
      callbacks.instant()
    }
  }
  return left
}
