/**
 * Clocks of the venue and of the receiver that do not agree. A row that is received before it happened
 * (`receivedBefore`) proves it. Else the smallest delay of every 128 rows is looked at: it is the way through the
 * network, which hardly changes, and steps when a clock is set (`clockStep`; Paxson 1998, "On calibrating
 * measurements of packet transit times", SIGMETRICS 26). A step is told where the floor leaves the median of the last
 * 32 floors by more than 10 robust deviations and by more than half of it and two milliseconds, and stays there for
 * two blocks more; a queue that empties again in that time is none.
 */
import type { Micros } from '../../core/time.ts'
import { type Check, type CheckedRows, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'
import { SortedWindow } from './sorted-window.ts'

const BLOCK = 128
const BLOCKS = 32
const FEWEST = 4
const STAYS = 3
const DEVIATIONS = 10
const SMALLEST = 2000

export class ClockSkew implements Check {
  readonly #findings: Findings
  readonly #floors = new SortedWindow(BLOCKS)
  /** The block that is being read. */
  #floor = Number.POSITIVE_INFINITY
  #rows = 0
  #blockRow = 0
  #blockTime: Micros = Number.NaN
  /** Blocks on the other side of a step, in a row. */
  #stepped = 0
  #stepRow = 0
  #stepTime: Micros = Number.NaN
  readonly #beyond = new Float64Array(STAYS)
  #row = 0

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
  }

  add({ length, eventTime, receiveTime }: CheckedRows): void {
    if (receiveTime === eventTime) {
      this.#row += length
      return
    }
    for (let i = 0; i < length; i++) {
      const delay = receiveTime[i] - eventTime[i]
      if (delay < 0) this.#tellBefore(this.#row + i, eventTime[i], receiveTime[i])
      if (this.#rows === 0) {
        this.#blockRow = this.#row + i
        this.#blockTime = eventTime[i]
      }
      if (delay < this.#floor) this.#floor = delay
      if (++this.#rows === BLOCK) this.#close(eventTime[i], receiveTime[i])
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    return this.#findings.list()
  }

  #tellBefore(row: number, event: Micros, known: Micros): void {
    const text = () => `it happened ${words(event - known)} after it was received`
    this.#findings.add({ code: 'receivedBefore', row, from: event, to: event, known, text })
  }

  #close(time: Micros, known: Micros): void {
    const floor = this.#floor
    this.#floor = Number.POSITIVE_INFINITY
    this.#rows = 0
    const floors = this.#floors
    const usual = floors.median()
    const away = Math.abs(floor - usual)
    const isAway =
      floors.size >= FEWEST &&
      away > DEVIATIONS * floors.deviation() &&
      away > Math.abs(usual) / 2 &&
      away > SMALLEST
    if (!isAway) {
      this.#stepped = 0
      floors.push(floor)
      return
    }
    if (this.#stepped === 0) {
      this.#stepRow = this.#blockRow
      this.#stepTime = this.#blockTime
    }
    this.#beyond[this.#stepped++] = floor
    if (this.#stepped < STAYS) return
    const row = this.#stepRow
    const text = () =>
      `the least delay goes from ${words(usual)} to ${words(floor)} and stays: a clock was set`
    this.#findings.add({ code: 'clockStep', row, rows: 0, from: this.#stepTime, to: time, known, text })
    // From now on this is what is usual.
    floors.clear()
    for (let k = 0; k < STAYS; k++) floors.push(this.#beyond[k])
    this.#stepped = 0
  }
}

function words(time: Micros): string {
  return Math.abs(time) >= 1_000_000 ? `${(time / 1e6).toFixed(2)} s` : `${(time / 1000).toFixed(2)} ms`
}
