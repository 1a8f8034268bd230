/**
 * Reading a journal: entry by entry for a replay, to the first broken line for a verification. Bytes after the last
 * line feed are a line that a crash cut short; nothing was done about it, since an entry is acted on only after its
 * group was synced, so a reader ends before it and says how long it was.
 */
import { createReadStream } from 'node:fs'
import { GordonError } from '../core/errors.ts'
import type { JournalEntry } from '../domain/ports/journal.ts'
import { FIRST_HASH, readChainLine } from './chain.ts'

const LINE_FEED = 10

export class JournalReader {
  readonly path: string
  /** Hash of the newest line read. */
  head = FIRST_HASH
  entries = 0
  last: JournalEntry | undefined
  /** Bytes up to the end of the newest line read. */
  bytes = 0
  /** Bytes of the torn last line; known at the end. */
  tornBytes = 0

  constructor(path: string) {
    this.path = path
  }

  /** @throws GordonError JOURNAL_BROKEN at the first line that is wrong, JOURNAL_UNREADABLE */
  async *[Symbol.asyncIterator](): AsyncGenerator<JournalEntry> {
    for await (const line of this.#lines()) {
      const reading = readChainLine(line, this.head, this.last)
      if (reading.kind === 'broken')
        throw new GordonError(
          'JOURNAL_BROKEN',
          `Line ${this.entries + 1} of journal ${this.path} ${reading.why}; restore the file from a copy, or start another journal.`,
          { kind: 'failure' },
        )
      this.head = reading.hash
      this.last = reading.entry
      this.entries++
      this.bytes += line.length + 1
      yield reading.entry
    }
  }

  /** Whole lines, without their line feeds. */
  async *#lines(): AsyncGenerator<Buffer> {
    const parts: Buffer[] = []
    try {
      for await (const chunk of createReadStream(this.path, { highWaterMark: 1 << 20 })) {
        const piece = chunk as Buffer
        let from = 0
        for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, from)) {
          parts.push(piece.subarray(from, at))
          from = at + 1
          yield parts.length === 1 ? parts[0] : Buffer.concat(parts)
          parts.length = 0
        }
        if (from < piece.length) parts.push(piece.subarray(from))
      }
    } catch (cause) {
      if (cause instanceof GordonError) throw cause
      throw new GordonError(
        'JOURNAL_UNREADABLE',
        `Journal ${this.path} cannot be read (${(cause as Error).message}); name a file that a paper session wrote.`,
        { cause },
      )
    }
    this.tornBytes = parts.reduce((sum, part) => sum + part.length, 0)
  }
}

export interface JournalCheck {
  readonly entries: number
  /** Hash of the last good line: keep it elsewhere, and a later check can be held against it. */
  readonly head: string
  readonly tornBytes: number
  /** The first line that is wrong, in words; absent when all are right. */
  readonly broken?: string
  /** Whether a line with the hash that was asked for was met. */
  readonly headFound: boolean
}

/**
 * Follows the chain from the first line to the last, or to the first that is wrong.
 * @param kept a head that was kept elsewhere; a journal that no longer contains it was cut or made anew
 */
export async function verifyJournal(path: string, kept?: string): Promise<JournalCheck> {
  const reader = new JournalReader(path)
  let broken: string | undefined
  let headFound = false
  try {
    for await (const _ of reader) headFound ||= reader.head === kept
  } catch (error) {
    if (!(error instanceof GordonError) || error.code !== 'JOURNAL_BROKEN') throw error
    broken = error.message
  }
  const { entries, head, tornBytes } = reader
  return { entries, head, tornBytes, headFound, ...(broken === undefined ? {} : { broken }) }
}
