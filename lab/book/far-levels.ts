/**
 * The few levels too far from the market for a dense window: (key, size) pairs in two typed arrays, sorted so
 * that the nearest key stands last. What happens close to the window's edge then moves few entries, and the
 * window takes levels in, and gives them up, by popping and pushing. Grows by doubling, never allocates else.
 */
export class FarLevels {
  count = 0
  /** Descending: the smallest key, the nearest, is keys[count - 1]. */
  private keys = new Float64Array(16)
  private sizes = new Float64Array(16)

  /** Key nearest to the market; NaN when there is none. */
  get nearest(): number {
    return this.count === 0 ? Number.NaN : this.keys[this.count - 1]
  }

  size(key: number): number {
    const at = this.place(key)
    return at < this.count && this.keys[at] === key ? this.sizes[at] : 0
  }

  /** Sets a level, 0 takes it away; gives what it held before. */
  set(key: number, size: number): number {
    const at = this.place(key)
    if (at < this.count && this.keys[at] === key) {
      const previous = this.sizes[at]
      if (size > 0) this.sizes[at] = size
      else this.remove(at)
      return previous
    }
    if (size > 0) this.insert(at, key, size)
    return 0
  }

  /** Nearest key beyond `key`, NaN when there is none. */
  next(key: number): number {
    const at = this.place(key)
    return at === 0 ? Number.NaN : this.keys[at - 1]
  }

  /** Adds a key nearer than all others. */
  push(key: number, size: number): void {
    this.insert(this.count, key, size)
  }

  /** Takes the nearest away; gives its size. */
  pop(): number {
    this.count--
    return this.sizes[this.count]
  }

  /** Holds what another does. */
  become(other: FarLevels): void {
    this.count = other.count
    this.keys = other.keys.slice()
    this.sizes = other.sizes.slice()
  }

  clear(): void {
    this.count = 0
  }

  /** Index of the first entry whose key is at or below `key`. */
  private place(key: number): number {
    const keys = this.keys
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (keys[middle] > key) low = middle + 1
      else high = middle
    }
    return low
  }

  private insert(at: number, key: number, size: number): void {
    if (this.count === this.keys.length) this.grow()
    this.keys.copyWithin(at + 1, at, this.count)
    this.sizes.copyWithin(at + 1, at, this.count)
    this.keys[at] = key
    this.sizes[at] = size
    this.count++
  }

  private remove(at: number): void {
    this.keys.copyWithin(at, at + 1, this.count)
    this.sizes.copyWithin(at, at + 1, this.count)
    this.count--
  }

  private grow(): void {
    const { keys, sizes } = this
    this.keys = new Float64Array(keys.length * 2)
    this.sizes = new Float64Array(keys.length * 2)
    this.keys.set(keys)
    this.sizes.set(sizes)
  }
}
