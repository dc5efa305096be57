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
  | { readonly op: 'dense'; readonly bias: boolean; readonly penalty?: Penalty }
  | { readonly op: 'pool'; readonly kind: 'max' | 'average'; readonly size: Pair; readonly strides: Pair; readonly padding: Padding }
  | { readonly op: 'batchNorm'; readonly momentum: number; readonly epsilon: number; readonly scale: boolean; readonly center: boolean }
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
 * Every executor of plans has one file per operation. Weights are the layer's own, by name; the first operation that computes has them. `out` is the shape
 * of what comes out, where it is not that of the layer.
 */
export type PlanOp = Operation & { readonly out?: Shape }

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
