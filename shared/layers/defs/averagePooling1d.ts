import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { poolForm } from '../lib/onnxWindow.ts'
import { poolCall1d, poolCases1d, poolFormulas1d, poolParams1d, poolPlan1d, poolShape1d, poolSummary1d } from '../lib/pooling1d.ts'
import { alongSteps, torchPool } from '../lib/torch.ts'

/** Keeps the mean of each window of a sequence, feature by feature. */
export const averagePooling1d = defineLayer({
  type: 'averagePooling1d',
  title: 'AveragePooling1D',
  category: 'pooling',
  doc: 'Keeps the mean of each window of steps and so makes a sequence shorter.',
  input: inputs.sequence,
  params: poolParams1d,
  summary: poolSummary1d,
  shape: poolShape1d,
  formula: poolFormulas1d,
  build: (v, { tf, name }) => tf.layers.averagePooling1d({ name, ...v }),
  plan: (input, v) => poolPlan1d('average', input, v),
  onnx: (input, v) => poolForm('AveragePool', input, { size: [v.poolSize], strides: [v.strides], padding: v.padding }),
  keras: v => poolCall1d('layers.AveragePooling1D', v),
  pytorch: (input, output, v) => ({
    forward: alongSteps(x => torchPool('avg', input, output, { poolSize: [v.poolSize], strides: [v.strides] }, x)),
  }),
  cases: poolCases1d,
})
