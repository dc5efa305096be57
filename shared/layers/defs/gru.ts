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

/** Gated recurrent unit (Cho et al. 2014); the reset gate acts before the recurrent kernel, the only form tfjs has. */
export const gru = defineLayer({
  type: 'gru',
  title: 'GRU',
  category: 'recurrent',
  doc: 'Reads a sequence step by step; two gates learn what to keep and what to replace.',
  input: inputs.sequence,
  params: { ...recurrentParams, recurrentActivation: recurrentActivationParam, ...recurrentMore, goBackwards: goBackwardsParam },
  summary: recurrentSummary,
  shape: recurrentShape,
  weights: recurrentWeights(3),
  multiplyAdds: recurrentAdds(3),
  formula: recurrentFormulas(3, v => [
    {
      about: 'output',
      expression: `h = z·h′ + (1 − z)·${v.activation}(W·x + U·(r·h′))`,
      legend: `update gate z and reset gate r = ${v.recurrentActivation} of step x and state h′`,
    },
  ]),
  build: (v, ctx) => ctx.tf.layers.gru({ ...recurrentArgs(v, ctx), recurrentActivation: v.recurrentActivation }),
  onnx: (input, v) => recurrentForm('GRU', v, recurrentValue('GRU', input, v)),
  keras: v => ({ name: 'layers.GRU', args: { ...recurrentCall(v), reset_after: false } }),
  pytorch: ([, features], _output, v) => torchRecurrent('GRU', 3, features, v),
  cases: [...recurrentCases, { input: [[5, 2]], params: { units: 2, recurrentActivation: 'hardSigmoid' } }],
})
