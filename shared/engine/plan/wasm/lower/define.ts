import type { PlanNode } from '../../plan.ts'
import type { Builder } from '../builder.ts'

/** A node whose operation is O. */
export type NodeOf<O extends PlanNode['op']['op']> = PlanNode & { readonly op: Extract<PlanNode['op'], { op: O }> }

/**
 * Adds the forward jobs of one operation and returns what adds its backward jobs, given the address of the gradient at its output.
 * Backward parts are called last node first.
 */
export type Lower<O extends PlanNode['op']['op']> = (b: Builder, node: NodeOf<O>) => (dy: number) => void

/** Height, width and channels of an image shape. */
export const imageOf = ([h = 1, w = 1, c = 1]: readonly number[]) => ({ h, w, c })

/** Zeros before the first row (or column) with "same" padding, as in TensorFlow: the smaller half of what is needed. */
export const before = (input: number, output: number, span: number, stride: number, padding: 'same' | 'valid'): number =>
  padding === 'valid' ? 0 : Math.floor(Math.max((output - 1) * stride + span - input, 0) / 2)
