/**
 * From ids to small integers without allocation: open addressing with linear probing over typed arrays, and
 * deletion by shifting back (Knuth, The Art of Computer Programming 3, 6.4, algorithm R). At most half full.
 * Ids are safe integers.
 */
export class IdIndex {
  count = 0
  private ids = new Float64Array(64)
  /** Slot + 1; 0 where the place is free. */
  private slots = new Int32Array(64)

  /** −1 where the id is unknown. */
  get(id: number): number {
    return this.slots[this.place(id)] - 1
  }

  set(id: number, slot: number): void {
    const at = this.place(id)
    if (this.slots[at] === 0) {
      this.count++
      this.ids[at] = id
    }
    this.slots[at] = slot + 1
    if (this.count * 2 > this.ids.length) this.grow()
  }

  /** Gives the slot that the id had, −1 where it was unknown. */
  delete(id: number): number {
    const { ids, slots } = this
    const mask = ids.length - 1
    let free = this.place(id)
    const slot = slots[free] - 1
    if (slot < 0) return -1
    this.count--
    for (let at = (free + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      // It may move to the free place only if its own home does not lie between the two.
      if (((at - hash(ids[at])) & mask) < ((at - free) & mask)) continue
      ids[free] = ids[at]
      slots[free] = slots[at]
      free = at
    }
    slots[free] = 0
    return slot
  }

  clear(): void {
    this.count = 0
    this.slots.fill(0)
  }

  /** Where the id is, or would be put. */
  private place(id: number): number {
    const mask = this.ids.length - 1
    let at = hash(id) & mask
    while (this.slots[at] !== 0 && this.ids[at] !== id) at = (at + 1) & mask
    return at
  }

  private grow(): void {
    const { ids, slots } = this
    this.ids = new Float64Array(ids.length * 2)
    this.slots = new Int32Array(ids.length * 2)
    this.count = 0
    for (let at = 0; at < ids.length; at++) if (slots[at] !== 0) this.set(ids[at], slots[at] - 1)
  }
}

/** Both halves of the number, mixed so that neighbours spread. */
function hash(id: number): number {
  let mixed = Math.imul((id | 0) ^ Math.imul(Math.floor(id / 4_294_967_296) | 0, 0x9e3779b1), 0x85ebca6b)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
