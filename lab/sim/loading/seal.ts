/**
 * Closes typed arrays to strategies: a method put in place of `slice` or `subarray` would be handed the feed's whole
 * columns by whoever calls it. From here on such an assignment throws, with the author's line. What libraries put on
 * arrays of their own stays open: objects that inherit from a property that cannot be written cannot have their own
 * by assignment, and apache-arrow, which may be loaded after a first run, gives its numbers a `toString` so.
 */
export function sealColumns(): void {
  const shared = Object.getPrototypeOf(Float64Array.prototype) as object
  for (const key of Reflect.ownKeys(shared)) {
    if (key === 'toString' || key === 'toLocaleString' || key === 'constructor') continue
    const { value } = Object.getOwnPropertyDescriptor(shared, key)!
    const closed = value === undefined ? { configurable: false } : { configurable: false, writable: false }
    Object.defineProperty(shared, key, closed)
  }
  Object.preventExtensions(shared)
  Object.freeze(Float64Array.prototype)
}
