/** How weights are written: as they are, as half floats, or as one byte per value. */
export const PRECISIONS = ['float32', 'float16', 'int8'] as const
export type Precision = (typeof PRECISIONS)[number]

/** Bits of float32 numbers: the largest that a half float holds, the smallest that it holds with full precision, and infinity. */
const HALF_MAX = 0x477fe000
const HALF_NORMAL = 0x38800000
const INFINITE = 0x7f800000

/** The nearest whole number; of two equally near ones the even one. */
const roundHalfEven = (x: number): number => {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
}

/** Half float of a size given by its float32 bits and its value. */
const halfOf = (bits: number, size: number): number => {
  if (bits > INFINITE) return 0x7e00
  if (bits >= HALF_MAX) return 0x7bff
  if (bits < HALF_NORMAL) return roundHalfEven(size * 2 ** 24)
  // Exponents count from 127 there and from 15 here; a fraction that rounds up carries into the exponent, as it should.
  const moved = bits - ((127 - 15) << 23)
  return (moved + 0xfff + ((moved >>> 13) & 1)) >>> 13
}

/** Bits of the nearest half float (IEEE 754 binary16) of each value, ties to even; what is too large becomes ±65504 instead of infinite. */
export const toFloat16 = (values: Float32Array): Uint16Array<ArrayBuffer> => {
  const out = new Uint16Array(values.length)
  const float = new Float32Array(1)
  const view = new Uint32Array(float.buffer)
  for (let i = 0; i < out.length; i++) {
    float[0] = values[i] ?? 0
    const bits = view[0] ?? 0
    out[i] = ((bits >>> 16) & 0x8000) | halfOf(bits & 0x7fffffff, Math.abs(float[0]))
  }
  return out
}

/** The numbers that half floats stand for. */
export const fromFloat16 = (bits: Uint16Array): Float32Array<ArrayBuffer> =>
  Float32Array.from(bits, half => {
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023]
    const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? Number.NaN : Number.POSITIVE_INFINITY) : 0
    return (half & 0x8000 ? -1 : 1) * (exponent === 0 || exponent === 31 ? size : (1 + fraction / 1024) * 2 ** (exponent - 15))
  })

/** Values as bytes: `value ≈ (bytes[i] − zeros[channel]) · scales[channel]`. */
export interface Quantised {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Step between neighbouring bytes, per channel; above 0. */
  readonly scales: Float32Array<ArrayBuffer>
  /** The byte that stands for exactly 0, per channel. */
  readonly zeros: Uint8Array<ArrayBuffer>
}

/**
 * Rounds values to bytes, with a range per channel that includes 0 (Jacob et al. 2018). Value i belongs to channel `⌊i / inner⌋ mod channels`:
 * for the last axis of a tensor `inner` is 1, else the product of the axes after it; `channels` 1 gives the whole tensor one range.
 */
export const quantise = (values: Float32Array, channels: number, inner = 1): Quantised => {
  const channelOf = (i: number): number => Math.floor(i / inner) % channels
  const [low, high] = [new Float64Array(channels), new Float64Array(channels)]
  values.forEach((v, i) => {
    const c = channelOf(i)
    low[c] = Math.min(low[c] ?? 0, v)
    high[c] = Math.max(high[c] ?? 0, v)
  })
  const scales = Float32Array.from(low, (min, c) => Math.max(((high[c] ?? 0) - min) / 255, 2 ** -126) || 1)
  const zeros = Uint8Array.from(low, (min, c) => Math.min(255, Math.round(-min / (scales[c] ?? 1))))
  const bytes = Uint8Array.from(values, (v, i) => {
    const c = channelOf(i)
    return Math.min(255, Math.max(0, Math.round(v / (scales[c] ?? 1)) + (zeros[c] ?? 0)))
  })
  return { bytes, scales, zeros }
}

/** The numbers that bytes stand for; `inner` as in `quantise`. */
export const dequantise = ({ bytes, scales, zeros }: Quantised, inner = 1): Float32Array<ArrayBuffer> =>
  Float32Array.from(bytes, (byte, i) => {
    const c = Math.floor(i / inner) % scales.length
    return (byte - (zeros[c] ?? 0)) * (scales[c] ?? 1)
  })
