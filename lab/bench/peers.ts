/**
 * Gordon's line in the peers' benchmark (node dist/lab/bench/peers.js, `npm run -s bench:peers --`):
 *
 *   bench:peers w1|w2|w3|w4|w5|w1load|cold [--reps 3] [--n bars] [--threads T] [--symbols 500] [--after-others]
 *
 * Reads $PEERS_DATA and prints one JSON line per repetition, the first one included. Data are read outside the
 * clock, but for w1load. `--after-others` runs six other strategies in the process first, so that the loop has
 * seen more shapes than one. `cold` is the first result of a fresh process; its whole time is the caller's to take.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { GordonError, isGordonError } from '../core/errors.ts'
import { measure, type Outcome } from './measure.ts'

/** A workload, its data at hand: how many bars a repetition works, and the repetition. */
interface Ready {
  readonly n: number
  readonly work: () => Promise<Outcome>
  readonly note?: string
}

interface Options {
  readonly folder: string
  readonly n?: number
  readonly threads: number
  readonly symbols: number
}

const WORKLOADS: Readonly<Record<string, (options: Options) => Promise<Ready>>> = {
  async w1({ folder, n }) {
    const [{ minuteSource }, { w1 }] = await Promise.all([import('./peers-data.ts'), import('./w1.ts')])
    const bars = minuteSource(folder, n)
    return { n: bars.streams[0].rows, work: () => w1(bars) }
  },
  async w2({ folder, n = 100_000, threads }) {
    const [{ minuteSource }, { PAIRS, w2, w2Threaded }] = await Promise.all([
      import('./peers-data.ts'),
      import('./w2.ts'),
    ])
    if (threads > 1)
      return { n: n * PAIRS.length, work: () => w2Threaded(folder, n, threads), note: `${threads} threads` }
    const bars = minuteSource(folder, n)
    return { n: n * PAIRS.length, work: () => w2(bars) }
  },
  async w3({ folder, symbols }) {
    const [{ panelSource }, { w3 }] = await Promise.all([import('./peers-data.ts'), import('./w3.ts')])
    const bars = panelSource(folder, symbols)
    return { n: bars.streams.reduce((sum, stream) => sum + stream.rows, 0), work: () => w3(bars) }
  },
  async w4({ folder, n }) {
    const [{ tradeSource }, { quoteOnce, TradeQuoter }] = await Promise.all([
      import('./peers-data.ts'),
      import('./w4.ts'),
    ])
    const { source, lastPrice } = tradeSource(folder, n)
    return { n: source.streams[0].rows, work: () => quoteOnce(TradeQuoter, source, lastPrice) }
  },
  async w5({ folder, n }) {
    const [{ bookSource }, { BookQuoter, quoteOnce }] = await Promise.all([
      import('./peers-data.ts'),
      import('./w4.ts'),
    ])
    const { source, lastPrice } = bookSource(folder, n)
    return { n: source.streams[0].rows, work: () => quoteOnce(BookQuoter, source, lastPrice) }
  },
  async w1load({ folder }) {
    const [{ minuteRows }, { w1load }] = await Promise.all([import('./peers-data.ts'), import('./w1load.ts')])
    return { n: minuteRows(folder), work: () => w1load(folder) }
  },
  cold: options => WORKLOADS.w1({ ...options, n: options.n ?? 10_000 }),
}

export async function runPeers(
  args: readonly string[],
  folder: string,
  print: (line: string) => void,
): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      reps: { type: 'string' },
      n: { type: 'string' },
      threads: { type: 'string' },
      symbols: { type: 'string' },
      'after-others': { type: 'boolean' },
    },
  })
  const [workload] = positionals
  const prepare = WORKLOADS[workload]
  if (positionals.length !== 1 || prepare === undefined) {
    throw new GordonError(
      'BENCH_USAGE',
      `No workload "${positionals.join(' ')}": give one of ${Object.keys(WORKLOADS).join(', ')}.`,
    )
  }
  const reps = count('reps', values.reps ?? (workload === 'cold' ? '1' : '3'))
  const ready = await prepare({
    folder,
    n: values.n === undefined ? undefined : count('n', values.n),
    threads: count('threads', values.threads ?? '1'),
    symbols: count('symbols', values.symbols ?? '500'),
  })
  const notes = ready.note === undefined ? [] : [ready.note]
  if (values['after-others'] === true) {
    const { runOthers } = await import('./others.ts')
    await runOthers(folder)
    notes.push('after six other strategies')
  }
  for (let rep = 0; rep < reps; rep++)
    print(
      JSON.stringify(
        await measure(workload, ready.n, ready.work, notes.length > 0 ? notes.join(', ') : undefined),
      ),
    )
}

function count(flag: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new GordonError('BENCH_USAGE', `--${flag} is "${text}"; it must be a whole number of at least 1.`)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.env.PEERS_DATA ?? join(homedir(), '.cache', 'peers', 'data')
  runPeers(process.argv.slice(2), folder, line => console.log(line)).catch(error => {
    console.error(isGordonError(error) ? `${error.message} [${error.code}]` : error)
    process.exitCode = isGordonError(error) && error.kind === 'input' ? 2 : 1
  })
}
