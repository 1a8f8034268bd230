/**
 * The parts of the language that every module of a process shares, as they were before a strategy was loaded. A
 * strategy that changes them sees what others hand to them, or keeps there what the next run will find.
 */
import { GordonError } from '../core/errors.ts'
import {
  adx,
  atr,
  bollinger,
  donchian,
  ema,
  macd,
  obv,
  roc,
  rsi,
  sma,
  standardDeviation,
  stochastic,
  vwap,
  wma,
  zScore,
} from '../indicators/index.ts'
import * as authoring from '../strategy/index.ts'
import { IndicatorHandle } from '../strategy/indicator-handle.ts'

interface Shared {
  readonly name: string
  readonly object: object
}

const TYPED = Object.getPrototypeOf(Float64Array.prototype) as object
const ITERATORS = [[][Symbol.iterator](), new Map().entries(), new Set().values(), (function* () {})()]

/** One of each built-in: what a strategy gets when it calls `create` of a spec by itself. */
const INDICATORS = [
  ...[sma, ema, wma, roc, rsi, atr, adx, donchian, zScore, bollinger, standardDeviation, vwap].map(of =>
    of(2),
  ),
  ...[obv(), macd(), stochastic()],
].map(spec => spec.create({ ticksPerUnit: 1, lotsPerUnit: 1 }))

/** Functions that node and the language put on the global object, which are not made only when they are asked for. */
const GLOBALS = Reflect.ownKeys(globalThis).flatMap((key): Shared[] => {
  const value: unknown = Object.getOwnPropertyDescriptor(globalThis, key)?.value
  if (typeof key !== 'string' || typeof value !== 'function') return []
  const prototype: unknown = Object.getOwnPropertyDescriptor(value, 'prototype')?.value
  const own = [{ name: key, object: value }]
  return typeof prototype === 'object' && prototype !== null
    ? [...own, { name: `${key}.prototype`, object: prototype }]
    : own
})

/** Reached through a value, not through a name. */
const HIDDEN: readonly Shared[] = [
  { name: 'TypedArray', object: Object.getPrototypeOf(Float64Array) as object },
  { name: 'TypedArray.prototype', object: TYPED },
  ...upwards('an iterator', ITERATORS),
  ...upwards('a generator', [function* () {}]),
  ...upwards('an asynchronous function', [async () => {}, async function* () {}]),
]

/** Classes of gordon behind what a strategy may import, or may catch. */
const GORDON: readonly Shared[] = [
  ...Object.entries(authoring).flatMap(([name, value]) =>
    typeof value === 'function' ? [{ name: `gordon/strategy ${name}`, object: value as object }] : [],
  ),
  ...[GordonError, IndicatorHandle].flatMap(one => [
    { name: one.name, object: one },
    { name: `${one.name}.prototype`, object: one.prototype as object },
  ]),
  ...upwards('an indicator', INDICATORS),
]

function upwards(name: string, values: readonly object[]): Shared[] {
  return values.flatMap(value => {
    const found: Shared[] = []
    const end: unknown[] = [Object.prototype, Function.prototype, null]
    for (let one = Object.getPrototypeOf(value); !end.includes(one); one = Object.getPrototypeOf(one)) {
      const { constructor: maker } = one as { readonly constructor?: unknown }
      found.push({ name: `the prototype of ${name}`, object: one })
      if (typeof maker === 'function') found.push({ name: `the class of ${name}`, object: maker })
    }
    return found
  })
}

const SHARED: readonly Shared[] = [
  ...GLOBALS,
  ...HIDDEN,
  ...Object.entries({ Math, JSON, Reflect, Intl, Atomics, console, globalThis }).map(([name, object]) => ({
    name,
    object,
  })),
  ...GORDON,
]

interface Remembered extends Shared {
  readonly before: ReadonlyMap<PropertyKey, PropertyDescriptor>
}

/** What shared objects were, by object. */
export type Language = Map<object, Remembered>

export function rememberLanguage(): Language {
  const language: Language = new Map()
  for (const { name, object } of SHARED) alsoRemember(language, name, object)
  return language
}

/** Another object to keep an eye on from now on; nothing where it is known. */
export function alsoRemember(language: Language, name: string, object: object): void {
  if (language.has(object)) return
  const before = new Map(
    Reflect.ownKeys(object).map(key => [key, Object.getOwnPropertyDescriptor(object, key)!]),
  )
  language.set(object, { name, object, before })
}

/** What is other than it was: `Float64Array.prototype.slice`. */
export function changesOf(language: Language): string[] {
  const changed: string[] = []
  for (const { name, object, before } of language.values()) {
    let kept = 0
    for (const key of Reflect.ownKeys(object)) {
      const was = before.get(key)
      if (was !== undefined) kept++
      if (mayChange(name, key)) continue
      if (!same(was, Object.getOwnPropertyDescriptor(object, key))) changed.push(`${name}.${String(key)}`)
    }
    if (kept === before.size) continue
    for (const key of before.keys())
      if (!Object.hasOwn(object, key) && !mayChange(name, key)) changed.push(`${name}.${String(key)}`)
  }
  return changed
}

/** Written by node and by test runners at any time. */
function mayChange(name: string, key: PropertyKey): boolean {
  if (key === 'prepareStackTrace' || key === 'stackTraceLimit') return true
  return name === 'globalThis' && typeof key === 'string' && /^__/.test(key)
}

/** Puts everything back that can be put back. */
export function restoreLanguage(language: Language): void {
  for (const { name, object, before } of language.values()) {
    for (const key of Reflect.ownKeys(object))
      if (!before.has(key) && !mayChange(name, key)) Reflect.deleteProperty(object, key)
    for (const [key, descriptor] of before)
      if (!mayChange(name, key) && !same(descriptor, Object.getOwnPropertyDescriptor(object, key)))
        Reflect.defineProperty(object, key, descriptor)
  }
}

function same(a: PropertyDescriptor | undefined, b: PropertyDescriptor | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  // node makes some globals only when they are first asked for.
  if (a.get !== undefined && b.get === undefined) return true
  return Object.is(a.value, b.value) && a.get === b.get && a.set === b.set
}
