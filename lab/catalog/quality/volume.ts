/**
 * Volumes of bars that are odd: negative; not known; none at all in a bar whose prices move, where bars without volume
 * are rare; and more than twenty times the usual volume and five deviations of its logarithm above it, as lots for
 * shares are. Usual is the median of the last 100 bars that traded, and the deviation that of the busier half of them:
 * quiet bars are quieter than busy ones are busy. Busy days are five or ten times the usual, a delisting or an index
 * change more: hence `suspect`, and never more.
 */
import type { BarSeries } from '../../domain/bar.ts'
import type { Micros } from '../../core/time.ts'
import { type Check, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'
import { SortedWindow } from './sorted-window.ts'

const WINDOW = 100
const WARM_UP = 20
const TIMES = Math.log(20)
const DEVIATIONS = 5
/** Bars without volume are rare below this part of them. */
const RARE = 0.02
const WEIGHT = 1 / 500

export class Volume implements Check<BarSeries> {
  readonly #findings: Findings
  readonly #logs = new SortedWindow(WINDOW)
  /** The first bars, which wait until there are enough. */
  readonly #early = {
    volume: [] as number[],
    time: [] as number[],
    known: [] as number[],
    row: [] as number[],
  }
  #zeros = 0
  #isKnown = false
  #seen = 0
  #row = 0

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
  }

  add({ length, volume, high, low, eventTime, receiveTime }: BarSeries): void {
    for (let i = 0; i < length; i++) {
      const value = volume[i]
      const row = this.#row + i
      const time = eventTime[i]
      const known = receiveTime[i]
      if (!Number.isNaN(value)) this.#isKnown = true
      if (value > 0) this.#traded(value, row, time, known)
      else if (value < 0) this.#tell('negativeVolume', row, time, known, () => `volume is ${value}`)
      else if (value === 0) {
        if (high[i] > low[i] && this.#seen >= WARM_UP && this.#zeros < RARE)
          this.#tell('zeroVolume', row, time, known, () => 'prices move and nothing was traded')
      } else this.#tell('missingVolume', row, time, known, () => 'volume is not known')
      this.#seen++
      this.#zeros += (Number(value === 0) - this.#zeros) * Math.max(WEIGHT, 1 / (this.#seen + WARM_UP))
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    // Bars of quotes have no volume, and nobody lacks it.
    return this.#isKnown ? this.#findings.list() : []
  }

  #traded(value: number, row: number, time: Micros, known: Micros): void {
    const log = Math.log(value)
    const early = this.#early
    if (this.#logs.size >= WARM_UP) {
      this.#judge(log, value, row, time, known)
      this.#logs.push(log)
      return
    }
    this.#logs.push(log)
    early.volume.push(value)
    early.time.push(time)
    early.known.push(known)
    early.row.push(row)
    if (this.#logs.size < WARM_UP) return
    for (let k = 0; k < early.row.length; k++)
      this.#judge(Math.log(early.volume[k]), early.volume[k], early.row[k], early.time[k], known)
  }

  #judge(log: number, value: number, row: number, time: Micros, known: Micros): void {
    const above = log - this.#logs.median()
    if (!(above > TIMES && above > DEVIATIONS * this.#logs.upperDeviation())) return
    const usual = Math.exp(this.#logs.median())
    this.#tell(
      'volumeSpike',
      row,
      time,
      known,
      () => `volume ${value} where ${usual.toPrecision(3)} is usual`,
    )
  }

  #tell(
    code: 'negativeVolume' | 'zeroVolume' | 'missingVolume' | 'volumeSpike',
    row: number,
    time: Micros,
    known: Micros,
    text: () => string,
  ): void {
    this.#findings.add({ code, row, column: 'volume', from: time, to: time, known, text })
  }
}
