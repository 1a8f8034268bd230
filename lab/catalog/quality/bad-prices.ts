/** Prices that nobody could have paid: zero, negative, infinite, or not a number where there must be one. */
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import { type Check, type CheckedRows, type CheckedStream, columnOf, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'

/** The columns of prices, and whether one may be absent (NaN). */
const PRICES: Readonly<
  Record<CheckedStream['kind'], readonly (readonly [name: string, optional: boolean])[]>
> = {
  bars: [
    ['open', false],
    ['high', false],
    ['low', false],
    ['close', false],
  ],
  trades: [['price', false]],
  quotes: [
    ['bid', true],
    ['ask', true],
  ],
  book: [['price', true]],
  funding: [['markPrice', true]],
  custom: [],
}

export class BadPrices implements Check {
  readonly #findings: Findings
  readonly #kind: CheckedStream['kind']
  #row = 0

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
    this.#kind = stream.kind
  }

  add(rows: CheckedRows): void {
    for (const [name, optional] of PRICES[this.#kind]) {
      const column = columnOf(rows, name)
      if (column === undefined) continue
      const action = this.#kind === 'book' ? columnOf(rows, 'action') : undefined
      for (let i = 0; i < rows.length; i++) {
        const price = column[i]
        if (price > 0 && price < Number.POSITIVE_INFINITY) continue
        if (optional && Number.isNaN(price)) continue
        // An order that leaves a book may come without its price.
        if (action?.[i] === BOOK_ACTIONS.remove) continue
        const from = rows.eventTime[i]
        this.#findings.add({
          code: Number.isNaN(price) ? 'notANumber' : 'notPositive',
          row: this.#row + i,
          column: name,
          value: price,
          from,
          to: from,
          known: rows.receiveTime[i],
          text: () => `${name} is ${price}`,
        })
      }
    }
    this.#row += rows.length
  }

  end(): readonly Finding[] {
    return this.#findings.list()
  }
}
