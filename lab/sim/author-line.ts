/**
 * `file:line:column` of the author's own line behind an error: the newest frame that is not Gordon's, before the
 * engine that called the strategy. A strategy may have thrown itself or have asked Gordon for what it refuses.
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PROJECT } from './loading/project.ts'

/** Sources, as source maps name them, and what is built of them. */
const OURS = [resolve(PROJECT, 'lab') + '/', resolve(PROJECT, 'dist') + '/']
const FRAME = /(?:\(|at |async )((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/

export function authorLine(error: unknown): string | undefined {
  for (const line of error instanceof Error ? (error.stack ?? '').split('\n') : []) {
    const match = FRAME.exec(line.trim())
    if (match === null) continue
    const path = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1]
    if (/\/lab\/engine\/engine\.[jt]s$/.test(path)) return undefined
    const ours =
      path.startsWith('node:') || (OURS.some(folder => path.startsWith(folder)) && !path.includes('.test.'))
    if (!ours) return `${path}:${match[2]}:${match[3]}`
  }
  return undefined
}
