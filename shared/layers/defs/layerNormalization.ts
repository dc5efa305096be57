import { ok } from '../../result.ts'
import { defineLayer, type WeightSpec } from '../define.ts'
import { inputs } from '../inputs.ts'
import { grouped, unlessDefault } from '../lib/format.ts'
import { torchAffine, torchLast } from '../lib/torch.ts'
import { channelsLast, filled, float, op, weight, x } from '../onnx.ts'
import { p } from '../params.ts'
import { sizeOf } from '../shape.ts'

/** Normalises each sample over its last axis (Ba et al. 2016). */
export const layerNormalization = defineLayer({
  type: 'layerNormalization',
  title: 'LayerNormalization',
  category: 'normalisation',
  doc: 'Shifts and scales the values along the last axis to mean 0 and variance 1, for each sample alone, then by learned values.',
  input: inputs.any,
  params: {
    epsilon: p.float({
      label: 'Epsilon',
      help: 'Small number added to the variance so that nothing is divided by zero.',
      default: 0.001,
      min: 1e-7,
      max: 1,
      step: 0.001,
      advanced: true,
    }),
    center: p.bool({ label: 'Center', help: 'Learn an offset (beta) per place of the last axis.', default: true, advanced: true }),
    scale: p.bool({ label: 'Scale', help: 'Learn a factor (gamma) per place of the last axis.', default: true, advanced: true }),
  },
  summary: () => '',
  shape: input => ok(input),
  weights(input, v) {
    const named = (name: string): WeightSpec => ({ name, shape: [input.at(-1) ?? 0], trainable: true })
    return [...(v.scale ? [named('gamma')] : []), ...(v.center ? [named('beta')] : [])]
  },
  multiplyAdds: input => 4 * sizeOf(input),
  formula(input, _output, v) {
    const size = input.at(-1) ?? 0
    const learned = [...(v.scale ? ['gamma'] : []), ...(v.center ? ['beta'] : [])]
    return [
      {
        about: 'parameters',
        expression: `${learned.length}·${size}`,
        result: grouped(learned.length * size),
        legend: learned.length ? `per place of the last axis: ${learned.join(', ')}` : 'nothing is learned',
      },
      {
        about: 'output',
        expression: `${v.scale ? 'gamma · ' : ''}(x − mean) / √(variance + ${v.epsilon})${v.center ? ' + beta' : ''}`,
        legend: `mean and variance of the ${size} values along the last axis`,
      },
    ]
  },
  build: (v, { tf, name }) => tf.layers.layerNormalization({ name, axis: -1, ...v }),
  plan: (_input, { epsilon }) => [{ op: 'layerNorm', epsilon }],
  onnx(input, v) {
    const shape = [input.at(-1) ?? 0]
    const learned = [v.scale ? weight('gamma', shape) : filled(shape, 1), ...(v.center ? [weight('beta', shape)] : [])]
    return channelsLast(op('LayerNormalization', [x, ...learned], { axis: -1, epsilon: float(v.epsilon) }))
  },
  keras: v => ({
    name: 'layers.LayerNormalization',
    args: unlessDefault<number | boolean>({ ...v }, { epsilon: 0.001, center: true, scale: true }),
  }),
  pytorch(input, _output, v) {
    const norm = { name: 'nn.LayerNorm', args: { normalized_shape: input.at(-1) ?? 0, eps: v.epsilon } }
    return torchAffine(norm, 'elementwise_affine', input, v, `$m(${torchLast(input, '$1')})`)
  },
  cases: [
    { input: [[64]], params: {} },
    { input: [[5, 6, 3]], params: { epsilon: 1e-5 } },
    { input: [[5, 4]], params: { center: false } },
    { input: [[5, 4]], params: { scale: false } },
    { input: [[6]], params: { scale: false, center: false } },
  ],
})
