import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { seededNoise } from '../lib/noise.ts'
import { identityForm } from '../lib/onnxActivation.ts'
import { p } from '../params.ts'

/** The value that selu tends to for very negative input, −1.0507 · 1.6733. */
const FLOOR = -1.7580993408473766

/** Factor and offset that bring mean and variance back: `a = ((1 − rate)·(1 + rate·floor²))^−½`, `b = −a·floor·rate`. */
const repairOf = (rate: number): { a: number; b: number } => {
  const a = ((1 - rate) * (1 + rate * FLOOR ** 2)) ** -0.5
  return { a, b: -a * FLOOR * rate }
}

/** Dropout that keeps mean and variance of selu networks (Klambauer et al. 2017). */
export const alphaDropout = defineLayer({
  type: 'alphaDropout',
  title: 'AlphaDropout',
  category: 'regularisation',
  doc: 'Dropout for networks with selu: while training, sets a share of the values to the floor of selu and keeps mean and variance.',
  input: inputs.any,
  params: {
    rate: p.float({ label: 'Rate', help: 'Share of values replaced, from 0 to below 1.', default: 0.5, min: 0, max: 0.99, step: 0.05 }),
  },
  summary: v => String(v.rate),
  shape: input => ok(input),
  formula(_input, _output, { rate }) {
    const { a, b } = repairOf(rate)
    return [
      {
        about: 'output',
        expression: `${Number(a.toFixed(4))} · (x with probability ${Number((1 - rate).toFixed(4))}, else −1.7581) + ${Number(b.toFixed(4))}`,
        legend: 'while training; otherwise x',
      },
    ]
  },
  build: (v, ctx) =>
    seededNoise(ctx.tf.layers.alphaDropout({ name: ctx.name, rate: v.rate }), ctx, (x, seed) => {
      const { tf } = ctx
      const { a, b } = repairOf(v.rate)
      const kept = tf.cast(tf.greaterEqual(tf.randomUniform(x.shape, 0, 1, 'float32', seed), v.rate), 'float32')
      const floored = tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), FLOOR))
      return tf.add(tf.mul(floored, a), b)
    }),
  plan(_input, { rate }) {
    const { a, b } = repairOf(rate)
    return [{ op: 'dropout', rate, repair: { scale: a, offset: b, dropped: a * FLOOR + b } }]
  },
  backward: eachValue(),
  onnx: () => identityForm,
  keras: v => ({ name: 'layers.AlphaDropout', args: { rate: v.rate } }),
  pytorch: (_input, _output, v) => ({ modules: { '': { name: 'nn.AlphaDropout', args: { p: v.rate } } }, forward: '$m($1)' }),
  cases: [
    { input: [[16]], params: {} },
    { input: [[4, 4, 3]], params: { rate: 0.1 } },
  ],
})
