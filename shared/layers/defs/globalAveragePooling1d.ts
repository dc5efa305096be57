import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { globalAverageBackward } from '../lib/backward.ts'
import { globalPoolForm } from '../lib/onnxWindow.ts'
import { dims } from '../shape.ts'

/** Mean of each feature over all steps. */
export const globalAveragePooling1d = defineLayer({
  type: 'globalAveragePooling1d',
  title: 'GlobalAveragePooling1D',
  category: 'pooling',
  doc: 'Replaces each feature by its mean over all steps, so that a sequence becomes one row of values.',
  input: inputs.sequence,
  params: {},
  summary: () => '',
  shape: ([, features]) => ok([features]),
  formula: ([steps, features]) => [
    { about: 'shape', expression: `${dims([steps, features])} → ${features}`, result: String(features), legend: 'one value per feature' },
    { about: 'output', expression: `Σ values / ${steps}`, legend: 'value = sum over the feature / steps' },
  ],
  build: (_v, { tf, name }) => tf.layers.globalAveragePooling1d({ name }),
  // As on an image that is one pixel wide.
  plan: ([steps, features]) => [
    { op: 'reshape', out: [steps, 1, features] },
    { op: 'pool', kind: 'average', size: [steps, 1], strides: [1, 1], padding: 'valid' },
  ],
  backward: globalAverageBackward,
  onnx: () => globalPoolForm('GlobalAveragePool'),
  keras: () => ({ name: 'layers.GlobalAveragePooling1D', args: {} }),
  pytorch: () => ({ forward: '$1.mean(dim=1)' }),
  cases: [
    { input: [[20, 6]], params: {} },
    { input: [[3, 2]], params: {} },
  ],
})
