import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { mergeAdds, mergeCases, mergeFormula, mergeShape } from '../lib/merge.ts'
import { mergeForm } from '../lib/onnxActivation.ts'
import { inputValues } from '../onnx.ts'

/** Mean of several tensors of one shape. */
export const average = defineLayer({
  type: 'average',
  title: 'Average',
  category: 'merge',
  doc: 'Takes the mean of tensors of the same shape, value by value.',
  input: inputs.many,
  params: {},
  summary: () => '',
  shape: mergeShape('Average'),
  multiplyAdds: mergeAdds,
  formula: mergeFormula(names => `(${names.join(' + ')}) / ${names.length}`, 'mean of the inputs, value by value'),
  build: (_v, { tf, name }) => tf.layers.average({ name }),
  plan: input => [
    { op: 'merge', kind: 'sum' },
    { op: 'rescale', scale: 1 / input.length, offset: 0 },
  ],
  onnx: input => mergeForm('Mean', inputValues(input.length)),
  keras: () => ({ name: 'layers.Average', args: {} }),
  pytorch: input => ({ forward: `(${input.map((_, i) => `$${i + 1}`).join(' + ')}) / ${input.length}` }),
  cases: mergeCases,
})
