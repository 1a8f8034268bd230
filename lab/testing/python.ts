/**
 * Asks a reference library for a number: runs a Python script in the project's own virtual environment
 * (.venv, filled from lab/testing/requirements.txt). Tests only; nothing that ships calls Python.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GordonError } from '../core/errors.ts'

const INTERPRETER = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url))

/**
 * Runs the text of a Python script with `input` as JSON on its standard input; numbers keep every digit both
 * ways. JSON has no NaN: a script says `None` for it.
 * @param options.interpreter another Python than the one in .venv
 * @returns what the script printed, read as JSON
 * @throws PYTHON_MISSING without the environment, PYTHON_FAILED with the traceback's last line, or when what
 *   it printed is not JSON
 */
export async function python(
  script: string,
  input?: unknown,
  options: { interpreter?: string } = {},
): Promise<unknown> {
  const interpreter = options.interpreter ?? INTERPRETER
  if (!existsSync(interpreter)) {
    throw new GordonError(
      'PYTHON_MISSING',
      `no Python with the reference libraries at ${interpreter}: run \`npm test\` once, which makes it`,
    )
  }
  const child = spawn(interpreter, ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', part => out.push(part))
  child.stderr.on('data', part => err.push(part))
  // A script that ends without reading its input closes the pipe; its exit code tells the story.
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(input ?? null))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const trouble = Buffer.concat(err).toString().trim()
  if (code !== 0) {
    const line = trouble.split('\n').at(-1) || 'nothing on its error stream'
    throw new GordonError('PYTHON_FAILED', `the Python script ended with ${code}: ${line}`, {
      cause: new Error(trouble),
      kind: 'failure',
    })
  }
  const printed = Buffer.concat(out).toString()
  try {
    return JSON.parse(printed)
  } catch (cause) {
    const start = printed.slice(0, 80)
    throw new GordonError('PYTHON_FAILED', `the Python script printed no JSON but \`${start}\``, {
      cause,
      kind: 'failure',
    })
  }
}
