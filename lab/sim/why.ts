/** Why an order filled, or did not: one sentence per fact, from the record of the run. */
import { unreachable } from '../core/assert.ts'
import { isoTime } from '../core/time.ts'
import type { FillRecord } from '../domain/fill.ts'
import type { OrderRecord, Reason } from '../domain/order.ts'

const REASONS: Readonly<Record<Reason, string>> = {
  nonPositiveQuantity:
    'its quantity is not above zero; order a positive quantity and choose the side by buy or sell',
  notANumber: 'its quantity or price is not a number',
  offLotGrid: 'its quantity is not a whole number of lots; use ctx.roundQuantity(instrument, quantity)',
  offTickGrid: 'its price is not on the tick grid; use ctx.roundPrice(instrument, price)',
  tooLarge: 'it is larger than an order may be',
  unknownInstrument: 'the run is not subscribed to its instrument',
  instrumentNotInUniverse: 'its instrument was not a member of the universe then',
  invalidPrice: 'its price is not above zero',
  insufficientCash: 'the cash did not suffice',
  shortNotAllowed: 'a cash account cannot sell what it does not hold; use account: margin to sell short',
  positionLimit: 'it could have exceeded the position limit',
  buyingPower: 'it could have exceeded the buying power of the margin account',
  noPrice: 'no price of its instrument was known yet',
  noMarket: 'its instrument had no bar within one session',
  endOfSession: 'its session ended',
  immediateOrCancel: 'it could not fill at once, as IOC demands',
  byStrategy: 'the strategy cancelled it',
  unknownOrder: 'there is no such order',
  orderEnded: 'the order had ended',
  belowMinimum: 'it is smaller than its venue takes; see minQuantity and minNotional of the instrument',
  goodTillPassed: 'its time, goodTill, had come',
  fillOrKill: 'not all of it could fill at once, as FOK demands',
  postOnlyWouldTake: 'it is post-only and would have taken liquidity',
  reduceOnlyWouldIncrease: 'it is reduce-only and there was no position for it to reduce',
  otherOfGroupFilled: 'another order of its group filled',
  parentEnded: 'the order that it waited for ended without a fill',
  missedAuction: 'the auction that it was for had passed, or brought no price that it allows',
  noLiquidity: 'nobody stood on the other side of the book',
  bookUnknown: 'the book was unknown after lost messages',
  liquidation: 'the margin did not suffice, and the venue cancels orders before it closes positions',
  delisted: 'its instrument was delisted or goes on under another name',
  contractExpired: 'its contract expired',
  split: 'its instrument was split, and the venue cancels orders then',
}

export function reasonText(reason: Reason): string {
  return REASONS[reason]
}

/** The story of one order. */
export function explainOrder(order: OrderRecord, fills: readonly FillRecord[]): string {
  const told = [
    `Order ${order.id}: ${order.side} ${order.quantity} ${order.instrument} ${termsText(order)} ${order.timeInForce}` +
      `${order.tag === undefined ? '' : ` (${order.tag})`}, sent at ${isoTime(order.submittedAt)}.`,
  ]
  if (order.state === 'rejected')
    told.push(`It was refused because ${REASONS[order.reason ?? 'unknownOrder']}.`)
  for (const fill of fills)
    told.push(
      `${fill.quantity} filled at ${fill.price} on ${isoTime(fill.time)}, fee ${fill.fee}` +
        `${fill.slippage > 0 ? `, slipped by ${Number(fill.slippage.toPrecision(9))}` : ''}.`,
    )
  if (order.state === 'canceled' || order.state === 'expired')
    told.push(
      `${fills.length > 0 ? 'The rest' : 'It'} ${order.state === 'canceled' ? 'was cancelled' : 'expired'} at ` +
        `${isoTime(order.endedAt ?? order.submittedAt)} because ${REASONS[order.reason ?? 'byStrategy']}.`,
    )
  if (order.state === 'held')
    told.push(`It was held for order ${order.parent}, which had not filled when the run ended.`)
  if (order.state === 'cancelPending') told.push('Its cancel was on its way when the run ended.')
  if (order.state === 'accepted' || order.state === 'partiallyFilled')
    told.push(
      order.type === 'market'
        ? 'No bar had followed when the run ended.'
        : order.type.endsWith('OnOpen') || order.type.endsWith('OnClose')
          ? 'Its auction had not come when the run ended.'
          : 'The market had not reached its price when the run ended.',
    )
  return told.join(' ')
}

/** `stop 95 limit 94`, `trailing stop by 5 %`, `market on open` */
function termsText(order: OrderRecord): string {
  const stop = order.stopPrice ?? 'NaN'
  const limit = order.limitPrice ?? 'NaN'
  const trail =
    order.trailAmount === undefined ? `${Number(order.trailPercent?.toPrecision(12))} %` : order.trailAmount
  switch (order.type) {
    case 'market':
      return 'market'
    case 'limit':
      return `limit ${limit}`
    case 'stop':
      return `stop ${stop}`
    case 'stopLimit':
      return `stop ${stop} limit ${limit}`
    case 'marketIfTouched':
      return `touch ${stop}`
    case 'limitIfTouched':
      return `touch ${stop} limit ${limit}`
    case 'trailingStop':
      return `stop trailing by ${trail}`
    case 'trailingStopLimit':
      return `stop trailing by ${trail} with a limit`
    case 'marketOnOpen':
      return 'market on open'
    case 'limitOnOpen':
      return `limit ${limit} on open`
    case 'marketOnClose':
      return 'market on close'
    case 'limitOnClose':
      return `limit ${limit} on close`
    default:
      return unreachable(order.type)
  }
}
