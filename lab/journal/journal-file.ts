/**
 * The journal of one session as a file that only grows. A group of entries is written in one piece and synced
 * (fdatasync) before anyone acts on it.
 *
 * When a write or a sync fails, the file takes nothing more: after a failed fsync the kernel may have dropped the
 * pages, so that a second, successful one proves nothing (Rebello et al., "Can Applications Recover from fsync
 * Failures?", USENIX ATC 2020). The session stops; a restart reads what is really there.
 *
 * When it is wrong: a disk that lies about its cache loses synced lines; the chain still holds for the rest, and
 * the head that was printed elsewhere tells that lines are missing.
 */
import { mkdir, open, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { assert } from '../core/assert.ts'
import { GordonError } from '../core/errors.ts'
import type { Journal, JournalEntry, TimedEvent } from '../domain/ports/journal.ts'
import { chainLine } from './chain.ts'
import { lockJournal } from './lock.ts'
import { JournalReader } from './read.ts'

/** The part of a file that a journal uses; node's FileHandle is one. */
export interface JournalHandle {
  appendFile(bytes: Uint8Array): Promise<void>
  datasync(): Promise<void>
  close(): Promise<void>
}

export interface OpenedJournal {
  readonly journal: JournalFile
  /** Bytes of a half-written last line that were cut off. */
  readonly cutBytes: number
}

export class JournalFile implements Journal {
  readonly path: string
  readonly #handle: JournalHandle
  readonly #unlock: () => void
  #head: string
  #sequence: number
  #time: number
  #failed = false
  #busy = false

  private constructor(path: string, handle: JournalHandle, unlock: () => void, read: JournalReader) {
    this.path = path
    this.#handle = handle
    this.#unlock = unlock
    this.#head = read.head
    this.#sequence = read.entries
    this.#time = read.last?.time ?? Number.NEGATIVE_INFINITY
  }

  /**
   * Opens a journal for one session, makes it where there is none, and hands over what it already holds. A torn
   * last line is cut off.
   * @param openFile who opens the file for appending; node's `open` unless a test says otherwise
   * @throws GordonError JOURNAL_IN_USE, JOURNAL_BROKEN, JOURNAL_NOT_WRITABLE
   */
  static async open(
    path: string,
    onEntry: (entry: JournalEntry) => void,
    openFile: (path: string) => Promise<JournalHandle> = file => open(file, 'a'),
  ): Promise<OpenedJournal> {
    await writable(path, () => mkdir(dirname(path), { recursive: true }))
    const unlock = lockJournal(path)
    let handle: JournalHandle | undefined
    try {
      handle = await writable(path, () => openFile(path))
      await syncFolder(dirname(path))
      const reader = new JournalReader(path)
      for await (const entry of reader) onEntry(entry)
      if (reader.tornBytes > 0) {
        await truncate(path, reader.bytes)
        await handle.datasync()
      }
      return { journal: new JournalFile(path, handle, unlock, reader), cutBytes: reader.tornBytes }
    } catch (error) {
      await handle?.close()
      unlock()
      throw error
    }
  }

  /** Hash of the newest synced line. */
  get head(): string {
    return this.#head
  }

  get entries(): number {
    return this.#sequence
  }

  /** Time of the newest entry, −Infinity when there is none: the next one must be later. */
  get time(): number {
    return this.#time
  }

  async append(group: readonly TimedEvent[]): Promise<readonly JournalEntry[]> {
    assert(!this.#busy, 'two groups appended to one journal at once')
    if (this.#failed) throw this.#refusal(undefined)
    let head = this.#head
    let time = this.#time
    const lines: string[] = []
    const entries = group.map((one, place) => {
      assert(one.time > time, 'a journal entry is not later than the one before')
      time = one.time
      const entry: JournalEntry = { sequence: this.#sequence + place, time, event: one.event }
      const { line, hash } = chainLine(entry, head)
      head = hash
      lines.push(line, '\n')
      return entry
    })
    this.#busy = true
    try {
      await this.#handle.appendFile(Buffer.from(lines.join(''), 'utf8'))
      await this.#handle.datasync()
    } catch (cause) {
      this.#failed = true
      throw this.#refusal(cause)
    } finally {
      this.#busy = false
    }
    this.#head = head
    this.#sequence += group.length
    this.#time = time
    return entries
  }

  async close(): Promise<void> {
    try {
      await this.#handle.close()
    } finally {
      this.#unlock()
    }
  }

  #refusal(cause: unknown): GordonError {
    return new GordonError(
      'JOURNAL_WRITE_FAILED',
      `Journal ${this.path} could not be written${cause instanceof Error ? ` (${cause.message})` : ''}; nothing after its last synced entry was acted on. Make room or repair the disk and start the session again: it goes on where it was.`,
      { cause, kind: 'failure' },
    )
  }
}

async function writable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new GordonError(
      'JOURNAL_NOT_WRITABLE',
      `Journal ${path} cannot be written (${(cause as Error).message}); choose another file with --journal.`,
      { cause },
    )
  }
}

/** A new file's name is data too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
