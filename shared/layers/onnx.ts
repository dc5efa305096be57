import { type Shape, sizeOf } from './shape.ts'

/** Where channels stand in a tensor of the ONNX graph: on the last axis, as in Keras, or right after the batch, as ONNX's image operators want them. */
export type Layout = 'last' | 'first'

/** An attribute of an operator; plain numbers are integers. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }

/** A tensor in the words of ONNX, as an expression: what a layer makes of its inputs. One that is used twice becomes one. */
export type OnnxValue = OnnxNode | OnnxInput | OnnxConstant | OnnxWeights

/** One operator applied to values; null leaves an optional one out. */
export interface OnnxNode {
  readonly kind: 'node'
  readonly op: string
  readonly inputs: readonly (OnnxValue | null)[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
  /** Which of the operator's outputs is meant, from 0. */
  readonly output: number
}
/** An input of the layer, from 0. */
export interface OnnxInput {
  readonly kind: 'input'
  readonly index: number
}
export interface OnnxConstant {
  readonly kind: 'constant'
  readonly type: 'float32' | 'int64'
  readonly shape: Shape
  readonly values: readonly number[]
}
/** A tensor made of the layer's own weights, which are named as in `weights`. */
export interface OnnxWeights {
  readonly kind: 'weights'
  readonly of: readonly string[]
  readonly shape: Shape
  /** Axis of the channels that are rounded each in its own range; absent: too few or too delicate to be rounded. */
  readonly channels?: number
  arrange(weights: readonly Float32Array[]): Float32Array
}

/** What a layer becomes in ONNX. "same" keeps the layout that its inputs happen to have. */
export interface OnnxForm {
  readonly layout: Layout | 'same'
  value(layout: Layout): OnnxValue
}
/** Why a layer with these values cannot be expressed, as the end of a sentence, e.g. `ONNX has no …`. */
export interface OnnxRefusal {
  readonly cannot: string
}

/** The form of a layer that works on images or sequences with channels right after the batch. */
export const channelsFirst = (value: OnnxValue): OnnxForm => ({ layout: 'first', value: () => value })

/** The form of a layer that sees tensors as Keras lays them out. */
export const channelsLast = (value: OnnxValue): OnnxForm => ({ layout: 'last', value: () => value })

/** The form of a layer that can be had in both layouts, so that nothing needs to be moved. */
export const eitherLayout = (value: (layout: Layout) => OnnxValue): OnnxForm => ({ layout: 'same', value })

/** Says that a layer cannot be expressed. */
export const cannot = (why: string): OnnxRefusal => ({ cannot: why })

/** The layer's only, or first, input. */
export const x: OnnxValue = { kind: 'input', index: 0 }

/** Every input of a layer that merges `count`. */
export const inputValues = (count: number): readonly OnnxValue[] => Array.from({ length: count }, (_, index) => ({ kind: 'input', index }))

/** One operator. */
export const op = (
  name: string,
  inputs: readonly (OnnxValue | null)[],
  attributes: OnnxNode['attributes'] = {},
  output = 0,
): OnnxValue => ({ kind: 'node', op: name, inputs, attributes, output })

/** A list of whole numbers as a tensor, e.g. the shape that Reshape wants. */
export const ints = (...values: readonly number[]): OnnxValue => ({ kind: 'constant', type: 'int64', shape: [values.length], values })

/** A single number as a tensor without dimensions. */
export const scalar = (value: number): OnnxValue => ({ kind: 'constant', type: 'float32', shape: [], values: [value] })

/** A floating-point attribute. */
export const float = (value: number): OnnxAttribute => ({ float: value })

/** A list of numbers as a tensor. */
export const floats = (...values: readonly number[]): OnnxValue => ({ kind: 'constant', type: 'float32', shape: [values.length], values })

/** One number everywhere, e.g. the factor that an operator insists on. */
export const filled = (shape: Shape, value: number): OnnxValue => ({
  kind: 'constant',
  type: 'float32',
  shape,
  values: new Array<number>(sizeOf(shape)).fill(value),
})

/** ONNX's number of the type int64, for Cast. */
export const INT64 = 7

/** Index of the channel axis in a tensor with batch. */
export const channelAxis = (layout: Layout): number => (layout === 'first' ? 1 : -1)

/** Axis of a tensor with batch that is axis `index` of a Keras shape of `rank` without batch. */
export const axisIn = (layout: Layout, index: number, rank: number): number =>
  layout === 'last' ? index + 1 : index === rank - 1 ? 1 : index + 2

/** The order of axes of a Keras shape of `rank` without batch in a layout. */
export const orderIn = (layout: Layout, rank: number): readonly number[] => {
  const axes = Array.from({ length: rank }, (_, i) => i)
  return layout === 'last' ? axes : [rank - 1, ...axes.slice(0, -1)]
}

/** Values in another order of axes: axis i of the result is axis `order[i]` of `[...shape]`. */
export const permuted = (values: Float32Array, shape: Shape, order: readonly number[]): Float32Array => {
  if (order.every((axis, i) => axis === i)) return values
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)))
  const lengths = order.map(axis => shape[axis] ?? 1)
  const steps = order.map(axis => strides[axis] ?? 0)
  const out = new Float32Array(values.length)
  const place = lengths.map(() => 0)
  for (let to = 0, from = 0; to < out.length; to++) {
    out[to] = values[from] ?? 0
    for (let i = lengths.length - 1; i >= 0; i--) {
      const next = (place[i] ?? 0) + 1
      from += steps[i] ?? 0
      place[i] = next
      if (next < (lengths[i] ?? 1)) break
      place[i] = 0
      from -= next * (steps[i] ?? 0)
    }
  }
  return out
}

/** One weight as it is, e.g. a bias. */
export const weight = (name: string, shape: Shape): OnnxValue => ({
  kind: 'weights',
  of: [name],
  shape,
  arrange: ([values]) => values ?? new Float32Array(),
})

/** A weight of Keras's `shape` with its axes in another order and, if given, another shape after that; `channels` as in `OnnxWeights`. */
export const kernel = (
  name: string,
  {
    shape,
    order,
    to,
    channels,
  }: { readonly shape: Shape; readonly order?: readonly number[]; readonly to?: Shape; readonly channels?: number },
): OnnxValue => {
  const axes = order ?? shape.map((_, i) => i)
  return {
    kind: 'weights',
    of: [name],
    shape: to ?? axes.map(axis => shape[axis] ?? 1),
    ...(channels === undefined ? {} : { channels }),
    arrange: ([values]) => permuted(values ?? new Float32Array(), shape, axes),
  }
}
