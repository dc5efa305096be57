import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { activationForm } from '../lib/onnxActivation.ts'

/** Exponential linear unit as a layer (Clevert et al. 2015); tfjs knows it with alpha 1 only. */
export const elu = defineLayer({
  type: 'elu',
  title: 'ELU',
  category: 'activation',
  doc: 'Keeps positive values and bends negative ones smoothly towards −1.',
  input: inputs.any,
  params: {},
  summary: () => '',
  shape: input => ok(input),
  formula: () => [{ about: 'output', expression: 'x if x > 0 else eˣ − 1', legend: 'for each value x' }],
  build: (_v, { tf, name }) => tf.layers.elu({ name }),
  plan: () => [{ op: 'activation', kind: 'elu' }],
  onnx: () => activationForm('elu'),
  keras: () => ({ name: 'layers.ELU', args: {} }),
  pytorch: () => ({ forward: '$1', activation: 'elu' }),
  cases: [
    { input: [[5, 3]], params: {} },
    { input: [[4, 4, 2]], params: {} },
  ],
})
