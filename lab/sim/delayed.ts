/**
 * Lays latency over data that were recorded without it, or nearer to the venue than the strategy will stand:
 *
 *   ticks: delayed(source, '5ms')            every event is known 5 ms later
 *   bars: delayed(source, 'lognormal:20ms:sigma=0.7', 3)
 *
 * Each row of each stream draws its own delay, and none is known before the row ahead of it: one connection keeps
 * its order. When things happened stays as it was. models/latency.md says when that is wrong.
 */
import type { BarSeries } from '../domain/bar.ts'
import type { BarSource, BarStream, TickSource, TickStream } from '../domain/ports/store.ts'
import { type LatencyModel, parseLatency } from './models/latency.ts'

interface Timed {
  readonly length: number
  readonly receiveTime: Float64Array
}
interface Stream {
  readonly series?: Timed
  next(rows: number): Promise<Timed | undefined>
}

/** @param model as models/latency.ts reads it, or a model; its way to the venue is the feed's way here */
export function delayed<Source extends BarSource | TickSource>(
  source: Source,
  model: string | LatencyModel,
  seed = 1,
): Source {
  const latency = typeof model === 'string' ? parseLatency(model) : model
  const streams = (source.streams as readonly (BarStream | TickStream)[]).map((stream, place) =>
    late(stream as Stream, latency, seed * 1009 + place),
  )
  return {
    ...source,
    streams,
    notes: [...source.notes, `The feed is laid ${latency.description} late over the data.`],
  }
}

function late(stream: Stream, latency: LatencyModel, seed: number): Stream {
  const { series } = stream
  const reading = new Delay(latency.session(seed))
  return {
    ...stream,
    ...(series === undefined ? {} : { series: new Delay(latency.session(seed)).of(series) }),
    next: async rows => {
      const batch = await stream.next(rows)
      return batch === undefined ? undefined : reading.of(batch)
    },
  }
}

class Delay {
  readonly #latency: LatencyModel
  #last = Number.NEGATIVE_INFINITY

  constructor(latency: LatencyModel) {
    this.#latency = latency
  }

  of<Series extends Timed>(series: Series): Series {
    const receiveTime = new Float64Array(series.length)
    const { eventTime } = series as unknown as BarSeries
    for (let row = 0; row < series.length; row++) {
      const known = series.receiveTime[row]
      const time = known + this.#latency.order(known - eventTime[row])
      this.#last = time > this.#last ? time : this.#last
      receiveTime[row] = this.#last
    }
    return { ...series, receiveTime }
  }
}
