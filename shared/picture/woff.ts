import { unzlibSync } from 'fflate'

const SIGNATURE = 0x774f4646
const HEADER = 44
const ENTRY = 20

/** Unpacks a WOFF 1.0 font (W3C Recommendation, 2012) to the TrueType or OpenType file that it was made of. */
export const unpackWoff = (woff: Uint8Array): Uint8Array<ArrayBuffer> => {
  const from = new DataView(woff.buffer, woff.byteOffset, woff.byteLength)
  if (from.getUint32(0) !== SIGNATURE) throw new Error('This is no WOFF font.')
  const tables = from.getUint16(12)
  const out = new Uint8Array(from.getUint32(16))
  const to = new DataView(out.buffer)
  const largest = 2 ** Math.floor(Math.log2(tables))
  to.setUint32(0, from.getUint32(4))
  ;[tables, largest * 16, Math.log2(largest), (tables - largest) * 16].forEach((value, i) => {
    to.setUint16(4 + 2 * i, value)
  })
  let at = 12 + 16 * tables
  for (let i = 0; i < tables; i++) {
    const entry = HEADER + ENTRY * i
    const [offset, packed, size] = [from.getUint32(entry + 4), from.getUint32(entry + 8), from.getUint32(entry + 12)]
    const bytes = woff.subarray(offset, offset + packed)
    out.set(packed < size ? unzlibSync(bytes) : bytes, at)
    const row = 12 + 16 * i
    to.setUint32(row, from.getUint32(entry))
    to.setUint32(row + 4, from.getUint32(entry + 16))
    to.setUint32(row + 8, at)
    to.setUint32(row + 12, size)
    at += Math.ceil(size / 4) * 4
  }
  return out
}
