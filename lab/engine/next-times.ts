/**
 * When each stream has its next event: a tree of minima over the stream handles. The earliest time is the root;
 * the streams that have it are found in handle order without visiting the others, so a tick of one symbol
 * among thousands costs log₂ n. When most streams are due at once (a panel of daily bars) the leaves alone are
 * kept, two passes over an array; the inner nodes are made again when single streams move.
 */
export class NextTimes {
  readonly #count: number
  readonly #base: number
  readonly #tree: Float64Array
  /** Least leaf while the inner nodes are out of date. */
  #least = Number.POSITIVE_INFINITY
  #leavesOnly = false

  constructor(count: number) {
    this.#count = count
    let base = 1
    while (base < count) base *= 2
    this.#base = base
    this.#tree = new Float64Array(2 * base).fill(Number.POSITIVE_INFINITY)
  }

  /** Time of the earliest event, Infinity when every stream has ended. */
  get earliest(): number {
    return this.#leavesOnly ? this.#least : this.#tree[1]
  }

  set(handle: number, time: number): void {
    if (this.#leavesOnly) this.#grow()
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

  /** Sets many at once: `times[k]` belongs to `handles[k]`. */
  setAll(handles: Uint32Array, times: Float64Array, count: number): void {
    if (count * 4 < this.#count) {
      for (let k = 0; k < count; k++) this.set(handles[k], times[k])
      return
    }
    const tree = this.#tree
    const base = this.#base
    for (let k = 0; k < count; k++) tree[base + handles[k]] = times[k]
    let least = Number.POSITIVE_INFINITY
    for (let leaf = base; leaf < base + this.#count; leaf++) if (tree[leaf] < least) least = tree[leaf]
    this.#least = least
    this.#leavesOnly = true
  }

  /** Writes the handles whose next time is `time` into `out`, ascending; returns how many. */
  due(time: number, out: Uint32Array): number {
    if (!this.#leavesOnly) return this.#collect(1, time, out, 0)
    const tree = this.#tree
    const base = this.#base
    let found = 0
    for (let handle = 0; handle < this.#count; handle++)
      if (tree[base + handle] === time) out[found++] = handle
    return found
  }

  /** Makes the inner nodes anew from the leaves. */
  #grow(): void {
    const tree = this.#tree
    for (let node = this.#base - 1; node > 0; node--) {
      const left = tree[2 * node]
      const right = tree[2 * node + 1]
      tree[node] = left < right ? left : right
    }
    this.#leavesOnly = false
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
