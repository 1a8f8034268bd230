/**
 * One entry is one line of JSON:
 *
 *   {"hash":"<64 hex>","kind":"bar","payload":{…},"seq":17,"time":1069364400000000}
 *
 * hash = SHA-256(hash of the line before, as hex ‖ the bytes of this line without its hash member); the line before
 * the first has 64 zeros. Keys are sorted, so that equal entries are equal bytes. Whoever changes, drops, inserts
 * or swaps a line breaks every hash from there on.
 *
 * When it is wrong: the chain is no signature. Who can write the file can also make every later line anew; against
 * that, keep the head (the last hash, which sessions and `journal verify` print) somewhere else, and compare it.
 * Cutting whole lines off the end leaves a valid, shorter chain: the head tells that too.
 */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../core/digest.ts'
import type { JournalEntry, JournalEvent } from '../domain/ports/journal.ts'
import { entrySchema } from './entry-schema.ts'

export const FIRST_HASH = '0'.repeat(64)

const OPENING = '{"hash":"'
const BODY_AT = OPENING.length + 64 + 2

/** The line of an entry, without its line feed, and the hash that the next one starts from. */
export function chainLine(entry: JournalEntry, before: string): { line: string; hash: string } {
  const { kind, ...payload } = entry.event
  const body = canonicalJson({ kind, payload, seq: entry.sequence, time: entry.time })
  const hash = chainHash(before, Buffer.from(body, 'utf8'))
  return { line: `${OPENING}${hash}",${body.slice(1)}`, hash }
}

export type LineReading =
  | { readonly kind: 'entry'; readonly entry: JournalEntry; readonly hash: string }
  | { readonly kind: 'broken'; readonly why: string }

/** Reads the bytes of one line that should follow `before`. */
export function readChainLine(bytes: Buffer, before: string, last: JournalEntry | undefined): LineReading {
  const hash = bytes.toString('latin1', OPENING.length, OPENING.length + 64)
  const shaped = bytes.length > BODY_AT && bytes.toString('latin1', 0, OPENING.length) === OPENING
  if (!shaped || !/^[0-9a-f]{64}$/.test(hash) || bytes.toString('latin1', BODY_AT - 2, BODY_AT) !== '",')
    return { kind: 'broken', why: 'is not a journal line' }
  const body = Buffer.concat([Buffer.from('{'), bytes.subarray(BODY_AT)])
  if (chainHash(before, body) !== hash)
    return {
      kind: 'broken',
      why: 'does not follow from the line before: it was changed, or lines were removed, inserted or swapped before it',
    }
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    return { kind: 'broken', why: 'is not JSON' }
  }
  const parsed = entrySchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return { kind: 'broken', why: `has no meaning (${issue.path.join('.') || 'entry'}: ${issue.message})` }
  }
  const { kind, payload, seq, time } = parsed.data
  if (seq !== (last === undefined ? 0 : last.sequence + 1))
    return { kind: 'broken', why: `has sequence ${seq} after ${last?.sequence ?? 'nothing'}` }
  if (last !== undefined && time <= last.time)
    return { kind: 'broken', why: 'is not later than the line before' }
  if ((kind === 'header') !== (seq === 0))
    return { kind: 'broken', why: seq === 0 ? 'should be the header' : 'is a second header' }
  return { kind: 'entry', entry: { sequence: seq, time, event: { kind, ...payload } as JournalEvent }, hash }
}

function chainHash(before: string, body: Buffer): string {
  return createHash('sha256').update(before, 'latin1').update(body).digest('hex')
}
