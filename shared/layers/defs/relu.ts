import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { activationForm } from '../lib/onnxActivation.ts'
import { eitherLayout, op, scalar, x } from '../onnx.ts'
import { p } from '../params.ts'

/** Rectified linear unit as a layer, with an optional limit. */
export const relu = defineLayer({
  type: 'relu',
  title: 'ReLU',
  category: 'activation',
  doc: 'Sets negative values to zero; a limit caps large ones.',
  input: inputs.any,
  params: {
    maxValue: p.float({ label: 'Maximum', help: 'Largest output value, e.g. 6; 0 for no limit.', default: 0, min: 0, step: 1 }),
  },
  summary: v => (v.maxValue > 0 ? `≤ ${v.maxValue}` : ''),
  shape: input => ok(input),
  formula: (_input, _output, v) => [
    {
      about: 'output',
      expression: v.maxValue > 0 ? `min(max(0, x), ${v.maxValue})` : 'max(0, x)',
      legend: 'for each value x',
    },
  ],
  build: (v, { tf, name }) => tf.layers.reLU({ name, ...(v.maxValue > 0 ? { maxValue: v.maxValue } : {}) }),
  plan: (_input, v) =>
    v.maxValue === 0 ? [{ op: 'activation', kind: 'relu' }] : v.maxValue === 6 ? [{ op: 'activation', kind: 'relu6' }] : null,
  backward: eachValue((x, { maxValue }) => Number(x > 0 && !(Number(maxValue) > 0 && x >= Number(maxValue)))),
  onnx: (_input, v) => (v.maxValue > 0 ? eitherLayout(() => op('Clip', [x, scalar(0), scalar(v.maxValue)])) : activationForm('relu')),
  keras: v => ({ name: 'layers.ReLU', args: v.maxValue > 0 ? { max_value: v.maxValue } : {} }),
  pytorch: (_input, _output, v) => ({ forward: v.maxValue > 0 ? `torch.clamp($1, 0, ${v.maxValue})` : 'F.relu($1)' }),
  cases: [
    { input: [[5, 3]], params: {} },
    { input: [[4, 4, 2]], params: { maxValue: 0.75 } },
  ],
})
