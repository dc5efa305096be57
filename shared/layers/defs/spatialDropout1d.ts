import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { nextSeed } from '../lib/noise.ts'
import { identityForm } from '../lib/onnxActivation.ts'
import { alongSteps } from '../lib/torch.ts'
import { p } from '../params.ts'

/** Silences whole features of a sequence while training; tfjs has no two-dimensional form. */
export const spatialDropout1d = defineLayer({
  type: 'spatialDropout1d',
  title: 'SpatialDropout1D',
  category: 'regularisation',
  doc: 'While training, sets a random share of the features of a sequence to zero for all its steps and scales the rest up.',
  input: inputs.sequence,
  params: {
    rate: p.float({
      label: 'Rate',
      help: 'Share of features set to zero, from 0 to below 1.',
      default: 0.5,
      min: 0,
      max: 0.99,
      step: 0.05,
    }),
  },
  summary: v => String(v.rate),
  shape: input => ok(input),
  formula: ([, features], _output, { rate }) => [
    {
      about: 'output',
      expression: `x / (1 − ${rate}) with probability ${Number((1 - rate).toFixed(4))}, else 0`,
      legend: `drawn once for each of the ${features} features, while training; otherwise x`,
    },
  ],
  build(v, { tf, name, seed }) {
    const layer = tf.layers.spatialDropout1d({ name, rate: v.rate, seed })
    layer.setCallHook((_inputs, { training }) => {
      if (training) Object.assign(layer, { seed: nextSeed(layer) })
    })
    return layer
  },
  plan: (_input, v) => [{ op: 'dropout', rate: v.rate, alongSteps: true }],
  backward: eachValue(),
  onnx: () => identityForm,
  keras: v => ({ name: 'layers.SpatialDropout1D', args: { rate: v.rate } }),
  pytorch: (_input, _output, v) => ({
    modules: { '': { name: 'nn.Dropout1d', args: { p: v.rate } } },
    forward: alongSteps(x => `$m(${x})`),
  }),
  cases: [
    { input: [[6, 8]], params: {} },
    { input: [[3, 5]], params: { rate: 0.25 } },
  ],
})
