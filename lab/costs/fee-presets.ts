/**
 * What known venues charge, each with where the numbers stand and when they were read. Schedules change: a preset
 * says its date in every report, and what it leaves out.
 */
import type { FeeModel } from './fee.ts'
import { feeSchedule, NO_FEE, rateOf } from './fee-models.ts'

/** `coinbase`, `interactive-brokers:tiered`, …; undefined for what is no preset. */
export function feePreset(name: string): FeeModel | undefined {
  return Object.hasOwn(PRESETS, name) ? PRESETS[name]() : undefined
}

/**
 * Coinbase Exchange: maker and taker by the US dollars traded in the trailing 30 days.
 * Source: help.coinbase.com/en/exchange/trading-and-funding/exchange-fees, the table as published from 2022 to
 * 2024 (ccxt 4 carries the same). Left out: stable pairs, the liquidity programme. Coinbase Advanced, the retail
 * side, has charged more since 2025 (60 bps maker, 120 bps taker at its lowest tier).
 */
function coinbase(): FeeModel {
  return feeSchedule(
    {
      tiers: [
        bpsTier(0, 40, 60),
        bpsTier(10_000, 25, 40),
        bpsTier(50_000, 15, 25),
        bpsTier(100_000, 10, 20),
        bpsTier(1_000_000, 8, 18),
        bpsTier(15_000_000, 6, 16),
        bpsTier(75_000_000, 3, 12),
        bpsTier(250_000_000, 0, 8),
        bpsTier(400_000_000, 0, 5),
      ],
    },
    'coin',
    'Coinbase Exchange 2022–2024: maker 40 to 0 bps, taker 60 to 5 bps by what was traded in 30 days',
  )
}

/**
 * Binance.US spot, level 0: 0.1 % for both sides.
 * Source: www.binance.us/en/fee/schedule ("General: 0.1 % spot trading fee", 25 % less when paid in BNB), read in
 * a copy of 2020–2022; ccxt 4 carries the same. Higher levels ask for a volume and a balance of BNB, which an
 * account without BNB does not reach; pairs with promotional fees, and the table since 2023, are left out.
 * The venue takes the fee of a buy in the coin bought; here it is that coin's value at the fill.
 */
function binanceUs(): FeeModel {
  return feeSchedule(
    { tiers: [bpsTier(0, 10, 10)] },
    'coin',
    'Binance.US 2020–2022, level 0: 10 bps (of buys in the coin bought, at its value)',
  )
}

/** The same with the discount of 25 % for paying in BNB; the BNB are taken as bought at what they pay. */
function binanceUsBnb(): FeeModel {
  return feeSchedule(
    { tiers: [bpsTier(0, 7.5, 7.5)] },
    'coin',
    'Binance.US 2020–2022, level 0 paid in BNB: 7.5 bps',
  )
}

/**
 * OANDA, spread only: nothing but the spread, which is slippage (`oanda` there) or in the quotes.
 * Source: help.oanda.com/us, www.oanda.com/sg-en/trading/our-pricing, read 2025.
 */
function oanda(): FeeModel {
  return feeSchedule({}, 'unit', 'OANDA 2025, spread only: no commission')
}

/**
 * OANDA, core spread: 0.70 US dollars per 10,000 units of base currency and leg, pro rata.
 * Source: help.oanda.com/us/en/faqs/spreads-commission.htm, read 2025. Right for pairs quoted in dollars and
 * accounts in dollars; others are refused.
 */
function oandaCore(): FeeModel {
  return feeSchedule(
    { tiers: [{ ...NO_FEE, perUnit: 0.00007 }], currency: 'USD' },
    'unit',
    'OANDA 2025, core: 0.70 USD per 10,000 units',
  )
}

/**
 * Interactive Brokers Pro, US shares, fixed: 0.005 a share, at least 1.00 and at most 1 % of the trade's value,
 * which wins where both bind.
 * Source: www.interactivebrokers.co.uk/en/pricing/commissions-stocks.php, read 2025. Left out: what regulators
 * take of sales (SEC 0.0000278 of the value, FINRA 0.000166 a share), fractional shares (0.01 minimum).
 */
function interactiveBrokers(): FeeModel {
  return feeSchedule(
    {
      tiers: [{ ...NO_FEE, perUnit: 0.005 }],
      minimum: 1,
      maximumRate: 0.01,
      currency: 'USD',
    },
    'share',
    'Interactive Brokers 2025, US shares, fixed: 0.005 per share, at least 1, at most 1 % of value',
  )
}

/**
 * Interactive Brokers Pro, US shares, tiered: by the shares of the calendar month, marginally.
 * Source: as above, and its note that tiers are applied on a marginal basis. Left out: exchange fees and rebates,
 * clearing (0.0002 a share), regulators, which this plan passes through; months end in New York, here at UTC.
 */
function interactiveBrokersTiered(): FeeModel {
  const tier = (from: number, perUnit: number) => ({ ...NO_FEE, from, perUnit })
  return feeSchedule(
    {
      tiers: [
        tier(0, 0.0035),
        tier(300_000, 0.002),
        tier(3_000_000, 0.0015),
        tier(20_000_000, 0.001),
        tier(100_000_000, 0.0005),
      ],
      volume: 'month',
      minimum: 0.35,
      maximumRate: 0.01,
      currency: 'USD',
    },
    'share',
    'Interactive Brokers 2025, US shares, tiered: 0.0035 to 0.0005 per share, at least 0.35, at most 1 % of value',
  )
}

/**
 * Interactive Brokers, US futures, fixed: 0.85 a contract.
 * Source: www.interactivebrokers.ie/en/pricing/commissions-futures.php, read 2025. Left out: exchange and
 * regulatory fees, which differ by contract (write `2.25/contract` for the sum), micro and FX contracts.
 */
function interactiveBrokersFutures(): FeeModel {
  return feeSchedule(
    { tiers: [{ ...NO_FEE, perUnit: 0.85 }], currency: 'USD' },
    'contract',
    'Interactive Brokers 2025, US futures: 0.85 per contract before exchange fees',
  )
}

const PRESETS: Readonly<Record<string, () => FeeModel>> = {
  coinbase,
  'binance.us': binanceUs,
  'binance.us:bnb': binanceUsBnb,
  oanda,
  'oanda:core': oandaCore,
  'interactive-brokers': interactiveBrokers,
  'interactive-brokers:tiered': interactiveBrokersTiered,
  'interactive-brokers:futures': interactiveBrokersFutures,
}

export const FEE_PRESETS: readonly string[] = Object.keys(PRESETS)

function bpsTier(from: number, makerBps: number, takerBps: number) {
  return { from, maker: rateOf(makerBps), taker: rateOf(takerBps), perUnit: 0 }
}
