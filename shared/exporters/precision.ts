/** How weights are written: as they are, as half floats, or as one byte per value. */
export const PRECISIONS = ['float32', 'float16', 'int8'] as const
export type Precision = (typeof PRECISIONS)[number]

/** Largest number that a half float holds. */
const HALF_MAX = 65_504

/** The nearest whole number; of two equally near ones the even one. */
const roundHalfEven = (x: number): number => {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
}

const halfOf = (value: number): number => {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.min(Math.abs(value), HALF_MAX)
  if (Number.isNaN(size)) return sign | 0x7e00
  if (size < 2 ** -14) return sign | roundHalfEven(size * 2 ** 24)
  const exponent = Math.floor(Math.log2(size))
  // Math.log2 may be off by one next to a power of two.
  const power = size < 2 ** exponent ? exponent - 1 : size >= 2 ** (exponent + 1) ? exponent + 1 : exponent
  // A fraction that rounds up to 1024 carries into the exponent, as it should.
  return sign | (((power + 15) << 10) + roundHalfEven((size / 2 ** power - 1) * 1024))
}

/** Bits of the nearest half float (IEEE 754 binary16) of each value, ties to even; what is too large becomes ±65504 instead of infinite. */
export const toFloat16 = (values: Float32Array): Uint16Array<ArrayBuffer> => Uint16Array.from(values, halfOf)

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
