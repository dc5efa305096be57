import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { recurrentForm, recurrentValue } from '../lib/onnxRecurrent.ts'
import {
  goBackwardsParam,
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

/** The plain recurrent layer (Elman 1990). */
export const simpleRnn = defineLayer({
  type: 'simpleRnn',
  title: 'SimpleRNN',
  category: 'recurrent',
  doc: 'Reads a sequence step by step and mixes each step with what it remembers of those before.',
  input: inputs.sequence,
  params: { ...recurrentParams, ...recurrentMore, goBackwards: goBackwardsParam },
  summary: recurrentSummary,
  shape: recurrentShape,
  weights: recurrentWeights(1),
  multiplyAdds: recurrentAdds(1),
  formula: recurrentFormulas(1, v => [
    {
      about: 'output',
      expression: `h = ${v.activation}(W·x + U·h′${v.useBias ? ' + b' : ''})`,
      legend: 'x this step, h′ the state before',
    },
  ]),
  build: (v, ctx) => ctx.tf.layers.simpleRNN(recurrentArgs(v, ctx)),
  onnx: (input, v) => recurrentForm('RNN', v, recurrentValue('RNN', input, v)),
  keras: v => ({ name: 'layers.SimpleRNN', args: recurrentCall(v) }),
  pytorch: ([, features], _output, v) => torchRecurrent('SimpleRNN', 1, features, v),
  cases: recurrentCases,
})
