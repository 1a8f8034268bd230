/**
 * The accounts of several strategies as one: each strategy has money of its own, and what a run says of itself as a
 * whole is their sum. Longs of one and shorts of another are netted in `netExposure` and not in `grossExposure`.
 */
import type { Account } from './account.ts'

/** What a run reads of its money; one account is it already. */
export type Holdings = Pick<
  Account,
  'cash' | 'equity' | 'money' | 'grossExposure' | 'netExposure' | 'valuate' | 'totalFees'
>

export class JointAccount implements Holdings {
  /** As of the last `valuate`, account currency. */
  equity = Number.NaN
  money = Number.NaN
  grossExposure = Number.NaN
  netExposure = Number.NaN
  readonly #accounts: readonly Account[]

  /** @param accounts in one currency, over the same instruments and marks */
  constructor(accounts: readonly Account[]) {
    this.#accounts = accounts
    this.valuate()
  }

  /** Cash in the account's currency. */
  get cash(): number {
    return this.#sum(account => account.cash)
  }

  totalFees(): number {
    return this.#sum(account => account.totalFees())
  }

  valuate(): void {
    for (const account of this.#accounts) account.valuate()
    this.equity = this.#sum(account => account.equity)
    this.money = this.#sum(account => account.money)
    this.grossExposure = this.#sum(account => account.grossExposure)
    this.netExposure = this.#sum(account => account.netExposure)
  }

  #sum(of: (account: Account) => number): number {
    let sum = 0
    for (const account of this.#accounts) sum += of(account)
    return sum
  }
}
