import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { mergeAdds, mergeCases, mergeFormula, mergeShape } from '../lib/merge.ts'
import { mergeForm } from '../lib/onnxActivation.ts'
import { inputValues } from '../onnx.ts'

/** Largest of several tensors of one shape. */
export const maximum = defineLayer({
  type: 'maximum',
  title: 'Maximum',
  category: 'merge',
  doc: 'Keeps the largest of the values that tensors of the same shape have at each place.',
  input: inputs.many,
  params: {},
  summary: () => '',
  shape: mergeShape('Maximum'),
  multiplyAdds: mergeAdds,
  formula: mergeFormula(names => `max(${names.join(', ')})`, 'largest of the inputs, value by value'),
  build: (_v, { tf, name }) => tf.layers.maximum({ name }),
  plan: () => [{ op: 'merge', kind: 'maximum' }],
  onnx: input => mergeForm('Max', inputValues(input.length)),
  keras: () => ({ name: 'layers.Maximum', args: {} }),
  pytorch: input => ({ forward: `torch.stack((${input.map((_, i) => `$${i + 1}`).join(', ')})).amax(dim=0)` }),
  cases: mergeCases,
})
