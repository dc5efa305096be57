import { Zlib } from 'fflate'
import { joinBytes } from '../bytes.ts'
import { crc32 } from '../crc32.ts'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** Eight bits per channel, red green blue. */
const KIND = [8, 2, 0, 0, 0]
/** Scan lines tell the difference to the pixel above, which is nothing in even areas. */
const UP = 2

const chunk = (type: string, body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(body.length + 12)
  const view = new DataView(out.buffer)
  view.setUint32(0, body.length)
  out.set(new TextEncoder().encode(type), 4)
  out.set(body, 8)
  view.setUint32(body.length + 8, crc32(out.subarray(4, body.length + 8)))
  return out
}

/** Writes a PNG (W3C, second edition) of opaque pixels, band by band, so that none but the band at hand is in memory. */
export const pngWriter = (width: number, height: number) => {
  const packed: Uint8Array[] = []
  const zlib = new Zlib({ level: 6 }, part => packed.push(part))
  const line = 3 * width
  let above = new Uint8Array(line)
  return {
    /** Adds whole lines of `[red, green, blue, alpha]` bytes. */
    add: (rgba: Uint8Array): void => {
      const lines = rgba.length / (4 * width)
      const out = new Uint8Array(lines * (line + 1))
      for (let y = 0; y < lines; y++) {
        const now = new Uint8Array(line)
        for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) now[3 * x + c] = rgba[(y * width + x) * 4 + c] ?? 0
        const at = y * (line + 1)
        out[at] = UP
        for (let i = 0; i < line; i++) out[at + 1 + i] = (now[i] ?? 0) - (above[i] ?? 0)
        above = now
      }
      zlib.push(out)
    },
    /** The whole file; nothing can be added after it. */
    end: (): Uint8Array<ArrayBuffer> => {
      zlib.push(new Uint8Array(0), true)
      const header = new Uint8Array(13)
      new DataView(header.buffer).setUint32(0, width)
      new DataView(header.buffer).setUint32(4, height)
      header.set(KIND, 8)
      return joinBytes([
        Uint8Array.from(SIGNATURE),
        chunk('IHDR', header),
        chunk('IDAT', joinBytes(packed)),
        chunk('IEND', new Uint8Array(0)),
      ])
    },
  }
}
