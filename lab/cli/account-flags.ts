/** Flags of a run's account beyond cash and leverage: other money, rates, financing, maintenance margin. */
import { GordonError } from '../core/errors.ts'
import { type InterestTerms, interactiveBrokersRates } from '../costs/financing.ts'
import { settlementCurrency } from '../domain/settlement-currency.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { TradingSettings } from '../sim/index.ts'
import { readNumber } from './read-flags.ts'

export interface AccountOptions {
  readonly accountCurrency?: string
  readonly rate?: readonly string[]
  readonly deposit?: readonly string[]
  readonly financing?: string
  readonly maintenance?: string
  readonly leverage?: string
}

type AccountSettings = Pick<TradingSettings, 'currency' | 'rates' | 'deposits' | 'financing' | 'margin'>

const FINANCING = "interactive-brokers:4.33% (its benchmark rate), or parts of 'cash=2%,debt=6%,borrow=0.5%'"

/** What can be read without the data; `readFinancing` needs the account's currency too. */
export function readAccount(options: AccountOptions): AccountSettings {
  const maintenance = readNumber('--maintenance', options.maintenance)
  const leverage = readNumber('--leverage', options.leverage) ?? 2
  if (maintenance !== undefined && !(maintenance > 0 && maintenance * Math.max(1, leverage) <= 1 + 1e-12))
    throw new GordonError(
      'FLAG_OUT_OF_RANGE',
      `--maintenance is ${maintenance}; give a fraction of value above 0 and no more than the initial margin, ${1 / Math.max(1, leverage)} at a leverage of ${leverage}.`,
    )
  readFinancing(options.financing, 'USD')
  return {
    currency: options.accountCurrency,
    rates: readAmounts('--rate', options.rate, 'USDT=1'),
    deposits: readAmounts('--deposit', options.deposit, 'BTC=0.5'),
    margin:
      maintenance === undefined
        ? undefined
        : { maintenanceOverInitial: Math.min(1, maintenance * Math.max(1, leverage)) },
  }
}

/** Currency that an account has when none is named. */
export function currencyOf(options: AccountOptions, instruments: readonly Instrument[]): string {
  return options.accountCurrency ?? settlementCurrency(instruments[0])
}

/** `--financing`, for money of the account's currency. */
export function readFinancing(text: string | undefined, currency: string): TradingSettings['financing'] {
  if (text === undefined) return undefined
  const wrong = (): GordonError =>
    new GordonError('FLAG_FINANCING', `--financing is "${text}"; give ${FINANCING}.`)
  const [venue, benchmark] = text.split(':')
  if (venue === 'interactive-brokers') {
    const rate = rateOf(benchmark)
    if (rate === undefined) throw wrong()
    const { cash, debit } = interactiveBrokersRates(rate)
    return { credit: { [currency]: cash }, debit: { [currency]: debit } }
  }
  const parts = new Map(text.split(',').map(part => part.split('=') as [string, string | undefined]))
  const rates = new Map([...parts].map(([name, value]) => [name, rateOf(value)]))
  for (const [name, rate] of rates)
    if (!['cash', 'debt', 'borrow'].includes(name) || rate === undefined) throw wrong()
  const flat = (name: string): Record<string, InterestTerms> | undefined => {
    const rate = rates.get(name)
    return rate === undefined ? undefined : { [currency]: { dayCount: 360, tiers: [{ from: 0, rate }] } }
  }
  const borrowed = rates.get('borrow')
  return {
    credit: flat('cash'),
    debit: flat('debt'),
    borrow:
      borrowed === undefined
        ? undefined
        : () => ({ rate: borrowed, dayCount: 360, collateral: 'market' as const }),
  }
}

/** `4.33%` or `0.0433`. */
function rateOf(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text ?? '')
  if (match === null) return undefined
  return match[2] === '%' ? Number(`${match[1]}e-2`) : Number(match[1])
}

/** `USDT=1`, any number of them. */
function readAmounts(
  flag: string,
  texts: readonly string[] | undefined,
  example: string,
): Record<string, number> | undefined {
  if (texts === undefined) return undefined
  const amounts: Record<string, number> = {}
  for (const text of texts) {
    const [name, value, ...more] = text.split('=')
    const amount = Number(value)
    if (name === '' || more.length > 0 || !(amount >= 0) || !Number.isFinite(amount) || !value?.trim())
      throw new GordonError('FLAG_AMOUNT', `${flag} is "${text}"; give a currency and a number: ${example}.`)
    if (amounts[name] !== undefined)
      throw new GordonError('FLAG_TWICE', `${flag} names ${name} twice; give it once.`)
    amounts[name] = amount
  }
  return amounts
}
