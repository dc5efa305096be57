import { fail, ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { shapeList } from '../lib/merge.ts'
import { sameShape, sizeOf } from '../shape.ts'

/** Sum of several tensors of one shape. */
export const add = defineLayer({
  type: 'add',
  title: 'Add',
  category: 'merge',
  doc: 'Adds tensors of the same shape value by value, as at the end of a residual block.',
  input: inputs.many,
  params: {},
  summary: () => '',
  shape(shapes) {
    const [first = [], ...rest] = shapes
    if (rest.every(shape => sameShape(shape, first))) return ok(first)
    return fail('layer/shapes-differ', `Add needs tensors of one shape, but ${shapeList(shapes)} arrive: make them equal before.`, {
      expected: 'equal shapes',
      received: shapeList(shapes),
    })
  },
  multiplyAdds: (shapes, output) => (shapes.length - 1) * sizeOf(output),
  formula: shapes => [
    { about: 'output', expression: shapes.map((_, i) => `x${i + 1}`).join(' + '), legend: 'sum of the inputs, value by value' },
  ],
  build: (_v, { tf, name }) => tf.layers.add({ name }),
  plan: () => [{ op: 'add' }],
  keras: () => ({ name: 'layers.Add', args: {} }),
  cases: [
    {
      input: [
        [8, 8, 4],
        [8, 8, 4],
      ],
      params: {},
    },
    { input: [[5], [5], [5]], params: {} },
  ],
})
