import { ok, type Result } from '../../result.ts'
import type { Call, Formula, LayerCase } from '../define.ts'
import type { Image } from '../inputs.ts'
import { p, type ValuesOf } from '../params.ts'
import { dims, type Shape } from '../shape.ts'
import { unlessDefault } from './format.ts'
import { slide, slideFormulas, type Window } from './window.ts'

/** Parameters of the two pooling layers. */
export const poolParams = {
  poolSize: p.pair({ label: 'Pool size', help: 'Height and width of the window in pixels.', default: [2, 2] }),
  strides: p.pair({ label: 'Strides', help: 'Step of the window in pixels; usually the pool size.', default: [2, 2] }),
  padding: p.choice({
    label: 'Padding',
    help: '"same" keeps pixels at the border that "valid" drops when the window does not fit.',
    values: ['valid', 'same'],
    default: 'valid',
  }),
}
type Values = ValuesOf<typeof poolParams>

const windowOf = (v: Values): Window => ({ param: 'poolSize', size: v.poolSize, strides: v.strides, padding: v.padding, dilation: [1, 1] })

/** Output `[height, width, channels]` of a pool. */
export const poolShape = (input: Image, v: Values): Result<Shape> => {
  const size = slide(input, windowOf(v))
  return size.ok ? ok([...size.value, input[2]]) : size
}

/** The output size spelled out. */
export const poolFormulas = (input: Image, output: Shape, v: Values): readonly Formula[] => slideFormulas(input, output, windowOf(v))

/** `2×2`, with the stride where it differs. */
export const poolSummary = (v: Values): string =>
  dims(v.poolSize) + (dims(v.poolSize) === dims(v.strides) ? '' : ` · stride ${dims(v.strides)}`)

/** Arguments of the tfjs layer. */
export const poolArgs = (v: Values, name: string) => ({
  name,
  poolSize: [v.poolSize[0], v.poolSize[1]] as [number, number],
  strides: [v.strides[0], v.strides[1]] as [number, number],
  padding: v.padding,
})

/** The Keras call; Keras takes the pool size as stride when none is given. */
export const poolCall = (name: string, v: Values): Call => ({
  name,
  args: {
    pool_size: v.poolSize,
    ...unlessDefault({ strides: v.strides, padding: v.padding }, { strides: v.poolSize, padding: 'valid' }),
  },
})

/** Cases of the contract test. */
export const poolCases: readonly LayerCase<typeof poolParams>[] = [
  { input: [[24, 24, 20]], params: {} },
  { input: [[100, 100, 15]], params: {} },
  { input: [[7, 9, 2]], params: { padding: 'same' } },
  { input: [[7, 9, 2]], params: { poolSize: [3, 2], strides: [1, 2] } },
  { input: [[7, 9, 2]], params: { poolSize: [3, 3], strides: [2, 2], padding: 'same' } },
]
