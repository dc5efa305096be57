import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { recurrentForm, recurrentValue } from '../lib/onnxRecurrent.ts'
import {
  goBackwardsParam,
  recurrentActivationParam,
  recurrentAdds,
  recurrentArgs,
  recurrentCall,
  recurrentCases,
  recurrentFormulas,
  recurrentMore,
  recurrentParams,
  recurrentShape,
  recurrentSummary,
  recurrentWeights,
} from '../lib/recurrent.ts'
import { torchRecurrent } from '../lib/torch.ts'
import { p } from '../params.ts'

/** Long short-term memory (Hochreiter & Schmidhuber 1997). */
export const lstm = defineLayer({
  type: 'lstm',
  title: 'LSTM',
  category: 'recurrent',
  everyday: true,
  doc: 'Reads a sequence step by step; three gates guard a memory that lasts over many steps.',
  input: inputs.sequence,
  params: {
    ...recurrentParams,
    recurrentActivation: recurrentActivationParam,
    ...recurrentMore,
    unitForgetBias: p.bool({
      label: 'Unit forget bias',
      help: 'Begin with the bias of the forget gate at 1, so that the memory lasts at first.',
      default: true,
      advanced: true,
    }),
    goBackwards: goBackwardsParam,
  },
  summary: recurrentSummary,
  shape: recurrentShape,
  weights: recurrentWeights(4),
  multiplyAdds: recurrentAdds(4),
  formula: recurrentFormulas(4, v => [
    {
      about: 'output',
      expression: `c = f·c′ + i·${v.activation}(W·x + U·h′), h = o·${v.activation}(c)`,
      legend: `input, forget and output gate i, f, o = ${v.recurrentActivation} of step x and state h′`,
    },
  ]),
  build: (v, ctx) =>
    ctx.tf.layers.lstm({ ...recurrentArgs(v, ctx), recurrentActivation: v.recurrentActivation, unitForgetBias: v.unitForgetBias }),
  onnx: (input, v) => recurrentForm('LSTM', v, recurrentValue('LSTM', input, v)),
  keras: v => ({ name: 'layers.LSTM', args: { ...recurrentCall(v), ...(v.unitForgetBias ? {} : { unit_forget_bias: false }) } }),
  pytorch: ([, features], _output, v) => torchRecurrent('LSTM', 4, features, v),
  cases: [...recurrentCases, { input: [[5, 2]], params: { units: 2, recurrentActivation: 'hardSigmoid', unitForgetBias: false } }],
})
