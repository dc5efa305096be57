import type { PlanNode } from '../../plan.ts'
import type { NodeOf } from '../../wasm/lower/define.ts'
import type { Builder } from '../builder.ts'
import type { Range } from '../job.ts'

/**
 * Adds the forward jobs of one operation and returns what adds its backward jobs, given where the gradient at its output lies.
 * Backward parts are called last node first.
 */
export type Lower<O extends PlanNode['op']['op']> = (b: Builder, node: NodeOf<O>) => (dy: Range) => void

/** WGSL that puts `v` at `dx[i]`, gated where there is a gate. */
export const gated = (gate: Range | null, value = 'v'): string => `dx[i] = ${gate ? `select(0.0, ${value}, gate[i] > 0.0)` : value};`

/** Bindings of an input's gradient and its gate. */
export const targetBindings = ({ to, gate }: { readonly to: Range; readonly gate: Range | null }) => [
  { name: 'dx', range: to, written: true },
  ...(gate ? [{ name: 'gate', range: gate }] : []),
]
