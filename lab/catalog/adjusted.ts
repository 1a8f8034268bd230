/**
 * Prices of one share in the shares of a later day, from raw prices and actions alone, as of an instant: what had not
 * taken effect by then, or had not been announced, changes nothing.
 *
 *   split          prices before it × 1 / ratio, volumes × ratio
 *   total-return   prices before an ex-date also × (1 − dividend / last raw close before it), as CRSP and Yahoo have it
 *
 * Of one instant the dividend counts first, for it is told in old shares.
 */
import { GordonError } from '../core/errors.ts'
import { isoDate, type Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import { corrected } from './corrections.ts'
import { openBars, type OpenBarsRequest } from './open-bars.ts'
import { actionsOf, type ReferenceRequest, splitsTold } from './reference.ts'
import { firstAfter } from './series.ts'

export type AdjustedFor = 'split' | 'total-return'

/** Bars that close at `time` or before, and after the step before it, are multiplied by these. */
export interface AdjustmentStep {
  readonly time: Micros
  readonly price: number
  readonly volume: number
}

/**
 * @param actions of one instrument, in any order
 * @param raw its bars, of any interval
 * @param asOf actions that take effect later are left out
 * @returns in order of time
 * @throws GordonError ADJUSTMENT where a dividend takes all of the price, or is of another currency
 */
export function adjustmentSteps(
  actions: readonly CorporateAction[],
  raw: Pick<BarSeries, 'eventTime' | 'close'>,
  {
    method,
    asOf,
    currency,
  }: { readonly method: AdjustedFor; readonly asOf: Micros; readonly currency: string },
): AdjustmentStep[] {
  const steps: AdjustmentStep[] = []
  let price = 1
  let volume = 1
  const told = actions.filter(({ time }) => time <= asOf)
  for (const action of told.sort((a, b) => b.time - a.time || rank(b) - rank(a))) {
    if (action.kind === 'split') {
      price /= action.ratio
      volume *= action.ratio
    } else if (action.kind === 'dividend' && method === 'total-return') {
      const at = firstAfter(raw.eventTime as Float64Array, action.time) - 1
      if (at < 0) continue
      price *= keptOf(action, raw.close[at], currency)
    } else continue
    if (steps[0]?.time === action.time) steps[0] = { time: action.time, price, volume }
    else steps.unshift({ time: action.time, price, volume })
  }
  return steps
}

function rank({ kind }: CorporateAction): number {
  return kind === 'dividend' ? 0 : 1
}

/** What a share is worth without its dividend, as a part of what it was. */
function keptOf(
  action: Extract<CorporateAction, { readonly kind: 'dividend' }>,
  close: number,
  currency: string,
): number {
  const { instrument, time, amount } = action
  const kept = 1 - amount / close
  const other = action.currency !== undefined && action.currency !== currency
  if (kept > 0 && !other) return kept
  throw new GordonError(
    'ADJUSTMENT',
    `the dividend of ${amount} ${action.currency ?? currency} of ${instrument} on ${isoDate(time)} cannot be taken from a close of ` +
      `${close} ${currency}: correct the action, or adjust for splits only`,
  )
}

/** A copy of the bars with the steps taken. */
export function adjustedSeries(raw: BarSeries, steps: readonly AdjustmentStep[]): BarSeries {
  const [open, high, low, close, volume] = [raw.open, raw.high, raw.low, raw.close, raw.volume].map(column =>
    column.slice(),
  )
  let from = 0
  for (const step of steps) {
    const to = firstAfter(raw.eventTime, step.time)
    for (let i = from; i < to; i++) {
      open[i] *= step.price
      high[i] *= step.price
      low[i] *= step.price
      close[i] *= step.price
      volume[i] *= step.volume
    }
    from = Math.max(from, to)
  }
  return { ...raw, open, high, low, close, volume }
}

export interface AdjustedBars {
  readonly instrument: Instrument
  readonly bars: BarSeries
  readonly steps: readonly AdjustmentStep[]
}

/**
 * Raw bars of a store as they look at the instant that it is asked as of, or with all of its actions.
 * @param request.actions datasets of them; all that the store has unless said
 * @throws GordonError NO_DATASET where there are no actions, and as openBars does
 */
export async function adjustedBars(
  request: Omit<OpenBarsRequest, 'adjustment' | 'splits' | 'memoryRows'> & {
    readonly method: AdjustedFor
    readonly actions?: readonly string[]
  },
): Promise<readonly AdjustedBars[]> {
  const { method, actions: tables, ...rest } = request
  const { store } = rest
  const reference: ReferenceRequest = { store, datasets: tables ?? (await actionTables(store)) }
  const splits = await splitsTold(reference)
  const source = await openBars({ ...rest, adjustment: 'raw', memoryRows: Number.POSITIVE_INFINITY, splits })
  const { actions } = await actionsOf({ ...reference, instruments: source.instruments })
  return source.instruments.map((instrument, i) => {
    const { series, corrections } = source.streams[i]
    const raw = corrected(series!, corrections)
    const own = actions.filter(one => one.instrument === instrumentId(instrument))
    const { currency } = instrument
    const steps = adjustmentSteps(own, raw, { method, asOf: store.knownAt, currency })
    return { instrument, steps, bars: adjustedSeries(raw, steps) }
  })
}

/** @throws GordonError NO_DATASET */
async function actionTables(store: ReferenceRequest['store']): Promise<readonly string[]> {
  const ids = (await store.datasets()).filter(({ kind }) => kind === 'actions').map(({ id }) => id)
  if (ids.length > 0) return ids
  throw new GordonError(
    'NO_DATASET',
    `the store at ${store.name} holds no actions to adjust by: ingest them first, for example gordon ingest actions.csv --format actions-csv`,
  )
}

/**
 * A view of raw bars as SQL, adjusted.
 * @param rows SQL that selects the raw rows
 */
export function adjustedSql(rows: string, adjusted: readonly AdjustedBars[]): string {
  const steps = adjusted.flatMap(({ instrument: { venue, symbol }, steps: own }) =>
    own.map(
      ({ time, price, volume }) =>
        `(${text(venue)}, ${text(symbol)}, make_timestamptz(${time}), ${price}::DOUBLE, ${volume}::DOUBLE)`,
    ),
  )
  if (steps.length === 0) return rows
  const prices = ['open', 'high', 'low', 'close'].map(name => `r.${name} * coalesce(s.price, 1) AS ${name}`)
  return (
    `SELECT r.* REPLACE (${prices.join(', ')}, r.volume * coalesce(s.volume, 1) AS volume) FROM (${rows}) r ASOF LEFT JOIN ` +
    `(VALUES ${steps.join(', ')}) s(of_venue, of_symbol, step, price, volume) ` +
    `ON r.venue = s.of_venue AND r.symbol = s.of_symbol AND r.event_time <= s.step`
  )
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
