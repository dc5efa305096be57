import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { averagePoolBackward } from '../lib/backward.ts'
import { poolForm } from '../lib/onnxWindow.ts'
import { poolArgs, poolCall, poolCases, poolFormulas, poolParams, poolShape, poolSummary } from '../lib/pooling.ts'
import { torchPool } from '../lib/torch.ts'

/** Keeps the mean of each window, channel by channel; a zero border does not count. */
export const averagePooling2d = defineLayer({
  type: 'averagePooling2d',
  title: 'AveragePooling2D',
  category: 'pooling',
  everyday: true,
  doc: 'Keeps the mean of each window and so makes the image smaller.',
  input: inputs.image,
  params: poolParams,
  summary: poolSummary,
  shape: poolShape,
  formula: poolFormulas,
  build: (v, { tf, name }) => tf.layers.averagePooling2d(poolArgs(v, name)),
  plan: (_input, v) => [{ op: 'pool', kind: 'average', size: v.poolSize, strides: v.strides, padding: v.padding }],
  backward: averagePoolBackward,
  onnx: (input, v) => poolForm('AveragePool', input, { size: v.poolSize, strides: v.strides, padding: v.padding }),
  keras: v => poolCall('layers.AveragePooling2D', v),
  pytorch: (input, output, v) => ({ forward: torchPool('avg', input, output, v) }),
  cases: poolCases,
})
