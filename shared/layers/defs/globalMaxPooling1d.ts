import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { globalPoolForm } from '../lib/onnxWindow.ts'
import { dims } from '../shape.ts'

/** Largest value of each feature over all steps. */
export const globalMaxPooling1d = defineLayer({
  type: 'globalMaxPooling1d',
  title: 'GlobalMaxPooling1D',
  category: 'pooling',
  doc: 'Replaces each feature by its largest value over all steps, so that a sequence becomes one row of values.',
  input: inputs.sequence,
  params: {},
  summary: () => '',
  shape: ([, features]) => ok([features]),
  formula: ([steps, features]) => [
    { about: 'shape', expression: `${dims([steps, features])} → ${features}`, result: String(features), legend: 'one value per feature' },
    { about: 'output', expression: `max of ${steps} values`, legend: 'value = largest over the steps' },
  ],
  build: (_v, { tf, name }) => tf.layers.globalMaxPooling1d({ name }),
  // As on an image that is one pixel wide.
  plan: ([steps, features]) => [
    { op: 'reshape', out: [steps, 1, features] },
    { op: 'pool', kind: 'max', size: [steps, 1], strides: [1, 1], padding: 'valid' },
  ],
  onnx: () => globalPoolForm('GlobalMaxPool'),
  keras: () => ({ name: 'layers.GlobalMaxPooling1D', args: {} }),
  pytorch: () => ({ forward: '$1.amax(dim=1)' }),
  cases: [
    { input: [[20, 6]], params: {} },
    { input: [[3, 2]], params: {} },
  ],
})
