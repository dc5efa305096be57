import { fail, ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { isImage, torchAxis } from '../lib/torch.ts'
import { channelsLast, op, x } from '../onnx.ts'
import { p } from '../params.ts'
import { moved, stepsOf } from '../plan.ts'
import { dims } from '../shape.ts'

/** Puts the axes of a tensor in another order. */
export const permute = defineLayer({
  type: 'permute',
  title: 'Permute',
  category: 'reshape',
  doc: 'Puts the axes of a tensor in another order, e.g. turns rows into columns.',
  input: inputs.any,
  params: {
    dims: p.dims({
      label: 'Order of axes',
      help: 'For each place the axis that goes there, counted from 1: 2×1 swaps the axes of a sequence, 2×1×3 those of an image.',
      default: [2, 1],
    }),
  },
  summary: v => v.dims.join(' '),
  shape(input, v) {
    const wanted = input.map((_, i) => i + 1)
    if ([...v.dims].sort((a, b) => a - b).join() === wanted.join()) return ok(v.dims.map(axis => input[axis - 1] ?? 0))
    return fail(
      'layer/no-permutation',
      `The order of axes must hold each of ${wanted.join(', ')} once, because ${dims(input)} arrives, but it is ${v.dims.join(', ')}.`,
      {
        param: 'dims',
        expected: `${wanted.join(', ')} in any order`,
        received: v.dims.join(', '),
        fixes: input.length === 3 ? [{ kind: 'setParams', label: 'Swap height and width', node: '', params: { dims: [2, 1, 3] } }] : [],
      },
    )
  },
  formula: (input, output, v) => [
    {
      about: 'shape',
      expression: `${dims(input)} → axes ${v.dims.join(', ')}`,
      result: dims(output),
      legend: 'each place takes the length of its axis',
    },
  ],
  build: (v, { tf, name }) => tf.layers.permute({ name, dims: [...v.dims] }),
  plan(input, v) {
    const steps = stepsOf(input)
    return moved(
      input,
      v.dims.map(axis => [input[axis - 1] ?? 0, steps[axis - 1] ?? 0]),
    )
  },
  onnx: (_input, v) => channelsLast(op('Transpose', [x], { perm: [0, ...v.dims] })),
  keras: v => ({ name: 'layers.Permute', args: { dims: v.dims } }),
  pytorch: (input, _output, v) => {
    const axes = v.dims.map(axis => torchAxis(input, axis - 1))
    const [a, b, c] = axes
    return { forward: `$1.permute(0, ${(isImage(input) ? [c, a, b] : axes).join(', ')})` }
  },
  cases: [
    { input: [[5, 3]], params: {} },
    { input: [[4, 5, 3]], params: { dims: [3, 1, 2] } },
    { input: [[4]], params: { dims: [1] } },
  ],
})
