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
export const fromFloat16 = (bits: Uint16Array): Float32Array<ArrayBuffer> => {
  const out = new Float32Array(bits.length)
  for (let i = 0; i < out.length; i++) out[i] = fullOf(bits[i] ?? 0)
  return out
}

const fullOf = (half: number): number => {
  const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 31, half & 1023]
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Values as bytes: `value ≈ (bytes[i] − zeros[channel]) · scales[channel]`. */
export interface Quantised {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Step between neighbouring bytes, per channel; above 0. */
  readonly scales: Float32Array<ArrayBuffer>
  /** The byte that stands for exactly 0, per channel. */
  readonly zeros: Uint8Array<ArrayBuffer>
}

/** Calls back with each run `[from, to)` of neighbouring values that belong to one channel. Large networks have a hundred million values, so what is done for each stands in a loop. */
const eachRun = (length: number, channels: number, inner: number, visit: (from: number, to: number, channel: number) => void): void => {
  const run = channels === 1 ? length : inner
  for (let from = 0, c = 0; from < length; from += run, c = c + 1 === channels ? 0 : c + 1) visit(from, Math.min(length, from + run), c)
}

/**
 * Rounds values to bytes, with a range per channel that includes 0 (Jacob et al. 2018). Value i belongs to channel `⌊i / inner⌋ mod channels`:
 * for the last axis of a tensor `inner` is 1, else the product of the axes after it; `channels` 1 gives the whole tensor one range.
 */
export const quantise = (values: Float32Array, channels: number, inner = 1): Quantised => {
  const [low, high] = [new Float64Array(channels), new Float64Array(channels)]
  eachRun(values.length, channels, inner, (from, to, c) => {
    let [least, most] = [low[c] ?? 0, high[c] ?? 0]
    for (let i = from; i < to; i++) {
      const v = values[i] ?? 0
      if (v < least) least = v
      else if (v > most) most = v
    }
    low[c] = least
    high[c] = most
  })
  const scales = Float32Array.from(low, (min, c) => Math.max(((high[c] ?? 0) - min) / 255, 2 ** -126) || 1)
  const zeros = Uint8Array.from(low, (min, c) => Math.min(255, Math.round(-min / (scales[c] ?? 1))))
  const bytes = new Uint8Array(values.length)
  eachRun(values.length, channels, inner, (from, to, c) => {
    const [scale, zero] = [scales[c] ?? 1, zeros[c] ?? 0]
    for (let i = from; i < to; i++) bytes[i] = Math.min(255, Math.max(0, Math.round((values[i] ?? 0) / scale) + zero))
  })
  return { bytes, scales, zeros }
}

/** The numbers that bytes stand for; `inner` as in `quantise`. */
export const dequantise = ({ bytes, scales, zeros }: Quantised, inner = 1): Float32Array<ArrayBuffer> =>
  Float32Array.from(bytes, (byte, i) => {
    const c = Math.floor(i / inner) % scales.length
    return (byte - (zeros[c] ?? 0)) * (scales[c] ?? 1)
  })
