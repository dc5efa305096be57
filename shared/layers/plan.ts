import type { Activation } from './lib/activations.ts'
import type { Padding } from './lib/window.ts'
import { type Shape, sizeOf } from './shape.ts'

type Pair = readonly [number, number]

/** What a kernel adds to the loss while it learns: l1 · Σ|w| + l2 · Σw². */
export interface Penalty {
  readonly l1: number
  readonly l2: number
}

/** How tensors are merged. */
export type Merge = 'sum' | 'product' | 'maximum' | 'minimum'

/** An axis of this length along which the next value is taken `step` values on; 0 repeats the same. */
export type Axis = readonly [length: number, step: number]

/** Vectors in a tensor: how many, what they and what their values are apart. */
export interface Vectors {
  readonly count: number
  readonly step: number
  readonly along: number
}

/** Replaces a random share of the values while training. */
interface Dropout {
  readonly op: 'dropout'
  readonly rate: number
  /** One draw serves all steps of a sequence `[steps, features]`. */
  readonly alongSteps?: boolean
  /** What the others become, x · scale + offset, and what replaces; without it they become x / (1 − rate), and 0 replaces. */
  readonly repair?: { readonly scale: number; readonly offset: number; readonly dropped: number }
}

type Operation =
  | {
      readonly op: 'conv2d'
      readonly kernelSize: Pair
      readonly strides: Pair
      readonly dilation: Pair
      readonly padding: Padding
      readonly bias: boolean
      readonly penalty?: Penalty
    }
  /** Every channel for itself, by kernels `[height, width, channels, multiplier]`. */
  | { readonly op: 'depthwise'; readonly kernelSize: Pair; readonly strides: Pair; readonly padding: Padding; readonly penalty?: Penalty }
  /** The input gradient of a convolution as an operation of its own; the kernel is `[height, width, filters, channels]`. */
  | {
      readonly op: 'conv2dTranspose'
      readonly kernelSize: Pair
      readonly strides: Pair
      readonly padding: Padding
      readonly penalty?: Penalty
    }
  | { readonly op: 'dense'; readonly bias: boolean; readonly penalty?: Penalty }
  | { readonly op: 'pool'; readonly kind: 'max' | 'average'; readonly size: Pair; readonly strides: Pair; readonly padding: Padding }
  | { readonly op: 'batchNorm'; readonly momentum: number; readonly epsilon: number; readonly scale: boolean; readonly center: boolean }
  /** Over the last axis. */
  | { readonly op: 'layerNorm'; readonly epsilon: number }
  /** Rows of a table of `words` rows, by the whole numbers that arrive from the data. */
  | { readonly op: 'embedding'; readonly words: number }
  | { readonly op: 'activation'; readonly kind: Activation }
  /** x · scale + offset. */
  | { readonly op: 'rescale'; readonly scale: number; readonly offset: number }
  /** Values that are not above 0 times one slope, or times those that the layer's weight `alpha` holds for their places. */
  | { readonly op: 'leaky'; readonly slope: number | readonly Axis[] }
  | Dropout
  /** Adds normal noise of this deviation while training, or (`times`) multiplies by 1 plus that. */
  | { readonly op: 'noise'; readonly deviation: number; readonly times: boolean }
  | { readonly op: 'pad'; readonly top: number; readonly left: number }
  /** The value at places i, j … along `axes` is value start + i · step + j · step … of a sample of the input. */
  | { readonly op: 'move'; readonly start: number; readonly axes: readonly Axis[] }
  /** Several tensors of one shape become one, value by value; the first largest or least takes the gradient. */
  | { readonly op: 'merge'; readonly kind: Merge }
  /** Products of each vector of the first tensor with each of the second, all of this length; with `unit` the vectors are brought to length 1 before. */
  | { readonly op: 'dot'; readonly length: number; readonly sides: readonly [Vectors, Vectors]; readonly unit: boolean }
  /** `axis` counts from 0 in the shape without batch. */
  | { readonly op: 'concatenate'; readonly axis: number }
  /** The same values in the same order: Flatten, Reshape. */
  | { readonly op: 'reshape' }

/**
 * What a layer does, in the words of a training plan. A layer offers one or more of these, each fed by the one before; the first takes the layer's inputs.
 * Every executor of plans has one file per operation. Weights are the layer's own, by name. An operation takes those that `weights` lists, each under the
 * name that the operation knows it by; without `weights` it takes all that no operation of the layer has taken or lists. `out` is the shape of what comes
 * out, where it is not that of the layer.
 */
export type PlanOp = Operation & { readonly weights?: Readonly<Record<string, string>>; readonly out?: Shape }

/** Kernel operation and activation of layers that can end in one. */
export const activated = (op: PlanOp, kind: Activation): readonly PlanOp[] => (kind === 'linear' ? [op] : [op, { op: 'activation', kind }])

/** Operations on a sequence `[steps, features]` done as on an image that is one pixel wide; what comes out has the given steps and features. */
export const onColumn = (
  [steps = 1, features = 1]: Shape,
  ops: readonly PlanOp[],
  [outSteps = 1, outFeatures = 1]: Shape,
): readonly PlanOp[] => [
  { op: 'reshape', out: [steps, 1, features] },
  ...ops.map(op => ({ ...op, out: [outSteps, 1, outFeatures] })),
  { op: 'reshape' },
]

/** Most axes that an operation can follow. */
export const MOST_AXES = 5

/** Axes as few as they can be: lengths of 1 go, and what runs on where the next axis ends becomes one with it. Null where too many are left. */
export const fewAxes = (axes: readonly Axis[]): readonly Axis[] | null => {
  const few: Axis[] = []
  for (const [length, step] of axes.toReversed()) {
    const [[inner = 1, innerStep = 0] = []] = few
    if (length === 1) continue
    if (few.length && step === innerStep * inner) few[0] = [length * inner, innerStep]
    else few.unshift([length, step])
  }
  if (few.length > MOST_AXES) return null
  return few.length ? few : [[1, 1]]
}

/** What each further value along an axis is apart from the one before, in a tensor of this shape. */
export const stepsOf = (shape: Shape): readonly number[] => shape.map((_, i) => sizeOf(shape.slice(i + 1)))

/** Takes values of the input by their places, as `move` does; null where that has too many axes. */
export const moved = (input: Shape, axes: readonly Axis[], start = 0): readonly PlanOp[] | null => {
  const few = fewAxes(axes)
  if (!few) return null
  const [[length, step] = [], ...more] = few
  const same = start === 0 && more.length === 0 && step === 1 && length === sizeOf(input)
  return [same ? { op: 'reshape' } : { op: 'move', start, axes: few }]
}
