/** Paper sessions as a person starts them: the built command in a process of its own, on a feed in this one. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COMMAND = `${ROOT}dist/live/gordon.js`

/** Brings dist/ up to date; a no-op under `npm test`, which has done so. */
export function buildCommand(): void {
  try {
    execFileSync(process.execPath, [`${ROOT}lab/cli/setup/build.mjs`], { stdio: 'pipe' })
  } catch (error) {
    // Type errors are reported by the type check; what matters here is that there is something to run.
    if (!existsSync(COMMAND)) throw error
  }
}

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves when stderr has said this. */
  says(text: string): Promise<void>
}

/** @param shell runs before the command in the same shell, e.g. `ulimit -f 64` */
export function startGordon(words: readonly string[], shell?: string): Started {
  const argv = [COMMAND, ...words]
  const [program, given] =
    shell === undefined
      ? [process.execPath, argv]
      : ['bash', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, ...argv]]
  const child = spawn(program, given, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  const listeners = new Set<() => void>()
  child.stdout.on('data', part => {
    out += part
  })
  child.stderr.on('data', part => {
    err += part
    for (const listener of listeners) listener()
  })
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, out, err }))
  })
  const says = (text: string) =>
    Promise.race([
      new Promise<void>(resolve => {
        const listener = () => {
          if (err.includes(text)) resolve()
        }
        listeners.add(listener)
        listener()
      }),
      finished.then(end => {
        if (!end.err.includes(text))
          throw new Error(`ended with ${end.code} and never said "${text}": ${end.err}`)
      }),
    ])
  return { child, finished, says }
}

export function gordon(...words: string[]): Promise<Finished> {
  return startGordon(words).finished
}
