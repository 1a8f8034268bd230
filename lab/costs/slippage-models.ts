/** Slippage models by name; the arithmetic is in slippage-model.ts. */
import type { SlippageModel } from './slippage.ts'
import { Slippage, type SlippageTerms } from './slippage-model.ts'

/** A fraction of the price. @param bps hundredths of a percent, 0 up to 10,000 */
export function bpsSlippage(bps: number): SlippageModel {
  if (bps === 0) return new Slippage('none', { kind: 'none' })
  const rate = Number((bps / 10_000).toPrecision(15))
  return new Slippage(`${bps} bps of price on market and stop orders`, { kind: 'bps', rate })
}

/** @param amount currency per unit */
export function fixedSlippage(amount: number): SlippageModel {
  return new Slippage(`${amount} on market and stop orders`, { kind: 'amount', amount })
}

/** Ticks of each instrument's price grid. */
export function tickSlippage(ticks: number): SlippageModel {
  return new Slippage(`${ticks} ${ticks === 1 ? 'tick' : 'ticks'} on market and stop orders`, {
    kind: 'ticks',
    ticks,
  })
}

/** @param part of the quoted spread: 0.5 where bars are of mid prices */
export function spreadSlippage(part: number): SlippageModel {
  return new Slippage(`${part} of the spread on market and stop orders`, { kind: 'spread', part })
}

/** zipline's VolumeShareSlippage. @param terms.cap fraction of a bar's volume @param terms.impact of share² */
export function volumeShareSlippage(terms: { readonly cap: number; readonly impact: number }): SlippageModel {
  const { cap, impact } = terms
  return new Slippage(`volume share: at most ${percent(cap)} of a bar, price impact ${impact} × share²`, {
    kind: 'volumeShare',
    cap,
    impact,
  })
}

/** @param terms.y about 1 for shares and futures @param terms.cap fraction of a bar's volume; absent: none */
export function squareRootImpact(terms: { readonly y: number; readonly cap?: number }): SlippageModel {
  const { y, cap } = terms
  return new Slippage(
    `square-root impact: ${y} × daily volatility × √(lots / daily volume)` +
      (cap === undefined ? '' : `, at most ${percent(cap)} of a bar`),
    cap === undefined ? { kind: 'squareRoot', y } : { kind: 'squareRoot', y, cap },
  )
}

/** Linear temporary and permanent impact; units as in slippage-model.ts. */
export function almgrenChrissImpact(
  terms: Partial<Extract<SlippageTerms, { kind: 'almgrenChriss' }>> & {
    readonly eta: number
    readonly gamma: number
  },
): SlippageModel {
  const { eta, gamma, epsilon = 0, daySeconds = 23_400 } = terms
  return new Slippage(`Almgren–Chriss: η ${eta}, γ ${gamma}, ε ${epsilon}, day of ${daySeconds / 3600} h`, {
    kind: 'almgrenChriss',
    eta,
    gamma,
    epsilon,
    daySeconds,
  })
}

/**
 * OANDA's typical spreads, half on each side of bars of mid prices.
 * Source: www.oanda.com/sg-en/trading/our-pricing, spread-only column, read 2025. They widen at news, at night and
 * over the weekend; quotes, where there are any, know that.
 */
export function oandaSpread(): SlippageModel {
  return new Slippage('half of OANDA’s typical spread of 2025', {
    kind: 'spread',
    part: 0.5,
    typical: {
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
    },
  })
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(12))} %`
}
