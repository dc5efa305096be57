import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** IDX header (big-endian): magic number with the rank, then each dimension. */
const header = (...dims: number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(4 + 4 * dims.length))
  view.setUint32(0, 0x0800 + dims.length)
  for (const [i, d] of dims.entries()) view.setUint32(4 + 4 * i, d)
  return new Uint8Array(view.buffer)
}

/** Writes splits of 4×4 images of four classes in turn: in class `k` row `k` is bright, the rest nearly dark. */
export const idxFolder = (folder: string, counts: Readonly<Record<'train' | 't10k', number>>): void => {
  for (const [split, count] of Object.entries(counts)) {
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 4)
    const pixels = Uint8Array.from({ length: count * 16 }, (_, i) => {
      const [image, row] = [Math.floor(i / 16), Math.floor((i % 16) / 4)]
      return row === image % 4 ? 200 + (image % 50) : (image * 7 + i) % 40
    })
    writeFileSync(join(folder, `${split}-images-idx3-ubyte`), Buffer.concat([header(count, 4, 4), pixels]))
    writeFileSync(join(folder, `${split}-labels-idx1-ubyte`), Buffer.concat([header(count), labels]))
  }
}
