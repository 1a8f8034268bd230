/**
 * A file that unpacks to far more than any table does is made to fill disks. Real tables unpack to some ten times
 * their size, dull ones to a hundred; deflate cannot do more than a thousand.
 */
import { stat } from 'node:fs/promises'
import { GordonError } from '../../core/errors.ts'

const MOST_TIMES = 250
/** Less is harmless whatever it came from. */
const HARMLESS = 64 << 20

/** @throws GordonError UNPACKS_TOO_FAR */
export async function* guardUnpacking(
  pieces: AsyncIterable<Buffer>,
  path: string,
  file: string,
): AsyncGenerator<Buffer> {
  const { size } = await stat(path)
  const most = Math.max(HARMLESS, size * MOST_TIMES)
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.length
    if (bytes > most) {
      throw new GordonError(
        'UNPACKS_TOO_FAR',
        `${file} unpacks to more than ${MOST_TIMES} times its size, as no table does: if it is to be trusted, unpack it yourself`,
      )
    }
    yield piece
  }
}
