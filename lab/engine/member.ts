/**
 * One strategy of a run: its callbacks, its money and limits, its desk. Members share the market, the clock and the
 * venue; each has an account of its own, so that none spends, sells or loses what is another's.
 */
import { Random } from '../core/random.ts'
import type { Account } from '../portfolio/account.ts'
import type { RiskEngine } from '../risk/risk-engine.ts'
import type { Tradable } from '../strategy/context.ts'
import type { StrategyCallbacks } from '../strategy/strategy.ts'
import { Callbacks, type CallbacksSetup } from './callbacks.ts'
import { CurveRecord } from './curve-record.ts'
import type { Engine } from './engine.ts'
import { EngineContext } from './engine-context.ts'
import { type DeskSetup, OrderDesk, type Standing } from './order-desk.ts'
import type { Universe } from './universe.ts'

/** A schedule of the strategy. */
export interface TimerSchedule {
  /** When it goes off next, strictly after a time; undefined when it ends. */
  readonly next: (after: number) => number | undefined
  /** What is called then. */
  readonly call: (callbacks: Callbacks, time: number) => void
}

export interface MemberSetup {
  readonly name: string
  readonly strategy: StrategyCallbacks
  readonly account: Account
  readonly risk: RiskEngine
  readonly universe: Universe
  /** Rows that `ctx.history` may reach. */
  readonly history: number
  readonly schedules: readonly TimerSchedule[]
}

/** What members share. */
export type Shared = Omit<DeskSetup, keyof MemberSetup | 'place' | 'standing'> &
  Omit<CallbacksSetup, keyof MemberSetup | 'desk' | 'standing'> & {
    readonly seed: number
    /** It is the only one of its run. */
    readonly alone: boolean
  }

export class Member {
  readonly place: number
  readonly name: string
  /** Before its log lines and plots; '' where it is alone. */
  readonly prefix: string
  readonly strategy: StrategyCallbacks
  readonly account: Account
  readonly risk: RiskEngine
  readonly universe: Universe
  readonly history: number
  readonly schedules: readonly TimerSchedule[]
  readonly instruments: readonly Tradable[]
  readonly random: Random
  readonly desk: OrderDesk
  readonly callbacks: Callbacks
  readonly context: EngineContext
  readonly hasOnBar: boolean
  readonly hasOnInstant: boolean
  /** Its equity, row by row of the run's curve; the run's own where it is alone. */
  readonly curve: CurveRecord

  constructor(engine: Engine, setup: MemberSetup, place: number, shared: Shared) {
    const { strategy, account } = setup
    this.place = place
    this.name = setup.name
    this.prefix = shared.alone ? '' : `${setup.name}: `
    this.strategy = strategy
    this.account = account
    this.risk = setup.risk
    this.universe = setup.universe
    this.history = setup.history
    this.schedules = setup.schedules
    this.instruments = shared.instruments
    this.random = Random.ofChoice(shared.seed, place)
    this.hasOnBar = strategy.onBar !== undefined
    this.hasOnInstant = strategy.onInstant !== undefined
    this.curve = shared.alone ? shared.recorder.curve : new CurveRecord()
    const standing = shared.alone ? engine : new MemberStanding(engine, place)
    this.desk = new OrderDesk({ ...shared, ...setup, place, standing })
    this.callbacks = new Callbacks({ ...shared, strategy, desk: this.desk, standing })
    this.context = new EngineContext(engine, this)
  }
}

/** Where a run stands, as one of several strategies sees it: what is being called is a callback of its own. */
class MemberStanding implements Standing {
  readonly #engine: Engine
  readonly #place: number

  constructor(engine: Engine, place: number) {
    this.#engine = engine
    this.#place = place
  }

  get now(): number {
    return this.#engine.now
  }
  get eventClock(): number {
    return this.#engine.eventClock
  }
  get callback(): string {
    return this.#engine.calling === this.#place ? this.#engine.callback : ''
  }
  set callback(name: string) {
    this.#engine.callback = name
    this.#engine.calling = this.#place
  }
  get callbackHandle(): number {
    return this.#engine.callbackHandle
  }
  set callbackHandle(handle: number) {
    this.#engine.callbackHandle = handle
  }
}
