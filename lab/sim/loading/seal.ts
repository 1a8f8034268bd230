/**
 * Closes typed arrays to strategies: a method put in place of `slice` or `subarray` would be handed the feed's whole
 * columns by whoever calls it. From here on such an assignment throws, with the author's line.
 */
export function sealColumns(): void {
  Object.freeze(Object.getPrototypeOf(Float64Array.prototype))
  Object.freeze(Float64Array.prototype)
}
