import type { LayerActivation, TensorStats } from '../../../shared/engine/protocol.ts'
import type { Shape } from '../../../shared/layers/shape.ts'
import { type Range, rangeOf } from '../../strips/colormaps.ts'
import { channelGrid, type Grid } from '../../strips/paint.ts'

/** A layer's output as maps: `[rows, columns, count]`; units of a vector are maps of one value. */
export const mapsOf = (shape: Shape): readonly [number, number, number] => {
  const [a = 1, b = 1, c = 1] = shape
  if (shape.length === 3) return [a, b, c]
  return shape.length === 2 ? [1, a, b] : [1, 1, a]
}

/** The i-th map of a layer. */
export const mapGrid = ({ values, shape }: LayerActivation, i: number): Grid => {
  const [rows, columns, count] = mapsOf(shape)
  return channelGrid(values, rows, columns, count, i)
}

/** Smallest and largest value of the i-th map. */
export const mapRange = ({ values, shape }: LayerActivation, i: number): Range => rangeOf(values, i, values.length, mapsOf(shape)[2])

const BINS = 40

/** Numbers and histogram of the i-th map alone. */
export const mapStats = (layer: LayerActivation, i: number): TensorStats => {
  const count = mapsOf(layer.shape)[2]
  const { low, high } = mapRange(layer, i)
  const histogram = new Array<number>(BINS).fill(0)
  let sum = 0
  let seen = 0
  for (let k = i; k < layer.values.length; k += count) {
    const value = layer.values[k] ?? 0
    sum += value
    seen++
    const bin = high > low ? Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS)) : 0
    histogram[bin] = (histogram[bin] ?? 0) + 1
  }
  return { min: low, max: high, mean: seen > 0 ? sum / seen : 0, dead: low === 0 && high === 0 ? 1 : 0, histogram }
}

/** Tile size in CSS pixels for a longest side of `size`: maps keep their proportions, but stay visible. */
export const tileOf = (shape: Shape, size: number): { readonly width: number; readonly height: number } => {
  const [rows, columns, count] = mapsOf(shape)
  if (rows === 1 && columns === 1) {
    const side = Math.max(8, Math.round(size / (count > 64 ? 4 : 2)))
    return { width: side, height: side }
  }
  const longest = Math.max(rows, columns)
  return { width: Math.max(6, Math.round((size * columns) / longest)), height: Math.max(6, Math.round((size * rows) / longest)) }
}
