/** The same bars in every format that pyarrow writes: times of each unit and zone, packings, types of numbers. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { python } from '../../testing/python.ts'
import { sourceRows } from '../../testing/source-rows.ts'
import { BARS_TABLE } from '../sources/bars-table.ts'
import { TRADES_CSV } from '../sources/trades-csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'formats-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  await python(
    `
import json, sys, os
import pandas as pd, pyarrow as pa, pyarrow.parquet as pq, pyarrow.feather as pf
from decimal import Decimal
os.chdir(json.load(sys.stdin))
base = pd.date_range('2024-01-02 14:31', periods=4, freq='min').view('int64')
per = dict(s=10**9, ms=10**6, us=10**3, ns=1)
num = dict(open=[10.5, 11, 12, 13], high=[11., 12, 13, 14], low=[10., 10.5, 11, 12], close=[10.75, 11.5, 12.5, 13.5], volume=[1, 2, 3, 4])
def table(time, **over):
    return pa.table({'time': time, **{k: over.get(k, pa.array(v)) for k, v in num.items()}})
def both(name, t):
    pq.write_table(t, name + '.parquet'); pf.write_feather(t, name + '.feather')
for u in per:
    for z in [None, 'UTC', 'America/New_York', '+05:30']:
        both(f'{u}-{(z or "none").replace("/", "").replace(":", "")}', table(pa.array(base // per[u]).cast(pa.timestamp(u, tz=z))))
us = pa.array(base // 1000).cast(pa.timestamp('us'))
both('decimal', table(us, open=pa.array([Decimal(x) for x in ['10.500000000', '11', '12', '13']], pa.decimal128(38, 9))))
both('float32', table(us, open=pa.array(num['open'], pa.float32())))
both('uint64', table(us, volume=pa.array(num['volume'], pa.uint64())))
both('epoch', table(pa.array((base // 10**6).astype(float))))
both('text', table(pa.array([str(pd.Timestamp(x)) for x in base])))
both('extra', table(us).append_column('list', pa.array([[1], [2], [3], [4]])))
pq.write_table(table(us), 'int96.parquet', use_deprecated_int96_timestamps=True)
for c in ['uncompressed', 'lz4', 'zstd']: pf.write_feather(table(us), f'packed-{c}.feather', compression=c)
with pa.ipc.new_stream('batches.arrows', table(us).schema) as s: s.write_table(table(us), max_chunksize=2)
table(us).to_pandas().to_csv('lines.csv', index=False)
with pa.output_stream('packed.csv.zst', compression='zstd') as o: o.write(open('lines.csv', 'rb').read())
table(us).to_pandas().to_json('objects.json', orient='records', date_unit='ms')
os.mkdir('trades')
tr = pa.table({'ts': pa.array(base + 7), 'price': [1.5, 1.6, 1.7, 1.8], 'size': [1., 2, 3, 4], 'side': pa.array(['buy', 'sell', 'buy', 'buy']).dictionary_encode(), 'symbol': pa.array(['A', 'B', 'A', 'A']).dictionary_encode()})
pq.write_table(tr, 'trades/t.parquet'); pf.write_feather(tr, 'trades/t.feather')
# Enough of the same for LZ4 to refer far back, in several blocks.
n = 200_000
big = pa.table({'ts': pa.array([1704153600000 + 7 * i for i in range(n)]), 'price': [100 + (i * i % 997) / 100 for i in range(n)], 'size': [float(1 + i % 13) for i in range(n)]})
pf.write_feather(big, 'trades/big.feather', compression='lz4')
print(json.dumps(None))`,
    folder,
  )
}, 60_000)

test('bars', async () => {
  const first = Date.UTC(2024, 0, 2, 14, 31) * 1000
  const files = readdirSync(folder).filter(name => name !== 'trades')
  expect(files.length).toBe(2 * (16 + 6) + 1 + 3 + 1 + 2 + 1)
  for (const file of files) {
    const { streams, issues } = await sourceRows(BARS_TABLE, join(folder, file), { symbol: 'A' })
    const { eventTime, open, close, volume } = streams['bars 1m FILE:A']
    expect(issues, file).toEqual([])
    expect(eventTime, file).toEqual([0, 1, 2, 3].map(i => first + i * 60e6))
    expect([open, close, volume], file).toEqual([
      [10.5, 11, 12, 13],
      [10.75, 11.5, 12.5, 13.5],
      [1, 2, 3, 4],
    ])
  }
})

test('trades, with nanoseconds and dictionaries', async () => {
  for (const file of ['t.parquet', 't.feather']) {
    const { streams } = await sourceRows(TRADES_CSV, join(folder, 'trades', file))
    const { eventTime, eventNanos, price, side } = streams['trades FILE:A']
    expect(eventTime[0], basename(file)).toBe(Date.UTC(2024, 0, 2, 14, 31) * 1000)
    expect([eventNanos, price, side]).toEqual([
      [7, 7, 7],
      [1.5, 1.7, 1.8],
      [1, 1, 1],
    ])
  }
})

test('two hundred thousand rows packed by LZ4', async () => {
  const { streams } = await sourceRows(TRADES_CSV, join(folder, 'trades', 'big.feather'), { symbol: 'A' })
  const { eventTime, price, size } = streams['trades FILE:A']
  expect(price.length).toBe(200_000)
  for (let i = 0; i < price.length; i += 997) {
    expect(eventTime[i]).toBe((1704153600000 + 7 * i) * 1000)
    expect(price[i]).toBe(100 + ((i * i) % 997) / 100)
    expect(size[i]).toBe(1 + (i % 13))
  }
})
