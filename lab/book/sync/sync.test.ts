import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OrderBook } from '../order-book.ts'
import { DepthSync } from './depth-sync.ts'
import { krakenChecksum } from './kraken-checksum.ts'
import { LevelIds } from './level-ids.ts'
import { SequenceSync } from './sequence-sync.ts'

describe("Binance's depth stream", () => {
  it('joins a snapshot on spot: what the snapshot has is stale, then each message follows the last', () => {
    const sync = new DepthSync()
    expect(sync.offer(90, 99, Number.NaN)).toBe('unsynchronised')
    sync.snapshot(105)
    expect(sync.offer(90, 99, Number.NaN)).toBe('stale')
    expect(sync.offer(100, 105, Number.NaN)).toBe('stale')
    expect(sync.offer(104, 110, Number.NaN)).toBe('apply')
    expect(sync.offer(111, 111, Number.NaN)).toBe('apply')
    expect(sync.known).toBe(true)
  })

  it('joins at the very next id too', () => {
    const sync = new DepthSync()
    sync.snapshot(105)
    expect(sync.offer(106, 108, Number.NaN)).toBe('apply')
  })

  it('is a gap where a message is missing, and unknown until the next snapshot', () => {
    const sync = new DepthSync()
    sync.snapshot(105)
    sync.offer(106, 108, Number.NaN)
    expect(sync.offer(110, 112, Number.NaN)).toBe('gap')
    expect(sync.known).toBe(false)
    expect(sync.offer(113, 114, Number.NaN)).toBe('unsynchronised')
    sync.snapshot(113)
    expect(sync.offer(113, 114, Number.NaN)).toBe('apply')
    expect(sync.gaps).toBe(1)
  })

  it('is a gap where the snapshot is older than the first message', () => {
    const sync = new DepthSync()
    sync.snapshot(50)
    expect(sync.offer(60, 70, Number.NaN)).toBe('gap')
  })

  it('is told by pu on futures, whose ids have holes', () => {
    // U, u and pu as users report them of DOGEUSD_PERP: dev.binance.vision/t/updateid/4072
    const sync = new DepthSync()
    sync.snapshot(129_749_853_386)
    expect(sync.offer(129_749_854_368, 129_749_858_329, 129_749_853_386)).toBe('apply')
    expect(sync.offer(129_749_858_353, 129_749_861_408, 129_749_858_329)).toBe('apply')
    expect(sync.offer(129_749_861_451, 129_749_870_463, 129_749_861_408)).toBe('apply')
    expect(sync.offer(129_749_861_451, 129_749_870_463, 129_749_861_408)).toBe('stale')
    expect(sync.offer(129_749_876_000, 129_749_877_000, 129_749_875_914)).toBe('gap')
  })

  it('is unknown after the connection was lost', () => {
    const sync = new DepthSync()
    sync.snapshot(5)
    sync.lost()
    expect(sync.offer(6, 7, Number.NaN)).toBe('unsynchronised')
  })
})

describe('a numbered stream', () => {
  it('counts what is missing, and drops what came twice', () => {
    const sync = new SequenceSync()
    sync.snapshot(10)
    expect([10, 11, 12, 12, 15, 16].map(n => sync.offer(n))).toEqual([
      'stale',
      'apply',
      'apply',
      'stale',
      'gap',
      'apply',
    ])
    expect([sync.gaps, sync.missing]).toEqual([1, 2])
  })

  it('starts with the first number where there is no snapshot', () => {
    const sync = new SequenceSync()
    expect([7, 8].map(n => sync.offer(n))).toEqual(['apply', 'apply'])
  })
})

describe("BitMEX's levels by id", () => {
  it('have the price that their beginning told', () => {
    const levels = new LevelIds()
    levels.begin(8_796_779_950, 64_401)
    levels.begin(8_796_765_400, 64_692)
    expect(levels.at(8_796_779_950)).toBe(64_401)
    expect(levels.end(8_796_779_950)).toBe(64_401)
    levels.begin(5, 9)
    expect([levels.at(8_796_765_400), levels.at(5), levels.count]).toEqual([64_692, 9, 2])
  })

  it('are a gap where nobody announced them, or where they ended', () => {
    const levels = new LevelIds()
    levels.begin(1, 10)
    levels.end(1)
    expect([levels.at(1), levels.end(1), levels.at(2)]).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect(levels.unknown).toBe(3)
    levels.begin(3, 30)
    levels.clear()
    expect(levels.at(3)).toBe(Number.NaN)
  })
})

describe("Kraken's checksum", () => {
  it('is the one of the documentation', () => {
    // docs.kraken.com/api/docs/guides/spot-ws-book-v1: prices of 5 decimals, volumes all 0.00000500
    const book = new OrderBook()
    for (const ticks of [5005, 5010, 5015, 5020, 5025, 5030, 5035, 5040, 5045, 5050]) book.set(-1, ticks, 500)
    for (const ticks of [5000, 4995, 4990, 4980, 4975, 4970, 4965, 4960, 4955, 4950]) book.set(1, ticks, 500)
    expect(krakenChecksum(book)).toBe(974_947_235)
  })

  it("is zlib's CRC-32 of the digits of ten levels a side, or of as many as there are", () => {
    const level = fc.tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 2 ** 50 }))
    const levels = fc.uniqueArray(level, { maxLength: 30, selector: ([ticks]) => ticks })
    fc.assert(
      fc.property(levels, levels, (bids, asks) => {
        const book = new OrderBook()
        for (const [ticks, lots] of bids) book.set(1, ticks, lots)
        for (const [ticks, lots] of asks) book.set(-1, ticks, lots)
        const sorted = [
          ...asks.toSorted((a, b) => a[0] - b[0]).slice(0, 10),
          ...bids.toSorted((a, b) => b[0] - a[0]).slice(0, 10),
        ]
        expect(krakenChecksum(book)).toBe(crc32(sorted.flat().join('')))
      }),
    )
  })
})
