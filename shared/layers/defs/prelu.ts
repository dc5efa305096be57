import { fail, ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { grouped } from '../lib/format.ts'
import { isImage, torchParameter } from '../lib/torch.ts'
import { eitherLayout, kernel, op, orderIn, x } from '../onnx.ts'
import { p } from '../params.ts'
import { fewAxes, stepsOf } from '../plan.ts'
import { dims, type Shape, sizeOf } from '../shape.ts'

/** One slope per place, 1 along shared axes. */
const alphaShape = (input: Shape, shared: readonly number[]): Shape => input.map((d, i) => (shared.includes(i + 1) ? 1 : d))

/** Leaky unit whose slopes are learned (He et al. 2015). */
export const prelu = defineLayer({
  type: 'prelu',
  title: 'PReLU',
  category: 'activation',
  doc: 'Keeps positive values and multiplies negative ones by a learned slope.',
  input: inputs.any,
  params: {
    sharedAxes: p.dims({
      label: 'Shared axes',
      help: 'Axes along which one slope serves all, counted from 1: 1×2 gives an image one slope per channel; empty for one slope per value.',
      default: [],
      minLength: 0,
    }),
  },
  summary: v => (v.sharedAxes.length ? `shared ${v.sharedAxes.join(' ')}` : ''),
  shape(input, { sharedAxes }) {
    if (sharedAxes.every((axis, i) => axis >= 1 && axis <= input.length && sharedAxes.indexOf(axis) === i)) return ok(input)
    return fail(
      'layer/no-such-axis',
      `The shared axes must be different numbers from 1 to ${input.length}, because ${dims(input)} arrives, but they are ${sharedAxes.join(', ')}.`,
      {
        param: 'sharedAxes',
        expected: `different numbers from 1 to ${input.length}`,
        received: sharedAxes.join(', '),
        fixes: [{ kind: 'setParams', label: 'Share no axes', node: '', params: { sharedAxes: [] } }],
      },
    )
  },
  weights: (input, v) => [{ name: 'alpha', shape: alphaShape(input, v.sharedAxes), trainable: true }],
  multiplyAdds: input => sizeOf(input),
  formula(input, _output, v) {
    const shape = alphaShape(input, v.sharedAxes)
    return [
      {
        about: 'parameters',
        expression: shape.join('·'),
        result: grouped(sizeOf(shape)),
        legend: 'one slope per value, 1 along shared axes',
      },
      { about: 'output', expression: 'x if x > 0 else alpha · x', legend: 'for each value x; alpha begins at 0' },
    ]
  },
  build: (v, { tf, name }) => tf.layers.prelu({ name, ...(v.sharedAxes.length ? { sharedAxes: [...v.sharedAxes] } : {}) }),
  plan(input, v) {
    const alpha = alphaShape(input, v.sharedAxes)
    const steps = stepsOf(alpha)
    const axes = fewAxes(input.map((length, i) => [length, alpha[i] === 1 ? 0 : (steps[i] ?? 0)]))
    return axes && [{ op: 'leaky', slope: axes }]
  },
  onnx(input, v) {
    const shape = alphaShape(input, v.sharedAxes)
    return eitherLayout(layout => op('PRelu', [x, kernel('alpha', { shape, order: orderIn(layout, input.length) })]))
  },
  keras: v => ({ name: 'layers.PReLU', args: v.sharedAxes.length ? { shared_axes: v.sharedAxes } : {} }),
  pytorch(input, _output, v) {
    const alpha = alphaShape(input, v.sharedAxes)
    const slopes = alpha.at(-1) ?? 0
    // PyTorch's own module has one slope per channel.
    if (sizeOf(alpha) === slopes && (isImage(input) || input.length === 1))
      return {
        modules: { '': { name: 'nn.PReLU', args: { num_parameters: slopes } } },
        forward: '$m($1)',
        weights: { alpha: { key: '.weight', shape: [slopes] } },
      }
    const axes = isImage(input) ? [2, 0, 1] : input.map((_, i) => i)
    return {
      modules: {
        '': torchParameter(
          'zeros',
          axes.map(axis => alpha[axis] ?? 0),
        ),
      },
      forward: 'torch.where($1 > 0, $1, $m * $1)',
      weights: { alpha: { key: '', axes } },
    }
  },
  cases: [
    { input: [[10]], params: {} },
    { input: [[4, 5, 3]], params: {} },
    { input: [[4, 5, 3]], params: { sharedAxes: [1, 2] } },
    { input: [[4, 5, 3]], params: { sharedAxes: [1, 3] } },
  ],
})
