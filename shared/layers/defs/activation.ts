import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { ACTIVATIONS, activationFormulas, kerasActivation } from '../lib/activations.ts'
import { eachValue } from '../lib/backward.ts'
import { activationForm } from '../lib/onnxActivation.ts'
import { p } from '../params.ts'

/** One activation function as a layer of its own. */
export const activation = defineLayer({
  type: 'activation',
  title: 'Activation',
  category: 'activation',
  everyday: true,
  doc: 'Applies a function such as relu to every value; softmax turns the last axis into probabilities.',
  input: inputs.any,
  params: {
    activation: p.choice({ label: 'Activation', help: 'The function applied to every value.', values: ACTIVATIONS, default: 'relu' }),
  },
  summary: v => v.activation,
  shape: input => ok(input),
  formula: (_input, _output, v) => [
    { about: 'output', expression: activationFormulas[v.activation], legend: `${v.activation} of each value x` },
  ],
  build: (v, { tf, name }) => tf.layers.activation({ name, activation: v.activation }),
  plan: (_input, v) => [{ op: 'activation', kind: v.activation }],
  backward: eachValue(),
  onnx: (_input, v) => activationForm(v.activation),
  keras: v => ({ name: 'layers.Activation', args: { activation: kerasActivation(v.activation) } }),
  pytorch: (_input, _output, v) => ({ forward: '$1', activation: v.activation }),
  cases: ACTIVATIONS.map(name => ({ input: [[5, 3]], params: { activation: name } })),
})
