/**
 * Seeded markets as CSV files of any length, written as they are made: trades of one symbol about a third of a second
 * apart, and bars of a minute. With each file come its sums in whole units, which whoever reads it must find again.
 * Markets of the bench, like all that are made: nothing is to be learned from them.
 */
import { closeSync, openSync, writeSync } from 'node:fs'

/** Sums of a file's columns in whole units, all exact in a double. */
export interface Sums {
  readonly rows: number
  /** Of µs since START, each modulo TIME_MODULUS: whole times would add up to more than a double holds. */
  readonly time: number
  /** Of cents; of bars, those of the close. */
  readonly price: number
  /** Of thousandths; of bars, those of the volume. */
  readonly size: number
  /** Buys less sells; of bars 0. */
  readonly side: number
}

export type MarketKind = 'trades' | 'bars'

export const TIME_MODULUS = 1_000_003
/** 2024-01-01T00:00Z */
export const START = 1_704_067_200_000_000
const PIECE_BYTES = 1 << 20
/** No row is longer. */
const ROW_BYTES = 128

/** xorshift32: Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003). */
function chance(seed: number): () => number {
  let state = (Math.imul(seed + 1, 2_654_435_761) ^ 0x9e3779b9) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** Bytes of lines on their way into a file. */
class Lines {
  readonly #file: number
  readonly #bytes = Buffer.allocUnsafe(PIECE_BYTES)
  #at = 0

  constructor(path: string, header: string) {
    this.#file = openSync(path, 'w')
    this.text(header)
  }

  text(text: string): void {
    this.#at += this.#bytes.write(text, this.#at, 'latin1')
  }

  /** Digits of a whole number, filled with zeros to a width. */
  whole(value: number, width = 1): void {
    const bytes = this.#bytes
    let digits = width
    for (let power = 10 ** width; power <= value; power *= 10) digits++
    let rest = value
    for (let at = this.#at + digits - 1; at >= this.#at; at--) {
      const next = Math.floor(rest / 10)
      bytes[at] = 48 + rest - next * 10
      rest = next
    }
    this.#at += digits
  }

  /** A number of units as a decimal: 3012345 hundredths as 30123.45. */
  decimal(units: number, digits: number): void {
    const one = 10 ** digits
    const before = Math.floor(units / one)
    this.whole(before)
    this.byte(46)
    this.whole(units - before * one, digits)
  }

  byte(byte: number): void {
    this.#bytes[this.#at++] = byte
  }

  endLine(): void {
    this.byte(10)
    if (this.#at > PIECE_BYTES - ROW_BYTES) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#file)
  }

  #flush(): void {
    for (let from = 0; from < this.#at; ) from += writeSync(this.#file, this.#bytes, from, this.#at - from)
    this.#at = 0
  }
}

const COMMA = 44

/** `time,price,size,side,id`: epochs of µs, prices on cents, sizes on thousandths, buy or sell, 1 and up. */
export function writeTrades(path: string, rows: number, seed = 1): Sums {
  const next = chance(seed)
  const lines = new Lines(path, 'time,price,size,side,id\n')
  let since = 0
  let cents = 3_000_000
  const sums = { rows, time: 0, price: 0, size: 0, side: 0 }
  for (let row = 0; row < rows; row++) {
    // Every fourth trade is of the order of the one before: same time, same side of the market, as sweeps are.
    const draw = next()
    if ((draw & 3) !== 0) since += 1 + (next() % 800_000)
    const buys = (draw & 4) !== 0
    // A walk that is drawn back to where it began.
    cents += ((draw >>> 3) % 21) - 10 + (cents > 3_000_000 ? -((draw >>> 12) & 1) : (draw >>> 12) & 1)
    const thousandths = 1 + ((draw >>> 13) % 2000)
    lines.whole(START + since)
    lines.byte(COMMA)
    lines.decimal(cents, 2)
    lines.byte(COMMA)
    lines.decimal(thousandths, 3)
    lines.text(buys ? ',buy,' : ',sell,')
    lines.whole(row + 1)
    lines.endLine()
    sums.time += since % TIME_MODULUS
    sums.price += cents
    sums.size += thousandths
    sums.side += buys ? 1 : -1
  }
  lines.close()
  return sums
}

/** `time,open,high,low,close,volume`: minutes as `2024-01-01 00:01:00`, each the close of its bar, prices on cents. */
export function writeBars(path: string, rows: number, seed = 1): Sums {
  const next = chance(seed)
  const lines = new Lines(path, 'time,open,high,low,close,volume\n')
  let close = 3_000_000
  const sums = { rows, time: 0, price: 0, size: 0, side: 0 }
  for (let row = 0; row < rows; row++) {
    const draw = next()
    const open = close + (draw & 3)
    close = open + ((draw >>> 2) % 201) - 100 + (open > 3_000_000 ? -1 : 1)
    const since = 60_000_000 * (row + 1)
    const volume = 1 + ((draw >>> 10) % 9_999_999)
    lines.text(new Date((START + since) / 1000).toISOString().slice(0, 19).replace('T', ' '))
    for (const cents of [
      open,
      Math.max(open, close) + ((draw >>> 20) & 63),
      Math.min(open, close) - ((draw >>> 26) & 63),
      close,
    ]) {
      lines.byte(COMMA)
      lines.decimal(cents, 2)
    }
    lines.byte(COMMA)
    lines.decimal(volume, 3)
    lines.endLine()
    sums.time += since % TIME_MODULUS
    sums.price += close
    sums.size += volume
  }
  lines.close()
  return sums
}

/** A panel of daily closes, and what merging it must find. */
export interface Panel {
  /** Symbol, time and close of every row as doubles, one column after another, by symbol and then by time. */
  readonly columns: Float64Array
  readonly rows: number
  readonly instants: number
  /** Closes in cents, each times the number of its instant modulo 1009. */
  readonly sum: number
}

/** Symbols are listed one after another over half of the days, and each lacks one day in fifty. */
export function panelColumns(symbols: number, days: number, seed = 1): Panel {
  const next = chance(seed)
  const all: [symbol: number, day: number, cents: number][] = []
  const byDay = new Float64Array(days)
  const present = new Uint8Array(days)
  for (let symbol = 0; symbol < symbols; symbol++) {
    let cents = 2_000 + (next() % 20_000)
    for (let day = Math.floor((symbol * days) / (2 * symbols)); day < days; day++) {
      const draw = next()
      cents = Math.max(100, cents + (draw % 201) - 100)
      if ((draw >>> 8) % 50 === 0) continue
      all.push([symbol, day, cents])
      byDay[day] += cents
      present[day] = 1
    }
  }
  const columns = new Float64Array(3 * all.length)
  all.forEach(([symbol, day, cents], row) => {
    columns[row] = symbol
    columns[all.length + row] = START + 86_400_000_000 * (day + 1)
    columns[2 * all.length + row] = cents / 100
  })
  let instants = 0
  let sum = 0
  for (let day = 0; day < days; day++) if (present[day] === 1) sum += byDay[day] * (++instants % 1009)
  return { columns, rows: all.length, instants, sum }
}
