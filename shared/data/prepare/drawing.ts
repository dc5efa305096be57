import type { Shape } from '../../layers/shape.ts'
import type { Scaling } from '../prepared.ts'

/** What a drawing becomes: an input of this shape, scaled like the data. */
export interface DrawingTarget {
  /** `[height, width, channels]`. */
  readonly shape: Shape
  readonly scaling: Scaling
}

/** Fainter than this is paper. */
const FAINT = 0.1
/** MNIST puts the ink into 20 of 28 pixels; pictures up to this height (the UCI digits) are filled from edge to edge. */
const FILL = 20 / 28
const TINY = 12

interface Ink {
  readonly left: number
  readonly top: number
  /** Beyond the last inked pixel. */
  readonly right: number
  readonly bottom: number
  /** Centre of mass, pixels. */
  readonly across: number
  readonly down: number
}

const findInk = (pixels: Float32Array, size: number): Ink | null => {
  let [left, top, right, bottom] = [size, size, 0, 0]
  let [mass, across, down] = [0, 0, 0]
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const ink = pixels[y * size + x] ?? 0
      if (!(ink > FAINT)) continue
      left = Math.min(left, x)
      right = Math.max(right, x + 1)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y + 1)
      mass += ink
      across += ink * (x + 0.5)
      down += ink * (y + 0.5)
    }
  }
  return mass > 0 ? { left, top, right, bottom, across: across / mass, down: down / mass } : null
}

/** Where the picture's pixel 0 starts on the canvas along one axis: the mass comes to the middle, but no ink leaves the picture. */
const startOf = (mass: number, low: number, high: number, side: number, step: number): number =>
  Math.min(Math.max(mass - (side / 2) * step, high - side * step), low)

/** Canvas pixels and how much of each falls into the range `from`–`from + step`. */
const coverage = (from: number, step: number, size: number): (readonly [number, number])[] => {
  const out: (readonly [number, number])[] = []
  for (let i = Math.max(Math.floor(from), 0); i < Math.min(from + step, size); i++) {
    const share = Math.min(i + 1, from + step) - Math.max(i, from)
    if (share > 0) out.push([i, share])
  }
  return out
}

/** Crops to the ink, scales its longest side, averages areas and centres by mass: `[height, width]` values 0–1. */
const frameInk = (pixels: Float32Array, size: number, height: number, width: number): Float32Array => {
  const out = new Float32Array(height * width)
  const ink = findInk(pixels, size)
  if (!ink) return out
  const room = Math.min(height, width) * (Math.min(height, width) <= TINY ? 1 : FILL)
  const step = Math.max(ink.right - ink.left, ink.bottom - ink.top) / room
  const left = startOf(ink.across, ink.left, ink.right, width, step)
  const top = startOf(ink.down, ink.top, ink.bottom, height, step)
  const columns = Array.from({ length: width }, (_, x) => coverage(left + x * step, step, size))
  for (let y = 0; y < height; y++) {
    const rows = coverage(top + y * step, step, size)
    columns.forEach((column, x) => {
      let sum = 0
      for (const [row, tall] of rows) for (const [at, wide] of column) sum += tall * wide * (pixels[row * size + at] ?? 0)
      out[y * width + x] = Math.min(Math.max(sum / (step * step), 0), 1)
    })
  }
  return out
}

/** Makes the network's input from a drawing on a square canvas (`size`×`size` values 0–1, white ink on black): ink cropped, scaled, smoothed and centred as in the data, then `(raw − mean) / deviation`. An empty canvas is a picture of raw zeros. */
export const prepareDrawing = (pixels: Float32Array, size: number, target: DrawingTarget): Float32Array => {
  const [height = 1, width = 1, channels = 1] = target.shape
  const { mean, deviation, scale } = target.scaling
  const framed = frameInk(pixels, size, height, width)
  return Float32Array.from({ length: height * width * channels }, (_, i) => {
    const c = i % channels
    return ((framed[Math.floor(i / channels)] ?? 0) * scale - (mean[c] ?? 0)) / (deviation[c] ?? 1)
  })
}
