/**
 * The store beside its peers (node dist/lab/bench/store.js, `npm run -s bench:store --`):
 *
 *   bench:store csv      CSV into the store; DuckDB's read_csv, DuckDB's COPY to Parquet, pandas' two readers
 *   bench:store parquet  the store's Parquet to the engine's columns; pyarrow to numpy
 *   bench:store cache    the column cache to shared memory; plain reads of the same file
 *   bench:store align    bars of many symbols merged into instants by a backtest; polars' sort, pivot and join
 *   bench:store make trades|bars --to FILE    a market as CSV, however long
 *
 * with [--n rows] [--reps R] [--symbols S] [--seed K] [--kind trades|bars]. Each contestant has a process of its own,
 * which repeats its work; one JSON line a repetition, the first included, which pays for compiling and importing. All
 * must find the same sums before anything is compared; then come ratios of the least CPU times and the least times.
 * The Python ones run in the project's .venv, which `npm test` fills.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { GordonError, isGordonError } from '../core/errors.ts'
import { type MarketKind, panelColumns, writeBars, writeTrades } from './market-file.ts'
import type { Found, WorkTerms } from './store-work.ts'

export interface StoreLine {
  readonly bench: string
  readonly who: string
  readonly kind?: MarketKind
  /** Rows. */
  readonly n: number
  readonly rep: number
  readonly seconds: number
  /** Of all threads. */
  readonly cpu_seconds: number
  /** CPU nanoseconds a row. */
  readonly ns: number
  /** Peak of the process so far. */
  readonly rss_mb: number
}

/** How Gordon stands to another: below 1 it takes less. */
export interface StoreRatio {
  readonly bench: string
  readonly kind?: MarketKind
  readonly ratio: string
  /** Of the first repetitions, by CPU and by the clock. */
  readonly first_cpu: number
  readonly first_wall: number
  /** Of the least of all. */
  readonly cpu: number
  readonly wall: number
}

interface Options {
  readonly n: number
  readonly reps: number
  readonly symbols: number
  readonly seed: number
}

/** Whoever else takes part, and which of their figures Gordon's stand beside. */
const BENCHES: Readonly<
  Record<
    string,
    { readonly ours: readonly string[]; readonly node: readonly string[]; readonly python: readonly string[] }
  >
> = {
  csv: {
    ours: ['gordon ingest'],
    node: ['duckdb read_csv', 'duckdb COPY to Parquet'],
    python: ['pandas read_csv, C', 'pandas read_csv, pyarrow'],
  },
  parquet: {
    ours: ['gordon from Parquet', 'gordon from its cache'],
    node: [],
    python: ['pyarrow to numpy', 'pyarrow to numpy, one thread'],
  },
  cache: {
    ours: ['gordon to shared memory'],
    node: ['a plain read, readFile', 'a plain read, one call into shared memory'],
    python: ['numpy.fromfile'],
  },
  align: {
    ours: ['gordon backtest'],
    node: [],
    python: ['polars concat and sort', 'polars pivot', 'polars join'],
  },
}

/** @throws BENCH_USAGE, BENCH_DISAGREES, BENCH_PEER */
export async function runStore(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      n: { type: 'string' },
      reps: { type: 'string', default: '5' },
      symbols: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      kind: { type: 'string' },
      to: { type: 'string' },
      as: { type: 'string' },
      folder: { type: 'string' },
    },
  })
  const [bench, what] = positionals
  const options = {
    n: count('n', values.n ?? '1e6'),
    reps: count('reps', values.reps),
    symbols: count('symbols', values.symbols),
    seed: count('seed', values.seed),
  }
  if (bench === 'make' && (what === 'trades' || what === 'bars') && values.to !== undefined) {
    const write = what === 'trades' ? writeTrades : writeBars
    print(JSON.stringify(write(values.to, options.n, options.seed)))
    return
  }
  if (BENCHES[bench] === undefined || positionals.length !== 1) {
    throw new GordonError(
      'BENCH_USAGE',
      `No bench "${positionals.join(' ')}": give one of ${Object.keys(BENCHES).join(', ')}, or make trades|bars --to FILE.`,
    )
  }
  if (values.as !== undefined) {
    const terms = { folder: values.folder!, kind: values.kind as MarketKind, symbols: options.symbols }
    await contest(`${bench}:${values.as}`, terms, options.reps, print)
    return
  }
  const kinds =
    bench === 'csv' && values.kind === undefined ? (['trades', 'bars'] as const) : [values.kind ?? 'trades']
  for (const kind of kinds) await compare(bench, kind as MarketKind, options, print)
}

/** Makes the data, lets everybody run, and holds their sums together. */
async function compare(
  bench: string,
  kind: MarketKind,
  options: Options,
  print: (line: string) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-store-bench-'))
  try {
    const { truth, n } = await prepare(bench, kind, options, folder)
    const { ours, node, python } = BENCHES[bench]
    const lines = new Map<string, StoreLine[]>()
    for (const who of [...ours, ...node, ...python]) {
      const ask = {
        folder,
        kind,
        symbols: options.symbols,
        reps: options.reps,
        as: `${bench}:${who}`,
        ...places(folder),
      }
      const printed = python.includes(who)
        ? await run(interpreter(), [join(ROOT, 'lab', 'bench', 'store_peers.py'), JSON.stringify(ask)])
        : await run(process.execPath, [
            ...process.execArgv,
            process.argv[1],
            ...[bench, '--as', who, '--folder', folder, '--kind', kind],
            ...['--reps', String(options.reps), '--symbols', String(options.symbols)],
          ])
      const own = printed.map(({ found, ...timed }, rep): StoreLine => {
        for (const [name, value] of Object.entries(found))
          if (truth[name] !== value)
            throw new GordonError(
              'BENCH_DISAGREES',
              `${bench}, ${who}: ${name} is ${value} and should be ${truth[name]}, so that its times mean nothing.`,
              { kind: 'failure' },
            )
        return { bench, who, ...(bench === 'csv' ? { kind } : {}), n, rep, ...rounded(timed, n) }
      })
      for (const line of own) print(JSON.stringify(line))
      lines.set(who, own)
    }
    for (const mine of ours)
      for (const other of [...node, ...python])
        print(JSON.stringify(ratioOf(bench, kind, lines.get(mine)!, lines.get(other)!)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What everybody must find. */
async function prepare(
  bench: string,
  kind: MarketKind,
  { n, symbols, seed }: Options,
  folder: string,
): Promise<{ readonly truth: Found; readonly n: number }> {
  if (bench === 'align') {
    const { columns, ...truth } = panelColumns(symbols, Math.max(2, Math.round(n / symbols)), seed)
    writeFileSync(join(folder, 'align.f64'), columns)
    return { truth, n: truth.rows }
  }
  const path = join(folder, `${kind}.csv`)
  const sums = (kind === 'trades' ? writeTrades : writeBars)(path, n, seed)
  if (bench === 'csv') return { truth: { ...sums }, n }
  const { CONTESTANTS, ingest } = await import('./store-work.ts')
  await ingest(path, join(folder, 'store'), 'trades')
  // Leaves the cache.
  await (await CONTESTANTS['cache:gordon to shared memory']({ folder, kind, symbols }))()
  const { bytes } = await (
    await (
      await CONTESTANTS['cache:a plain read, readFile']({ folder, kind, symbols })
    )()
  )()
  return { truth: { ...sums, bytes }, n }
}

/** Where the Python contestants find the store's files. */
function places(folder: string): { readonly files: readonly string[]; readonly cache?: string } {
  const store = join(folder, 'store')
  if (!existsSync(store)) return { files: [] }
  const all = readdirSync(store, { recursive: true }).map(name => join(store, String(name)))
  const files = all.filter(name => name.endsWith('.parquet'))
  return { files, cache: all.find(name => name.endsWith('.arrow')) }
}

interface Timed {
  readonly seconds: number
  readonly cpu_seconds: number
  readonly rss_mb: number
}

/** Repeats one contestant's work in this process. */
async function contest(
  name: string,
  terms: WorkTerms,
  reps: number,
  print: (line: string) => void,
): Promise<void> {
  const { CONTESTANTS } = await import('./store-work.ts')
  const work = await CONTESTANTS[name](terms)
  for (let rep = 0; rep < reps; rep++) {
    const cpu = process.cpuUsage()
    const start = process.hrtime.bigint()
    const find = await work()
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    const { user, system } = process.cpuUsage(cpu)
    const rss_mb = process.resourceUsage().maxRSS / 1024
    print(JSON.stringify({ seconds, cpu_seconds: (user + system) / 1e6, rss_mb, found: await find() }))
  }
}

function rounded({ seconds, cpu_seconds, rss_mb }: Timed, n: number): Timed & { readonly ns: number } {
  const to = (value: number, digits: number) => Number(value.toFixed(digits))
  return {
    seconds: to(seconds, 6),
    cpu_seconds: to(cpu_seconds, 6),
    ns: to((1e9 * cpu_seconds) / n, 1),
    rss_mb: to(rss_mb, 1),
  }
}

function ratioOf(
  bench: string,
  kind: MarketKind,
  ours: readonly StoreLine[],
  theirs: readonly StoreLine[],
): StoreRatio {
  const least = (lines: readonly StoreLine[], of: 'cpu_seconds' | 'seconds') =>
    Math.min(...lines.map(one => one[of]))
  const two = (value: number) => Number(value.toFixed(2))
  return {
    bench,
    ...(bench === 'csv' ? { kind } : {}),
    ratio: `${ours[0].who} / ${theirs[0].who}`,
    first_cpu: two(ours[0].cpu_seconds / theirs[0].cpu_seconds),
    first_wall: two(ours[0].seconds / theirs[0].seconds),
    cpu: two(least(ours, 'cpu_seconds') / least(theirs, 'cpu_seconds')),
    wall: two(least(ours, 'seconds') / least(theirs, 'seconds')),
  }
}

async function run(command: string, argv: readonly string[]): Promise<(Timed & { readonly found: Found })[]> {
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', part => out.push(part))
  child.stderr.on('data', part => err.push(part))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) {
    const trouble = Buffer.concat(err).toString().trim().split('\n').at(-1)
    throw new GordonError('BENCH_PEER', `${argv.join(' ')} ended with ${code}: ${trouble}`, {
      kind: 'failure',
    })
  }
  const lines = Buffer.concat(out).toString().trim().split('\n')
  return lines.map(line => JSON.parse(line) as Timed & { found: Found })
}

const ROOT = rootOf(dirname(fileURLToPath(import.meta.url)))

/** The project's folder, wherever below it this was built to. */
function rootOf(folder: string): string {
  if (existsSync(join(folder, 'lab', 'bench', 'store_peers.py')) || folder === dirname(folder)) return folder
  return rootOf(dirname(folder))
}

function interpreter(): string {
  const path = join(ROOT, '.venv', 'bin', 'python')
  if (existsSync(path)) return path
  throw new GordonError('BENCH_PEER', `There is no Python at ${path}: run npm test once, which makes it.`)
}

function count(flag: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new GordonError('BENCH_USAGE', `--${flag} is "${text}"; it must be a whole number of at least 1.`)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  runStore(process.argv.slice(2), line => console.log(line)).catch(error => {
    console.error(isGordonError(error) ? `${error.message} [${error.code}]` : error)
    process.exitCode = isGordonError(error) && error.kind === 'input' ? 2 : 1
  })
}
