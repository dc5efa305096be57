import { fail, ok, type Result } from '../../result.ts'
import { gunzipIfNeeded } from './gzip.ts'

/** Images of an IDX file: `pixels` is `[count, height, width]`, 0–255. */
export interface IdxImages {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly pixels: Uint8Array
}

/** Largest side of an image. */
const MOST_SIDE = 4096
/** Type byte of unsigned bytes, the only kind of numbers read here. */
const UNSIGNED_BYTE = 8

const hex = (value: number) => `0x${value.toString(16).padStart(8, '0')}`

/** Reads the header (IDX: two zero bytes, type, rank, big-endian sizes) and checks that the sizes make up the bytes. */
const decode = (packed: Uint8Array, name: string, rank: number, wanted: string): Result<{ sizes: number[]; values: Uint8Array }> => {
  if (packed.length === 0) return fail('data/empty', `${name} is empty.`)
  const plain = gunzipIfNeeded(packed, name)
  if (!plain.ok) return plain
  const bytes = plain.value
  const head = 4 + 4 * rank
  if (bytes.length < 4) return fail('data/damaged', `${name} is cut short: ${bytes.length} bytes are too few for an IDX file.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = view.getUint32(0)
  const expected = UNSIGNED_BYTE * 256 + rank
  if (magic !== expected) {
    const other = magic >>> 16 === 0 && magic >>> 8 === UNSIGNED_BYTE ? ` It holds ${magic & 0xff} dimensions instead of ${rank}.` : ''
    const message = `${name} is not an IDX file of ${wanted}: it starts with ${hex(magic)}, and ${hex(expected)} was expected.${other}`
    return fail('data/wrong-magic', message, { where: 'byte 0', expected: hex(expected), received: hex(magic) })
  }
  if (bytes.length < head) return fail('data/damaged', `${name} is cut short: its header of ${head} bytes ends at byte ${bytes.length}.`)
  const sizes = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const size = sizes.reduce((product, n) => product * n, 1)
  if (size !== bytes.length - head) {
    const message = `${name} announces ${sizes.join('×')} ${wanted} (${size} bytes), but ${bytes.length - head} bytes follow its header.`
    return fail('data/wrong-size', message, { where: `byte ${head}`, expected: String(size), received: String(bytes.length - head) })
  }
  return ok({ sizes, values: bytes.subarray(head) })
}

/** Decodes an `idx3-ubyte` file of images, gzipped or not. */
export const decodeIdxImages = (bytes: Uint8Array, name: string): Result<IdxImages> => {
  const decoded = decode(bytes, name, 3, 'images')
  if (!decoded.ok) return decoded
  const [count = 0, height = 0, width = 0] = decoded.value.sizes
  if (count === 0 || height === 0 || width === 0)
    return fail('data/empty', `${name} holds no images: it announces ${count}×${height}×${width}.`)
  if (height > MOST_SIDE || width > MOST_SIDE)
    return fail('data/too-large', `${name} holds images of ${height}×${width} pixels; at most ${MOST_SIDE}×${MOST_SIDE} are read.`)
  return ok({ count, height, width, pixels: decoded.value.values })
}

/** Decodes an `idx1-ubyte` file of labels, gzipped or not; each must lie below `classes`. */
export const decodeIdxLabels = (bytes: Uint8Array, name: string, classes = 256): Result<Uint8Array> => {
  const decoded = decode(bytes, name, 1, 'labels')
  if (!decoded.ok) return decoded
  const { values } = decoded.value
  const wrong = values.findIndex(label => label >= classes)
  if (wrong < 0) return ok(values)
  const message = `Label ${wrong + 1} of ${name} is ${values[wrong]}, but labels go from 0 to ${classes - 1}.`
  return fail('data/label-out-of-range', message, { where: `byte ${8 + wrong}`, received: String(values[wrong]) })
}
