/**
 * The equity curve while it is written: plain arrays that the loop stores into, `length` rows of them. What can
 * be read back later is not stored: cash moves with fills alone, one stream's times are its bars' times, and
 * the gross exposure of one instrument is that of the net. First touches of memory cost more than the sums.
 */
/** What an account says of itself as of its last valuation. */
interface Holdings {
  readonly money: number
  readonly netExposure: number
}

export class CurveRecord {
  time: Float64Array = new Float64Array(1024)
  equity: Float64Array = new Float64Array(1024)
  gross: Float64Array = new Float64Array(1024)
  capacity = 1024
  length = 0
  /** Times and gross exposures are read back later and not written. */
  lean = false
  /** Rows are counted and nothing is written: equity is read back from fills and closes. */
  derived = false
  /** Where money moves without fills, or is of several currencies: what cannot be read back is written too. */
  cash: Float64Array = new Float64Array(0)
  net: Float64Array = new Float64Array(0)
  #account: Holdings | undefined

  /** Writes money and net exposure as well, from this account. */
  keepMoney(account: Holdings): void {
    this.#account = account
    this.cash = new Float64Array(this.capacity)
    this.net = new Float64Array(this.capacity)
  }

  get keepsMoney(): boolean {
    return this.#account !== undefined
  }

  /**
   * Makes room for this many rows at once, where their number is known.
   * @param lean one stream in memory gives all rows; @param plain nothing but its fills and closes moves the account
   */
  reserve(rows: number, lean: boolean, plain: boolean): void {
    this.lean = lean
    this.derived = lean && plain && this.#account === undefined
    if (rows > this.capacity && !this.derived) this.#resize(rows)
  }

  /** The row of an instant. */
  add(equity: number, gross: number, time: number): void {
    const row = this.length
    if (this.derived === true) {
      this.length = row + 1
      return
    }
    if (row === this.capacity) this.#grow()
    this.equity[row] = equity
    if (this.lean !== true) {
      this.time[row] = time
      this.gross[row] = gross
    }
    if (this.#account !== undefined) {
      this.cash[row] = this.#account.money
      this.net[row] = this.#account.netExposure
    }
    this.length = row + 1
  }

  #grow(): void {
    this.#resize(this.capacity * 2)
  }

  #resize(rows: number): void {
    const curve = this.lean ? (['equity'] as const) : (['time', 'equity', 'gross'] as const)
    for (const name of this.#account === undefined ? curve : ([...curve, 'cash', 'net'] as const)) {
      const column = new Float64Array(rows)
      column.set(this[name].subarray(0, this.length))
      this[name] = column
    }
    this.capacity = rows
  }
}
