/**
 * The one way to write a strategy:
 *
 *   export default class SmaCross extends strategy({ params: { fast: integer({ default: 10, min: 1 }) } }) {
 *     fast = this.indicator(sma(this.params.fast))
 *     onBar(bar, ctx) { … }
 *   }
 *
 * The same class runs in backtest, paper and live. Its methods are synchronous; what it must remember lies in
 * `state`, one object that structuredClone can copy.
 */
import { GordonError } from '../core/errors.ts'
import type { ScheduleDescription } from '../domain/calendar/schedule.ts'
import type { SessionChange } from '../domain/calendar/session-change.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import type { FillRecord } from '../domain/fill.ts'
import type { OrderRecord } from '../domain/order.ts'
import type { IndicatorSpec } from '../indicators/indicator.ts'
import type { BarView, BookView, Context, PointView, QuoteView, TradeView } from './context.ts'
import { IndicatorHandle } from './indicator-handle.ts'
import { type ParamSchema, type ParamValues, resolveParams } from './params.ts'

/** Known across copies of this module, so that a loader can tell a strategy from another class. */
export const STRATEGY_BRAND: unique symbol = Symbol.for('gordon.strategy')

export interface Membership {
  /** Symbol or id. */
  readonly symbol: string
  /** First and last day (UTC) of membership, `yyyy-mm-dd`, both inclusive; absent ends are open. */
  readonly from?: string
  readonly to?: string
}

export interface StrategyDefinition<Schema extends ParamSchema, State extends object> {
  readonly name?: string
  readonly params?: Schema
  /** What is wrong with parameters that are each fine: `fast < slow ? undefined : 'fast must be below slow'`. */
  readonly check?: (params: ParamValues<Schema>) => string | undefined
  /** Makes the state of a fresh run. */
  readonly state?: () => State
  /** Symbols that it needs; a run without one of them is refused. */
  readonly symbols?: readonly string[]
  /** Bars of history that `ctx.history` may reach back. */
  readonly history?: number | ((params: ParamValues<Schema>) => number)
  /**
   * Bars to load before a run's `from`, where that is more than its indicators and its history ask for. A run
   * without `from` begins at the first bar; what is not warm yet is undefined there.
   */
  readonly warmup?: number | ((params: ParamValues<Schema>) => number)
  /**
   * When `onTimer(name)` is called: `{ rebalance: { before: 'close', offset: '10m' } }`. Sessions are those of the
   * instruments' calendar, or of `calendar` where they keep several.
   */
  readonly schedules?: Readonly<Record<string, ScheduleDescription>>
  readonly calendar?: string
  /** `margin` for strategies that sell short or borrow. */
  readonly account?: 'cash' | 'margin'
  /** Who belongs to the universe when: point in time, so that no survivor is favoured. */
  readonly universe?: readonly Membership[]
}

/** What the engine calls. Every method is optional. */
export interface StrategyCallbacks {
  onStart?(ctx: Context): void
  /** Each bar, per symbol in canonical order. */
  onBar?(bar: BarView, ctx: Context): void
  /** Each trade, quote; the book once per instrument and instant, after all its changes. */
  onTrade?(trade: TradeView, ctx: Context): void
  onQuote?(quote: QuoteView, ctx: Context): void
  onBook?(book: BookView, ctx: Context): void
  /** A point of a custom series, or a funding rate. */
  onPoint?(point: PointView, ctx: Context): void
  /** A split, dividend, new name or delisting takes effect; orders of a split or delisted instrument are cancelled. */
  onAction?(action: CorporateAction, ctx: Context): void
  /**
   * A session of one of the instruments' calendars opens, pauses, resumes or closes; `24/7` has none. After the
   * instant's events are known, before `onBar`: at a close, the bar that ends with it is known.
   */
  onSession?(change: SessionChange, ctx: Context): void
  /** A schedule of the definition, or `ctx.wakeAt`, has come: after the instant's events are known, before `onBar`. */
  onTimer?(name: string, ctx: Context): void
  /** Once per instant, after every `onBar` of it: the place for decisions across symbols. */
  onInstant?(ctx: Context): void
  onFill?(fill: FillRecord, ctx: Context): void
  /** An order was refused, cancelled, replaced or expired. */
  onOrder?(order: OrderRecord, ctx: Context): void
  onEnd?(ctx: Context): void
}

export interface StrategyBase<Schema extends ParamSchema, State extends object> extends StrategyCallbacks {
  readonly params: ParamValues<Schema>
  state: State
  /** Declares an indicator, computed for every instrument before the callbacks run. */
  indicator<Output extends string>(spec: IndicatorSpec<Output>): IndicatorHandle<Output>
}

export interface StrategyClass<Schema extends ParamSchema = ParamSchema, State extends object = object> {
  new (params?: Readonly<Record<string, unknown>>): StrategyBase<Schema, State>
  readonly [STRATEGY_BRAND]: StrategyDefinition<Schema, State>
}

const handles = new WeakMap<object, IndicatorHandle[]>()

/** Base class of a strategy with these parameters and this state. */
// biome-ignore lint/complexity/noBannedTypes: an empty schema is a strategy without parameters
export function strategy<const Schema extends ParamSchema = {}, State extends object = Record<string, never>>(
  definition: StrategyDefinition<Schema, State> = {},
): StrategyClass<Schema, State> {
  class Base implements StrategyBase<Schema, State> {
    static readonly [STRATEGY_BRAND] = definition
    readonly params: ParamValues<Schema>
    state: State

    constructor(given: Readonly<Record<string, unknown>> = {}) {
      const name = definition.name ?? new.target.name
      const params = resolveParams(definition.params ?? {}, given, name) as ParamValues<Schema>
      const wrong = definition.check?.(params)
      if (wrong !== undefined)
        throw new GordonError(
          'PARAM_INVALID',
          `Parameters of strategy ${name} do not fit together: ${wrong}.`,
        )
      this.params = Object.freeze(params)
      this.state = definition.state?.() ?? ({} as State)
      handles.set(this, [])
    }

    indicator<Output extends string>(spec: IndicatorSpec<Output>): IndicatorHandle<Output> {
      const handle = new IndicatorHandle(spec)
      const declared = handles.get(this)!
      if (Object.isFrozen(declared))
        throw new GordonError(
          'INDICATOR_LATE',
          `Indicator ${spec.key} is declared while the strategy runs; declare it as a field of the class: average = this.indicator(…).`,
        )
      declared.push(handle as unknown as IndicatorHandle)
      return handle
    }
  }
  return Base
}

/** The engine's side: what a strategy instance declared; from here on it can declare no more. */
export function declaredIndicators(instance: object): readonly IndicatorHandle[] {
  return Object.freeze(handles.get(instance) ?? [])
}

/** Definition of a strategy class, undefined for anything else. */
export function strategyDefinition(value: unknown): StrategyDefinition<ParamSchema, object> | undefined {
  return typeof value === 'function' ? (value as unknown as StrategyClass)[STRATEGY_BRAND] : undefined
}
