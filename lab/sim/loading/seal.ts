/**
 * Closes typed arrays to strategies: a method put in place of `slice` or `subarray` would be handed the feed's whole
 * columns by whoever calls it. From here on such an assignment throws, with the author's line. What libraries put on
 * arrays of their own stays open: objects that inherit from a property that cannot be written cannot have their own
 * by assignment, and apache-arrow, which may be loaded after a first run, gives its numbers a `toString` so.
 *
 * Property by property and not by Object.freeze: V8 marks what `freeze` was called on as having elements that cannot
 * be written, and every store into every typed array of the process then goes the slow way (1.4 µs more an order).
 */
const OPEN: readonly PropertyKey[] = ['toString', 'toLocaleString', 'constructor']

export function sealColumns(): void {
  close(Object.getPrototypeOf(Float64Array.prototype) as object, OPEN)
  close(Float64Array.prototype, [])
  // `slice` and `subarray` ask the class which class to make, and would hand its constructor the buffer.
  closeProperty(Object.getPrototypeOf(Float64Array) as object, Symbol.species)
  Object.preventExtensions(Float64Array)
  closeProperty(globalThis, 'Float64Array')
}

function close(prototype: object, open: readonly PropertyKey[]): void {
  if (!Object.isExtensible(prototype)) return
  for (const key of Reflect.ownKeys(prototype)) {
    if (!open.includes(key)) closeProperty(prototype, key)
  }
  Object.preventExtensions(prototype)
}

function closeProperty(of: object, key: PropertyKey): void {
  const { value } = Object.getOwnPropertyDescriptor(of, key)!
  const closed = value === undefined ? { configurable: false } : { configurable: false, writable: false }
  Object.defineProperty(of, key, closed)
}
