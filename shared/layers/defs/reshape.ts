import { fail, ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { grouped } from '../lib/format.ts'
import { torchFirst, torchLast } from '../lib/torch.ts'
import { channelsLast, ints, op, x } from '../onnx.ts'
import { p } from '../params.ts'
import { dims, sizeOf } from '../shape.ts'

/** Gives the same values, in the same order, another shape. */
export const reshape = defineLayer({
  type: 'reshape',
  title: 'Reshape',
  category: 'reshape',
  everyday: true,
  doc: 'Keeps every value and its order, but arranges them in another shape.',
  input: inputs.any,
  params: {
    targetShape: p.dims({
      label: 'Target shape',
      help: 'New shape of one sample; one dimension may be -1 and takes what is left.',
      default: [-1],
      wildcard: true,
    }),
  },
  summary: v => dims(v.targetShape),
  shape(input, { targetShape }) {
    const size = sizeOf(input)
    const fixed = sizeOf(targetShape.filter(d => d !== -1))
    const open = targetShape.includes(-1)
    if (open ? size % fixed === 0 : size === fixed) return ok(targetShape.map(d => (d === -1 ? size / fixed : d)))
    const wanted = open ? `a multiple of ${grouped(fixed)}` : grouped(fixed)
    return fail(
      'layer/reshape-size',
      `${dims(input)} holds ${grouped(size)} values, but ${dims(targetShape)} needs ${wanted}: change the target shape.`,
      { param: 'targetShape', expected: `${wanted} values`, received: `${grouped(size)} values` },
    )
  },
  formula: (input, output) => [
    {
      about: 'shape',
      expression: `${input.join('·')} = ${output.join('·')}`,
      result: grouped(sizeOf(output)),
      legend: 'values stay the same',
    },
  ],
  // tfjs leaves an open dimension unknown, which the next layer then cannot build on.
  build: (_v, { tf, name, output }) => tf.layers.reshape({ name, targetShape: [...output] }),
  plan: () => [{ op: 'reshape' }],
  // ONNX keeps the batch where 0 stands, and works out -1.
  backward: eachValue(),
  onnx: (_input, v) => channelsLast(op('Reshape', [x, ints(0, ...v.targetShape)])),
  keras: v => ({ name: 'layers.Reshape', args: { target_shape: v.targetShape } }),
  pytorch: (input, output) => ({
    forward: torchFirst(output, `${torchLast(input, '$1')}.reshape(-1, ${output.join(', ')})`),
  }),
  cases: [
    { input: [[784]], params: { targetShape: [28, 28, 1] } },
    { input: [[4, 6]], params: { targetShape: [-1, 3] } },
    { input: [[2, 3, 4]], params: {} },
  ],
})
