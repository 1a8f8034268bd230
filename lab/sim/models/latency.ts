/**
 * How long things take between the strategy and the venue. Orders (new, change, cancel) take `order` µs to get
 * there, reports `report` µs to come back; both ways keep their order, as one connection does. How late market
 * data come is in the data (receiveTime), or laid over them by `feed`.
 *
 * Wrong when: the line is slower the busier the market is, and the data were recorded elsewhere than where the
 * strategy will stand. models/latency.md says more.
 */
import { GordonError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'

export interface LatencyModel {
  /** In words, for the report. */
  readonly description: string
  /** Everything that decides, as plain data, for the digest. */
  readonly terms: unknown
  /** µs from a decision to the venue. @param feed µs by which the newest event of the market came late */
  order(feed: number): number
  /** µs from the venue back. */
  report(feed: number): number
  /** The same model at the start of a run. */
  session(seed: number): LatencyModel
}

/** @param orderMicros, reportMicros whole µs, ≥ 0 */
export function constantLatency(orderMicros: number, reportMicros: number = orderMicros): LatencyModel {
  check(orderMicros)
  check(reportMicros)
  const model: LatencyModel = {
    description:
      orderMicros === 0 && reportMicros === 0
        ? 'none'
        : `${orderMicros} µs to the venue, ${reportMicros} µs back`,
    terms: { constant: [orderMicros, reportMicros] },
    order: () => orderMicros,
    report: () => reportMicros,
    session: () => model,
  }
  return model
}

/**
 * Log-normal, as round trips over networks are: half of them below the median, and a long tail above.
 * @param medianMicros of each way
 * @param sigma standard deviation of the logarithm, > 0; 0.5 puts one in a hundred above 3.2 times the median
 */
export function lognormalLatency(medianMicros: number, sigma: number): LatencyModel {
  check(medianMicros)
  if (!(sigma > 0 && sigma < 5)) throw invalid(`a sigma of ${sigma}`)
  const open = (seed: number): LatencyModel => {
    const random = Random.ofChoice(seed)
    const draw = () => Math.round(medianMicros * Math.exp(sigma * random.normal()))
    return {
      description: `log-normal, median ${medianMicros} µs each way, sigma ${sigma}`,
      terms: { lognormal: [medianMicros, sigma] },
      order: draw,
      report: draw,
      session: open,
    }
  }
  return open(0)
}

/**
 * Orders take as long as the newest market event took to come, times a factor: what a recording tells of the
 * line at that moment.
 */
export function recordedLatency(orderFactor = 1, reportFactor = 1): LatencyModel {
  const model: LatencyModel = {
    description: `as late as the newest event (× ${orderFactor} to the venue, × ${reportFactor} back)`,
    terms: { recorded: [orderFactor, reportFactor] },
    order: feed => Math.round(Math.max(0, feed) * orderFactor),
    report: feed => Math.round(Math.max(0, feed) * reportFactor),
    session: () => model,
  }
  return model
}

const UNITS: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1000, s: 1_000_000 }
const TIME = '(\\d+(?:\\.\\d+)?)(us|µs|ms|s)'
const CONSTANT = new RegExp(`^${TIME}(?:/${TIME})?$`)
const LOGNORMAL = new RegExp(`^lognormal:${TIME}:sigma=(\\d+(?:\\.\\d+)?)$`)
const RECORDED = /^recorded(?::×?x?(\d+(?:\.\d+)?))?$/

/** `5ms` (each way), `5ms/3ms` (there/back), `lognormal:5ms:sigma=0.5`, `recorded`, `recorded:2`, `none`. */
export function parseLatency(text: string): LatencyModel {
  if (text === 'none' || text === '0') return constantLatency(0)
  const constant = CONSTANT.exec(text)
  if (constant !== null) {
    const there = Number(constant[1]) * UNITS[constant[2]]
    return constantLatency(
      there,
      constant[3] === undefined ? there : Number(constant[3]) * UNITS[constant[4]],
    )
  }
  const lognormal = LOGNORMAL.exec(text)
  if (lognormal !== null)
    return lognormalLatency(Number(lognormal[1]) * UNITS[lognormal[2]], Number(lognormal[3]))
  const recorded = RECORDED.exec(text)
  if (recorded !== null) return recordedLatency(Number(recorded[1] ?? 1), Number(recorded[1] ?? 1))
  throw new GordonError(
    'LATENCY_UNREADABLE',
    `Latency "${text}" is not understood: write 5ms, 5ms/3ms (there/back), lognormal:5ms:sigma=0.5, recorded or none.`,
  )
}

function check(micros: number): void {
  if (!(Number.isSafeInteger(micros) && micros >= 0)) throw invalid(`${micros} µs`)
}

function invalid(what: string): GordonError {
  return new GordonError('LATENCY_INVALID', `A latency cannot be ${what}; give whole µs of at least 0.`)
}
