/**
 * What an author's options mean: an order's type, prices in ticks, quantities in lots. Options that contradict each
 * other are a mistake in the strategy (ORDER_OPTIONS); a price or quantity that is wrong is a refused order.
 */
import { GordonError } from '../core/errors.ts'
import type { OrderType, Reason, TimeInForce } from '../domain/order.ts'
import { PLAIN_TERMS, type SpecialTerms } from '../domain/working-order.ts'
import type { OrderOptions, Tradable } from '../strategy/context.ts'

export const LARGEST_LOTS = 1e15
const FORCES: readonly string[] = ['GTC', 'DAY', 'GTD', 'IOC', 'FOK']

/** Lots of a quantity, or why it has none. */
export function toLots(quantity: number, instrument: Tradable): number | Reason {
  if (typeof quantity !== 'number' || Number.isNaN(quantity)) return 'notANumber'
  if (quantity <= 0) return 'nonPositiveQuantity'
  const lots = Math.round(quantity * instrument.lotsPerUnit)
  if (lots > LARGEST_LOTS) return 'tooLarge'
  return lots / instrument.lotsPerUnit === quantity ? lots : 'offLotGrid'
}

/** Ticks of a price, or why it has none. */
export function toTicks(price: number, instrument: Tradable): number | Reason {
  if (typeof price !== 'number' || Number.isNaN(price)) return 'notANumber'
  if (!(price > 0) || price === Number.POSITIVE_INFINITY) return 'invalidPrice'
  const ticks = Math.round(price * instrument.ticksPerUnit)
  return ticks / instrument.ticksPerUnit === price ? ticks : 'offTickGrid'
}

export function orderType(options: OrderOptions): OrderType {
  const limited = options.limit !== undefined
  if (options.at !== undefined) {
    if (options.at === 'open') return limited ? 'limitOnOpen' : 'marketOnOpen'
    return limited ? 'limitOnClose' : 'marketOnClose'
  }
  if (options.trail !== undefined)
    return options.trail.limitOffset === undefined ? 'trailingStop' : 'trailingStopLimit'
  if (options.touch !== undefined) return limited ? 'limitIfTouched' : 'marketIfTouched'
  if (limited) return options.stop === undefined ? 'limit' : 'stopLimit'
  return options.stop === undefined ? 'market' : 'stop'
}

/** Default GTC, and GTD for what names a time. */
export function timeInForce(options: OrderOptions): TimeInForce {
  return options.timeInForce ?? (options.goodTill === undefined ? 'GTC' : 'GTD')
}

/** An order that is nothing but a type, a limit, a stop and a time in force. */
export function isPlain(options: OrderOptions): boolean {
  return (
    options.trail === undefined &&
    options.touch === undefined &&
    options.at === undefined &&
    options.goodTill === undefined &&
    options.timeInForce !== 'GTD' &&
    options.postOnly !== true &&
    options.reduceOnly !== true &&
    options.display === undefined &&
    options.after === undefined &&
    options.group === undefined &&
    options.takeProfit === undefined &&
    options.stopLoss === undefined
  )
}

/** The terms of an order that is not plain, or why it has none. @param now µs UTC */
export function specialTerms(
  options: OrderOptions,
  instrument: Tradable,
  now: number,
): SpecialTerms | Reason {
  const { trail } = options
  const trailTicks = trail?.amount === undefined ? Number.NaN : toTicks(trail.amount, instrument)
  if (typeof trailTicks === 'string') return trailTicks
  const percent = trail?.percent
  if (percent !== undefined && !(percent > 0 && percent < 100)) return 'invalidPrice'
  const offset = trail?.limitOffset
  const limitOffsetTicks = offset === undefined ? Number.NaN : offset === 0 ? 0 : toTicks(offset, instrument)
  if (typeof limitOffsetTicks === 'string') return limitOffsetTicks
  const displayLots = options.display === undefined ? Number.NaN : toLots(options.display, instrument)
  if (typeof displayLots === 'string') return displayLots
  if (options.goodTill !== undefined && !(options.goodTill > now)) return 'goodTillPassed'
  return {
    ...PLAIN_TERMS,
    trailTicks,
    trailRate: percent === undefined ? Number.NaN : percent / 100,
    limitOffsetTicks,
    displayLots,
    goodTill: options.goodTill ?? Number.NaN,
    postOnly: options.postOnly === true,
    reduceOnly: options.reduceOnly === true,
    parent: options.after ?? 0,
    group: options.group ?? '',
  }
}

/** @throws ORDER_OPTIONS, TIME_IN_FORCE with one sentence */
export function checkOptions(options: OrderOptions, sign: 1 | -1): void {
  const force = timeInForce(options)
  if (!FORCES.includes(force))
    throw new GordonError(
      'TIME_IN_FORCE',
      `An order has the time in force ${String(force)}; write GTC, DAY, GTD, IOC or FOK.`,
    )
  const wrong = triggerTrouble(options) ?? timeTrouble(options, force) ?? bracketTrouble(options, sign)
  if (wrong !== undefined) throw new GordonError('ORDER_OPTIONS', `An order has ${wrong}.`)
}

function triggerTrouble(options: OrderOptions): string | undefined {
  const { limit, stop, touch, trail, at, postOnly, display } = options
  if (stop !== undefined && touch !== undefined)
    return 'both a stop and a touch; it waits for one of them: leave the other out'
  if (at !== undefined && at !== 'open' && at !== 'close') return `at: ${String(at)}; write 'open' or 'close'`
  if (at !== undefined && (stop !== undefined || touch !== undefined || trail !== undefined))
    return `both at: '${at}' and a trigger; an auction takes market and limit orders: leave one out`
  if (trail !== undefined) {
    if ((trail.amount === undefined) === (trail.percent === undefined))
      return 'a trail that is not one of { amount } and { percent }; name one'
    if (limit !== undefined || touch !== undefined)
      return 'both a trail and a limit or touch; for a trailing stop-limit write trail: { amount, limitOffset }'
  }
  const rests = limit !== undefined && at === undefined && stop === undefined && touch === undefined
  if (postOnly === true && !rests) return 'postOnly and is no limit order; give it a limit and no trigger'
  if (display !== undefined && limit === undefined)
    return 'a display quantity and no limit; an iceberg is a limit order'
  return undefined
}

function timeTrouble(options: OrderOptions, force: TimeInForce): string | undefined {
  const { at, postOnly, display, goodTill, after, group } = options
  const atOnce = force === 'IOC' || force === 'FOK'
  if (atOnce && (postOnly === true || display !== undefined))
    return `both ${force} and ${postOnly === true ? 'postOnly' : 'a display quantity'}; what shall rest cannot fill at once: leave one out`
  if (at !== undefined && (atOnce || force === 'GTD'))
    return `both at: '${at}' and ${force}; an auction is its own time in force: leave ${force} out`
  if (force === 'GTD' && goodTill === undefined) return 'the time in force GTD and no goodTill; name the time'
  if (force !== 'GTD' && goodTill !== undefined)
    return `both goodTill and ${force}; write timeInForce: 'GTD' or leave goodTill out`
  if (after !== undefined && !(Number.isSafeInteger(after) && after > 0))
    return `after: ${String(after)}; give it the id that buy or sell returned`
  if (group !== undefined && (typeof group !== 'string' || group === ''))
    return 'a group without a name; give it a text'
  return undefined
}

function bracketTrouble(options: OrderOptions, sign: 1 | -1): string | undefined {
  const { takeProfit, stopLoss, reduceOnly } = options
  if (takeProfit === undefined && stopLoss === undefined) return undefined
  if (reduceOnly === true)
    return 'both reduceOnly and a bracket; what only reduces leaves nothing to protect: leave one out'
  const stop = typeof stopLoss === 'object' ? stopLoss.stop : stopLoss
  if (takeProfit !== undefined && stop !== undefined && sign * (takeProfit - stop) <= 0)
    return `takeProfit ${takeProfit} and stopLoss ${stop}; of a ${sign > 0 ? 'buy' : 'sell'} the profit lies ${sign > 0 ? 'above' : 'below'} the loss`
  return undefined
}
