/**
 * The one loop. Events of one instant go in, commands come out; backtest, paper and live differ only in who
 * loads the windows and which venue stands behind the port.
 *
 * The order of statements in `#instant` is the proof that nothing sees the future:
 *   1  the clock moves
 *   2  the venue works older orders against the instant's bars, which began before it; fills reach the account
 *   3  what happens to holdings at this time: ex-dates, splits, funding; then ticks, books and marks are taken in;
 *      contracts expire, interest and margin calls fall due; indicators (filled row by row as bars are loaded) are
 *      read at the cursor, never beyond
 *   4  onFill and onOrder, onSession and onTimer, then per event in order of streams onBar, onTrade, …, then onInstant
 *   5  each callback's orders pass risk, reductions first, and go to the venue
 *   6  equity is recorded
 *
 * Where one stream alone has events for a while, a lane (lanes.ts) works them in the same order without looking at the
 * others between two rows.
 */
import { MINUTE } from '../core/time.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import type { ClockedVenue, Venue } from '../domain/ports/venue.ts'
import { type Holdings, JointAccount } from '../portfolio/joint-account.ts'
import type { Tradable } from '../strategy/context.ts'
import { Agenda } from './agenda.ts'
import type { BarWindow } from './bar-window.ts'
import { DeskSwitch } from './desk-switch.ts'
import type { EngineSetup } from './engine-setup.ts'
import { barLane, tickLane } from './lanes.ts'
import { Market } from './market.ts'
import { Member, type TimerSchedule } from './member.ts'
import type { Standing } from './order-desk.ts'
import { Recorder } from './recorder.ts'
import { StreamTable } from './stream-table.ts'
import type { BarTerms } from './streams.ts'
import type { TickWindow } from './tick-window.ts'

export class Engine implements Standing {
  readonly streams: StreamTable
  readonly market: Market
  readonly members: readonly Member[]
  /** All their money. */
  readonly holdings: Holdings
  readonly instruments: readonly Tradable[]
  readonly recorder = new Recorder()
  /** What happens at known times before the strategy is called, and what it asked to be called for. */
  readonly house = new Agenda()
  /** The same, for what comes after an instant's fills and marks: expiry, interest, a dividend's payment. */
  readonly settlements = new Agenda()
  readonly timers = new Agenda()
  /** Time of the present instant, µs UTC. */
  now = Number.NaN
  /** Latest market event known: what a bar must not have begun before to fill an order. */
  eventClock = Number.NEGATIVE_INFINITY
  /** Where the strategy is, for the sentence when it throws. */
  callback = ''
  callbackHandle = -1
  /** Whose callback it is: place of the member. */
  calling = 0
  /** Decisions begin at the next instant at or after `from`, with `onStart` or what else is to happen first. */
  starting = false
  readonly from: number
  readonly strict: boolean
  readonly guard: EngineSetup['guard']
  readonly clocked: ClockedVenue | undefined

  /** The one strategy of most runs. */
  readonly #alone: Member | undefined
  readonly #venue: Venue
  readonly #funding: EngineSetup['funding']
  readonly #begin: EngineSetup['begin']
  readonly #scheduled: boolean
  /** Per stream: its bar window or its window of ticks. */
  readonly #barOf: readonly (BarWindow | undefined)[]
  readonly #tickOf: readonly (TickWindow | undefined)[]
  /** Streams with an event in this instant, and the handles whose executing bars are among them. */
  readonly #active: Uint32Array
  readonly #worked: Uint32Array
  readonly #hasOnBar: boolean
  /** Every stream is of bars, informs and executes: streams are handles. */
  readonly #plain: boolean
  /** Some stream is of funding. */
  readonly #funded: boolean
  /** Equity is sampled at whole minutes: a run without bars. */
  readonly #sampled: boolean
  #nextSample = Number.NEGATIVE_INFINITY
  #sampledAt = Number.NEGATIVE_INFINITY
  /** First row of the instant, per active stream of ticks. */
  readonly #firstRows: Uint32Array
  /** Closes of the instant's bars, where streams are handles. */
  readonly #closes: Float64Array
  readonly #curve = this.recorder.curve

  constructor(setup: EngineSetup) {
    const { instruments, streams, members } = setup
    this.instruments = instruments
    this.#funding = setup.funding
    this.guard = setup.guard
    this.#begin = setup.begin
    this.strict = setup.strict
    this.from = setup.from
    const table = new StreamTable(
      members.map(one => one.strategy),
      instruments,
      streams,
      Math.max(...members.map(one => one.history)),
    )
    this.streams = table
    this.#barOf = table.barOf
    this.#tickOf = table.tickOf
    this.market = new Market(instruments, members[0].account.mark)
    for (const window of table.ticks) this.market.expect(window)
    this.#active = new Uint32Array(streams.length)
    this.#firstRows = new Uint32Array(streams.length)
    this.#closes = new Float64Array(streams.length)
    this.#plain = table.plain
    this.#worked = this.#plain ? this.#active : new Uint32Array(instruments.length)
    this.#sampled = !streams.some(one => one.kind === 'bars' && one.executes)
    this.#funded = streams.some(one => one.kind === 'funding')
    const alone = members.length === 1
    const shared = {
      ...setup,
      alone,
      recorder: this.recorder,
      executing: table.executing,
      windows: table.windows,
      handles: table.handles,
      ticks: table.ticks,
      market: this.market,
    }
    this.members = members.map((one, place) => new Member(this, one, place, shared))
    this.#alone = alone ? this.members[0] : undefined
    this.holdings = alone ? members[0].account : new JointAccount(members.map(one => one.account))
    this.#hasOnBar = this.members.some(one => one.hasOnBar)
    this.#scheduled = members.some(one => one.schedules.length > 0)
    const desks = this.members.map(one => one.desk)
    const { venue, clocked } = setup.venue({
      reports: alone ? desks[0] : new DeskSwitch(desks),
      strategies: desks.length,
      windows: table.executing,
      ticks: table.ticks,
      ambiguousBars: this.recorder.ambiguousBars,
    })
    this.#venue = venue
    this.clocked = clocked
    for (const { desk, callbacks, context } of this.members) {
      desk.open(venue, context)
      callbacks.open(context)
    }
  }

  /** Begins: `onStart` comes with the first instant of decisions, so that it has a time and known prices. */
  start(): void {
    this.starting =
      this.#scheduled ||
      this.#begin !== undefined ||
      this.members.some(one => one.strategy.onStart !== undefined)
  }

  /** Rows of the curve so far: instants of decisions, or minutes where no bars fill orders. */
  get instants(): number {
    return this.#curve.length
  }

  /** An instant of decisions has come. */
  get decided(): boolean {
    return this.#curve.length > 0 || (this.#sampled && this.now >= this.from)
  }

  /** Tells the strategies of a corporate action, before the instant's other callbacks. */
  tellAction(action: CorporateAction): void {
    // Before the first instant of decisions there is nobody to tell.
    if (this.now < this.from || this.starting || this.eventClock === Number.NEGATIVE_INFINITY) return
    for (const { callbacks } of this.members) callbacks.action(action)
  }

  /** Asks for a member's `onTimer`. */
  wakeAt(member: Member, time: number, name: string): void {
    this.timers.add(time, now => {
      if (now >= this.from) member.callbacks.timer(name)
    })
  }

  end(): void {
    this.holdings.valuate()
    if (this.#sampled && this.now >= this.from) {
      // The row of this minute tells how things stood before its events.
      if (this.now === this.#sampledAt) this.#takeBack()
      this.#record(this.now)
    }
    const ending = this.members.filter(one => one.strategy.onEnd !== undefined)
    if (ending.length === 0) return
    const { length } = this.#curve
    // What fills here, where market orders fill at once, belongs to the last instant: its row is written again.
    if (length > 0) this.#takeBack()
    try {
      for (const { callbacks } of ending) callbacks.end()
    } finally {
      this.holdings.valuate()
      if (length > 0) this.#record(this.now)
    }
  }

  /** The window of a stream of ticks, about to be loaded: the venue first takes what would leave it. */
  ticksOf(stream: number): TickWindow {
    if (!Number.isNaN(this.now)) this.clocked?.catchUp(this.now)
    return this.#tickOf[stream]!
  }

  /**
   * Works instants until a stream needs rows (it is returned), all have ended (−1), or `limit` instants are done
   * (−2).
   */
  run(limit: number): number {
    const { next, nextTimes, exhausted } = this.streams
    const { house, timers, settlements } = this
    const alone = this.#alone
    const active = this.#active
    const clocked = this.clocked
    for (let left = limit; left > 0; ) {
      if (exhausted.length > 0) return exhausted[exhausted.length - 1]
      const now = next.earliest
      if (now === Number.POSITIVE_INFINITY) return -1
      const wake = Math.min(house.next, timers.next, settlements.next)
      const until = wake < now ? wake : now
      if (clocked !== undefined && this.#venueBusy === true) {
        const due = clocked.advance(until)
        if (Number.isNaN(due)) return clocked.starved
        if (due <= until) {
          this.#reported(due)
          left--
          continue
        }
      }
      if (wake < now) {
        this.now = wake
        this.#instant(0)
        left--
        continue
      }
      const count = next.due(now, active)
      if (
        count === 1 &&
        wake > now &&
        alone !== undefined &&
        (this.starting === false || this.#scheduled === false)
      ) {
        const stream = active[0]
        next.set(stream, Number.POSITIVE_INFINITY)
        const others = next.earliest
        let horizon = wake < others ? wake : others
        const bars = this.#barOf[stream]
        if (bars === undefined && this.#sampled === true) {
          // Out here, as what a lane seldom does has V8 compile all of it again.
          if (now >= this.#nextSample) this.#sample(now)
          if (this.#nextSample < horizon) horizon = this.#nextSample
        }
        left =
          bars !== undefined
            ? barLane(this, alone, stream, bars, horizon, left)
            : tickLane(this, alone, this.#tickOf[stream]!, horizon, left)
        this.streams.moved(stream, 0)
        next.set(stream, nextTimes[0])
        continue
      }
      this.now = now
      this.#instant(count)
      if (this.#plain === false) for (let k = 0; k < count; k++) this.streams.moved(active[k], k)
      if (count === 1) next.set(active[0], nextTimes[0])
      else next.setAll(active, nextTimes, count)
      left--
    }
    return -2
  }

  /** Works one instant of bars that were pushed into the windows (paper and live), handles ascending. */
  runPushed(now: number, handles: readonly number[]): void {
    for (let k = 0; k < handles.length; k++) this.#active[k] = handles[k]
    this.now = now
    this.#instant(handles.length)
  }

  /** The events of `now` of the first `count` active streams, or none where only the clock moves. */
  #instant(count: number): void {
    const { now, members } = this
    const { mark } = members[0].account
    const active = this.#active
    const before = this.eventClock
    let worked = count
    let bars = count
    if (this.#plain === true) this.#advanceAll(count)
    else {
      worked = 0
      bars = 0
      for (let k = 0; k < count; k++) {
        const window = this.#barOf[active[k]]
        if (window === undefined) continue
        this.#advance(window, before)
        const { executes, informs, handle } = this.streams.terms[active[k]] as BarTerms
        if (executes) this.#worked[worked++] = handle
        if (informs) bars++
      }
      if (this.#sampled && now >= this.#nextSample) this.#sample(now)
    }
    // A timer is an event too: no bar that began before it fills what it orders.
    if (this.timers.next <= now && now > this.eventClock) this.eventClock = now
    // What a bar filled that closes now was before now, so that what happens to holdings comes after.
    if (this.#venueBusy === true && worked > 0) this.#workOrders(worked)
    // A bar without a close leaves the last known one.
    if (this.#plain === true) {
      for (let k = 0; k < count; k++) if (!Number.isNaN(this.#closes[k])) mark[active[k]] = this.#closes[k]
    } else
      for (let k = 0; k < count; k++) {
        const window = this.#barOf[active[k]]
        if (window === undefined) continue
        const close = window.close[window.cursor]
        if (!Number.isNaN(close)) mark[this.streams.terms[active[k]].handle] = close
      }
    if (this.house.next <= now) this.#keepHouse(this.house, now)
    let ticks = 0
    if (this.#plain === false) {
      if (this.#funded === true)
        for (let k = 0; k < count; k++) {
          const stream = this.#tickOf[active[k]]
          if (stream?.kind === 'funding') this.pay(stream, now)
        }
      for (let k = 0; k < count; k++) {
        const stream = this.#tickOf[active[k]]
        if (stream === undefined) continue
        this.#firstRows[k] = stream.cursor + 1
        this.takeTicks(stream, now)
        ticks++
      }
    }
    if (this.settlements.next <= now) this.#keepHouse(this.settlements, now)
    if (this.guard !== undefined) this.guard.check(this, now)
    if (now < this.from) {
      if (this.timers.next <= now) this.timers.run(now)
      return
    }
    if (count > 0 && this.starting === true) this.callStart()
    for (let m = 0; m < members.length; m++) {
      const { desk } = members[m]
      if (desk.unsettled === true) desk.flush()
    }
    if (this.timers.next <= now) this.timers.run(now)
    for (let m = 0; m < members.length; m++) this.#call(members[m], count, bars + ticks > 0)
    if (this.#sampled || worked === 0) return
    this.holdings.valuate()
    this.#record(now)
  }

  /** A member's callbacks for the events of an instant. @param informed some of them are for its eyes */
  #call(member: Member, count: number, informed: boolean): void {
    const { callbacks, hasOnBar } = member
    const active = this.#active
    // Bars that nobody is shown need no second look.
    for (let k = this.#plain && !hasOnBar ? count : 0; k < count; k++) {
      const window = this.#barOf[active[k]]
      if (window === undefined) callbacks.ticks(this.#tickOf[active[k]]!, this.#firstRows[k])
      else if (hasOnBar && (this.streams.terms[active[k]] as BarTerms).informs)
        callbacks.bar(window, this.streams.terms[active[k]].handle)
    }
    if (member.hasOnInstant === true && informed) callbacks.instant()
  }

  /** The venue may hold orders. */
  get #venueBusy(): boolean {
    if (this.#alone !== undefined) return this.#alone.desk.venueBusy
    return this.members.some(({ desk }) => desk.venueBusy)
  }

  /** A row of the curve, as of the last valuation. */
  #record(time: number): void {
    const { holdings, members } = this
    this.#curve.add(holdings.equity, holdings.grossExposure, time)
    if (this.#alone === undefined)
      for (const { curve, account } of members) curve.add(account.equity, account.grossExposure, time)
  }

  /** Takes the last row of the curve back, to be written again. */
  #takeBack(): void {
    this.#curve.length--
    if (this.#alone === undefined) for (const { curve } of this.members) curve.length--
  }

  /** Moves to the next bars where streams are handles; each window is looked at once, for what comes later too. */
  #advanceAll(count: number): void {
    const active = this.#active
    const barOf = this.#barOf
    const closes = this.#closes
    const { nextTimes } = this.streams
    const before = this.eventClock
    let clock = before
    for (let k = 0; k < count; k++) {
      const window = barOf[active[k]]!
      const row = ++window.cursor
      const time = window.eventTime[row]
      if (window.foreign === true) window.takeForeign()
      window.late = time <= before
      if (time > clock) clock = time
      closes[k] = window.close[row]
      if (row + 1 < window.end) nextTimes[k] = window.receiveTime[row + 1]
      else this.streams.moved(active[k], k)
    }
    this.eventClock = clock
  }

  /** Moves to the next bar. */
  #advance(window: BarWindow, before: number): void {
    const time = window.eventTime[++window.cursor]
    if (window.foreign === true) window.takeForeign()
    window.late = time <= before
    if (time > this.eventClock) this.eventClock = time
  }

  /** Runs what is due; what goes wrong there is not the strategy's doing. */
  #keepHouse(agenda: Agenda, now: number): void {
    this.callback = ''
    agenda.run(now)
  }

  /** Pays the funding of an instant, on the position as it is. */
  pay(window: TickWindow, now: number): void {
    this.callback = ''
    const { end, receiveTime, handle } = window
    for (let row = window.cursor + 1; row < end && receiveTime[row] === now; row++)
      this.#funding(handle, window.a[row], window.b[row], now)
  }

  /** Takes in all rows of an instant: books, quotes, last trades, marks. */
  takeTicks(window: TickWindow, now: number): void {
    const { end, eventTime, receiveTime, kind, handle } = window
    let row = window.cursor
    while (++row < end && receiveTime[row] === now) {
      const time = eventTime[row]
      if (time > this.eventClock) this.eventClock = time
      if (kind !== 'custom' && kind !== 'funding') this.market.take(window, row)
    }
    window.cursor = row - 1
    if (kind === 'book') this.market.settle(handle)
  }

  /** What the venue reported by `due` reaches the account, then the strategy. */
  #reported(due: number): void {
    this.now = due
    this.clocked!.report(due)
    for (const { desk } of this.members) desk.worked()
    for (const { desk } of this.members) if (desk.unsettled === true) desk.flush()
  }

  /** A row of the curve at the last whole minute, as things stood before this instant. */
  #sample(now: number): void {
    const minute = Math.floor(now / MINUTE) * MINUTE
    if (this.#nextSample !== Number.NEGATIVE_INFINITY && this.now >= this.from) {
      this.holdings.valuate()
      this.#record(minute)
      this.#sampledAt = minute
    }
    this.#nextSample = minute + MINUTE
  }

  /** The same as of an instant, for the one executing bar of a lane. */
  workBar(handle: number): void {
    this.#worked[0] = handle
    this.#workOrders(1)
  }

  /** Objects of orders that the venue has let go of serve again. */
  #workOrders(count: number): void {
    this.#venue.work(this.#worked, count, this.now)
    if (this.#alone !== undefined) this.#alone.desk.worked()
    else for (const { desk } of this.members) desk.worked()
  }

  callStart(): void {
    this.starting = false
    this.#begin?.(this.now)
    for (const member of this.members) {
      // What is due at this very instant goes off in it.
      for (const schedule of member.schedules) this.#arm(member, schedule, this.now - 1)
      member.callbacks.start()
    }
  }

  /** Puts the next firing of a schedule on the agenda, which puts the one after it there. */
  #arm(member: Member, schedule: TimerSchedule, after: number): void {
    const time = schedule.next(after)
    if (time === undefined) return
    this.timers.add(time, now => {
      this.#arm(member, schedule, now)
      if (now >= this.from) schedule.call(member.callbacks, now)
    })
  }
}
