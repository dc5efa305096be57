import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { mergeAdds, mergeCases, mergeFormula, mergeShape } from '../lib/merge.ts'
import { eitherLayout, inputValues, op } from '../onnx.ts'

/** Product of several tensors of one shape. */
export const multiply = defineLayer({
  type: 'multiply',
  title: 'Multiply',
  category: 'merge',
  doc: 'Multiplies tensors of the same shape value by value, as a gate does.',
  input: inputs.many,
  params: {},
  summary: () => '',
  shape: mergeShape('Multiply'),
  multiplyAdds: mergeAdds,
  formula: mergeFormula(names => names.join(' · '), 'product of the inputs, value by value'),
  build: (_v, { tf, name }) => tf.layers.multiply({ name }),
  plan: () => [{ op: 'merge', kind: 'product' }],
  onnx: input => eitherLayout(() => inputValues(input.length).reduce((a, b) => op('Mul', [a, b]))),
  keras: () => ({ name: 'layers.Multiply', args: {} }),
  pytorch: input => ({ forward: input.map((_, i) => `$${i + 1}`).join(' * ') }),
  cases: mergeCases,
})
