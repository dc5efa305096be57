import type { NamedWeight } from '../../shared/engine/protocol.ts'
import { type Grid, kernelGrid } from './paint.ts'

/** The weight that shows what a layer looks for: its kernel; undefined for layers without one. */
export const kernelOf = <W extends NamedWeight>(weights: readonly W[]): W | undefined =>
  weights.find(w => w.name.endsWith('/kernel')) ?? weights.find(w => /kernel$/.test(w.name)) ?? weights.find(w => w.shape.length >= 2)

/** How many pictures a kernel is: filters of a convolution `[height, width, in, out]`, else one matrix. */
export const pictureCount = ({ shape }: NamedWeight): number => (shape.length === 4 ? (shape[3] ?? 1) * (shape[2] ?? 1) : 1)

/** The i-th picture of a convolution kernel: for filter 0 every input channel, then filter 1, … */
export const kernelPicture = (weight: NamedWeight, i: number): Grid => {
  const ins = weight.shape[2] ?? 1
  return kernelGrid(weight.values, weight.shape, i % ins, Math.floor(i / ins))
}

/** A dense kernel `[in, out]` as a matrix with one row per output; long sides are thinned when painted. */
export const matrixPicture = (weight: NamedWeight): Grid => {
  const [ins = 1, outs = 1] = weight.shape
  return { values: weight.values, rows: outs, columns: ins, offset: 0, rowStride: 1, columnStride: outs }
}
