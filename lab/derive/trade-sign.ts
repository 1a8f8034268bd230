/**
 * Who took: the feed's word where it has one, else the tick rule (López de Prado 2018, section 2.3.2.1; Lee and Ready
 * 1991): the sign of the change from the price before, and where there was none, the sign of the trade before. Until
 * something is known the sign is 0.
 */
export type SideSource = 'feed' | 'tickRule'

export class TradeSign {
  #sign = 0
  #price = Number.NaN
  readonly #believes: boolean

  /** @param source `feed`: the feed's side where it is not 0; `tickRule`: never */
  constructor(source: SideSource) {
    this.#believes = source === 'feed'
  }

  /** Of the next trade: +1 a buyer, −1 a seller, 0 not known. */
  next(price: number, side: number): number {
    if (this.#believes && side !== 0) this.#sign = side > 0 ? 1 : -1
    else if (price > this.#price) this.#sign = 1
    else if (price < this.#price) this.#sign = -1
    this.#price = price
    return this.#sign
  }
}
