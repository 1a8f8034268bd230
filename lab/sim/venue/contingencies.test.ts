/** Contingencies before a venue that is nothing but a list: whatever stands behind the port, they hold. */
import { expect, it } from 'vitest'
import type { Reason } from '../../domain/order.ts'
import type { AccountReports, OrderChange, Venue, VenueReports } from '../../domain/ports/venue.ts'
import { PLAIN_TERMS, type SpecialTerms, WorkingOrder } from '../../domain/working-order.ts'
import { Contingencies } from './contingencies.ts'
import { AtAccount } from './standing.ts'

class ListVenue implements Venue {
  readonly idle = false
  readonly orders: number[] = []
  readonly reports: VenueReports
  constructor(reports: VenueReports) {
    this.reports = reports
  }
  submit(order: WorkingOrder, now: number): void {
    this.orders.push(order.id)
    this.reports.accepted(order, now)
  }
  cancel(order: WorkingOrder, now: number, reason: Reason): void {
    this.reports.canceled(order, reason, now)
  }
  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    this.reports.replaced(order, change, now)
  }
  work(): void {}
}

/** An account that writes down what it is told. */
class Diary implements AccountReports {
  readonly told: string[] = []
  readonly orders = new Map<number, WorkingOrder>()
  position = 0
  accepted(order: WorkingOrder): void {
    order.enter('accepted', 0)
  }
  held(order: WorkingOrder): void {
    order.enter('held', 0)
  }
  rejected(order: WorkingOrder, reason: Reason): void {
    this.#end(order, 'rejected', reason)
  }
  canceled(order: WorkingOrder, reason: Reason): void {
    this.#end(order, 'canceled', reason)
  }
  expired(order: WorkingOrder, reason: Reason): void {
    this.#end(order, 'expired', reason)
  }
  cancelPending(order: WorkingOrder): void {
    order.enter('cancelPending', 0)
  }
  replaced(order: WorkingOrder, change: OrderChange): void {
    order.lots = change.lots ?? order.lots
  }
  filled(order: WorkingOrder, lots: number): void {
    order.filledLots += lots
    this.position += order.sign * lots
    order.enter(order.filledLots === order.lots ? 'filled' : 'partiallyFilled', 0)
    this.told.push(`${order.id} filled ${lots}`)
  }
  resized(order: WorkingOrder, lots: number, waitingLots: number): void {
    order.lots = lots
    order.waitingLots = waitingLots
    this.told.push(`${order.id} has ${order.remainingLots}`)
  }
  approve(): undefined {}
  positionLots(): number {
    return this.position
  }
  find(id: number): WorkingOrder | undefined {
    return this.orders.get(id)
  }
  payableLots(_order: WorkingOrder, lots: number): number {
    return lots
  }
  #end(order: WorkingOrder, state: 'rejected' | 'canceled' | 'expired', reason: Reason): void {
    order.enter(state, 0, reason)
    this.told.push(`${order.id} ${state} ${reason}`)
  }
}

function desk() {
  const diary = new Diary()
  let venue!: ListVenue
  const ties = new Contingencies(diary, reports => (venue = new ListVenue(reports)), new AtAccount(diary))
  const send = (id: number, sign: 1 | -1, lots: number, special: Partial<SpecialTerms> = {}) => {
    const order = new WorkingOrder()
    order.begin({
      id,
      handle: 0,
      sign,
      type: 'limit',
      timeInForce: 'GTC',
      lots,
      limitTicks: 100,
      stopTicks: Number.NaN,
      submittedAt: 0,
      decidedAt: 0,
      tag: '',
      special: Object.keys(special).length === 0 ? PLAIN_TERMS : { ...PLAIN_TERMS, ...special },
    })
    diary.orders.set(id, order)
    ties.submit(order, 0)
    return order
  }
  return { diary, ties, send, venue }
}

it('a fill of one order of a group cuts the others in proportion, rounded down, and ends them when it is whole', () => {
  const { diary, ties, send } = desk()
  const first = send(1, -1, 10, { group: 'g' })
  send(2, -1, 10, { group: 'g' })
  send(3, -1, 5, { group: 'g' })
  // 10 → 7: seven tenths of 10 and of 5.
  ties.filled(first, 3, 1, 0, 0)
  ties.filled(first, 7, 1, 0, 0)
  expect(diary.told).toEqual([
    '1 filled 3',
    '2 has 7',
    '3 has 3',
    '1 filled 7',
    '2 canceled otherOfGroupFilled',
    '3 canceled otherOfGroupFilled',
  ])
})

it('children reach the venue with their parent’s fill and not before', () => {
  const { ties, send, venue } = desk()
  const entry = send(1, 1, 10)
  const bracket = { parent: 1, group: 'b', bracket: true, reduceOnly: true }
  const profit = send(2, -1, 10, bracket)
  send(3, -1, 10, bracket)
  send(4, -1, 1, { parent: 1 })
  expect(venue.orders).toEqual([1])
  ties.filled(entry, 4, 1, 0, 0)
  expect(venue.orders).toEqual([1, 2, 3])
  expect(profit.remainingLots).toBe(4)
  ties.filled(entry, 6, 1, 0, 0)
  expect(venue.orders).toEqual([1, 2, 3, 4])
  expect(profit.remainingLots).toBe(10)
})

it('a parent’s new quantity is its children’s', () => {
  const { ties, send } = desk()
  const entry = send(1, 1, 10)
  const child = send(2, -1, 10, { parent: 1, bracket: true, reduceOnly: true })
  ties.filled(entry, 4, 1, 0, 0)
  ties.replace(entry, { lots: 7 }, 0)
  expect([child.lots, child.waitingLots, child.remainingLots]).toEqual([7, 3, 4])
})

it('a reduce-only order that finds nothing to reduce says so, not that cash was short', () => {
  const { diary, ties, send } = desk()
  const order = send(1, -1, 10, { reduceOnly: true })
  expect(ties.payableLots(order, 10, 1)).toBe(0)
  ties.canceled(order, 'insufficientCash', 0)
  diary.position = 6
  const other = send(2, -1, 10, { reduceOnly: true })
  expect(ties.payableLots(other, 10, 1)).toBe(6)
  expect(diary.told).toEqual(['1 canceled reduceOnlyWouldIncrease'])
})
