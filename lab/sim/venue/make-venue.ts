/** The venue of a run: one for instruments with ticks, one for those with bars alone, and a switch where a run has both. */
import { parseInterval } from '../../core/time.ts'
import { GordonError } from '../../core/errors.ts'
import { type FeeModel, FillMarket, type SlippageModel } from '../../costs/index.ts'
import type { Calendar } from '../../domain/calendar/calendar.ts'
import type { ClockedVenue, OrderChange, Venue, VenueReports } from '../../domain/ports/venue.ts'
import type { Reason } from '../../domain/order.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { VenueSeat } from '../../engine/engine-setup.ts'
import type { StreamTerms, TickTerms } from '../../engine/streams.ts'
import type { Tradable } from '../../strategy/context.ts'
import type { ResolvedSettings } from '../settings.ts'
import { barSpan } from './bar-span.ts'
import { BarVenue } from './bar-venue.ts'
import { Contingencies } from './contingencies.ts'
import { InFlight } from './in-flight.ts'
import { ReportLine } from './report-line.ts'
import { AtAccount } from './standing.ts'
import { TickMarket } from './tick-market.ts'
import { TickVenue } from './tick-venue.ts'

export interface VenueTerms {
  readonly settings: ResolvedSettings
  readonly instruments: readonly Tradable[]
  readonly streams: readonly StreamTerms[]
  /** Of the session, for what fills on their way back have cost. */
  readonly fees: FeeModel
  readonly calendar: (name: string) => Calendar
}

export function makeVenue(seat: VenueSeat, terms: VenueTerms): { venue: Venue; clocked?: ClockedVenue } {
  let clocked: ClockedVenue | undefined
  const { instruments, fees, settings } = terms
  const inFlight = new InFlight({
    account: seat.reports,
    strategies: seat.strategies,
    instruments,
    fees,
    cash: settings.account === 'cash',
  })
  const ticking = new Set(
    terms.streams.filter(stream => stream.kind !== 'bars' && stream.executes).map(stream => stream.handle),
  )
  const account = ticking.size > 0 ? inFlight : seat.reports
  const making = (reports: VenueReports): Venue => {
    const made = makeMarkets(seat, reports, inFlight, ticking, terms)
    clocked = made.clocked
    return made.venue
  }
  const venue = new Contingencies(account, making, new AtAccount(account, ticking))
  return { venue, clocked }
}

function makeMarkets(
  seat: VenueSeat,
  reports: VenueReports,
  inFlight: InFlight,
  ticking: ReadonlySet<number>,
  { settings, instruments, streams, calendar }: VenueTerms,
): { venue: Venue; clocked?: ClockedVenue } {
  const slippage = settings.slippage.session(instruments)
  const latency = settings.latency.session(settings.seed)
  const intervals = seat.windows.map(window => parseInterval(window.interval) ?? Number.POSITIVE_INFINITY)
  const bars = (): Venue =>
    new BarVenue({
      instruments,
      windows: seat.windows,
      reports,
      slippage,
      marketFill: settings.marketFill,
      limitFill: settings.limitFill,
      barSpan: instruments.map((instrument, handle) => barSpan(instrument, seat.windows[handle].interval)),
      latencyBars:
        latency.description === 'none'
          ? undefined
          : handle => Math.floor(latency.order(0) / intervals[handle]),
      ambiguity: settings.ambiguity,
      ambiguousBars: seat.ambiguousBars,
    })
  if (ticking.size === 0) return { venue: bars() }
  refuseOnTicks(slippage, instruments[ticking.values().next().value!])

  let markets: readonly (TickMarket | undefined)[] = []
  const line = new ReportLine({
    reports,
    account: seat.reports,
    inFlight,
    latency: handle => latency.report(markets[handle]!.feed),
  })
  const market = new FillMarket()
  const clocked = new TickVenue({
    line,
    latency,
    reports,
    markets: inside =>
      (markets = instruments.map((instrument, handle) =>
        !ticking.has(handle)
          ? undefined
          : new TickMarket({
              instrument,
              windows: seat.ticks.filter(
                ({ handle: of, stream }) => of === handle && (streams[stream] as TickTerms).executes,
              ),
              queue: settings.queue,
              reports: inside,
              partialFills: settings.partialFills,
              consume: settings.partialFills,
              limitFill: settings.limitFill,
              calendar: calendar(instrument.calendar),
              position: order => inFlight.positionLots(order),
              slipped: (price, sign, lots) => {
                market.handle = handle
                return slippage.price(price, sign, lots, market)
              },
            }),
      )),
  })
  if (ticking.size === instruments.length) return { venue: clocked, clocked }
  return { venue: new SwitchVenue(bars(), clocked, ticking), clocked }
}

/** A book shows what taking costs, and trades alone show no volume of a bar to take a share of. */
function refuseOnTicks(slippage: SlippageModel, instrument: Tradable): void {
  if (!slippage.readsMarket && !slippage.caps) return
  throw new GordonError(
    'SLIPPAGE_ON_TICKS',
    `Slippage "${slippage.description}" reads a bar's volume or spread, and orders of ${instrument.id} fill on ticks; set slippage in bps, or none.`,
  )
}

/** Sends each order to the venue where its instrument trades. */
class SwitchVenue implements Venue {
  readonly #bars: Venue
  readonly #clocked: ClockedVenue
  readonly #ticking: ReadonlySet<number>

  constructor(bars: Venue, clocked: ClockedVenue, ticking: ReadonlySet<number>) {
    this.#bars = bars
    this.#clocked = clocked
    this.#ticking = ticking
  }

  get idle(): boolean {
    return this.#bars.idle && this.#clocked.idle
  }
  submit(order: WorkingOrder, now: number): void {
    this.#of(order).submit(order, now)
  }
  cancel(order: WorkingOrder, now: number, reason: Reason): void {
    this.#of(order).cancel(order, now, reason)
  }
  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#of(order).replace(order, change, now)
  }
  work(active: Uint32Array, count: number, now: number): void {
    this.#bars.work(active, count, now)
  }

  #of(order: WorkingOrder): Venue {
    return this.#ticking.has(order.handle) ? this.#clocked : this.#bars
  }
}
