/** Slippage models by name; the arithmetic is in slippage-model.ts. */
import type { SlippageModel } from './slippage.ts'
import { Slippage, type SlippageTerms } from './slippage-model.ts'

/** A fraction of the price. @param bps hundredths of a percent, 0 up to 10,000 */
export function bpsSlippage(bps: number, cap?: number): SlippageModel {
  if (bps === 0) return made('none', { kind: 'none' }, cap)
  const rate = Number((bps / 10_000).toPrecision(15))
  return made(`${bps} bps of price on market and stop orders`, { kind: 'bps', rate }, cap)
}

/** @param amount currency per unit */
export function fixedSlippage(amount: number, cap?: number): SlippageModel {
  return made(`${amount} on market and stop orders`, { kind: 'amount', amount }, cap)
}

/** Ticks of each instrument's price grid. */
export function tickSlippage(ticks: number, cap?: number): SlippageModel {
  const unit = ticks === 1 ? 'tick' : 'ticks'
  return made(`${ticks} ${unit} on market and stop orders`, { kind: 'ticks', ticks }, cap)
}

/** @param part of the quoted spread: 0.5 where bars are of mid prices */
export function spreadSlippage(part: number, cap?: number): SlippageModel {
  return made(`${part} of the spread on market and stop orders`, { kind: 'spread', part }, cap)
}

/** zipline's VolumeShareSlippage. @param terms.cap fraction of a bar's volume @param terms.impact of share² */
export function volumeShareSlippage(terms: { readonly cap: number; readonly impact: number }): SlippageModel {
  const { cap, impact } = terms
  return made(`price impact ${impact} × (share of the bar's volume)²`, { kind: 'volumeShare', impact }, cap)
}

/** @param terms.y about 1 for shares and futures */
export function squareRootImpact(terms: { readonly y: number; readonly cap?: number }): SlippageModel {
  const { y, cap } = terms
  return made(
    `square-root impact: ${y} × daily volatility × √(lots / daily volume)`,
    { kind: 'squareRoot', y },
    cap,
  )
}

/** Linear temporary and permanent impact; units as in slippage-model.ts. */
export function almgrenChrissImpact(terms: {
  readonly eta: number
  readonly gamma: number
  readonly epsilon?: number
  readonly daySeconds?: number
  readonly cap?: number
}): SlippageModel {
  const { eta, gamma, epsilon = 0, daySeconds = 23_400, cap } = terms
  return made(
    `Almgren–Chriss: η ${eta}, γ ${gamma}, ε ${epsilon}, day of ${daySeconds / 3600} h`,
    { kind: 'almgrenChriss', eta, gamma, epsilon, daySeconds },
    cap,
  )
}

/**
 * OANDA's typical spreads, half on each side of bars of mid prices.
 * Source: www.oanda.com/sg-en/trading/our-pricing, spread-only column, read 2025. They widen at news, at night and
 * over the weekend; quotes, where there are any, know that.
 */
export function oandaSpread(cap?: number): SlippageModel {
  const typical = {
    AUDUSD: 0.7,
    EURGBP: 0.8,
    EURJPY: 0.9,
    EURUSD: 0.6,
    GBPJPY: 1.3,
    GBPUSD: 0.9,
    NZDUSD: 0.9,
    USDCAD: 0.7,
    USDCHF: 0.8,
    USDJPY: 0.6,
  }
  return made('half of OANDA’s typical spread of 2025', { kind: 'spread', part: 0.5, typical }, cap)
}

function made(description: string, terms: SlippageTerms, cap: number | undefined): SlippageModel {
  if (cap === undefined) return new Slippage(description, terms)
  return new Slippage(`${description}, at most ${percent(cap)} of a bar's volume`, { ...terms, cap })
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(12))} %`
}
