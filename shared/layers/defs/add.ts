import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { mergeAdds, mergeCases, mergeFormula, mergeShape } from '../lib/merge.ts'
import { mergeForm } from '../lib/onnxActivation.ts'
import { inputValues } from '../onnx.ts'

/** Sum of several tensors of one shape. */
export const add = defineLayer({
  type: 'add',
  title: 'Add',
  category: 'merge',
  everyday: true,
  doc: 'Adds tensors of the same shape value by value, as at the end of a residual block.',
  input: inputs.many,
  params: {},
  summary: () => '',
  shape: mergeShape('Add'),
  multiplyAdds: mergeAdds,
  formula: mergeFormula(names => names.join(' + '), 'sum of the inputs, value by value'),
  build: (_v, { tf, name }) => tf.layers.add({ name }),
  plan: () => [{ op: 'merge', kind: 'sum' }],
  backward: eachValue(),
  onnx: input => mergeForm('Sum', inputValues(input.length)),
  keras: () => ({ name: 'layers.Add', args: {} }),
  pytorch: input => ({ forward: input.map((_, i) => `$${i + 1}`).join(' + ') }),
  cases: mergeCases,
})
