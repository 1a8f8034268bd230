/**
 * One LZ4 frame, unpacked. Arrow files of pandas are packed so unless asked otherwise.
 * Source: lz4 project, doc/lz4_Frame_format.md (1.6.2) and doc/lz4_Block_format.md. Checksums are passed over.
 */

const MAGIC = 0x184d2204
const LEAST_MATCH = 4

type Bytes = Uint8Array<ArrayBuffer>

/** @throws RangeError where it is damaged */
export function unpackLz4(packed: Uint8Array): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('no LZ4 frame')
  const flags = packed[4]
  const [checked, sized, summed, named] = [flags & 0x10, flags & 0x08, flags & 0x04, flags & 0x01]
  let at = 6
  const size = sized === 0 ? packed.length * 4 : Number(view.getBigUint64(at, true))
  at += (sized === 0 ? 0 : 8) + (named === 0 ? 0 : 4) + 1
  let out = new Uint8Array(size)
  let length = 0
  for (;;) {
    const word = view.getUint32(at, true)
    at += 4
    if (word === 0) break
    const bytes = word & 0x7fffffff
    const block = packed.subarray(at, at + bytes)
    if (block.length < bytes) throw new RangeError('the LZ4 frame is cut off')
    if (word >>> 31 === 1) {
      out = withRoom(out, length, bytes)
      out.set(block, length)
      length += bytes
    } else [out, length] = unpackBlock(block, out, length)
    at += bytes + (checked === 0 ? 0 : 4)
  }
  if (summed !== 0 && at + 4 > packed.length) throw new RangeError('the LZ4 frame is cut off')
  return out.subarray(0, length)
}

/** Blocks may refer to those before them: all go into one array. */
function unpackBlock(block: Uint8Array, into: Bytes, from: number): [Bytes, number] {
  let out = into
  let length = from
  let at = 0
  const more = (start: number): number => {
    let value = start
    if (start !== 15) return value
    let byte: number
    do {
      byte = block[at++]
      value += byte
    } while (byte === 255)
    return value
  }
  while (at < block.length) {
    const token = block[at++]
    const literals = more(token >>> 4)
    if (at + literals > block.length) throw new RangeError('the LZ4 block is damaged')
    out = withRoom(out, length, literals)
    out.set(block.subarray(at, at + literals), length)
    length += literals
    at += literals
    // The last sequence of a block has literals only.
    if (at >= block.length) break
    const offset = block[at] | (block[at + 1] << 8)
    at += 2
    const match = more(token & 15) + LEAST_MATCH
    if (offset === 0 || offset > length) throw new RangeError('the LZ4 block is damaged')
    out = withRoom(out, length, match)
    if (offset >= match) out.copyWithin(length, length - offset, length - offset + match)
    else for (let i = 0; i < match; i++) out[length + i] = out[length - offset + i]
    length += match
  }
  return [out, length]
}

function withRoom(out: Bytes, length: number, more: number): Bytes {
  if (length + more <= out.length) return out
  const wider = new Uint8Array(Math.max(out.length * 2, length + more))
  wider.set(out.subarray(0, length))
  return wider
}
