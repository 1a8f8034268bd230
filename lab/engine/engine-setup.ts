/** What an engine is made of: the strategies with their accounts, the streams, the venue behind the port. */
import type { FeeModel } from '../costs/index.ts'
import type { AccountReports, ClockedVenue, Venue } from '../domain/ports/venue.ts'
import type { Tradable } from '../strategy/context.ts'
import type { BarWindow } from './bar-window.ts'
import type { Engine } from './engine.ts'
import type { MemberSetup } from './member.ts'
import type { Recorder } from './recorder.ts'
import type { StreamTerms } from './streams.ts'
import type { TickWindow } from './tick-window.ts'

/** What a venue is made with: whom it reports to and the windows it may look at. */
export interface VenueSeat {
  readonly reports: AccountReports
  /** How many strategies trade there. */
  readonly strategies: number
  /** Bars that fill orders, by handle; empty windows where an instrument has none. */
  readonly windows: readonly BarWindow[]
  readonly ticks: readonly TickWindow[]
  /** Where bars that do not say what came first are counted. */
  readonly ambiguousBars: Recorder['ambiguousBars']
}

/** An object and no function: one made for each run would have the loop compiled again for each. */
export interface Guard {
  check(engine: Engine, now: number): void
}

export interface EngineSetup {
  /** The strategies, in the order in which they decide at an instant. */
  readonly members: readonly MemberSetup[]
  readonly instruments: readonly Tradable[]
  /** In order of delivery (compareStreams). */
  readonly streams: readonly StreamTerms[]
  readonly accountKind: 'cash' | 'margin'
  readonly fees: FeeModel
  /** Decisions begin at this time; earlier events only warm up. */
  readonly from: number
  readonly strict: boolean
  readonly seed: number
  /** Pays or takes what a funding rate asks of positions; the mark price may be NaN. */
  readonly funding: (handle: number, rate: number, markPrice: number, now: number) => void
  /** Looks after margin once marks are known; may order liquidations. */
  readonly guard?: Guard
  /** At the first instant of decisions, before `onStart`. */
  readonly begin?: (now: number) => void
  readonly venue: (seat: VenueSeat) => { readonly venue: Venue; readonly clocked?: ClockedVenue }
}
