const ALPHABET = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const PAD = '='.charCodeAt(0)

/** Base64 of bytes, padded, without line breaks. */
export const toBase64 = (bytes: Uint8Array): string => {
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PAD)
  for (let i = 0, o = 0; i < bytes.length; i += 3, o += 4) {
    const three = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const filled = Math.min(bytes.length - i, 3) + 1
    for (let k = 0; k < filled; k++) out[o + k] = ALPHABET[(three >> (18 - 6 * k)) & 63] ?? PAD
  }
  return new TextDecoder().decode(out)
}

const VALUES = new Uint8Array(128)
ALPHABET.forEach((code, value) => {
  VALUES[code] = value
})

/** The bytes of base64 that `toBase64` wrote. */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const out = new Uint8Array((text.length / 4) * 3 - padding)
  for (let i = 0, o = 0; i < text.length; i += 4, o += 3) {
    let four = 0
    for (let k = 0; k < 4; k++) four = (four << 6) | (VALUES[text.charCodeAt(i + k) & 127] ?? 0)
    for (let k = 0; k < 3 && o + k < out.length; k++) out[o + k] = (four >> (16 - 8 * k)) & 255
  }
  return out
}
