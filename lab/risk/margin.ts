/**
 * How much of an account is bound by its positions, and what must be closed when that is too much. Decisions are
 * data: who calls cancels open orders first, then sends what `close` says, with the reason `liquidation`.
 *
 *   sound ──► call          maintenance / equity reaches `callRatio`
 *     ▲        │
 *     └────────┴──► liquidation   equity falls below maintenance; `close` brings maintenance back to equity
 *
 * One pool backs all positions, in account currency (cross), or each settlement currency is a pool of its own, as
 * the wallets of coin-margined futures are. Venues and their orders: lab/sim/models/accounts.md.
 */
import { instrumentId } from '../domain/instrument.ts'
import type { Account } from '../portfolio/account.ts'
import {
  checkedRates,
  initialMargin,
  type MarginRates,
  type MarginTier,
  maintenanceMargin,
} from './margin-requirement.ts'

export interface MarginTerms {
  /** Initial margin is 1 / leverage where an instrument names none. */
  readonly leverage: number
  /** Maintenance margin over the initial one where an instrument names none; default ½, as 25 of 50 per cent. */
  readonly maintenanceOverInitial?: number
  /** Default `cross`. */
  readonly pools?: 'cross' | 'settlement'
  /** Brackets by instrument id, in place of fractions. */
  readonly tiers?: ReadonlyMap<string, readonly MarginTier[]>
  /** Maintenance over equity from which it is a call; default 0.8. */
  readonly callRatio?: number
  /** Whom a liquidation takes first; default `largestMaintenance`. */
  readonly closeFirst?: 'largestMaintenance' | 'largestLoss'
  /** Positions are closed whole, not just as far as it takes; default false. */
  readonly closeWhole?: boolean
  /** What closing costs, as a fraction of the value closed: fees and slippage; default 0. */
  readonly closeCostRate?: number
}

/** `unknown`: a rate or price is not known yet. */
export type MarginState = 'sound' | 'call' | 'liquidation' | 'unknown'

export interface Closing {
  readonly handle: number
  /** Signed lots to trade: negative sells. */
  readonly lots: number
}

export interface PoolMargin {
  readonly state: MarginState
  /** Currency of the amounts. */
  readonly currency: string
  readonly equity: number
  readonly initial: number
  readonly maintenance: number
  /** equity − initial: what new positions may bind; negative when there is none. */
  readonly available: number
  /** maintenance / equity; undefined when equity is not above zero. */
  readonly ratio: number | undefined
  /** Equity below zero: the account owes. */
  readonly bankrupt: boolean
  readonly close: readonly Closing[]
}

/** The whole account in its own currency, with the worst state of its pools and all closings. */
export interface MarginAssessment extends PoolMargin {
  readonly pools: readonly PoolMargin[]
}

const GRAVITY: readonly MarginState[] = ['sound', 'call', 'unknown', 'liquidation']

export class Margin {
  readonly #account: Account
  readonly #rates: readonly MarginRates[]
  /** Pool of each handle. */
  readonly #pool: Uint16Array
  readonly #poolCount: number
  readonly #cross: boolean
  readonly #callRatio: number
  readonly #closeFirst: 'largestMaintenance' | 'largestLoss'
  readonly #closeWhole: boolean
  readonly #closeCostRate: number

  /** @throws INVALID_MARGIN */
  constructor(account: Account, terms: MarginTerms) {
    const { leverage, maintenanceOverInitial = 0.5, pools = 'cross', tiers } = terms
    this.#account = account
    this.#rates = account.instruments.map(instrument => {
      const id = instrumentId(instrument)
      const initial = instrument.initialMargin ?? Math.min(1, 1 / leverage)
      const maintenance = instrument.maintenanceMargin ?? initial * maintenanceOverInitial
      return checkedRates(id, tiers?.get(id) ?? [{ upTo: Number.POSITIVE_INFINITY, initial, maintenance }])
    })
    this.#cross = pools === 'cross'
    this.#poolCount = this.#cross ? 1 : account.currencies.length
    this.#pool = Uint16Array.from(account.instruments, (_, handle) =>
      this.#cross || account.convertsProfit(handle) ? 0 : account.settlement[handle],
    )
    this.#callRatio = terms.callRatio ?? 0.8
    this.#closeFirst = terms.closeFirst ?? 'largestMaintenance'
    this.#closeWhole = terms.closeWhole ?? false
    this.#closeCostRate = terms.closeCostRate ?? 0
  }

  /** The pool that backs a handle; its money is the account's currency, or the settlement currency. */
  poolOf(handle: number): number {
    return this.#pool[handle]
  }

  /** What lots at a price must be backed with to be opened, in the pool's money. @param lots of either sign */
  initialOf(handle: number, lots: number, price: number): number {
    return initialMargin(this.#value(handle, lots, price), this.#rates[handle]) * this.#factor(handle)
  }

  /** The same to be kept. */
  maintenanceOf(handle: number, lots: number, price: number): number {
    return maintenanceMargin(this.#value(handle, lots, price), this.#rates[handle]) * this.#factor(handle)
  }

  /** Σ initial margins of a pool if its positions were these lots, at the present marks. */
  poolInitial(pool: number, lots: ArrayLike<number> = this.#account.positionLots): number {
    let sum = 0
    for (let handle = 0; handle < this.#pool.length; handle++)
      if (lots[handle] !== 0 && this.#pool[handle] === pool)
        sum += this.initialOf(handle, lots[handle], this.#account.mark[handle])
    return sum
  }

  /** Balances and what positions add to them, in the pool's money, at the present marks. */
  poolEquity(pool: number): number {
    const account = this.#account
    account.valuate()
    if (this.#cross) return account.equity
    let equity = account.balance[pool] + account.receivable[pool]
    for (let handle = 0; handle < this.#pool.length; handle++)
      if (account.positionLots[handle] !== 0 && this.#pool[handle] === pool)
        equity += account.worth(handle) * this.#factor(handle)
    return equity
  }

  /** What new positions of a handle may bind, in its pool's money. */
  available(handle: number): number {
    const pool = this.#pool[handle]
    return this.poolEquity(pool) - this.poolInitial(pool)
  }

  /** No pool is due to be liquidated: the cheap question of every instant. False when nobody knows. */
  sound(): boolean {
    if (this.#account.heldCount === 0) return true
    for (let pool = 0; pool < this.#poolCount; pool++) {
      const maintenance = this.#poolMaintenance(pool)
      if (maintenance !== 0 && !(this.poolEquity(pool) >= maintenance)) return false
    }
    return true
  }

  assess(): MarginAssessment {
    const account = this.#account
    account.valuate()
    const pools = Array.from({ length: this.#poolCount }, (_, pool) => this.#assessPool(pool))
    if (this.#cross) return { ...pools[0], pools }
    const { rate } = account.rates
    const sum = (of: 'initial' | 'maintenance') =>
      // A pool with nothing bound adds nothing, whether or not its rate is known.
      pools.reduce((total, pool, k) => (pool[of] === 0 ? total : total + pool[of] * rate[k]), 0)
    const initial = sum('initial')
    const maintenance = sum('maintenance')
    const { equity } = account
    return {
      state: pools.reduce<MarginState>(
        (worst, { state }) => (GRAVITY.indexOf(state) > GRAVITY.indexOf(worst) ? state : worst),
        'sound',
      ),
      currency: account.currencies[0],
      equity,
      initial,
      maintenance,
      available: equity - initial,
      ratio: equity > 0 ? maintenance / equity : undefined,
      bankrupt: pools.some(pool => pool.bankrupt),
      close: pools.flatMap(pool => pool.close),
      pools,
    }
  }

  #assessPool(pool: number): PoolMargin {
    const equity = this.poolEquity(pool)
    const initial = this.poolInitial(pool)
    const maintenance = this.#poolMaintenance(pool)
    const state = this.#state(equity, maintenance)
    return {
      state,
      currency: this.#account.currencies[pool],
      equity,
      initial,
      maintenance,
      available: equity - initial,
      ratio: equity > 0 ? maintenance / equity : undefined,
      bankrupt: equity < 0,
      close: state === 'liquidation' ? this.#plan(pool, equity, maintenance) : [],
    }
  }

  #state(equity: number, maintenance: number): MarginState {
    if (Number.isNaN(equity) || Number.isNaN(maintenance)) return 'unknown'
    if (maintenance > 0 && equity < maintenance) return 'liquidation'
    return maintenance > 0 && maintenance >= this.#callRatio * equity ? 'call' : 'sound'
  }

  /** Positions in the order in which they go, each as far as it takes. */
  #plan(pool: number, equity: number, maintenance: number): Closing[] {
    const account = this.#account
    const candidates: { handle: number; maintenance: number; earned: number }[] = []
    for (let handle = 0; handle < this.#pool.length; handle++)
      if (account.positionLots[handle] !== 0 && this.#pool[handle] === pool)
        candidates.push({
          handle,
          maintenance: this.#kept(handle, 0),
          earned: account.unrealised(handle) * this.#factor(handle),
        })
    // Of equals the lower handle: the sort is stable.
    candidates.sort((a, b) =>
      this.#closeFirst === 'largestLoss' ? a.earned - b.earned : b.maintenance - a.maintenance,
    )
    const close: Closing[] = []
    let left = equity
    let bound = maintenance
    for (const { handle, maintenance: own } of candidates) {
      if (bound <= left) break
      const held = Math.abs(account.positionLots[handle])
      const others = bound - own
      const enough = (lots: number) =>
        others + this.#kept(handle, lots) <= left - this.#closeCost(handle, lots)
      const lots = this.#closeWhole || !enough(held) ? held : fewest(held, enough)
      close.push({ handle, lots: account.positionLots[handle] > 0 ? -lots : lots })
      left -= this.#closeCost(handle, lots)
      bound = others + this.#kept(handle, lots)
    }
    return close
  }

  /** Maintenance of what is left of a position when some lots are closed. */
  #kept(handle: number, closed: number): number {
    const { positionLots, mark } = this.#account
    return this.maintenanceOf(handle, Math.abs(positionLots[handle]) - closed, mark[handle])
  }

  #closeCost(handle: number, lots: number): number {
    if (this.#closeCostRate === 0) return 0
    const value = this.#value(handle, lots, this.#account.mark[handle])
    return value * this.#factor(handle) * this.#closeCostRate
  }

  #poolMaintenance(pool: number): number {
    const account = this.#account
    let sum = 0
    if (account.heldCount > 0)
      for (let handle = 0; handle < this.#pool.length; handle++)
        if (account.positionLots[handle] !== 0 && this.#pool[handle] === pool)
          sum += this.maintenanceOf(handle, account.positionLots[handle], account.mark[handle])
    return sum
  }

  /** |lots| at a price in settlement currency. */
  #value(handle: number, lots: number, price: number): number {
    const { kind, lotsPerUnit, multiplier = 1 } = this.#account.instruments[handle]
    const size = Math.abs(lots / lotsPerUnit) * multiplier
    return kind === 'inverse' ? size / price : size * Math.abs(price)
  }

  /** From settlement currency into the pool's money. */
  #factor(handle: number): number {
    const account = this.#account
    return this.#cross || account.convertsProfit(handle) ? account.rates.rate[account.settlement[handle]] : 1
  }
}

/** Fewest lots, 1 to `most`, that are enough; `enough(most)` holds. */
function fewest(most: number, enough: (lots: number) => boolean): number {
  let low = 0
  let high = most
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (enough(middle)) high = middle
    else low = middle
  }
  return high
}
