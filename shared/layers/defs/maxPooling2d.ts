import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { maxPoolBackward } from '../lib/backward.ts'
import { poolForm } from '../lib/onnxWindow.ts'
import { poolArgs, poolCall, poolCases, poolFormulas, poolParams, poolShape, poolSummary } from '../lib/pooling.ts'
import { torchPool } from '../lib/torch.ts'

/** Keeps the largest value of each window, channel by channel. */
export const maxPooling2d = defineLayer({
  type: 'maxPooling2d',
  title: 'MaxPooling2D',
  category: 'pooling',
  everyday: true,
  doc: 'Keeps the largest value of each window and so makes the image smaller.',
  input: inputs.image,
  params: poolParams,
  summary: poolSummary,
  shape: poolShape,
  formula: poolFormulas,
  build: (v, { tf, name }) => tf.layers.maxPooling2d(poolArgs(v, name)),
  plan: (_input, v) => [{ op: 'pool', kind: 'max', size: v.poolSize, strides: v.strides, padding: v.padding }],
  backward: maxPoolBackward,
  onnx: (input, v) => poolForm('MaxPool', input, { size: v.poolSize, strides: v.strides, padding: v.padding }),
  keras: v => poolCall('layers.MaxPooling2D', v),
  pytorch: (input, output, v) => ({ forward: torchPool('max', input, output, v) }),
  cases: poolCases,
})
