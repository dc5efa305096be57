import type { NamedWeight } from '../../engine/protocol.ts'
import { type Shape, sizeOf } from '../../layers/shape.ts'
import type { TorchWeight } from '../../layers/torch.ts'

const identity = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i)

/** Values `[…shape]`, row by row, with axis `i` of the result taken from axis `axes[i]`. */
export const permuted = (values: Float32Array, shape: Shape, axes: readonly number[]): Float32Array => {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)))
  const [sizes, steps] = [axes.map(a => shape[a] ?? 1), axes.map(a => strides[a] ?? 0)]
  const out = new Float32Array(values.length)
  const at = sizes.map(() => 0)
  let from = 0
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from] ?? 0
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis] ?? 0
      at[axis] = (at[axis] ?? 0) + 1
      if ((at[axis] ?? 0) < (sizes[axis] ?? 0)) break
      from -= (steps[axis] ?? 0) * (sizes[axis] ?? 0)
      at[axis] = 0
    }
  }
  return out
}

/** Shape in PyTorch of a weight that has this shape here. */
export const torchShape = (weight: TorchWeight, shape: Shape): Shape =>
  weight.shape ?? (weight.axes ?? identity(shape.length)).map(axis => shape[axis] ?? 0)

/** Values as PyTorch lays them out, from values as they lie here in this shape. */
export const toTorch = (weight: TorchWeight, shape: Shape, values: Float32Array): NamedWeight['values'] =>
  weight.axes ? permuted(values, shape, weight.axes) : values

/** The way back: values as they lie here, in this shape, from values as PyTorch lays them out. */
export const fromTorch = (weight: TorchWeight, shape: Shape, values: Float32Array): NamedWeight['values'] => {
  const { axes } = weight
  if (!axes) return values
  const there = axes.map(axis => shape[axis] ?? 0)
  return permuted(
    values,
    there,
    identity(axes.length).map(i => axes.indexOf(i)),
  )
}
