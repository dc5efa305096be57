import { fail, ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { grouped } from '../lib/format.ts'
import { torchLast } from '../lib/torch.ts'
import { channelsLast, op, x } from '../onnx.ts'
import { sizeOf } from '../shape.ts'

/** Turns a tensor into a vector, row by row, channels last. */
export const flatten = defineLayer({
  type: 'flatten',
  title: 'Flatten',
  category: 'reshape',
  everyday: true,
  doc: 'Lays all values of an image out in one row, so that dense layers can take them.',
  input: inputs.any,
  params: {},
  summary: () => '',
  shape: input =>
    input.length > 1
      ? ok([sizeOf(input)])
      : fail('layer/already-flat', 'A row of values arrives, which is flat already: remove this layer.', {
          expected: 'an image or another tensor of two or more dimensions',
          received: `${sizeOf(input)} values in one row`,
          fixes: [{ kind: 'removeNode', label: 'Remove Flatten', node: '' }],
        }),
  formula: (input, output) => [
    { about: 'shape', expression: input.join('·'), result: grouped(sizeOf(output)), legend: 'length = product of the input dimensions' },
  ],
  build: (_v, { tf, name }) => tf.layers.flatten({ name }),
  plan: () => [{ op: 'reshape' }],
  backward: eachValue(),
  onnx: () => channelsLast(op('Flatten', [x], { axis: 1 })),
  keras: () => ({ name: 'layers.Flatten', args: {} }),
  pytorch: input => ({ forward: `${torchLast(input, '$1')}.flatten(1)` }),
  cases: [
    { input: [[4, 4, 50]], params: {} },
    { input: [[3, 5]], params: {} },
  ],
})
