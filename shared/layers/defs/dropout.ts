import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { nextSeed } from '../lib/noise.ts'
import { identityForm } from '../lib/onnxActivation.ts'
import { p } from '../params.ts'

/** Silences a random share of its input while training. */
export const dropout = defineLayer({
  type: 'dropout',
  title: 'Dropout',
  category: 'regularisation',
  everyday: true,
  doc: 'While training, sets a random share of the values to zero and scales the rest up; later it passes everything on.',
  input: inputs.any,
  params: {
    rate: p.float({ label: 'Rate', help: 'Share of values set to zero, from 0 to below 1.', default: 0.5, min: 0, max: 0.99, step: 0.05 }),
  },
  summary: v => String(v.rate),
  shape: input => ok(input),
  formula: (_input, _output, { rate }) => [
    {
      about: 'output',
      expression: `x / (1 − ${rate}) with probability ${Number((1 - rate).toFixed(4))}, else 0`,
      legend: 'while training; otherwise x',
    },
  ],
  build(v, { tf, name, seed }) {
    const layer = tf.layers.dropout({ name, rate: v.rate, seed })
    layer.setCallHook((_inputs, { training }) => {
      if (training) Object.assign(layer, { seed: nextSeed(layer) })
    })
    return layer
  },
  plan: (_input, v) => [{ op: 'dropout', rate: v.rate }],
  backward: eachValue(),
  onnx: () => identityForm,
  keras: v => ({ name: 'layers.Dropout', args: { rate: v.rate } }),
  pytorch: (_input, _output, v) => ({ modules: { '': { name: 'nn.Dropout', args: { p: v.rate } } }, forward: '$m($1)' }),
  cases: [
    { input: [[256]], params: {} },
    { input: [[4, 4, 3]], params: { rate: 0.25 } },
    { input: [[8]], params: { rate: 0 } },
  ],
})
