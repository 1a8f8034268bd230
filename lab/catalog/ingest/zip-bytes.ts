/**
 * The one file of a zip archive, unpacked piece by piece. Nothing is written, so that no name can lead
 * anywhere; one that would is refused all the same. An archive of several files does not say which is meant.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { GordonError } from '../../core/errors.ts'

/** Deflate makes a thousand bytes of one at most: a piece unpacks to 64 MB and no more. */
const PIECE_BYTES = 1 << 16

/** `PK\3\4`, the beginning of a first file; an empty archive has none. */
export function isZip(magic: Buffer): boolean {
  return magic.length >= 4 && magic.readUInt32LE(0) === 0x04034b50
}

/** @throws GordonError NOT_A_TABLE where it cannot be unpacked, NOT_ONE_FILE */
export async function* zipBytes(path: string, file: string): AsyncGenerator<Buffer> {
  const { Unzip, UnzipInflate } = await import('fflate')
  const pieces: Buffer[] = []
  const names: string[] = []
  const told = await toldChecksum(path)
  let checksum = 0
  let ended = false
  let failure: Error | undefined
  const unzip = new Unzip(entry => {
    if (entry.name.endsWith('/')) return
    names.push(entry.name)
    if (names.length > 1) return
    entry.ondata = (error, bytes, final) => {
      failure ??= error ?? undefined
      if (bytes !== undefined && bytes.length > 0) pieces.push(Buffer.from(bytes))
      ended ||= final
    }
    entry.start()
  })
  unzip.register(UnzipInflate)
  const damaged = (cause?: unknown): GordonError =>
    new GordonError('NOT_A_TABLE', `${file} cannot be unpacked: it is damaged or cut off, fetch it again`, {
      cause,
    })
  for await (const bytes of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
    try {
      unzip.push(bytes as Buffer)
    } catch (cause) {
      throw damaged(cause)
    }
    if (failure !== undefined) throw damaged(failure)
    if (names.length > 1) {
      throw new GordonError(
        'NOT_ONE_FILE',
        `${file} holds several files, ${names[0]} and ${names[1]} among them: unpack it and name the one that is meant`,
      )
    }
    if (names.length > 0 && leadsOut(names[0])) {
      throw new GordonError(
        'ARCHIVE_PATH',
        `${file} holds ${JSON.stringify(names[0])}, a name that leads out of the folder it is unpacked in: such an archive is not to be trusted, and nothing of it is read`,
      )
    }
    for (const piece of pieces.splice(0)) {
      checksum = crc32(piece, checksum)
      yield piece
    }
  }
  if (!ended || (told !== undefined && told !== checksum)) throw damaged()
}

/** Absolute, on a drive, or up. */
function leadsOut(name: string): boolean {
  return /^([\\/]|[A-Za-z]:)/.test(name) || name.split(/[\\/]/).includes('..') || name.includes('\0')
}

/** The longest comment that may follow the end record, and the record. */
const TAIL_BYTES = 0xffff + 22

/**
 * The checksum of the first file, which the directory at an archive's end has; a decoder may take damaged bytes for
 * others. Source: PKWARE's APPNOTE.TXT, 4.3.12 and 4.3.16. Undefined where there is no such directory.
 */
async function toldChecksum(path: string): Promise<number | undefined> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
    await handle.read(tail, 0, tail.length, size - tail.length)
    const end = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1')
    if (end < 0 || end + 22 > tail.length) return undefined
    const header = Buffer.alloc(46)
    await handle.read(header, 0, header.length, tail.readUInt32LE(end + 16))
    return header.readUInt32LE(0) === 0x02014b50 ? header.readUInt32LE(16) : undefined
  } finally {
    await handle.close()
  }
}
