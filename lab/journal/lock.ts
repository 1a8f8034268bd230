/**
 * One writer per journal. Each process that wants to write puts a file of its own beside the journal,
 *
 *   <journal>.lock-<host>-<pid>-<birth>
 *
 * made exclusively, and looks at the others only after that. Of two that start at once at least one therefore
 * sees the other: never two writers, at worst none. A file whose process is gone (no such pid, or the pid belongs
 * to a process born at another time) is a crash's leftover and is removed; nobody ever takes over another's file,
 * so no takeover can race.
 *
 * When it is wrong: on a file system shared between hosts another host's process cannot be asked whether it lives,
 * so its file stays until a person removes it. Without /proc (macOS, Windows) a birth is unknown and a leftover
 * whose pid was given to another process blocks until it is removed. The sentence names the file.
 */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { GordonError } from '../core/errors.ts'

/** Takes the lock; returns what gives it back. @throws GordonError JOURNAL_IN_USE */
export function lockJournal(path: string): () => void {
  const folder = dirname(path)
  const prefix = `${basename(path)}.lock-`
  const host = hostname().replaceAll('-', '_') || 'host'
  const own = `${prefix}${host}-${process.pid}-${statOf(process.pid)?.birth ?? 'unknown'}`
  const ownPath = join(folder, own)
  try {
    const file = openSync(ownPath, 'wx')
    fsyncSync(file)
    closeSync(file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw inUse(path, process.pid, ownPath)
    throw new GordonError(
      'JOURNAL_NOT_WRITABLE',
      `Journal ${path} cannot be locked (${(cause as Error).message}); choose a folder that can be written, with --journal.`,
      { cause },
    )
  }
  const release = () => rmSync(ownPath, { force: true })
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(prefix) || name === own) continue
      const [otherHost, pid, birth] = name.slice(prefix.length).split('-')
      const file = join(folder, name)
      if (otherHost !== host || lives(Number(pid), birth)) throw inUse(path, Number(pid), file)
      rmSync(file, { force: true })
    }
  } catch (error) {
    release()
    throw error
  }
  return release
}

function inUse(path: string, pid: number, file: string): GordonError {
  return new GordonError(
    'JOURNAL_IN_USE',
    `Journal ${path} is being written by process ${pid}; stop that session first, or choose another file with --journal (if no such session runs, remove ${file}).`,
  )
}

function lives(pid: number, birth: string | undefined): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
  const stat = statOf(pid)
  if (stat === undefined || birth === 'unknown') return true
  return stat.birth === birth && !ENDED.includes(stat.state)
}

/** States of a process that has ended and was not waited for by its parent: zombie, dead. */
const ENDED = ['Z', 'X']

/** State and start (clock ticks since boot) of a process: fields 3 and 22 of /proc/<pid>/stat (man 5 proc). */
function statOf(pid: number): { readonly state: string; readonly birth: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in parentheses, which may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], birth: fields[19] }
  } catch {
    return undefined
  }
}
