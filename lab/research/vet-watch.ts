/**
 * What a strategy decides, as it decides it: each order with its terms when it is sent, each change, refusal and
 * fill when it is told, each line and point. A finished run knows only how an order ended, and that may lie after
 * the instant up to which two runs are compared.
 */
import type { FillRecord } from '../domain/fill.ts'
import type { OrderRecord } from '../domain/order.ts'
import { type BacktestRequest, backtest } from '../sim/backtest.ts'
import type { Run } from '../sim/run.ts'
import type { AnyStrategy } from '../sim/members.ts'
import type { Context } from '../strategy/context.ts'

export interface Decision {
  readonly time: number
  /** All that was decided, in words that depend on nothing but the decision. */
  readonly text: string
  /** Of an order that was sent: `buy XNAS:A`; else empty. */
  readonly order: string
  /** Of an order that was sent: where in the text its names and its last day begin, and units asked for. */
  readonly named: number
  readonly quantity: number
  readonly id: number
  readonly callback: string
}

export interface Watched {
  readonly decisions: readonly Decision[]
  /** Undefined where the strategy threw. */
  readonly run: Run | undefined
  readonly thrown: unknown
}

/** Runs a strategy and keeps its decisions; what it throws is kept too. */
export async function watch(request: BacktestRequest, onlooker: Onlooker = BLIND): Promise<Watched> {
  const decisions: Decision[] = []
  let run: Run | undefined
  let thrown: unknown
  // The instance is made before backtest first gives way, so that no other run can listen in here.
  sink = { decisions, onlooker }
  try {
    run = await backtest({ ...request, strategy: subclassOf(request.strategy) })
  } catch (error) {
    thrown = error
  } finally {
    sink = undefined
  }
  return { decisions, run, thrown }
}

/** Who looks on while the strategy's own code runs: around its constructor, and around each callback. */
export interface Onlooker {
  enter(callback: string, given: readonly unknown[]): void
  leave(): void
}

const BLIND: Onlooker = { enter: () => undefined, leave: () => undefined }

let sink: { decisions: Decision[]; onlooker: Onlooker } | undefined
const subclasses = new WeakMap<AnyStrategy, AnyStrategy>()

/** One subclass for each class, so that what a strategy keeps on its class stays where it put it. */
function subclassOf(strategy: AnyStrategy): AnyStrategy {
  const known = subclasses.get(strategy)
  if (known !== undefined) return known
  const Watching = class extends strategy {
    constructor(given?: Readonly<Record<string, unknown>>) {
      const { decisions, onlooker } = sink ?? { onlooker: BLIND }
      onlooker.enter('constructor', [])
      try {
        super(given)
      } finally {
        onlooker.leave()
      }
      if (decisions !== undefined) listen(this as unknown as Callbacks, decisions, onlooker)
    }
  }
  Object.defineProperty(Watching, 'name', { value: strategy.name })
  subclasses.set(strategy, Watching)
  return Watching
}

type Callback = (...given: unknown[]) => void
type Callbacks = Record<string, Callback | undefined>

function listen(instance: Callbacks, into: Decision[], onlooker: Onlooker): void {
  let known = 0
  const sent = (ctx: Context, callback: string): void => {
    for (;;) {
      const order = ctx.order(known + 1)
      if (order === undefined) return
      known++
      const plain = `sent ${terms(order)}`
      into.push({
        time: ctx.now,
        text: plain + namesOf(order),
        order: `${order.side} ${order.instrument}`,
        named: plain.length,
        quantity: order.quantity,
        id: order.id,
        callback,
      })
    }
  }
  const told = (text: string, id: number, ctx: Context, callback: string): void => {
    into.push({ time: ctx.now, text, order: '', named: 0, quantity: 0, id, callback })
  }
  for (const name of new Set([...callbacksOf(instance), 'onFill', 'onOrder'])) {
    const own = instance[name]
    Object.defineProperty(instance, name, {
      configurable: true,
      writable: true,
      enumerable: false,
      value(...given: unknown[]): void {
        const ctx = given[given.length - 1] as Context
        sent(ctx, name)
        if (name === 'onFill') told(fillText(given[0] as FillRecord), 0, ctx, name)
        if (name === 'onOrder') {
          const order = given[0] as OrderRecord
          told(`told ${order.state} ${order.reason} ${terms(order)}${namesOf(order)}`, order.id, ctx, name)
        }
        if (own !== undefined) {
          onlooker.enter(name, given)
          try {
            own.apply(instance, given)
          } finally {
            onlooker.leave()
          }
        }
        sent(ctx, name)
      },
    })
  }
}

/** Names of all callbacks that an instance has, its own and its classes'. */
function callbacksOf(instance: object): string[] {
  const names = new Set<string>()
  for (
    let holder = instance;
    holder !== null && holder !== Object.prototype;
    holder = Object.getPrototypeOf(holder)
  )
    for (const name of Object.getOwnPropertyNames(holder))
      if (/^on[A-Z]/.test(name) && typeof (instance as Record<string, unknown>)[name] === 'function')
        names.add(name)
  return [...names]
}

/** What is the strategy's own to choose and may well hold a date. */
function namesOf({ goodTill, group, tag }: OrderRecord): string {
  let text = goodTill === undefined ? '' : ` goodTill ${goodTill}`
  if (group !== undefined && group !== '') text += ` group ${group}`
  if (tag !== undefined && tag !== '') text += ` tag ${tag}`
  return text
}

/** Said first, said by namesOf, or of how an order went. */
const NO_TERMS: ReadonlySet<string> = new Set([
  ...['id', 'side', 'quantity', 'instrument', 'type', 'timeInForce', 'goodTill', 'group', 'tag'],
  ...['state', 'filledQuantity', 'averagePrice', 'submittedAt', 'endedAt', 'reason'],
])

/** `order 3 buy 100 XNAS:A limit GTC limitPrice 9.9`: what an order asks for, and nothing of how it went. */
function terms(order: OrderRecord): string {
  const { id, side, quantity, instrument, type, timeInForce } = order
  let text = `order ${id} ${side} ${quantity} ${instrument} ${type} ${timeInForce}`
  for (const name in order) {
    if (NO_TERMS.has(name)) continue
    const value = order[name as keyof OrderRecord]
    if (value !== undefined && value !== '') text += ` ${name} ${value}`
  }
  return text
}

function fillText(fill: FillRecord): string {
  return `filled order ${fill.orderId} ${fill.side} ${fill.quantity} ${fill.instrument} at ${fill.price} fee ${fill.fee}`
}
