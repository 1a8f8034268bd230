/**
 * A finished run: what the engine recorded, read out as the result that reports, notebooks and the command
 * line share. Fills, trades and digests are made when they are asked for, once.
 */
import { canonicalJson, Digest, textDigest } from '../core/digest.ts'
import { GordonError } from '../core/errors.ts'
import type { ClosedTrade, OpenTrade } from '../domain/closed-trade.ts'
import { type FillRecord, fillSlippage } from '../domain/fill.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { OrderRecord } from '../domain/order.ts'
import type { EquityColumns, PlotSeries, RunMember, RunResult, RunWarning } from '../domain/run-result.ts'
import type { Engine } from '../engine/engine.ts'
import { matchTrades, type TradeInputs } from '../portfolio/closed-trades.ts'
import { equityCurve, type LeanRows } from './equity-curve.ts'
import { byMember, merged, type Owned, ownFills } from './joint-records.ts'
import { runWarnings } from './run-warnings.ts'
import { explainOrder } from './why.ts'

/** What a run's driver knows beside the engine's record. */
export interface RunFacts
  extends Pick<
    RunResult,
    | 'strategy'
    | 'strategyFile'
    | 'codeHash'
    | 'params'
    | 'seed'
    | 'datasets'
    | 'instruments'
    | 'bars'
    | 'currency'
    | 'startEquity'
    | 'actions'
    | 'assumptions'
    | 'warnings'
    | 'made'
  > {
  /** Where there are several strategies. */
  readonly members?: readonly Omit<RunMember, 'endEquity' | 'fees' | 'equity'>[]
  /** Settings that decide results, beyond parameters and seed. */
  readonly settings: Readonly<Record<string, unknown>>
  /** One stream in memory gives all rows of the curve, from its row `first` on. */
  readonly lean?: LeanRows
  /** Digest of the rows read, per instrument. */
  readonly rowDigests: () => readonly string[]
}

export class Run implements RunResult {
  readonly strategy: string
  readonly members: readonly RunMember[] | undefined
  readonly strategyFile: string | undefined
  readonly codeHash: string
  readonly params: RunResult['params']
  readonly seed: number
  readonly datasets: RunResult['datasets']
  readonly instruments: RunResult['instruments']
  readonly bars: RunResult['bars']
  readonly currency: string
  readonly startEquity: number
  readonly endEquity: number
  readonly fees: number
  readonly actions: RunResult['actions']
  readonly cashFlows: RunResult['cashFlows']
  readonly assumptions: RunResult['assumptions']
  readonly made: RunResult['made']
  readonly curve: EquityColumns
  readonly from: number
  readonly to: number
  readonly logs: RunResult['logs']
  readonly warnings: readonly RunWarning[]
  readonly #facts: RunFacts
  readonly #engine: Engine
  #orders: readonly OrderRecord[] | undefined
  #fills: readonly FillRecord[] | undefined
  #trades: { closed: ClosedTrade[]; open: OpenTrade[] } | undefined
  #owned: Owned | undefined
  #plots: readonly PlotSeries[] | undefined
  #inputs: string | undefined
  #decisions: string | undefined

  constructor(facts: RunFacts, engine: Engine) {
    this.#facts = facts
    this.#engine = engine
    this.strategy = facts.strategy
    this.strategyFile = facts.strategyFile
    this.codeHash = facts.codeHash
    this.params = facts.params
    this.seed = facts.seed
    this.datasets = facts.datasets
    this.instruments = facts.instruments
    this.bars = facts.bars
    this.currency = facts.currency
    this.startEquity = facts.startEquity
    this.assumptions = facts.assumptions
    this.made = facts.made
    const { recorder, holdings } = engine
    for (const { account } of engine.members) account.ledger.verify()
    this.curve = equityCurve(recorder, this.instruments[0].lotsPerUnit, facts.startEquity, facts.lean)
    const { time } = this.curve
    this.from = time[0] ?? Number.NaN
    this.to = time[time.length - 1] ?? Number.NaN
    this.endEquity = recorder.curve.derived
      ? holdings.equity
      : (this.curve.equity.at(-1) ?? facts.startEquity)
    this.fees = holdings.totalFees()
    this.members = facts.members?.map((member, place) => {
      const { account, curve } = engine.members[place]
      const equity = curve.equity.subarray(0, curve.length)
      const endEquity = equity.at(-1) ?? member.startEquity
      return { ...member, endEquity, fees: account.totalFees(), equity }
    })
    this.actions = facts.actions
    this.cashFlows = byMember(
      engine,
      ({ account }) => account.events.flows,
      flow => flow.time,
    )
    this.logs = recorder.logs
    this.warnings = [
      ...facts.warnings,
      ...runWarnings(engine, this.curve, facts.settings.to as number | undefined),
    ]
  }

  get orders(): readonly OrderRecord[] {
    if (this.#orders === undefined) {
      const { orders } = this.#engine.recorder
      this.#orders = Array.from({ length: orders.count }, (_, row) => {
        const record = orders.record(row + 1, this.#engine.instruments)!
        return this.members === undefined
          ? record
          : { ...record, strategy: this.members[orders.strategyOf(row + 1)].name }
      })
    }
    return this.#orders
  }

  /** Bars that did not say which of two orders came first, by what decided. */
  get ambiguousBars(): Engine['recorder']['ambiguousBars'] {
    return this.#engine.recorder.ambiguousBars
  }

  /** How many, without making a record of each. */
  get orderCount(): number {
    return this.#engine.recorder.orders.count
  }

  /** The same of fills. */
  get fillCount(): number {
    return this.#engine.recorder.fills.length
  }

  get fills(): readonly FillRecord[] {
    if (this.#fills === undefined) {
      const { recorder, instruments, members } = this.#engine
      const owned = this.#ownFills()
      const records = recorder.fills.records(instruments, (handle, place, price) => {
        const { account } = members[owned?.member[place] ?? 0]
        const rate = account.fillRate(owned?.place[place] ?? place)
        const value = account.unitValueAt(handle, price, rate)
        return value === price ? undefined : { value, rate }
      })
      this.#fills =
        owned === undefined
          ? records
          : records.map((fill, place) => ({ ...fill, strategy: members[owned.member[place]].name }))
    }
    return this.#fills
  }

  get trades(): readonly ClosedTrade[] {
    return this.#matched().closed
  }

  get openTrades(): readonly OpenTrade[] {
    return this.#matched().open
  }

  get slippageCost(): number {
    return this.fills.reduce((sum, fill) => sum + fillSlippage(fill), 0)
  }

  get plots(): readonly PlotSeries[] {
    this.#plots ??= [...this.#engine.recorder.plots].map(([name, series]) => ({
      name,
      time: series.time.toArray(),
      value: series.value.toArray(),
    }))
    return this.#plots
  }

  get inputs(): string {
    if (this.#inputs === undefined) {
      const { codeHash, params, seed, settings, rowDigests } = this.#facts
      const rows = rowDigests()
      this.#inputs = textDigest(
        canonicalJson({
          rows: this.instruments.map((instrument, handle) => ({ ...instrument, rows: rows[handle] })),
          code: codeHash,
          params,
          seed,
          settings,
        }),
      )
    }
    return this.#inputs
  }

  get decisions(): string {
    this.#decisions ??= digestDecisions(this, this.#engine)
    return this.#decisions
  }

  get digest(): string {
    return textDigest(this.inputs + this.decisions)
  }

  /** Why an order filled or did not, in sentences. */
  why(orderId: number): string {
    const order = this.orders[orderId - 1]
    if (order === undefined)
      throw new GordonError(
        'UNKNOWN_ORDER',
        `The run has no order ${orderId}; ` +
          `${this.orders.length === 0 ? 'it sent none' : `its orders are 1 to ${this.orders.length}`}.`,
      )
    return explainOrder(
      order,
      this.fills.filter(fill => fill.orderId === orderId),
    )
  }

  /** Whose fill each is, where there are several strategies. */
  #ownFills(): Owned | undefined {
    if (this.members === undefined) return undefined
    this.#owned ??= ownFills(this.#engine)
    return this.#owned
  }

  /** What trades of contracts, in other currencies, or through events of the account need beside fills. */
  #contracts(ids: readonly string[], { account }: Engine['members'][number]): Partial<TradeInputs> {
    account.rates.refresh()
    return {
      instruments: new Map(ids.map((id, handle) => [id, this.instruments[handle]])),
      flows: account.events.flows,
      fillRate: fill => account.fillRate(fill),
      rates: new Map(ids.map((id, handle) => [id, account.rates.rate[account.settlement[handle]]])),
    }
  }

  #matched(): { closed: ClosedTrade[]; open: OpenTrade[] } {
    if (this.#trades === undefined) {
      const ids = this.instruments.map(instrumentId)
      const { members } = this.#engine
      const owned = this.#ownFills()
      const matched = members.map((member, place) =>
        matchTrades({
          fills: owned === undefined ? this.fills : this.fills.filter((_, k) => owned.member[k] === place),
          bars: new Map(ids.map((id, handle) => [id, this.bars[handle]])),
          marks: new Map(ids.map((id, handle) => [id, member.account.mark[handle]])),
          lotsPerUnit: new Map(ids.map((id, handle) => [id, this.instruments[handle].lotsPerUnit])),
          ...this.#contracts(ids, member),
        }),
      )
      this.#trades =
        matched.length === 1
          ? matched[0]
          : {
              closed: merged(
                members,
                matched.map(one => one.closed),
                trade => trade.exitTime,
              ),
              open: merged(
                members,
                matched.map(one => one.open),
                trade => trade.entryTime,
              ),
            }
    }
    return this.#trades
  }
}

/** Orders, fills and the equity curve, in the order in which they happened. */
function digestDecisions(run: Run, engine: Engine): string {
  const { fills } = engine.recorder
  const digest = new Digest()
  for (const order of run.orders)
    digest.text(
      `${order.id} ${order.instrument} ${order.side} ${order.type} ${order.timeInForce} ${order.quantity} ` +
        `${order.limitPrice} ${order.stopPrice} ${order.submittedAt} ${order.endedAt} ${order.state} ` +
        `${order.reason} ${order.filledQuantity} ${order.tag}${specialWords(order)}` +
        (order.strategy === undefined ? '' : ` ${order.strategy}`),
    )
  for (const name of ['order', 'time', 'lots', 'price'] as const) digest.column(fills.column(name))
  for (let place = 0; place < fills.length; place++) digest.text(fills.fee(place).toString())
  digest.column(run.curve.time)
  digest.column(run.curve.equity)
  for (const { equity } of run.members ?? []) digest.column(equity)
  return digest.hex()
}

const SPECIAL = [
  'trailAmount',
  'trailPercent',
  'displayQuantity',
  'goodTill',
  'postOnly',
  'reduceOnly',
  'parent',
  'group',
] as const

/** Terms that few orders have. */
function specialWords(order: OrderRecord): string {
  let words = ''
  for (const name of SPECIAL) if (order[name] !== undefined) words += ` ${name}=${order[name]}`
  return words
}
