/**
 * Each bench of the store small, so that none rots: every contestant finds the sums that the generator gave, and a
 * wrong one is told. The generator's own sums are held to Python's reading of its file.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleScript } from '../testing/child.ts'
import { python } from '../testing/python.ts'
import { panelColumns, writeBars, writeTrades } from './market-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-bench-'))
let script = ''
beforeAll(async () => {
  script = await bundleScript('store-bench', `import '/lab/bench/store.ts'`)
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(script, { force: true })
})

async function bench(...args: string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args])
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
}

test.each([
  ['csv --kind trades --n 5000', 5, 4],
  ['csv --kind bars --n 5000', 5, 4],
  ['parquet --n 5000', 4, 4],
  ['cache --n 5000', 4, 3],
  ['align --n 5000 --symbols 20', 4, 3],
])(
  '%s: all find the same, and are told beside each other',
  async (args, contestants, ratios) => {
    const lines = await bench(...args.split(' '), '--reps', '2')
    const timed = lines.filter(line => 'rep' in line)
    expect(timed).toHaveLength(2 * contestants)
    expect(new Set(timed.map(({ who }) => who)).size).toBe(contestants)
    for (const line of timed) {
      expect(line.cpu_seconds).toBeGreaterThan(0)
      expect(line.rss_mb).toBeGreaterThan(10)
    }
    expect(lines.filter(line => 'ratio' in line)).toHaveLength(ratios)
  },
  30_000,
)

/** The csv module and exact integers. */
const SUMS = `
import csv, json, sys
from datetime import datetime, timezone
from decimal import Decimal
ask = json.load(sys.stdin)
start = datetime(2024, 1, 1, tzinfo=timezone.utc)
out = {'rows': 0, 'time': 0, 'price': 0, 'size': 0, 'side': 0}
for row in csv.DictReader(open(ask['path'])):
    if 'price' in row:
        since = int(row['time']) - 1704067200000000
    else:
        since = int((datetime.fromisoformat(row['time'] + '+00:00') - start).total_seconds()) * 10**6
        assert Decimal(row['low']) <= min(Decimal(row['open']), Decimal(row['close']))
        assert Decimal(row['high']) >= max(Decimal(row['open']), Decimal(row['close']))
    out['rows'] += 1
    out['time'] += since % 1000003
    out['price'] += int(Decimal(row.get('price', row.get('close'))) * 100)
    out['size'] += int(Decimal(row.get('size', row.get('volume'))) * 1000)
    out['side'] += {'buy': 1, 'sell': -1}[row['side']] if 'side' in row else 0
print(json.dumps(out))
`

test.each([
  ['trades', writeTrades],
  ['bars', writeBars],
] as const)('the sums of generated %s are those of their file', async (name, write) => {
  const path = join(folder, `${name}.csv`)
  // More than one piece of the writer's.
  const sums = write(path, 40_000, 7)
  expect(await python(SUMS, { path })).toEqual(sums)
  expect(write(path, 40_000, 7)).toEqual(sums)
  expect(write(path, 40_000, 8)).not.toEqual(sums)
})

test('a panel has holes, starts late here and there, and its sum is that of its rows', () => {
  const { columns, rows, instants, sum } = panelColumns(30, 100)
  expect(rows).toBeLessThan(30 * 100 * 0.8)
  const byTime = new Map<number, number>()
  for (let row = 0; row < rows; row++) {
    const cents = Math.round(columns[2 * rows + row] * 100)
    byTime.set(columns[rows + row], (byTime.get(columns[rows + row]) ?? 0) + cents)
  }
  const times = [...byTime.keys()].sort((a, b) => a - b)
  expect(times).toHaveLength(instants)
  expect(times.reduce((total, time, k) => total + ((k + 1) % 1009) * byTime.get(time)!, 0)).toBe(sum)
})

test.each([
  ['w9', 'No bench "w9": give one of csv, parquet, cache, align, or make trades|bars --to FILE.'],
  ['csv --reps 0', '--reps is "0"; it must be a whole number of at least 1.'],
])('"%s" is refused', async (args, sentence) => {
  await expect(bench(...args.split(' '))).rejects.toThrow(sentence)
})
