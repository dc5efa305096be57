import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { globalPoolForm } from '../lib/onnxWindow.ts'
import { dims } from '../shape.ts'

/** Largest value of each channel over the whole image. */
export const globalMaxPooling2d = defineLayer({
  type: 'globalMaxPooling2d',
  title: 'GlobalMaxPooling2D',
  category: 'pooling',
  doc: 'Replaces each channel by its largest value over the whole image, so that an image becomes one row of values.',
  input: inputs.image,
  params: {},
  summary: () => '',
  shape: ([, , channels]) => ok([channels]),
  formula: ([h, w, channels]) => [
    { about: 'shape', expression: `${dims([h, w, channels])} → ${channels}`, result: String(channels), legend: 'one value per channel' },
    { about: 'output', expression: `max of ${h}·${w} values`, legend: 'value = largest over the channel' },
  ],
  build: (_v, { tf, name }) => tf.layers.globalMaxPooling2d({ name }),
  plan: ([h, w]) => [{ op: 'pool', kind: 'max', size: [h, w], strides: [1, 1], padding: 'valid' }],
  onnx: () => globalPoolForm('GlobalMaxPool'),
  keras: () => ({ name: 'layers.GlobalMaxPooling2D', args: {} }),
  pytorch: () => ({ forward: '$1.amax(dim=(2, 3))' }),
  cases: [
    { input: [[7, 7, 64]], params: {} },
    { input: [[3, 5, 2]], params: {} },
  ],
})
