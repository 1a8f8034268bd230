/**
 * The checksum that Kraken sends with each book update: CRC-32 over the ten best asks, then the ten best bids,
 * each as price and volume without point and leading zeros. That is the digits of the price in ticks and of the
 * volume in lots, where tick and lot are the last decimal that the feed shows; so the book holds whole lots, and
 * no string is made. Source: docs.kraken.com, "Spot Websockets (v1) book checksum". CRC-32 is that of zlib (IEEE
 * 802.3, reflected polynomial EDB88320).
 */
import type { BookSide, OrderBook } from '../order-book.ts'

const LEVELS = 10
const TABLE = crcTable()
const digits = new Uint8Array(20)

/** @returns unsigned 32 bits, as Kraken's `c` */
export function krakenChecksum(book: OrderBook): number {
  const asks = sideChecksum(book, -1, 0xffffffff)
  return (sideChecksum(book, 1, asks) ^ 0xffffffff) >>> 0
}

function sideChecksum(book: OrderBook, side: BookSide, start: number): number {
  let crc = start
  let ticks = book.bestTicks(side)
  for (let level = 0; level < LEVELS && !Number.isNaN(ticks); level++) {
    crc = digitsChecksum(ticks, crc)
    crc = digitsChecksum(book.size(side, ticks), crc)
    ticks = book.nextTicks(side, ticks)
  }
  return crc
}

/** Continues a CRC with the decimal digits of a positive integer. */
function digitsChecksum(value: number, start: number): number {
  let count = 0
  for (let rest = value; rest >= 1 && count < digits.length; rest = Math.floor(rest / 10))
    digits[count++] = rest % 10
  let crc = start
  while (count > 0) crc = TABLE[(crc ^ (48 + digits[--count])) & 255] ^ (crc >>> 8)
  return crc
}

function crcTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    return crc
  })
}
