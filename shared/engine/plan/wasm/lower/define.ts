import type { LowerWith } from '../../builder.ts'
import type { PlanNode } from '../../plan.ts'
import type { Builder } from '../builder.ts'

/** Adds the jobs of one operation; the gradient at its output is given by its address. */
export type Lower<O extends PlanNode['op']['op']> = LowerWith<Builder, O>

/** Height, width and channels of an image shape. */
export const imageOf = ([h = 1, w = 1, c = 1]: readonly number[]) => ({ h, w, c })

/** Zeros before the first row (or column) with "same" padding, as in TensorFlow: the smaller half of what is needed. */
export const before = (input: number, output: number, span: number, stride: number, padding: 'same' | 'valid'): number =>
  padding === 'valid' ? 0 : Math.floor(Math.max((output - 1) * stride + span - input, 0) / 2)
