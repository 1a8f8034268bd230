/** Trades by hand and by chance, for what is derived from them. */
import { Random } from '../core/random.ts'
import type { TradeSeries } from '../domain/market-events.ts'

/** ISO text → µs UTC. */
export const at = (text: string) => Date.parse(text) * 1000

export type TradeRow = readonly [
  time: string | number,
  price: number,
  size?: number,
  received?: string | number,
  side?: number,
]

/** Received when they happened unless said; size 1, side not known. */
export function trades(...rows: TradeRow[]): TradeSeries {
  const micros = (time: string | number) => (typeof time === 'string' ? at(time) : time)
  return {
    length: rows.length,
    eventTime: Float64Array.from(rows, row => micros(row[0])),
    receiveTime: Float64Array.from(rows, row => micros(row[3] ?? row[0])),
    price: Float64Array.from(rows, row => row[1]),
    size: Float64Array.from(rows, row => row[2] ?? 1),
    side: Float64Array.from(rows, row => row[4] ?? 0),
  }
}

/** Prices in quarters and sizes in eighths, so that every sum is exact in any order. */
export function randomTrades(seed: number, from: string, to: string, count: number): TradeSeries {
  const random = Random.ofChoice(seed)
  const [start, end] = [at(from), at(to)]
  const times = Array.from(
    { length: count },
    () => start + Math.floor(random.uniform() * (end - start)),
  ).sort((a, b) => a - b)
  // Some on whole minutes, where edges are.
  for (let i = 0; i < count; i += 7) times[i] -= times[i] % 60e6
  times.sort((a, b) => a - b)
  let price = 400
  let received = 0
  return trades(
    ...times.map((time): TradeRow => {
      price = Math.max(40, price + random.integer(-3, 4))
      received = Math.max(received, time + random.integer(0, 50_000))
      return [time, price / 4, random.integer(1, 80) / 8, received, random.integer(-1, 2)]
    }),
  )
}
