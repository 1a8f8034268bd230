/**
 * When each stream has its next event: a tree of minima over the stream handles. The earliest time is the root;
 * the streams that have it are found in handle order without visiting the others, so a tick of one symbol
 * among thousands costs log₂ n and a bar of all of them costs n.
 */
export class NextTimes {
  readonly #count: number
  readonly #base: number
  readonly #tree: Float64Array

  constructor(count: number) {
    this.#count = count
    let base = 1
    while (base < count) base *= 2
    this.#base = base
    this.#tree = new Float64Array(2 * base).fill(Number.POSITIVE_INFINITY)
  }

  /** Time of the earliest event, Infinity when every stream has ended. */
  get earliest(): number {
    return this.#tree[1]
  }

  set(handle: number, time: number): void {
    const tree = this.#tree
    let node = this.#base + handle
    tree[node] = time
    while (node > 1) {
      node >>= 1
      const left = tree[2 * node]
      const right = tree[2 * node + 1]
      const least = left < right ? left : right
      if (tree[node] === least) return
      tree[node] = least
    }
  }

  /** Sets many at once: leaves first, then one pass over the inner nodes. `times[k]` belongs to `handles[k]`. */
  setAll(handles: Uint32Array, times: Float64Array, count: number): void {
    if (count * 8 < this.#count) {
      for (let k = 0; k < count; k++) this.set(handles[k], times[k])
      return
    }
    const tree = this.#tree
    for (let k = 0; k < count; k++) tree[this.#base + handles[k]] = times[k]
    for (let node = this.#base - 1; node > 0; node--) {
      const left = tree[2 * node]
      const right = tree[2 * node + 1]
      tree[node] = left < right ? left : right
    }
  }

  /** Writes the handles whose next time is `time` into `out`, ascending; returns how many. */
  due(time: number, out: Uint32Array): number {
    if (this.#count === 1) {
      out[0] = 0
      return this.#tree[1] === time ? 1 : 0
    }
    return this.#collect(1, time, out, 0)
  }

  #collect(node: number, time: number, out: Uint32Array, found: number): number {
    if (this.#tree[node] !== time) return found
    if (node >= this.#base) {
      out[found] = node - this.#base
      return found + 1
    }
    return this.#collect(2 * node + 1, time, out, this.#collect(2 * node, time, out, found))
  }
}
