import type { Activation } from './lib/activations.ts'
import type { Padding } from './lib/window.ts'
import type { Shape } from './shape.ts'

type Pair = readonly [number, number]

/** What a kernel adds to the loss while it learns: l1 · Σ|w| + l2 · Σw². */
export interface Penalty {
  readonly l1: number
  readonly l2: number
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
  | { readonly op: 'dropout'; readonly rate: number }
  | { readonly op: 'pad'; readonly top: number; readonly left: number }
  | { readonly op: 'add' }
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
