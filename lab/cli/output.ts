/**
 * What every command shares: human words or one JSON document on stdout, progress on stderr, errors as one
 * sentence with a stable code, exit codes 0 done, 1 the work failed, 2 wrong usage or bad input.
 */
import { isGordonError } from '../core/errors.ts'

export interface Outcome {
  readonly exitCode: 0 | 1 | 2
}

/** Prints an error as people or machines want it; returns the exit code. */
export function printError(error: unknown, json: boolean): 1 | 2 {
  const known = isGordonError(error)
  const code = known ? error.code : 'UNEXPECTED'
  const text = error instanceof Error ? error.message : String(error)
  if (json) process.stdout.write(JSON.stringify({ error: { code, message: text } }) + '\n')
  else {
    process.stderr.write(`gordon: ${text} [${code}]\n`)
    if (!known && error instanceof Error && error.stack !== undefined)
      process.stderr.write(error.stack + '\n')
  }
  return known && error.kind === 'input' ? 2 : 1
}

/** A line of progress on stderr, overwritten in place on a terminal and silent elsewhere. */
export function progressLine(label: string): { at(done: number, total: number): void; done(): void } {
  const shown = process.stderr.isTTY === true
  const start = Date.now()
  let last = 0
  return {
    at(done, total) {
      const now = Date.now()
      if (!shown || now - start < 500 || now - last < 100) return
      last = now
      const part = total > 0 ? done / total : 0
      const left = part > 0 ? ((now - start) / part - (now - start)) / 1000 : Number.NaN
      process.stderr.write(
        `\r${label} ${(part * 100).toFixed(0)} %, ${Number.isNaN(left) ? '?' : left.toFixed(0)} s left \x1b[K`,
      )
    },
    done() {
      if (shown && last > 0) process.stderr.write('\r\x1b[K')
    },
  }
}
