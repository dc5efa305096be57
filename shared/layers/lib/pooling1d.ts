import { ok, type Result } from '../../result.ts'
import type { Call, Formula, LayerCase } from '../define.ts'
import type { Sequence } from '../inputs.ts'
import { p, type ValuesOf } from '../params.ts'
import { onColumn, type PlanOp } from '../plan.ts'
import type { Shape } from '../shape.ts'
import { unlessDefault } from './format.ts'
import { slideSteps, stepsFormula, type Window1d } from './window.ts'

/** Parameters of the pools along a sequence. */
export const poolParams1d = {
  poolSize: p.int({ label: 'Pool size', help: 'Length of the window in steps.', default: 2 }),
  strides: p.int({ label: 'Strides', help: 'Step of the window; usually the pool size.', default: 2 }),
  padding: p.choice({
    label: 'Padding',
    help: '"same" keeps steps at the end that "valid" drops when the window does not fit.',
    values: ['valid', 'same'],
    default: 'valid',
  }),
}
type Values = ValuesOf<typeof poolParams1d>

const windowOf = (v: Values): Window1d => ({ param: 'poolSize', size: v.poolSize, strides: v.strides, padding: v.padding, dilation: 1 })

/** Output `[steps, features]` of a pool. */
export const poolShape1d = ([steps, features]: Sequence, v: Values): Result<Shape> => {
  const out = slideSteps(steps, windowOf(v))
  return out.ok ? ok([out.value, features]) : out
}

/** The output length spelled out. */
export const poolFormulas1d = ([steps]: Sequence, [out = 0]: Shape, v: Values): readonly Formula[] => [
  stepsFormula(steps, out, windowOf(v)),
]

/** `2`, with the stride where it differs. */
export const poolSummary1d = (v: Values): string => `${v.poolSize}${v.poolSize === v.strides ? '' : ` · stride ${v.strides}`}`

/** The Keras call; Keras takes the pool size as stride when none is given. */
export const poolCall1d = (name: string, v: Values): Call => ({
  name,
  args: {
    pool_size: v.poolSize,
    ...unlessDefault<number | string>({ strides: v.strides, padding: v.padding }, { strides: v.poolSize, padding: 'valid' }),
  },
})

/** The pool as an operation of a training plan. */
export const poolPlan1d = (kind: 'max' | 'average', input: Sequence, v: Values): readonly PlanOp[] | null => {
  const out = poolShape1d(input, v)
  return out.ok
    ? onColumn(input, [{ op: 'pool', kind, size: [v.poolSize, 1], strides: [v.strides, 1], padding: v.padding }], out.value)
    : null
}

/** Cases of the contract test. */
export const poolCases1d: readonly LayerCase<typeof poolParams1d>[] = [
  { input: [[24, 5]], params: {} },
  { input: [[9, 2]], params: { padding: 'same' } },
  { input: [[9, 2]], params: { poolSize: 3, strides: 1 } },
  { input: [[8, 2]], params: { poolSize: 3, strides: 2, padding: 'same' } },
]
