/** Archives that Python's zipfile made, also as a stream that cannot be sought, where sizes stand behind the bytes. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { python } from '../../testing/python.ts'
import { sourceRows } from '../../testing/source-rows.ts'
import { BARS_TABLE } from '../sources/bars-table.ts'
import { LEAN } from '../sources/lean.ts'
import { csvBytes } from './csv-rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'zip-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** @param streamed as one who cannot seek writes it; `stored` without compression */
async function zip(
  name: string,
  files: Readonly<Record<string, string>>,
  how: 'deflated' | 'stored' | 'streamed' = 'deflated',
): Promise<string> {
  const path = join(folder, name)
  const script = `
import json, os, sys, zipfile
path, files, how = json.load(sys.stdin)
class Stream:
    def __init__(self, f): self.f = f
    def write(self, b): return self.f.write(b)
    def flush(self): self.f.flush()
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(path, 'wb') as f:
    with zipfile.ZipFile(Stream(f) if how == 'streamed' else f, 'w', zipfile.ZIP_STORED if how == 'stored' else zipfile.ZIP_DEFLATED) as z:
        for name, text in files.items(): z.writestr(name, text)
print('null')`
  await python(script, [path, files, how])
  return path
}

async function text(path: string): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of csvBytes(path, 'x.zip')) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

test('the one file of an archive, however it was written', async () => {
  const long = Array.from({ length: 60_000 }, (_, i) => `${i},${(i * 7919) % 10_007}`).join('\n')
  for (const how of ['deflated', 'stored', 'streamed'] as const)
    expect((await text(await zip(`${how}.zip`, { 'a/b.csv': long }, how))) === long, how).toBe(true)
  // A byte order mark is none of the text.
  expect(await text(await zip('mark.zip', { 'x.csv': '\ufeffa,b\n' }))).toBe('a,b\n')
})

test('several files, a damaged archive and one that is cut off are refused in one sentence', async () => {
  const several = await zip('several.zip', { 'a.csv': 'a', '../../etc/b.csv': 'b' })
  await expect(text(several)).rejects.toMatchObject({
    code: 'NOT_ONE_FILE',
    message:
      'x.zip holds several files, a.csv and ../../etc/b.csv among them: unpack it and name the one that is meant',
  })
  const rows = Array.from({ length: 5000 }, (_, i) => `${i * i}`).join('\n')
  const cut = await zip('cut.zip', { 'a.csv': rows })
  truncateSync(cut, 2000)
  await expect(text(cut)).rejects.toMatchObject({
    code: 'NOT_A_TABLE',
    message: 'x.zip cannot be unpacked: it is damaged or cut off, fetch it again',
  })
  const broken = await zip('broken.zip', { 'a.csv': rows })
  const bytes = readFileSync(broken)
  bytes.fill(0xff, 60, 400)
  writeFileSync(broken, bytes)
  await expect(text(broken)).rejects.toMatchObject({ code: 'NOT_A_TABLE' })
  // A changed digit decodes as well as the right one: only the checksum knows.
  const changed = await zip('changed.zip', { 'a.csv': '1,2,3\n' }, 'stored')
  const stored = readFileSync(changed)
  stored[stored.indexOf('1,2,3')] = '7'.charCodeAt(0)
  writeFileSync(changed, stored)
  await expect(text(changed)).rejects.toMatchObject({ code: 'NOT_A_TABLE' })
})

test('LEAN as it ships, and a table of bars', async () => {
  const minutes = '0,1.5,1.5,1.5,1.5,0,1.6,1.6,1.6,1.6,0\n60000,1.7,1.7,1.7,1.7,0,1.8,1.8,1.8,1.8,0\n'
  await zip('Data/forex/oanda/minute/eurusd/20140501_quote.zip', {
    '20140501_eurusd_minute_quote.csv': minutes,
  })
  await zip('Data/equity/usa/daily/aapl.zip', {
    'aapl.csv': '20140307 00:00,5309600,5319900,5265500,5304400,7862800\n',
  })
  const { streams, issues } = await sourceRows(LEAN, join(folder, 'Data'))
  expect(issues).toEqual([])
  expect(streams['bars 1m ask OANDA:EURUSD'].close).toEqual([1.6, 1.8])
  expect(streams['bars 1d trade USA:AAPL'].close).toEqual([530.44])
  const path = await zip('KO.csv.zip', {
    'KO.csv': 'Date,Open,High,Low,Close,Volume\n2024-01-02,1,2,1,2,5\n',
  })
  const bars = await sourceRows(BARS_TABLE, path, { venue: 'XNYS', interval: '1d' })
  expect(bars.streams['bars 1d XNYS:KO'].close).toEqual([2])
})
