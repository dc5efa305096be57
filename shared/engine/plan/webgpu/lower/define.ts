import type { LowerWith } from '../../builder.ts'
import type { PlanNode } from '../../plan.ts'
import type { Builder } from '../builder.ts'
import type { Range } from '../job.ts'

/** Adds the jobs of one operation; the gradient at its output is given by the range where it lies. */
export type Lower<O extends PlanNode['op']['op']> = LowerWith<Builder, O>

/** WGSL that puts `v` at `dx[i]`, gated where there is a gate. */
export const gated = (gate: Range | null, value = 'v'): string => `dx[i] = ${gate ? `select(0.0, ${value}, gate[i] > 0.0)` : value};`

/** Bindings of an input's gradient and its gate. */
export const targetBindings = ({ to, gate }: { readonly to: Range; readonly gate: Range | null }) => [
  { name: 'dx', range: to, written: true },
  ...(gate ? [{ name: 'gate', range: gate }] : []),
]
