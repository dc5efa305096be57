import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { activationForm } from '../lib/onnxActivation.ts'

/** Softmax over the last axis as a layer; tfjs computes it along no other. */
export const softmax = defineLayer({
  type: 'softmax',
  title: 'Softmax',
  category: 'activation',
  doc: 'Turns the values along the last axis into probabilities that add up to 1.',
  input: inputs.any,
  params: {},
  summary: () => '',
  shape: input => ok(input),
  formula: input => [{ about: 'output', expression: `eˣ / Σ eˣ over ${input.at(-1)} values`, legend: 'along the last axis' }],
  build: (_v, { tf, name }) => tf.layers.softmax({ name, axis: -1 }),
  plan: () => [{ op: 'activation', kind: 'softmax' }],
  backward: eachValue(),
  onnx: () => activationForm('softmax'),
  keras: () => ({ name: 'layers.Softmax', args: {} }),
  pytorch: () => ({ forward: '$1', activation: 'softmax' }),
  cases: [
    { input: [[10]], params: {} },
    { input: [[4, 3]], params: {} },
  ],
})
