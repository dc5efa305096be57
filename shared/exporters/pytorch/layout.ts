import type { NamedWeight } from '../../engine/protocol.ts'
import { permuted } from '../../layers/onnx.ts'
import type { Shape } from '../../layers/shape.ts'
import type { TorchWeight } from '../../layers/torch.ts'

const identity = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i)

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
