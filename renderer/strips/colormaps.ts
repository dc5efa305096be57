/** A colour as it lies in the memory of an `ImageData`: 0xAABBGGRR. */
export type Pixel = number

/** 256 colours over the share 0–1. */
export type ColorMap = Uint32Array

type Rgb = readonly [number, number, number]

/** Inferno-like: near-black violet, magenta, orange, pale yellow; lightness rises evenly. */
const HEAT: readonly Rgb[] = [
  [13, 8, 30],
  [59, 28, 95],
  [123, 45, 110],
  [196, 72, 90],
  [245, 137, 66],
  [252, 226, 155],
]
/** Blue for negative, neutral for zero, orange for positive. */
const SIGNED_DARK: readonly Rgb[] = [
  [106, 168, 255],
  [34, 40, 48],
  [248, 160, 82],
]
const SIGNED_LIGHT: readonly Rgb[] = [
  [34, 98, 204],
  [232, 236, 241],
  [204, 98, 20],
]
const GREY: readonly Rgb[] = [
  [0, 0, 0],
  [255, 255, 255],
]

/** Packs a colour with full opacity. */
export const pixelOf = ([r, g, b]: Rgb): Pixel => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0

/** The colour at a share 0–1 between evenly spaced stops, mixed in sRGB. */
export const mixStops = (stops: readonly Rgb[], share: number): Rgb => {
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1)
  const i = Math.min(stops.length - 2, Math.floor(at))
  const low = stops[i] ?? [0, 0, 0]
  const high = stops[i + 1] ?? low
  const mix = (k: 0 | 1 | 2): number => Math.round(low[k] + (high[k] - low[k]) * (at - i))
  return [mix(0), mix(1), mix(2)]
}

const tableOf = (stops: readonly Rgb[]): ColorMap => Uint32Array.from({ length: 256 }, (_, i) => pixelOf(mixStops(stops, i / 255)))

/** For values where more is more: activations. */
export const heat = tableOf(HEAT)
/** For input images. */
export const grey = tableOf(GREY)
/** For weights and gradients, on the dark and the light theme: the middle is zero and looks neutral. */
const signedDark = tableOf(SIGNED_DARK)
const signedLight = tableOf(SIGNED_LIGHT)

/** The diverging map of the current theme. */
export const signed = (theme: 'dark' | 'light'): ColorMap => (theme === 'light' ? signedLight : signedDark)

/** Where the low and high end of a map lie. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** Smallest and largest value; not-a-number is skipped; `0 … 0` for nothing. */
export const rangeOf = (values: ArrayLike<number>, start = 0, end = values.length, stride = 1): Range => {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = start; i < end; i += stride) {
    const v = values[i] ?? Number.NaN
    if (v < low) low = v
    if (v > high) high = v
  }
  return low > high ? { low: 0, high: 0 } : { low, high }
}

/** The range widened so that zero lies in the middle, for a diverging map. */
export const aroundZero = ({ low, high }: Range): Range => {
  const reach = Math.max(Math.abs(low), Math.abs(high))
  return { low: -reach, high: reach }
}

/** The colour of a value; a range without width shows its low end, a diverging one its middle. */
export const colorOf = (map: ColorMap, { low, high }: Range, value: number): Pixel => {
  const share = high > low ? (value - low) / (high - low) : low < 0 ? 1 : 0
  return map[Math.min(255, Math.max(0, Math.round(share * 255)))] ?? 0
}
