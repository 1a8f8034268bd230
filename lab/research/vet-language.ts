/**
 * The parts of the language that every module of a process shares, as they were before a strategy was loaded. A
 * strategy that changes them sees what others hand to them, or keeps there what the next run will find.
 */
import * as authoring from '../strategy/index.ts'

interface Shared {
  readonly name: string
  readonly object: object
}

const TYPED = Object.getPrototypeOf(Float64Array.prototype) as object
const ITERATORS = [[][Symbol.iterator](), new Map().entries(), new Set().values(), (function* () {})()]

const CONSTRUCTORS = [
  ...[
    Object,
    Function,
    Array,
    Number,
    String,
    Boolean,
    Symbol,
    BigInt,
    Date,
    RegExp,
    Error,
    TypeError,
    RangeError,
  ],
  ...[Map, Set, WeakMap, WeakSet, Promise, ArrayBuffer, SharedArrayBuffer, DataView],
  ...[Float64Array, Float32Array, Int8Array, Int16Array, Int32Array, Uint8Array, Uint16Array, Uint32Array],
] as readonly { readonly name: string; readonly prototype: object }[]

const SHARED: readonly Shared[] = [
  ...CONSTRUCTORS.flatMap(one => [
    { name: one.name, object: one },
    { name: `${one.name}.prototype`, object: one.prototype },
  ]),
  { name: 'TypedArray', object: Object.getPrototypeOf(Float64Array) as object },
  { name: 'TypedArray.prototype', object: TYPED },
  ...ITERATORS.map((one, place) => ({
    name: `iterator ${place}`,
    object: Object.getPrototypeOf(one) as object,
  })),
  ...Object.entries({ Math, JSON, Reflect, Intl, Atomics, console, globalThis }).map(([name, object]) => ({
    name,
    object,
  })),
  ...Object.entries(authoring).flatMap(([name, value]) =>
    typeof value === 'function' ? [{ name: `gordon/strategy ${name}`, object: value as object }] : [],
  ),
]

export type Language = readonly ReadonlyMap<PropertyKey, PropertyDescriptor>[]

export function rememberLanguage(): Language {
  return SHARED.map(
    ({ object }) =>
      new Map(Reflect.ownKeys(object).map(key => [key, Object.getOwnPropertyDescriptor(object, key)!])),
  )
}

/** What is other than it was: `Float64Array.prototype.slice`. */
export function changesOf(language: Language): string[] {
  const changed: string[] = []
  SHARED.forEach(({ name, object }, place) => {
    const before = language[place]
    for (const key of new Set([...before.keys(), ...Reflect.ownKeys(object)])) {
      // Written by node and by test runners at any time.
      if (name === 'globalThis' && typeof key === 'string' && /^__/.test(key)) continue
      if (key === 'prepareStackTrace' || key === 'stackTraceLimit') continue
      if (!same(before.get(key), Object.getOwnPropertyDescriptor(object, key)))
        changed.push(`${name}.${String(key)}`)
    }
  })
  return changed
}

/** Puts everything back that can be put back. */
export function restoreLanguage(language: Language): void {
  SHARED.forEach(({ object }, place) => {
    const before = language[place]
    for (const key of Reflect.ownKeys(object)) if (!before.has(key)) Reflect.deleteProperty(object, key)
    for (const [key, descriptor] of before)
      if (!same(descriptor, Object.getOwnPropertyDescriptor(object, key)))
        Reflect.defineProperty(object, key, descriptor)
  })
}

function same(a: PropertyDescriptor | undefined, b: PropertyDescriptor | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  // node makes some globals only when they are first asked for.
  if (a.get !== undefined && b.get === undefined) return true
  return Object.is(a.value, b.value) && a.get === b.get && a.set === b.set
}
