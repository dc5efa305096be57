import { ok } from '../../result.ts'
import type { Backward } from '../backward.ts'
import { defineLayer, type WeightSpec } from '../define.ts'
import { inputs } from '../inputs.ts'
import { add, depthOf, eachGain } from '../lib/backward.ts'
import { grouped, unlessDefault } from '../lib/format.ts'
import { isImage, torchAffine, torchLast } from '../lib/torch.ts'
import { channelsFirst, filled, float, op, weight, x } from '../onnx.ts'
import { p } from '../params.ts'
import { sizeOf } from '../shape.ts'

/** The slope of each channel, by the running variance. */
const backward: Backward = {
  reads: ['gamma', 'moving_variance'],
  back: ({ weights, output, params }, { channel, column, gain }, [into]) => {
    const variance = weights.get('moving_variance')?.[column] ?? 1
    const slope = (weights.get('gamma')?.[column] ?? 1) / Math.sqrt(variance + Number(params.epsilon))
    eachGain(gain, (place, g) => add(into, place * depthOf(output.shape) + channel, g * slope))
  },
}

/** Normalises each channel over the batch (Ioffe & Szegedy 2015). */
export const batchNormalization = defineLayer({
  type: 'batchNormalization',
  title: 'BatchNormalization',
  category: 'normalisation',
  everyday: true,
  doc: 'Shifts and scales each channel to mean 0 and variance 1 over the batch, then by two learned values.',
  input: inputs.any,
  params: {
    momentum: p.float({
      label: 'Momentum',
      help: 'How slowly the running mean and variance follow the batches.',
      default: 0.99,
      min: 0,
      max: 1,
    }),
    epsilon: p.float({
      label: 'Epsilon',
      help: 'Small number added to the variance so that nothing is divided by zero.',
      default: 0.001,
      min: 1e-7,
      max: 1,
      step: 0.001,
      advanced: true,
    }),
    center: p.bool({ label: 'Center', help: 'Learn an offset (beta) per channel.', default: true, advanced: true }),
    scale: p.bool({ label: 'Scale', help: 'Learn a factor (gamma) per channel.', default: true, advanced: true }),
  },
  summary: () => '',
  shape: input => ok(input),
  weights(input, v) {
    const shape = [input.at(-1) ?? 0]
    const all: readonly (WeightSpec & { readonly wanted: boolean })[] = [
      { name: 'gamma', shape, trainable: true, wanted: v.scale },
      { name: 'beta', shape, trainable: true, wanted: v.center },
      { name: 'moving_mean', shape, trainable: false, wanted: true },
      { name: 'moving_variance', shape, trainable: false, wanted: true },
    ]
    return all.filter(w => w.wanted).map(({ wanted: _, ...spec }) => spec)
  },
  multiplyAdds: input => 2 * sizeOf(input),
  formula(input, _output, v) {
    const channels = input.at(-1) ?? 0
    const learned = Number(v.scale) + Number(v.center)
    return [
      {
        about: 'parameters',
        expression: `${learned + 2}·${channels}`,
        result: grouped((learned + 2) * channels),
        legend: `per channel: ${[v.scale && 'gamma', v.center && 'beta', 'mean', 'variance'].filter(Boolean).join(', ')}; ${grouped(learned * channels)} are learned`,
      },
      {
        about: 'output',
        expression: `gamma · (x − mean) / √(variance + ${v.epsilon}) + beta`,
        legend: 'mean and variance of the batch while training, the running ones later',
      },
    ]
  },
  build: (v, { tf, name }) => tf.layers.batchNormalization({ name, ...v }),
  plan: (_input, v) => [{ op: 'batchNorm', momentum: v.momentum, epsilon: v.epsilon, scale: v.scale, center: v.center }],
  backward,
  onnx(input, v) {
    const shape = [input.at(-1) ?? 0]
    const [gamma, beta] = [v.scale ? weight('gamma', shape) : filled(shape, 1), v.center ? weight('beta', shape) : filled(shape, 0)]
    const statistics = [weight('moving_mean', shape), weight('moving_variance', shape)]
    return channelsFirst(op('BatchNormalization', [x, gamma, beta, ...statistics], { epsilon: float(v.epsilon) }))
  },
  keras: v => ({
    name: 'layers.BatchNormalization',
    args: unlessDefault<number | boolean>({ ...v }, { momentum: 0.99, epsilon: 0.001, center: true, scale: true }),
  }),
  pytorch(input, _output, v) {
    const channels = input.at(-1) ?? 0
    const image = isImage(input)
    // PyTorch's momentum is the share of the new value.
    const momentum = Number((1 - v.momentum).toPrecision(12))
    const norm = { name: `nn.BatchNorm${image ? 2 : 1}d`, args: { num_features: channels, eps: v.epsilon, momentum } }
    const applied = image || input.length === 1 ? '$m($1)' : `$m($1.reshape(-1, ${channels})).reshape($1.shape)`
    const form = torchAffine(norm, 'affine', input, v, torchLast(input, applied))
    const statistics = { moving_mean: { key: '.running_mean' }, moving_variance: { key: '.running_var' } }
    return { ...form, forward: v.scale && v.center ? applied : form.forward, weights: { ...form.weights, ...statistics } }
  },
  cases: [
    { input: [[12, 12, 32]], params: {} },
    { input: [[64]], params: { momentum: 0.9, epsilon: 1e-5 } },
    { input: [[5, 5, 3]], params: { center: false } },
    { input: [[5, 5, 3]], params: { scale: false } },
    { input: [[5, 4]], params: { scale: false, center: false } },
  ],
})
