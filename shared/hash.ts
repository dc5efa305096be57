import { joinBytes } from './bytes.ts'
import { digestSha256 } from './sha256.ts'

const hex = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')

/** The bytes behind a view, in memory order (little-endian on every machine Netloom runs on). */
export const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

/** Hex SHA-256 of the parts one after another; numbers count as their bytes in memory, text as UTF-8. */
export const sha256 = async (...parts: readonly (ArrayBufferView | string)[]): Promise<string> => {
  const encoder = new TextEncoder()
  const pieces = parts.map(part => (typeof part === 'string' ? encoder.encode(part) : bytesOf(part)))
  const whole = joinBytes(pieces)
  const subtle = (globalThis as { readonly crypto?: Partial<typeof crypto> }).crypto?.subtle
  return hex(subtle ? new Uint8Array(await subtle.digest('SHA-256', whole)) : digestSha256(whole))
}
