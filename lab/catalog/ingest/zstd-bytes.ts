/** A file of Zstandard frames, unpacked piece by piece. Source: RFC 8878; the decoder is fzstd's. */
import { createReadStream } from 'node:fs'
import { GordonError } from '../../core/errors.ts'

const PIECE_BYTES = 1 << 16

export function isZstd(magic: Buffer): boolean {
  return magic.length >= 4 && magic.readUInt32LE(0) === 0xfd2fb528
}

/** @throws GordonError NOT_A_TABLE where it cannot be unpacked */
export async function* zstdBytes(path: string, file: string): AsyncGenerator<Buffer> {
  const { Decompress } = await import('fzstd')
  const pieces: Buffer[] = []
  const stream = new Decompress(bytes => {
    if (bytes.length > 0) pieces.push(Buffer.from(bytes))
  })
  const damaged = (cause: unknown): GordonError =>
    new GordonError('NOT_A_TABLE', `${file} cannot be unpacked: it is damaged or cut off, fetch it again`, {
      cause,
    })
  for await (const bytes of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
    try {
      stream.push(bytes as Buffer)
    } catch (cause) {
      throw damaged(cause)
    }
    yield* pieces.splice(0)
  }
  try {
    stream.push(new Uint8Array(0), true)
  } catch (cause) {
    throw damaged(cause)
  }
  yield* pieces
}
