/**
 * Mean daily volume and volatility of daily returns over the last days that are over: what square-root impact is
 * measured in. The day at hand does not count, because its volume is not known yet.
 * volatility: sample standard deviation of close-to-close returns. zipline takes the same 20 days.
 */
export class DayStatistics {
  readonly #days: number
  /** Rings of `days` volumes and `days` returns per handle. */
  readonly #volumes: Float64Array
  readonly #returns: Float64Array
  readonly #volumeCount: Int32Array
  readonly #returnCount: Int32Array
  readonly #present: Float64Array
  readonly #dayVolume: Float64Array
  readonly #close: Float64Array
  readonly #closeBefore: Float64Array
  /** Per handle, of days that are over: NaN until there is one, and two returns. */
  readonly volumeLots: Float64Array
  readonly volatility: Float64Array

  /** @param instruments how many @param days that are looked back at */
  constructor(instruments: number, days = 20) {
    this.#days = days
    this.#volumes = new Float64Array(instruments * days)
    this.#returns = new Float64Array(instruments * days)
    this.#volumeCount = new Int32Array(instruments)
    this.#returnCount = new Int32Array(instruments)
    this.#present = new Float64Array(instruments).fill(Number.NaN)
    this.#dayVolume = new Float64Array(instruments)
    this.#close = new Float64Array(instruments).fill(Number.NaN)
    this.#closeBefore = new Float64Array(instruments).fill(Number.NaN)
    this.volumeLots = new Float64Array(instruments).fill(Number.NaN)
    this.volatility = new Float64Array(instruments).fill(Number.NaN)
  }

  /** Ends the handle's day where `day` is a later one than before; call it before fills of that day are priced. */
  begin(handle: number, day: number): void {
    if (day === this.#present[handle]) return
    if (this.#close[handle] > 0) this.#end(handle)
    this.#present[handle] = day
    this.#dayVolume[handle] = 0
  }

  /** A bar of the present day is over. @param volumeLots NaN where the bar has none */
  add(handle: number, close: number, volumeLots: number): void {
    if (close > 0) this.#close[handle] = close
    if (volumeLots > 0) this.#dayVolume[handle] += volumeLots
  }

  #end(handle: number): void {
    const days = this.#days
    const volumes = this.#volumes
    const returns = this.#returns
    const first = handle * days
    volumes[first + (this.#volumeCount[handle]++ % days)] = this.#dayVolume[handle]
    const before = this.#closeBefore[handle]
    if (before > 0) returns[first + (this.#returnCount[handle]++ % days)] = this.#close[handle] / before - 1
    this.#closeBefore[handle] = this.#close[handle]
    const volumeCount = Math.min(days, this.#volumeCount[handle])
    let volume = 0
    for (let k = 0; k < volumeCount; k++) volume += volumes[first + k]
    this.volumeLots[handle] = volume / volumeCount
    const count = Math.min(days, this.#returnCount[handle])
    if (count < 2) return
    let sum = 0
    for (let k = 0; k < count; k++) sum += returns[first + k]
    const mean = sum / count
    let squares = 0
    for (let k = 0; k < count; k++) squares += (returns[first + k] - mean) ** 2
    this.volatility[handle] = Math.sqrt(squares / (count - 1))
  }
}
