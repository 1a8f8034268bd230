/**
 * What a venue does when margin does not suffice: it cancels the open orders, looks again, and closes positions in
 * its order (risk/margin.ts) with reduce-only market orders, which wait for the next price like any other.
 */
import { REDUCE_ONLY } from '../domain/working-order.ts'
import type { Engine } from '../engine/engine.ts'
import type { Margin } from '../risk/margin.ts'

export class Liquidation {
  /** Orders that it has sent. */
  count = 0
  readonly #margin: Margin
  #sent: number[] = []

  constructor(margin: Margin) {
    this.#margin = margin
  }

  /** Asked at every instant with something held. */
  check(engine: Engine, now: number): void {
    if (this.#margin.sound()) return
    const { account, desk, recorder, instruments } = engine
    account.events.noteBankruptcy(now)
    const { orders } = recorder
    this.#sent = this.#sent.filter(id => orders.living(id) !== undefined)
    if (this.#sent.length > 0 || this.#margin.assess().state !== 'liquidation') return
    for (let handle = 0; handle < instruments.length; handle++) desk.cancelAll(handle, 'liquidation')
    for (const { handle, lots } of this.#margin.assess().close) {
      const order = orders.open({
        id: orders.nextId,
        handle,
        sign: lots > 0 ? 1 : -1,
        type: 'market',
        timeInForce: 'GTC',
        lots: Math.abs(lots),
        limitTicks: Number.NaN,
        stopTicks: Number.NaN,
        submittedAt: now,
        decidedAt: engine.eventClock,
        tag: 'liquidation',
        special: REDUCE_ONLY,
      })
      this.#sent.push(order.id)
      this.count++
      desk.enqueue(order, undefined)
    }
    desk.flush()
  }
}
