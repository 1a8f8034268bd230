/** Seeded chance: xoroshiro128+ of pure-rand, 53-bit uniforms in [0, 1). The only source of chance in lab/. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>

  /** @param seed any integer; equal seeds give equal sequences. The first numbers of small seeds lie at the edges. */
  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed)
  }

  /**
   * For seeds that people choose, 1, 2, 3: stirred first, so that near ones have nothing in common.
   * @param stream of several that one seed gives, from 0
   */
  static ofChoice(seed: number, stream = 0): Random {
    const chosen = stirred(seed)
    return new Random(stream === 0 ? chosen : stirred(chosen ^ Math.imul(stream, 0x85ebca77)))
  }

  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number {
    const high = this.#generator.next() >>> 5
    const low = this.#generator.next() >>> 6
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /** Uniform integer in [from, below). */
  integer(from: number, below: number): number {
    return from + Math.floor(this.uniform() * (below - from))
  }

  /** Standard normal, by Box and Muller (1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }
}

/** MurmurHash3's finaliser (Appleby 2011) over the two halves of a seed. */
function stirred(seed: number): number {
  let hash = ((seed + 0x9e3779b9) | 0) ^ Math.imul(Math.floor(seed / 2 ** 32) | 0, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
