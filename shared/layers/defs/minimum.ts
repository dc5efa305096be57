import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { mergeAdds, mergeCases, mergeFormula, mergeShape } from '../lib/merge.ts'
import { mergeForm } from '../lib/onnxActivation.ts'
import { inputValues } from '../onnx.ts'

/** Smallest of several tensors of one shape. */
export const minimum = defineLayer({
  type: 'minimum',
  title: 'Minimum',
  category: 'merge',
  doc: 'Keeps the smallest of the values that tensors of the same shape have at each place.',
  input: inputs.many,
  params: {},
  summary: () => '',
  shape: mergeShape('Minimum'),
  multiplyAdds: mergeAdds,
  formula: mergeFormula(names => `min(${names.join(', ')})`, 'smallest of the inputs, value by value'),
  build: (_v, { tf, name }) => tf.layers.minimum({ name }),
  plan: () => [{ op: 'merge', kind: 'minimum' }],
  onnx: input => mergeForm('Min', inputValues(input.length)),
  keras: () => ({ name: 'layers.Minimum', args: {} }),
  pytorch: input => ({ forward: `torch.stack((${input.map((_, i) => `$${i + 1}`).join(', ')})).amin(dim=0)` }),
  cases: mergeCases,
})
