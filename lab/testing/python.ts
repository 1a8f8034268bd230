/** Asks a reference library for a number: runs a Python script in the project's own virtual environment. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const INTERPRETER = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url))

/**
 * Runs the text of a Python script with `input` as JSON on its standard input.
 * @returns what the script printed, read as JSON
 */
export async function python(script: string, input?: unknown): Promise<unknown> {
  const child = spawn(INTERPRETER, ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', part => out.push(part))
  child.stderr.on('data', part => err.push(part))
  child.stdin.end(JSON.stringify(input ?? null))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`Python ended with ${code}: ${Buffer.concat(err).toString()}`)
  return JSON.parse(Buffer.concat(out).toString())
}
