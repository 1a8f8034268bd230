/**
 * Every slippage model of this room, as one class so that a venue's call keeps one shape from run to run.
 * s is the side, +1 or −1:
 *
 *   none           p
 *   bps            p (1 + s r)
 *   fixed          p + s a                      an amount, or ticks of the instrument
 *   spread         p + s k × spread             of the quotes, or a venue's typical one
 *   volume share   p (1 + s i v²)               v: our lots of the bar over its volume, at most the cap
 *                                               (zipline, VolumeShareSlippage)
 *   square root    p (1 + s y σ √(Q / V))       Q: our lots of the bar, V and σ of a day
 *                                               (Torre 1997; Tóth et al. 2011, Phys. Rev. X 1, 021006)
 *   Almgren–Chriss p + s (ε + η q / τ)          q units in τ days; the market's price moves by s γ q for good
 *                                               (Almgren and Chriss 2001, J. Risk 3(2), eq. 7 and 8)
 *
 * Prices are rounded to 1e-9, so that the ledger's decimal is short, and a sale never fills below a tick.
 */
import { GordonError } from '../core/errors.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import type { FillMarket, SlippageModel } from './slippage.ts'

const NONE = 0
const BPS = 1
const FIXED = 2
const SPREAD = 3
const VOLUME_SHARE = 4
const SQUARE_ROOT = 5
const ALMGREN_CHRISS = 6

/** Where a day's volume and volatility are unknown yet: 10 bps, as zipline's NO_DATA_VOLATILITY_SLIPPAGE_IMPACT. */
export const IMPACT_WITHOUT_HISTORY = 0.001

interface Capped {
  /** Fraction of a bar's volume that all our orders together may fill; absent: no cap. */
  readonly cap?: number
}

export type SlippageTerms = Capped &
  (
    | { readonly kind: 'none' }
    | { readonly kind: 'bps'; readonly rate: number }
    | { readonly kind: 'amount'; readonly amount: number }
    | { readonly kind: 'ticks'; readonly ticks: number }
    /** `typical`: pips (1e-4, of yen pairs 1e-2) by symbol without punctuation, for venues without quotes. */
    | { readonly kind: 'spread'; readonly part: number; readonly typical?: Readonly<Record<string, number>> }
    | { readonly kind: 'volumeShare'; readonly impact: number }
    | { readonly kind: 'squareRoot'; readonly y: number }
    | {
        readonly kind: 'almgrenChriss'
        /** Currency per unit, per unit a day. */
        readonly eta: number
        /** Currency per unit, per unit. */
        readonly gamma: number
        /** Half the spread, currency. */
        readonly epsilon: number
        /** Seconds in which a day's market is open: 23,400 in New York. */
        readonly daySeconds: number
      }
  )

export class Slippage implements SlippageModel {
  readonly description: string
  readonly terms: SlippageTerms
  readonly readsMarket: boolean
  readonly readsDays: boolean
  readonly caps: boolean
  readonly #kind: number
  /** The model's first and second number; of Almgren–Chriss η per second and γ. */
  readonly #a: number = Number.NaN
  readonly #b: number = Number.NaN
  readonly #epsilon: number = Number.NaN
  readonly #cap: number = Number.NaN
  /** Per handle: least price, lots per unit, spread where the model brings its own. */
  readonly #tick: Float64Array
  readonly #lotsPerUnit: Float64Array
  readonly #spread: Float64Array

  /** @throws SLIPPAGE_INVALID */
  constructor(description: string, terms: SlippageTerms, instruments: readonly Instrument[] = []) {
    check(description, terms)
    this.description = description
    this.terms = terms
    this.#kind = kindOf(terms)
    this.#tick = Float64Array.from(instruments, one => 1 / one.ticksPerUnit)
    this.#lotsPerUnit = Float64Array.from(instruments, one => one.lotsPerUnit)
    this.#spread = new Float64Array(instruments.length).fill(Number.NaN)
    this.readsMarket = this.#kind >= SPREAD
    this.readsDays = terms.kind === 'squareRoot'
    this.#epsilon = 0
    this.#cap = terms.cap ?? Number.POSITIVE_INFINITY
    this.#a = 0
    this.#b = 0
    if (terms.kind === 'bps') this.#a = terms.rate
    else if (terms.kind === 'amount') this.#a = terms.amount
    else if (terms.kind === 'ticks') this.#b = terms.ticks
    else if (terms.kind === 'spread') {
      this.#a = terms.part
      const { typical } = terms
      if (typical !== undefined)
        this.#spread = Float64Array.from(instruments, one => typicalSpread(one, typical))
    } else if (terms.kind === 'volumeShare') this.#a = terms.impact
    else if (terms.kind === 'squareRoot') this.#a = terms.y
    else if (terms.kind === 'almgrenChriss') {
      this.#a = terms.eta * terms.daySeconds
      this.#b = terms.gamma
      this.#epsilon = terms.epsilon
    }
    this.caps = this.#cap < Number.POSITIVE_INFINITY
  }

  price(price: number, sign: 1 | -1, lots: number, market: FillMarket): number {
    const kind = this.#kind
    if (kind === NONE) return price
    const slipped = kind === BPS ? price * (1 + sign * this.#a) : this.#worse(price, sign, lots, market)
    const rounded = slipped < 9e6 ? Math.round(slipped * 1e9) / 1e9 : slipped
    if (rounded > 0) return rounded
    if (Number.isNaN(rounded)) throw unknownMarket(this.description)
    const tick = this.#tick[market.handle]
    return tick < price ? tick : price
  }

  capLots(wantedLots: number, volumeLots: number, takenLots: number): number {
    if (!this.caps) return wantedLots
    // 0.29 × 100 is a hair under 29 as a double.
    const room = Math.floor(this.#cap * volumeLots * (1 + 1e-15) + 1e-9) - takenLots
    if (!(room > 0)) return 0
    return room < wantedLots ? room : wantedLots
  }

  permanent(sign: 1 | -1, lots: number, market: FillMarket): number {
    if (this.#kind !== ALMGREN_CHRISS) return 0
    return sign * this.#b * (lots / this.#lotsPerUnit[market.handle])
  }

  session(instruments: readonly Instrument[]): SlippageModel {
    return new Slippage(this.description, this.terms, instruments)
  }

  #worse(price: number, sign: 1 | -1, lots: number, market: FillMarket): number {
    const kind = this.#kind
    if (kind === FIXED) return price + sign * (this.#b === 0 ? this.#a : this.#b * this.#tick[market.handle])
    if (kind === SPREAD) {
      const typical = this.#spread[market.handle]
      const spread = typical > 0 ? typical : market.spread
      if (!(spread >= 0)) throw noSpread(this.description)
      return price + sign * this.#a * spread
    }
    const ours = market.takenLots + lots
    if (kind === VOLUME_SHARE) {
      const share = ours / market.volumeLots
      const v = share < this.#cap ? share : this.#cap
      return price * (1 + sign * this.#a * v * v)
    }
    if (kind === SQUARE_ROOT) {
      const impact = this.#a * market.dayVolatility * Math.sqrt(ours / market.dayVolumeLots)
      // A day without volume, or no day that is over yet.
      return price * (1 + sign * (impact < Number.POSITIVE_INFINITY ? impact : IMPACT_WITHOUT_HISTORY))
    }
    const { barSeconds, handle } = market
    // In a bar of unknown length any rate would do: no price, and `price` says so.
    if (!(barSeconds < Number.POSITIVE_INFINITY)) return Number.NaN
    return price + sign * (this.#epsilon + (this.#a * (lots / this.#lotsPerUnit[handle])) / barSeconds)
  }
}

function kindOf(terms: SlippageTerms): number {
  if (terms.kind === 'none') return NONE
  if (terms.kind === 'bps') return BPS
  if (terms.kind === 'amount' || terms.kind === 'ticks') return FIXED
  if (terms.kind === 'spread') return SPREAD
  if (terms.kind === 'volumeShare') return VOLUME_SHARE
  return terms.kind === 'squareRoot' ? SQUARE_ROOT : ALMGREN_CHRISS
}

function typicalSpread(instrument: Instrument, pips: Readonly<Record<string, number>>): number {
  const pair = instrument.symbol.replace(/[^A-Za-z]/g, '').toUpperCase()
  if (!Object.hasOwn(pips, pair))
    throw new GordonError(
      'SLIPPAGE_SPREAD',
      `No typical spread of ${instrumentId(instrument)} is known (only of ${Object.keys(pips).join(', ')}); set slippage in bps or ticks.`,
    )
  return pips[pair] * (pair.endsWith('JPY') ? 0.01 : 0.0001)
}

function noSpread(description: string): GordonError {
  return new GordonError(
    'SLIPPAGE_SPREAD',
    `Slippage of ${description} needs quotes, and the data that fills the orders has none; set slippage in bps or ticks.`,
  )
}

function unknownMarket(description: string): GordonError {
  return new GordonError(
    'SLIPPAGE_MARKET',
    `Slippage of ${description} needs to know the instrument's grid and how long a bar is, and the run does not tell; set slippage in bps.`,
  )
}

function check(description: string, terms: SlippageTerms): void {
  const { kind: _kind, ...numbers } = terms
  const fine =
    Object.values(numbers).every(
      value => typeof value !== 'number' || (value >= 0 && value < Number.POSITIVE_INFINITY),
    ) &&
    (terms.cap === undefined || terms.cap > 0) &&
    (terms.kind !== 'bps' || terms.rate < 1) &&
    (terms.kind !== 'almgrenChriss' || terms.daySeconds > 0)
  if (fine) return
  throw new GordonError(
    'SLIPPAGE_INVALID',
    `Slippage (${description}) is none: its numbers must be 0 or more, bps below 10000 and a cap above 0.`,
  )
}
