/** Files made to harm, and folders that are not what they seem: one sentence each, and a store as it was. */
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { afterAll, expect, test } from 'vitest'
import { guessSource } from '../sources/index.ts'
import { placeOf } from '../sources/place.ts'
import { ingestSource } from './ingest-source.ts'
import type { ReadingOptions } from './reading.ts'

const folder = mkdtempSync(join(tmpdir(), 'hostile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const HEADER = 'Date,Open,High,Low,Close,Volume\n'
const BARS = `${HEADER}2024-01-02,1,1,1,1,1\n2024-01-03,1,1,1,1,1\n`
const store = join(folder, 'store')

async function take(path: string, options: ReadingOptions = {}) {
  const place = await placeOf(path)
  return ingestSource({ store, place, adapter: guessSource(place).adapter, venue: 'X', ...options })
}
async function refused(path: string, code: string, words: RegExp, options?: ReadingOptions): Promise<void> {
  await expect(take(path, options)).rejects.toMatchObject({
    name: 'GordonError',
    code,
    message: expect.stringMatching(words),
  })
  const left = readdirSync(folder).includes('store')
    ? readdirSync(store, { recursive: true }).map(String)
    : []
  expect(left.filter(name => name.endsWith('.parquet') || name.includes('snapshot-'))).toEqual([])
}
const file = (name: string, bytes: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

test('names in an archive that lead out of it', async () => {
  for (const name of ['../../evil.csv', '/etc/evil.csv', 'C:\\evil.csv', 'a\\..\\..\\evil.csv'])
    await refused(
      file('a.csv.zip', zipSync({ [name]: strToU8(BARS) })),
      'ARCHIVE_PATH',
      /leads out of the folder/,
    )
})

test('a bomb', async () => {
  const bomb = gzipSync(Buffer.concat([Buffer.from(HEADER), Buffer.alloc(100 << 20, '\n')]))
  await refused(file('bomb.csv.gz', bomb), 'UNPACKS_TOO_FAR', /more than 250 times its size/)
})

test('lines without an end, without and with a quote, in bounded memory', async () => {
  const endless = file('endless.csv', `${HEADER}2024-01-02,${'a'.repeat(17 << 20)}`)
  await refused(endless, 'LINE_TOO_LONG', /line 2 has more than 16 MB.*no line ends/)
  // Ten gigabytes, of which the disk holds none: the hash alone would take long.
  truncateSync(endless, 10 * 2 ** 30)
  await refused(endless, 'LINE_TOO_LONG', /line 2/)
  const quote = `${HEADER}"2024-01-02,1,1,1,1,1\n${'2024-01-03,1,1,1,1,1\n'.repeat(900_000)}`
  await refused(file('quote.csv', quote), 'LINE_TOO_LONG', /a quote in it may not be closed/)
  rmSync(endless)
})

test('bytes of no text', async () => {
  await refused(file('nul.csv', BARS.replace('-03,1', '-03,\0')), 'NOT_A_TABLE', /binary/)
  const late = `${HEADER}${'2024-01-02,1,1,1,1,1\n'.repeat(60_000)}2024-01-03,\0,1,1,1,1\n`
  await refused(file('late.csv', late), 'NOT_A_TABLE', /line 60002 holds a NUL byte/, { onIssue: 'drop' })
  await refused(file('utf16.csv', Buffer.from(`\ufeff${BARS}`, 'utf16le')), 'NOT_A_TABLE', /UTF-16/)
  await refused(file('mac.csv', BARS.replaceAll('\n', '\r')), 'NOT_A_TABLE', /CR alone/)
  await refused(
    file('packed.csv.zst', Buffer.from('28b52ffd0400', 'hex')),
    'NOT_A_TABLE',
    /cannot be unpacked/,
  )
  await refused(file('old.feather', 'FEA1 and more'), 'NOT_A_TABLE', /version 1/)
  await refused(file('cut.arrow', 'ARROW1\0\0 and more'), 'NOT_A_TABLE', /not a whole Arrow file/)
  await refused(
    file('bars.json', '[{"time":1,"open":1,"high":1,"low":1,"close":1},{"time":2'),
    'NOT_A_TABLE',
    /cut off after row 1/,
  )
})

test('numbers that may be two', async () => {
  const text = 'Date;Open;High;Low;Close\n2024-01-02;1,234;1,234;1,234;1,234\n'
  await refused(file('either.csv', text), 'AMBIGUOUS_NUMBER', /"1,234" is 1234 or 1.234/)
  await refused(
    file('twice.csv', 'Date,Open,High,Low,Close,Close\n2024-01-02,1,1,1,1,1\n'),
    'COLUMN_AMBIGUOUS',
    /several columns called "Close"/,
  )
})

test('links in circles and to nowhere, folders that mix kinds, what may not be read', async () => {
  const circle = join(folder, 'circle')
  mkdirSync(circle)
  symlinkSync('b', join(circle, 'a'))
  symlinkSync('a', join(circle, 'b'))
  await refused(circle, 'BROKEN_LINK', /in a circle/)
  await refused(join(circle, 'a'), 'BROKEN_LINK', /in a circle/)
  const mixed = join(folder, 'mixed')
  mkdirSync(mixed)
  file('mixed/A.csv', BARS)
  file('mixed/dividends.csv', 'symbol,ex_date,amount\nA,2024-01-03,0.1\n')
  await refused(
    mixed,
    'MIXED_FOLDER',
    /bars-table with columns Date, Open.* and dividends.csv with symbol, ex_date, amount/,
  )
  // The operating system is asked with the rights of nobody: root may read everything.
  if (process.getuid?.() === 0) return
  const secret = file('secret.csv', BARS)
  execFileSync('chmod', ['000', secret])
  await refused(secret, 'NO_PERMISSION', /may not be read/)
})

test('links to files are followed; links to folders, and folders below, are told', async () => {
  const linked = join(folder, 'linked')
  mkdirSync(join(linked, 'below'), { recursive: true })
  symlinkSync(file('real.csv', BARS), join(linked, 'A.csv'))
  symlinkSync('..', join(linked, 'up'))
  file('linked/below/B.csv', BARS)
  const { notes, datasets } = await take(linked)
  expect(datasets[0].streams.map(({ id, rows }) => [id, rows])).toEqual([['X:A', 2]])
  expect(notes.slice(0, 2)).toEqual([
    'up is a link to a folder, and not followed',
    '1 files in folders below it are left aside, below/B.csv the first of them',
  ])
})
