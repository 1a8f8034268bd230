import { expect, test } from 'vitest'
import { Random } from '../core/random.ts'
import { isoTime, SECOND } from '../core/time.ts'
import { BOOK_ACTIONS, type BookSeries } from '../domain/market-events.ts'
import { orderFlow } from '../synthetic/index.ts'
import { randomBatches } from '../testing/batches.ts'
import { python } from '../testing/python.ts'
import { at } from '../testing/trade-rows.ts'
import { type BookSnapshotSeries, BookSnapshots, snapshotRows } from './book-snapshots.ts'
import { joined, whole } from './deriver.ts'

const { set, clear, gap, add, change, remove } = BOOK_ACTIONS

type Row = readonly [
  time: number,
  action: number,
  side: 1 | -1,
  price: number,
  size: number,
  order?: number,
  happened?: number,
]

function book(...rows: readonly Row[]): BookSeries {
  const column = (value: (row: Row) => number) => Float64Array.from(rows, value)
  return {
    length: rows.length,
    eventTime: column(row => row[6] ?? row[0]),
    receiveTime: column(row => row[0]),
    action: column(row => row[1]),
    side: column(row => row[2]),
    price: column(row => row[3]),
    size: column(row => row[4]),
    order: column(row => row[5] ?? Number.NaN),
  }
}

/** Per snapshot: its time, whether the book was known, and [price, size] of each level that is there. */
function shown(snapshots: BookSnapshotSeries) {
  const { bidPrice, bidSize, askPrice, askSize } = snapshots
  const side = (prices: readonly Float64Array[], sizes: readonly Float64Array[], i: number) =>
    prices.flatMap((price, level) => {
      expect(Number.isNaN(price[i])).toBe(sizes[level][i] === 0)
      return sizes[level][i] > 0 ? [[price[i], sizes[level][i]]] : []
    })
  return Array.from({ length: snapshots.length }, (_, i) => [
    snapshots.eventTime[i],
    snapshots.known[i],
    side(bidPrice, bidSize, i),
    side(askPrice, askSize, i),
  ])
}

const terms = { levels: 2, every: 10, ticksPerUnit: 100 }

test('a snapshot holds what was received by its time, that instant included', () => {
  const top = new BookSnapshots(terms)
  const made = whole(
    top,
    book(
      [3, clear, 1, 99, 4],
      [3, set, -1, 101, 5],
      [10, set, 1, 98, 6],
      [11, set, 1, 97, 7],
      [20, set, 1, 99, 0],
      [41, set, -1, 101, 0],
      [42, set, -1, 102, 1],
      [42, set, 1, 103, 1],
    ),
  )
  const quiet = [
    [
      [98, 6],
      [97, 7],
    ],
    [[101, 5]],
  ]
  expect(shown(made)).toEqual([
    [
      10,
      1,
      [
        [99, 4],
        [98, 6],
      ],
      [[101, 5]],
    ],
    [20, 1, ...quiet],
    [30, 1, ...quiet],
    [40, 1, ...quiet],
    [
      50,
      1,
      [
        [103, 1],
        [98, 6],
      ],
      [[102, 1]],
    ],
  ])
  expect([...made.receiveTime]).toEqual([10, 20, 30, 40, 50])
  expect(top.crossed).toBe(1)
})

test('where nothing came, nothing is shown again if that is wanted', () => {
  const made = whole(
    new BookSnapshots({ ...terms, unchanged: 'leaveOut' }),
    book([3, clear, 1, 99, 4], [41, set, -1, 101, 5]),
  )
  expect(shown(made).map(row => row[0])).toEqual([10, 50])
})

test('what a feed lost makes the book unknown until its next snapshot', () => {
  const made = whole(
    new BookSnapshots(terms),
    book(
      [1, set, 1, 99, 4],
      [12, gap, 1, Number.NaN, Number.NaN],
      [13, set, 1, 98, 1],
      [55, set, 1, 97, 1],
      [71, clear, 1, 96, 2],
    ),
  )
  expect(shown(made)).toEqual([
    [10, 1, [[99, 4]], []],
    [20, 0, [], []],
    [80, 1, [[96, 2]], []],
  ])
  // As a book stream: a snapshot, a gap, a snapshot.
  expect([...snapshotRows(made).action]).toEqual([clear, gap, clear])
})

test('single orders are shown by level', () => {
  const made = new BookSnapshots(terms)
  const rows = book(
    [1, clear, 1, Number.NaN, Number.NaN],
    [1, add, 1, 99, 4, 7],
    [2, add, 1, 99, 5, 8],
    [3, add, -1, 101, 1, 9],
    [12, change, 1, 99, 2, 7],
    [13, remove, -1, 101, 1, 9],
    [14, remove, 1, 99, 1, 77],
  )
  expect(shown(whole(made, rows))).toEqual([
    [10, 1, [[99, 9]], [[101, 1]]],
    [20, 1, [[99, 7]], []],
  ])
  expect(made.orderFaults).toBe(1)
})

test('by the clock of the venue a snapshot is received with its latest row, and a late row is in the next', () => {
  const made = new BookSnapshots({ ...terms, clock: 'event' })
  const rows = book(
    [14, set, 1, 99, 4, 0, 8],
    [15, set, 1, 98, 5, 0, 12],
    [16, set, 1, 97, 6, 0, 9],
    [33, set, 1, 96, 6, 0, 31],
  )
  const snapshots = whole(made, rows)
  expect(shown(snapshots).map(row => row.slice(0, 3))).toEqual([
    [10, 1, [[99, 4]]],
    [
      20,
      1,
      [
        [99, 4],
        [98, 5],
      ],
    ],
    [
      30,
      1,
      [
        [99, 4],
        [98, 5],
      ],
    ],
    [
      40,
      1,
      [
        [99, 4],
        [98, 5],
      ],
    ],
  ])
  expect([...snapshots.receiveTime]).toEqual([14, 20, 30, 40])
  expect(made.late).toBe(1)
})

const flow = (seed: number, level: 'L2' | 'L3') => orderFlow({ seed, level, seconds: 120 }).book

test('snapshots of a made-up market are those of a plain list of levels', async () => {
  for (const level of ['L2', 'L3'] as const) {
    const source = flow(3, level)
    const columns = Object.fromEntries(
      (['receiveTime', 'action', 'side', 'price', 'size', 'order'] as const).map(name => [
        name,
        Array.from(source[name] ?? [], value => (Number.isNaN(value) ? null : value)),
      ]),
    )
    const expected = await python(
      `
import json, sys
q = json.load(sys.stdin)
every, n = q['every'], len(q['side'])
levels, orders, out = {1: {}, -1: {}}, {}, []
def show(tick):
    sizes = {1: dict(levels[1]), -1: dict(levels[-1])}
    for side, price, size in orders.values(): sizes[side][price] = sizes[side].get(price, 0) + size
    best = lambda side: [[p, s] for p, s in sorted(sizes[side].items(), key=lambda ps: -side * ps[0])][:3]
    out.append([tick, 1, best(1), best(-1)])
ticks = range(-(-q['receiveTime'][0] // every) * every, q['receiveTime'][-1] + every, every)
at = 0
for tick in ticks:
    while at < n and q['receiveTime'][at] <= tick:
        action, side, price, size = (q[k][at] for k in ('action', 'side', 'price', 'size'))
        if action == 1: levels, orders = {1: {}, -1: {}}, {}
        if action in (0, 1) and price is not None:
            levels[side].pop(price, None)
            if size: levels[side][price] = size
        if action in (3, 4): orders[q['order'][at]] = (side, price, size)
        if action == 5: del orders[q['order'][at]]
        at += 1
    show(tick)
print(json.dumps(out))`,
      { ...columns, every: SECOND },
    )
    const made = whole(new BookSnapshots({ levels: 3, every: '1s', ticksPerUnit: 100 }), source)
    expect(made.length).toBeGreaterThan(100)
    expect(shown(made), level).toEqual(expected)
    // A book stream of snapshots has the same snapshots.
    expect(
      whole(new BookSnapshots({ levels: 3, every: '1s', ticksPerUnit: 100 }), snapshotRows(made)),
    ).toEqual(made)
  }
})

test.each([1, 2])('how the rows are cut into batches decides nothing (seed %i)', seed => {
  for (const level of ['L2', 'L3'] as const) {
    const source = flow(seed, level)
    const asked = { levels: 5, every: 500_000, ticksPerUnit: 100 }
    const maker = new BookSnapshots(asked)
    const parts = randomBatches(source, Random.ofChoice(seed), 40).map(batch => maker.add(batch))
    expect(joined([...parts, maker.end()])).toEqual(whole(new BookSnapshots(asked), source))
  }
})

test('terms and rows that cannot be are refused in a sentence', () => {
  const make = (more: object) => () => new BookSnapshots({ ...terms, ...more })
  expect(make({ levels: 0 })).toThrow('levels is 0: give a whole number of at least 1.')
  expect(make({ every: 0.5 })).toThrow('every is 0.5')
  expect(make({ every: '100ms' })).toThrow('every "100ms" is no interval')
  const rows =
    (...all: Row[]) =>
    () =>
      whole(make({})(), book(...all))
  expect(rows([1, set, 1, 99.001, 1])).toThrow(
    'Row 0 of the book has price 99.001, off the grid of 100 ticks a unit',
  )
  expect(rows([1, set, 1, 99, 1], [2, set, 1, 99, -1])).toThrow('Row 1 of the book has price 99 and size -1')
  expect(rows([1, add, 1, 99, 1])).toThrow('Row 0 of the book changes an order and names none')
  const start = at('2024-01-01T00:00:00Z')
  expect(isoTime(start)).toBe('2024-01-01T00:00:00Z')
  expect(rows([start, set, 1, 99, 1], [start + 101e6, set, 1, 99, 1])).toThrow(
    'The book is silent from 2024-01-01T00:00:00Z to 2024-01-01T00:01:41Z, for more than 10000000 snapshots',
  )
})
