/** Turns values into text and back the way structured cloning would: bytes stay bytes, and functions cannot cross. */
export interface Codec {
  encode(value: unknown): string
  decode(text: string): unknown
}

/** Makes a codec. It refers to nothing outside itself, because its source also runs inside the page. */
export const makeCodec = (): Codec => {
  const CHUNK = 0x8000
  const toBase64 = (bytes: Uint8Array): string => {
    let text = ''
    for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK))
    return btoa(text)
  }
  const pack = (value: unknown): unknown => {
    if (value === undefined) return { $: 'undefined' }
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return { $: 'number', text: Object.is(value, -0) ? '-0' : String(value) }
    if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
      throw new Error('An object could not be cloned.')
    if (typeof value !== 'object' || value === null) return value
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      return { $: 'bytes', base64: toBase64(bytes) }
    }
    if (Array.isArray(value)) return value.map(pack)
    return { $: 'object', of: Object.entries(value).map(([key, inner]) => [key, pack(inner)]) }
  }
  const unpack = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(unpack)
    const packed = value as { $: string; text: string; base64: string; of: [string, unknown][] }
    if (packed.$ === 'number') return Number(packed.text)
    if (packed.$ === 'bytes') return Uint8Array.from(atob(packed.base64), letter => letter.charCodeAt(0))
    if (packed.$ === 'object') return Object.fromEntries(packed.of.map(([key, inner]) => [key, unpack(inner)]))
    return undefined
  }
  return { encode: value => JSON.stringify(pack(value)), decode: text => unpack(JSON.parse(text)) }
}
