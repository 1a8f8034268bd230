/** How far the receiver's clock was from the venue's: told, and never mended in silence. */
import type { Stamp } from './event-rows.ts'

export class ClockSkew {
  #least = Number.POSITIVE_INFINITY
  #most = Number.NEGATIVE_INFINITY

  see({ eventTime, receiveTime }: Stamp): void {
    const took = receiveTime - eventTime
    if (took < this.#least) this.#least = took
    if (took > this.#most) this.#most = took
  }

  /** Nothing where no message was received before it happened. */
  notes(): string[] {
    if (!(this.#least < 0)) return []
    const seconds = (micros: number): string => `${(micros / 1e6).toFixed(3)} s`
    return [
      `the clocks differ: by the venue's, messages were received from ${seconds(this.#least)} to ` +
        `${seconds(this.#most)} after they happened; times are kept as they are, so correct them before latency is reckoned`,
    ]
  }
}
