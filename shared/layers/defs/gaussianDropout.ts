import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { seededNoise } from '../lib/noise.ts'
import { identityForm } from '../lib/onnxActivation.ts'
import { p } from '../params.ts'

const deviation = (rate: number): number => Math.sqrt(rate / (1 - rate))

/** Multiplies by noise around 1 while training (Srivastava et al. 2014). */
export const gaussianDropout = defineLayer({
  type: 'gaussianDropout',
  title: 'GaussianDropout',
  category: 'regularisation',
  doc: 'While training, multiplies every value by a random number around 1; later it passes everything on.',
  input: inputs.any,
  params: {
    rate: p.float({
      label: 'Rate',
      help: 'As strong as a dropout of this share: the deviation is √(rate / (1 − rate)).',
      default: 0.5,
      min: 0,
      max: 0.99,
      step: 0.05,
    }),
  },
  summary: v => String(v.rate),
  shape: input => ok(input),
  formula: (_input, _output, { rate }) => [
    {
      about: 'output',
      expression: `x · (1 + √(${rate} / (1 − ${rate})) · n) = x · (1 + ${Number(deviation(rate).toFixed(4))} · n)`,
      legend: 'n from the standard normal distribution, while training; otherwise x',
    },
  ],
  build: (v, ctx) =>
    seededNoise(ctx.tf.layers.gaussianDropout({ name: ctx.name, rate: v.rate }), ctx, (x, seed) =>
      ctx.tf.mul(x, ctx.tf.randomNormal(x.shape, 1, deviation(v.rate), 'float32', seed)),
    ),
  plan: (_input, v) => [{ op: 'noise', deviation: deviation(v.rate), times: true }],
  backward: eachValue(),
  onnx: () => identityForm,
  keras: v => ({ name: 'layers.GaussianDropout', args: { rate: v.rate } }),
  pytorch: (_input, _output, v) => ({ forward: `$1 * (1 + ${deviation(v.rate)} * torch.randn_like($1)) if self.training else $1` }),
  cases: [
    { input: [[16]], params: {} },
    { input: [[4, 4, 3]], params: { rate: 0.1 } },
  ],
})
