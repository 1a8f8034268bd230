/**
 * What a venue does when margin does not suffice: it cancels the open orders, looks again, and closes positions in
 * its order (risk/margin.ts) with reduce-only market orders, which wait for the next price like any other.
 */
import { REDUCE_ONLY } from '../domain/working-order.ts'
import type { Engine } from '../engine/engine.ts'
import type { Guard } from '../engine/engine-setup.ts'
import type { Member } from '../engine/member.ts'
import type { Margin } from '../risk/margin.ts'

/** Looks after the margin of each strategy of a run. */
export class MarginGuard implements Guard {
  readonly #liquidations: readonly Liquidation[]

  /** @param liquidations in the order of the members */
  constructor(liquidations: readonly Liquidation[]) {
    this.#liquidations = liquidations
  }

  check(engine: Engine, now: number): void {
    const liquidations = this.#liquidations
    for (let place = 0; place < liquidations.length; place++)
      liquidations[place].check(engine, engine.members[place], now)
  }
}

export class Liquidation {
  readonly #margin: Margin
  /** Orders that it sent and that may still fill. */
  #sent: number[] = []

  constructor(margin: Margin) {
    this.#margin = margin
  }

  /** Asked at every instant, about the member whose margin it is. */
  check(engine: Engine, member: Member, now: number): void {
    const { recorder, instruments } = engine
    const { account, desk } = member
    if (this.#sent.length === 0 && (account.heldCount === 0 || this.#margin.sound())) return
    const { orders, liquidations } = recorder
    account.valuate()
    // Also of what a gap took while a liquidation was on its way.
    account.events.noteBankruptcy(now)
    this.#sent = this.#sent.filter(id => orders.living(id) !== undefined)
    if (this.#sent.length > 0 || this.#margin.assess().state !== 'liquidation') return
    if (liquidations.times++ === 0) liquidations.first = now
    for (let handle = 0; handle < instruments.length; handle++) desk.cancelAll(handle, 'liquidation')
    for (const { handle, lots } of this.#margin.assess().close) {
      const order = orders.open({
        id: orders.nextId,
        strategy: member.place,
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
      liquidations.orders++
      desk.enqueue(order, undefined)
    }
    desk.flush()
  }
}
