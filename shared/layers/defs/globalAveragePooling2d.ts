import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { globalAverageBackward } from '../lib/backward.ts'
import { globalPoolForm } from '../lib/onnxWindow.ts'
import { dims } from '../shape.ts'

/** Mean of each channel over the whole image. */
export const globalAveragePooling2d = defineLayer({
  type: 'globalAveragePooling2d',
  title: 'GlobalAveragePooling2D',
  category: 'pooling',
  everyday: true,
  doc: 'Replaces each channel by its mean over the whole image, so that an image becomes one row of values.',
  input: inputs.image,
  params: {},
  summary: () => '',
  shape: ([, , channels]) => ok([channels]),
  formula: ([h, w, channels]) => [
    { about: 'shape', expression: `${dims([h, w, channels])} → ${channels}`, result: String(channels), legend: 'one value per channel' },
    { about: 'output', expression: `Σ values / (${h}·${w})`, legend: 'value = sum over the channel / (height · width)' },
  ],
  build: (_v, { tf, name }) => tf.layers.globalAveragePooling2d({ name }),
  plan: ([h, w]) => [{ op: 'pool', kind: 'average', size: [h, w], strides: [1, 1], padding: 'valid' }],
  backward: globalAverageBackward,
  onnx: () => globalPoolForm('GlobalAveragePool'),
  keras: () => ({ name: 'layers.GlobalAveragePooling2D', args: {} }),
  pytorch: () => ({ forward: '$1.mean(dim=(2, 3))' }),
  cases: [
    { input: [[7, 7, 512]], params: {} },
    { input: [[3, 5, 2]], params: {} },
  ],
})
