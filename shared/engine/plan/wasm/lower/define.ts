import type { Window } from '../../../../kernels/window.ts'
import type { LowerWith } from '../../builder.ts'
import type { PlanNode } from '../../plan.ts'
import type { Builder } from '../builder.ts'

/** Adds the jobs of one operation; the gradient at its output is given by its address. */
export type Lower<O extends PlanNode['op']['op']> = LowerWith<Builder, O>

/** A window as the kernels on the processor take it, every channel for itself. */
export const windowArgs = ({ h: H, w: W, n: C, oh: OH, ow: OW, size, strides, top, left }: Window) => ({
  ...{ H, W, C, FH: size[0], FW: size[1], SH: strides[0], SW: strides[1], top, left, OH, OW },
})
