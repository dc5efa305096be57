import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { seededNoise } from '../lib/noise.ts'
import { identityForm } from '../lib/onnxActivation.ts'
import { p } from '../params.ts'

/** Adds noise while training. */
export const gaussianNoise = defineLayer({
  type: 'gaussianNoise',
  title: 'GaussianNoise',
  category: 'regularisation',
  doc: 'While training, adds random numbers to every value; later it passes everything on.',
  input: inputs.any,
  params: {
    stddev: p.float({ label: 'Deviation', help: 'Standard deviation of the noise.', default: 0.1, min: 0, max: 100, step: 0.05 }),
  },
  differsInKeras: v => (v.stddev > 1 ? 'Keras takes a deviation of at most 1' : null),
  summary: v => String(v.stddev),
  shape: input => ok(input),
  formula: (_input, _output, { stddev }) => [
    { about: 'output', expression: `x + ${stddev} · n`, legend: 'n from the standard normal distribution, while training; otherwise x' },
  ],
  build: (v, ctx) =>
    seededNoise(ctx.tf.layers.gaussianNoise({ name: ctx.name, stddev: v.stddev }), ctx, (x, seed) =>
      ctx.tf.add(x, ctx.tf.randomNormal(x.shape, 0, v.stddev, 'float32', seed)),
    ),
  plan: (_input, v) => [{ op: 'noise', deviation: v.stddev, times: false }],
  backward: eachValue(),
  onnx: () => identityForm,
  keras: v => ({ name: 'layers.GaussianNoise', args: { stddev: v.stddev } }),
  pytorch: (_input, _output, v) => ({ forward: `$1 + ${v.stddev} * torch.randn_like($1) if self.training else $1` }),
  cases: [
    { input: [[16]], params: {} },
    { input: [[4, 4, 3]], params: { stddev: 1.5 } },
  ],
})
