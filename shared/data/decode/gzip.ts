import { crc32 } from '../../crc32.ts'
import { fail, ok, type Result } from '../../result.ts'
import { inflateExactly } from './inflate.ts'

/** Most bytes a gzip file may unpack to. */
export const GZIP_CAP = 512 * 2 ** 20

const TRAILER = 8
const SMALLEST = 18
const [HEADER_CRC, EXTRA, NAME, COMMENT] = [2, 4, 8, 16]

/** True when the bytes start like a gzip file. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Where the DEFLATE stream starts (RFC 1952 §2.3), or undefined when the header runs past the end. */
const streamStart = (bytes: Uint8Array): number | undefined => {
  const flags = bytes[3] ?? 0
  let at = 10
  if (flags & EXTRA) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
  for (const flag of [NAME, COMMENT]) {
    if (!(flags & flag)) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return undefined
    at = end + 1
  }
  if (flags & HEADER_CRC) at += 2
  return at <= bytes.length - TRAILER ? at : undefined
}

/** Unpacks a gzip file of one member; length and CRC-32 must agree with its trailer, and it may not pass `cap` bytes. */
export const gunzip = (bytes: Uint8Array, name: string, cap = GZIP_CAP): Result<Uint8Array<ArrayBuffer>> => {
  if (!isGzip(bytes))
    return fail('data/wrong-magic', `${name} is not a gzip file: it does not start with the bytes 1f 8b.`, { where: 'byte 0' })
  if (bytes.length < SMALLEST) return fail('data/damaged', `${name} is cut short: ${bytes.length} bytes are too few for a gzip file.`)
  if (bytes[2] !== 8 || (bytes[3] ?? 0) > 31)
    return fail('data/damaged', `${name} uses a kind of gzip that does not exist: it is damaged.`, { where: 'byte 2' })
  const start = streamStart(bytes)
  if (start === undefined) return fail('data/damaged', `${name} is damaged or cut short: its gzip header has no end.`)
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - TRAILER, TRAILER)
  const size = trailer.getUint32(4, true)
  if (size > cap) return fail('data/too-large', `${name} unpacks to ${size} bytes; at most ${cap} are allowed.`)
  const out = inflateExactly(bytes.subarray(start, bytes.length - TRAILER), size, name)
  if (out.ok && crc32(out.value) !== trailer.getUint32(0, true))
    return fail('data/damaged', `${name} is damaged: its contents do not match its own checksum.`)
  return out
}

/** Unpacks when it is gzip, else gives the bytes as they are. */
export const gunzipIfNeeded = (bytes: Uint8Array, name: string): Result<Uint8Array> => (isGzip(bytes) ? gunzip(bytes, name) : ok(bytes))
