/** A process of its own for what only another process shows: races, a full disk, what a start imports. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/**
 * Bundles the text of a module, which imports the project's files from its root as `/lab/…`, into one that node runs.
 * @param folder where to; in one outside the project no package can be imported, which shows that none is
 */
export async function bundleScript(
  name: string,
  text: string,
  folder = join(ROOT, 'node_modules/.cache/gordon'),
): Promise<string> {
  const outfile = join(folder, `${name}-${process.pid}.mjs`)
  mkdirSync(dirname(outfile), { recursive: true })
  await build({
    stdin: { contents: text.replaceAll("'/lab/", `'${ROOT}lab/`), resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    outfile,
    logLevel: 'silent',
  })
  return outfile
}

/** Runs a command to its end. */
export async function runChild(command: string, argv: readonly string[]): Promise<Ended> {
  const child = spawn(command, argv, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', part => out.push(part))
  child.stderr.on('data', part => err.push(part))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }
}
