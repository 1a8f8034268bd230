/**
 * Real processes at work on one store, and killed at it: what they leave is looked at by the one that started them.
 * Seeded, so that a moment that broke something can be asked for again. Few moments in an ordinary run of the tests;
 * as many as the store promises with GORDON_STRESS=full.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type Store } from '../catalog/index.ts'
import { Random } from '../core/random.ts'
import { bundleScript } from './child.ts'
import { stateOf, WORK, workOn } from './store-work.ts'

/** @param full with GORDON_STRESS=full */
export function stressed(ordinary: number, full: number): number {
  return process.env.GORDON_STRESS === 'full' ? full : ordinary
}

/** A child that says lines, each as soon as it is true. */
class Worker {
  readonly child: ChildProcess
  readonly lines: string[] = []
  readonly ended: Promise<number | null>
  #waiting: (() => void)[] = []

  constructor(script: string, argv: readonly string[]) {
    this.child = spawn(process.execPath, [script, ...argv], { stdio: ['pipe', 'pipe', 'inherit'] })
    let rest = ''
    this.child.stdout!.on('data', (piece: Buffer) => {
      const parts = (rest + String(piece)).split('\n')
      rest = parts.pop()!
      this.lines.push(...parts)
      for (const wake of this.#waiting.splice(0)) wake()
    })
    this.ended = new Promise(resolve => {
      this.child.once('close', code => {
        resolve(code)
        for (const wake of this.#waiting.splice(0)) wake()
      })
    })
  }

  async says(start: string): Promise<void> {
    while (!this.lines.some(line => line.startsWith(start))) {
      if (this.child.exitCode !== null)
        throw new Error(`ended before it said ${start}: ${this.lines.join(' | ')}`)
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
  }

  go(): void {
    this.child.stdin!.write('go\n')
  }
}

const INGEST = `
  import { writeSync } from 'node:fs'
  import { once } from 'node:events'
  import { ingestBars } from '/lab/catalog/index.ts'
  import { createInstance } from '/lab/catalog/duckdb.ts'
  const [store, path, dataset, name, from, to] = process.argv.slice(2)
  const say = text => writeSync(1, text + '\\n')
  ;(await createInstance()).closeSync()
  say('ready')
  await once(process.stdin, 'data')
  process.stdin.destroy()
  for (let i = Number(from); i < Number(to); i++) {
    say('begin ' + i)
    const { snapshot } = await ingestBars({ store, path, venue: 'X', calendar: '24/7', symbol: name + i, dataset, now: 1.7e15 })
    say('done ' + i + ' ' + snapshot)
  }`

export interface Killed {
  readonly moments: number
  /** Ingests under way when they were killed, by what was found: nothing of it, or all of it. */
  readonly before: number
  readonly after: number
  /** Of those before: some of its files had their places in the store, and nothing named them. */
  readonly placed: number
  /** Ingests that had told that they were done. */
  readonly done: number
  /** Whatever was not as before or as after, one sentence each. */
  readonly torn: readonly string[]
}

/**
 * Kills an ingest at random moments, each time goes on with the same file, and looks after each kill.
 * @param terms.rows rows of the file; each instrument in the store has all of them or is not there
 */
export async function killIngests(terms: {
  readonly store: string
  readonly csv: string
  readonly rows: number
  readonly moments: number
  readonly seed: number
}): Promise<Killed> {
  const { store, csv, rows, moments, seed } = terms
  const script = await bundleScript('killed-ingest', INGEST)
  const random = new Random(seed)
  const torn: string[] = []
  const known = new Map<string, string>()
  let [next, before, after, placed, done] = [0, 0, 0, 0, 0]
  const start = () => new Worker(script, [store, csv, 'killed', 'S', String(next), '1000000'])
  try {
    // How long one takes here and now, start of the process left out.
    const first = start()
    await first.says('ready')
    first.go()
    await first.says('begin 0')
    const begun = performance.now()
    await first.says('done 0')
    let span = performance.now() - begun
    first.child.kill('SIGKILL')
    await first.ended
    for (let moment = 0; moment < moments; moment++) {
      const worker = start()
      await worker.says('ready')
      worker.go()
      await worker.says('begin')
      const began = performance.now()
      const wait = random.uniform() * span * 1.5
      await new Promise(resolve => setTimeout(resolve, wait))
      worker.child.kill('SIGKILL')
      await worker.ended
      const told = worker.lines.filter(line => line.startsWith('done'))
      // On a machine that has become slower none would be killed near its end.
      if (told.length === 0 && wait > span) span = wait
      if (told.length > 0) span = (span * 3 + (performance.now() - began) / told.length) / 4
      done += told.length
      const last = Number(
        worker.lines
          .filter(line => line.startsWith('begin'))
          .at(-1)!
          .split(' ')[1],
      )
      const opened = await openStore(store)
      const present = await newlyThere(opened, known, rows, torn)
      for (const line of told) {
        const name = `S${line.split(' ')[1]}`
        if (!known.has(name)) torn.push(`${name} was told to be stored and is not there`)
      }
      const underWay = !told.some(line => line.startsWith(`done ${last} `))
      if (underWay && present.has(`S${last}`)) after++
      else if (underWay) {
        before++
        if (isPlaced(store, `S${last}`)) placed++
      }
      // The one that was killed is ingested again, over whatever it left.
      next = last
    }
    const whole = await (await openStore(store)).check('killed')
    torn.push(...whole.damage)
  } finally {
    rmSync(script, { force: true })
  }
  return { moments, before, after, placed, done, torn }
}

/** Instruments that were not there before, each held to its rows and its files. */
async function newlyThere(
  store: Store,
  known: Map<string, string>,
  rows: number,
  torn: string[],
): Promise<ReadonlySet<string>> {
  const { instruments } = await store.show('killed')
  const present = new Set(instruments.map(({ symbol }) => symbol))
  for (const symbol of known.keys()) if (!present.has(symbol)) torn.push(`${symbol} was there and is gone`)
  for (const one of instruments) {
    const face = one.files.map(({ sha256 }) => sha256).join(' ')
    const before = known.get(one.symbol)
    if (before !== undefined && before !== face) torn.push(`${one.symbol} has other files than before`)
    if (before !== undefined) continue
    known.set(one.symbol, face)
    if (one.rows !== rows) torn.push(`${one.symbol} has ${one.rows} rows of ${rows}`)
    for (const { path } of one.files)
      if (!existsSync(join(store.folder, path))) torn.push(`${path} of ${one.symbol} is not there`)
  }
  return present
}

function isPlaced(store: string, symbol: string): boolean {
  const folder = join(store, `datasets/killed/kind=bars/venue=X/symbol=${symbol}`)
  return (
    existsSync(folder) &&
    (readdirSync(folder, { recursive: true }) as string[]).some(name => name.endsWith('.parquet'))
  )
}

const WORK_ON = `
  import { writeSync } from 'node:fs'
  import { once } from 'node:events'
  import { workOn } from '/lab/testing/store-work.ts'
  import { createInstance } from '/lab/catalog/duckdb.ts'
  const [store, folder, from] = process.argv.slice(2)
  const say = text => writeSync(1, text + '\\n')
  ;(await createInstance()).closeSync()
  say('ready')
  await once(process.stdin, 'data')
  process.stdin.destroy()
  for (let step = Number(from); ; step++) {
    say('begin ' + step)
    await workOn(store, folder, step)
    say('done ' + step)
  }`

export interface KilledWork {
  readonly moments: number
  /** Steps under way when they were killed, by what they were. */
  readonly killed: Readonly<Record<string, number>>
  /** Of those that change rows: nothing of it was there, or all of it. */
  readonly before: number
  readonly after: number
  readonly done: number
  /** Most that lay in `incoming/` after a step that was not killed. */
  readonly left: number
  readonly torn: readonly string[]
}

/** Kills whatever writes into a store at random moments; after each kill it has the rows of before or of after. */
export async function killWork(terms: {
  readonly folder: string
  readonly moments: number
  readonly seed: number
}): Promise<KilledWork> {
  const { folder, moments, seed } = terms
  const [store, calm] = [join(folder, 'store'), join(folder, 'calm')]
  const script = await bundleScript('killed-work', WORK_ON)
  const random = new Random(seed)
  const known = new Map<string, string>()
  /** State after each step, by the store at which nobody is killed. */
  const states: string[] = []
  const stateAfter = async (step: number): Promise<string> => {
    while (states.length <= step) {
      await workOn(calm, join(folder, 'files-calm'), states.length)
      states.push(await stateOf(calm, known))
    }
    return states[step]
  }
  const torn: string[] = []
  const killed: Record<string, number> = {}
  let [next, before, after, done, left] = [0, 0, 0, 0, 0]
  try {
    for (; next < WORK.length; next++) await workOn(store, join(folder, 'files'), next)
    let span = 150
    for (let moment = 0; moment < moments; moment++) {
      const worker = new Worker(script, [store, join(folder, 'files'), String(next)])
      await worker.says('ready')
      worker.go()
      await worker.says('begin')
      const began = performance.now()
      const wait = random.uniform() * span * 2
      await new Promise(resolve => setTimeout(resolve, wait))
      worker.child.kill('SIGKILL')
      const signal = await worker.ended
      if (signal !== null) torn.push(`step ${next} ended by itself with ${signal}`)
      const told = worker.lines.filter(line => line.startsWith('done')).length
      if (told === 0 && wait > span) span = wait
      if (told > 0) span = (span * 3 + (performance.now() - began) / told) / 4
      done += told
      const last = next + told
      const work = WORK[last % WORK.length]
      killed[work] = (killed[work] ?? 0) + 1
      const state = await stateOf(store, known).catch((error: Error) => error.message)
      const [as, then] = [await stateAfter(last - 1), await stateAfter(last)]
      if (state !== as && state !== then) torn.push(`step ${last}, ${work}: ${state}`)
      else if (as !== then) state === as ? before++ : after++
      // What is done is not done again: a feed has no second time.
      next = state === as ? last : last + 1
      if (moment % 20 === 19) {
        await workOn(store, join(folder, 'files'), next)
        if ((await stateOf(store, known)) !== (await stateAfter(next))) torn.push(`step ${next} went wrong`)
        next++
        left = Math.max(left, readdirSync(join(store, 'incoming')).length)
      }
    }
  } finally {
    rmSync(script, { force: true })
  }
  return { moments, killed, before, after, done, left, torn }
}

const READ = `
  import { writeSync } from 'node:fs'
  import { once } from 'node:events'
  import { openStore, retainSnapshots, rowsDigest } from '/lab/catalog/index.ts'
  const [store, dataset, graceMs] = process.argv.slice(2)
  const say = text => writeSync(1, text + '\\n')
  let ended = false
  say('ready')
  await once(process.stdin, 'data')
  process.stdin.once('data', () => (ended = true))
  let most = 0
  for (let round = 0; !ended; round++) {
    const held = await openStore(store)
    const { instruments } = await held.show(dataset)
    const chosen = instruments.filter((_, i) => (i * 7 + round) % Math.ceil(instruments.length / 4) === 0)
    const digests = () => Promise.all(chosen.map(one => rowsDigest(store, 'bars', one)))
    const first = await digests()
    if (instruments.length < most) say('lost ' + (most - instruments.length))
    most = instruments.length
    await new Promise(resolve => setTimeout(resolve, 100))
    if ((await held.show(dataset)).instruments.length !== instruments.length) say('moved')
    if ((await digests()).join() !== first.join()) say('changed')
    const { removed } = await retainSnapshots(store, { keep: 5, grace: Number(graceMs) * 1000, now: Date.now() * 1000 })
    say('round ' + chosen.length + ' ' + removed.length)
  }
  process.stdin.destroy()`

export interface Raced {
  /** Commits that were told to be stored, and those whose rows are in the newest snapshot. */
  readonly commits: number
  readonly stored: number
  /** Snapshots of different numbers that writers were told. */
  readonly snapshots: number
  /** Reads of the one who holds a snapshot, twice each, and snapshots that were taken away meanwhile. */
  readonly reads: number
  readonly removed: number
  readonly troubles: readonly string[]
  readonly whole: boolean
}

/** Several writers into one dataset, and beside them one who reads what it holds and takes old snapshots away. */
export async function raceWriters(terms: {
  readonly store: string
  readonly csv: string
  readonly writers: number
  readonly commits: number
  readonly graceMs: number
}): Promise<Raced> {
  const { store, csv, writers, commits, graceMs } = terms
  const ingest = await bundleScript('racing-ingest', INGEST)
  const read = await bundleScript('racing-read', READ)
  try {
    const names = Array.from({ length: writers }, (_, i) => String.fromCharCode(65 + i))
    const workers = names.map(name => new Worker(ingest, [store, csv, 'race', name, '0', String(commits)]))
    const reader = new Worker(read, [store, 'race', String(graceMs)])
    await Promise.all([...workers, reader].map(worker => worker.says('ready')))
    for (const worker of workers) worker.go()
    await Promise.all(workers.map(worker => worker.says('done 0')))
    reader.go()
    const codes = await Promise.all(workers.map(worker => worker.ended))
    reader.child.stdin!.write('end\n')
    codes.push(await reader.ended)
    const told = workers.flatMap(worker => worker.lines.filter(line => line.startsWith('done')))
    const opened = await openStore(store)
    const { instruments } = await opened.show('race')
    const rounds = reader.lines
      .filter(line => line.startsWith('round'))
      .map(line => line.split(' ').map(Number))
    return {
      commits: told.length,
      stored: instruments.length,
      snapshots: new Set(told.map(line => line.split(' ')[2])).size,
      reads: rounds.reduce((sum, [, streams]) => sum + streams, 0),
      removed: rounds.reduce((sum, [, , gone]) => sum + gone, 0),
      troubles: [
        ...reader.lines.filter(line => !/^(ready|round)/.test(line)),
        ...codes.filter(code => code !== 0).map(code => `a process ended with ${code}`),
      ],
      whole: (await opened.check('race')).whole,
    }
  } finally {
    rmSync(ingest, { force: true })
    rmSync(read, { force: true })
  }
}
