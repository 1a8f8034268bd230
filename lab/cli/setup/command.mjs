/** Runs another program and says in one sentence when it fails. Setup has no other way to stop early. */
import { spawn, spawnSync } from 'node:child_process'
import { ROOT } from './place.mjs'

/** A setup step that cannot go on: one sentence for the person at the terminal. */
export class SetupError extends Error {}

/** Runs in the foreground, where Ctrl-C is the program's to answer; resolves to the exit code. */
export function run(program, args, { env = {}, cwd = ROOT } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } })
    process.on('SIGINT', () => {})
    process.on('SIGTERM', () => child.kill())
    child.once('error', fail)
    child.once('close', (code, signal) => done(signal === null ? code : 128 + 1))
  })
}

/** Runs quietly; what it printed is shown only when it failed. */
export function must(sentence, program, args, { env = {}, cwd = ROOT } = {}) {
  const result = quiet(program, args, { env, cwd })
  if (result.code === 0) return result.text
  process.stderr.write(result.text)
  throw new SetupError(sentence)
}

/** Runs quietly; exit code and everything printed. */
export function quiet(program, args, { env = {}, cwd = ROOT } = {}) {
  const result = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    shell: process.platform === 'win32' && program === 'npm',
  })
  return { code: result.status ?? 1, text: `${result.stdout ?? ''}${result.stderr ?? ''}` }
}

/** Runs a setup program's main function: errors of setup are one sentence, others keep their trace. */
export async function main(work) {
  try {
    process.exitCode = await work()
  } catch (error) {
    console.error(error instanceof SetupError ? `gordon: ${error.message}` : error)
    process.exitCode = 1
  }
}
