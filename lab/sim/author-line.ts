/**
 * `file:line:column` of the author's own line behind an error: the newest frame that is not Gordon's, before the
 * engine that called the strategy. A strategy may have thrown itself or have asked Gordon for what it refuses.
 */
import { fileURLToPath } from 'node:url'

const LAB = fileURLToPath(new URL('..', import.meta.url))
const FRAME = /(?:\(|at |async )((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/

export function authorLine(error: unknown): string | undefined {
  for (const line of error instanceof Error ? (error.stack ?? '').split('\n') : []) {
    const match = FRAME.exec(line.trim())
    if (match === null) continue
    const path = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1]
    if (path.startsWith(`${LAB}engine/engine.`)) return undefined
    const ours = path.startsWith('node:') || (path.startsWith(LAB) && !path.includes('.test.'))
    if (!ours) return `${path}:${match[2]}:${match[3]}`
  }
  return undefined
}
