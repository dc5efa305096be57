import { fail, ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs, type Sequence } from '../inputs.ts'
import { activationNote, activationParam } from '../lib/activations.ts'
import { kernelCall } from '../lib/convolution.ts'
import { initialiser, initialiserParam } from '../lib/initialisers.ts'
import { kernelCount, kernelFormulas, kernelWeights, useBiasParam } from '../lib/kernel.ts'
import { convForm, windowAttributes } from '../lib/onnxWindow.ts'
import { planPenalty, regulariserParams, regularisers } from '../lib/regularisers.ts'
import { alongSteps, torchConv, torchKernel } from '../lib/torch.ts'
import { slideSteps, stepsFormula, type Window1d } from '../lib/window.ts'
import { kernel, x } from '../onnx.ts'
import { p, type ValuesOf } from '../params.ts'
import { activated, onColumn } from '../plan.ts'

const params = {
  filters: p.int({ label: 'Filters', help: 'Number of kernels, and so of output features.', default: 32 }),
  kernelSize: p.int({ label: 'Kernel size', help: 'Length of the kernel in steps.', default: 3 }),
  strides: p.int({ label: 'Strides', help: 'Step of the kernel.', default: 1 }),
  padding: p.choice({
    label: 'Padding',
    help: '"same" adds zeros at both ends that keep the length at stride 1; "valid" adds none.',
    values: ['valid', 'same'],
    default: 'valid',
  }),
  activation: activationParam,
  dilationRate: p.int({ label: 'Dilation rate', help: 'Distance between the taps of the kernel.', default: 1, advanced: true }),
  useBias: useBiasParam,
  kernelInitializer: initialiserParam,
  ...regulariserParams,
}
type Values = ValuesOf<typeof params>

const windowOf = (v: Values): Window1d => ({
  param: 'kernelSize',
  size: v.kernelSize,
  strides: v.strides,
  padding: v.padding,
  dilation: v.dilationRate,
})
const kernelOf = ([, features]: Sequence, v: Values) => [v.kernelSize, features, v.filters]

/** One-dimensional convolution. */
export const conv1d = defineLayer({
  type: 'conv1d',
  title: 'Conv1D',
  category: 'convolution',
  doc: 'Slides small kernels along a sequence such as a time series; each kernel writes one output feature.',
  input: inputs.sequence,
  params,
  summary: v => `${v.filters} · ${v.kernelSize}${activationNote(v.activation)}`,
  shape(input, v) {
    if (v.strides > 1 && v.dilationRate > 1)
      return fail('layer/stride-and-dilation', 'Strides and dilation rate cannot both be above 1: set one of them to 1.', {
        param: 'dilationRate',
        expected: 'strides 1 or dilation rate 1',
        received: `strides ${v.strides}, dilation rate ${v.dilationRate}`,
        fixes: [
          { kind: 'setParams', label: 'Use strides 1', node: '', params: { strides: 1 } },
          { kind: 'setParams', label: 'Use dilation rate 1', node: '', params: { dilationRate: 1 } },
        ],
      })
    const steps = slideSteps(input[0], windowOf(v))
    return steps.ok ? ok([steps.value, v.filters]) : steps
  },
  weights: (input, v) => kernelWeights(kernelOf(input, v), v.useBias),
  multiplyAdds: (input, [steps = 0], v) => kernelCount(kernelOf(input, v), v.useBias) * steps,
  formula: (input, [steps = 0], v) => [
    stepsFormula(input[0], steps, windowOf(v)),
    ...kernelFormulas(kernelOf(input, v), v.useBias, [steps], `(kernel size · input features${v.useBias ? ' + bias' : ''}) · filters`),
  ],
  build: (v, ctx) =>
    ctx.tf.layers.conv1d({
      name: ctx.name,
      filters: v.filters,
      kernelSize: v.kernelSize,
      strides: v.strides,
      padding: v.padding,
      dilationRate: v.dilationRate,
      activation: v.activation,
      useBias: v.useBias,
      kernelInitializer: initialiser(v.kernelInitializer, ctx),
      ...regularisers(v, ctx, 'kernelRegularizer'),
    }),
  plan(input, v) {
    const out = slideSteps(input[0], windowOf(v))
    if (!out.ok) return null
    const conv = { op: 'conv2d', kernelSize: [v.kernelSize, 1], strides: [v.strides, 1], dilation: [v.dilationRate, 1] } as const
    const ops = activated({ ...conv, padding: v.padding, bias: v.useBias, ...planPenalty(v) }, v.activation)
    return onColumn(input, ops, [out.value, v.filters])
  },
  onnx(input, v) {
    const window = windowAttributes(input, { size: [v.kernelSize], strides: [v.strides], padding: v.padding, dilation: [v.dilationRate] })
    return convForm('Conv', [x, kernel('kernel', { shape: kernelOf(input, v), order: [2, 1, 0], channels: 0 })], v, v.filters, window)
  },
  keras: v => ({ name: 'layers.Conv1D', args: { filters: v.filters, kernel_size: v.kernelSize, ...kernelCall(v) } }),
  pytorch(input, output, v) {
    const { kernelSize, strides, dilationRate, filters, useBias, activation } = v
    const { module, pad } = torchConv(input, output, { filters, useBias, size: [kernelSize], strides: [strides], dilation: [dilationRate] })
    return { modules: { '': module }, forward: alongSteps(x => `$m(${pad(x)})`), activation, weights: torchKernel([2, 1, 0], useBias) }
  },
  cases: [
    { input: [[20, 3]], params: { filters: 8, activation: 'relu' } },
    { input: [[20, 3]], params: { filters: 2, kernelSize: 4, strides: 3, padding: 'same', useBias: false } },
    { input: [[20, 3]], params: { filters: 2, kernelSize: 2, strides: 2 } },
    { input: [[20, 3]], params: { filters: 2, dilationRate: 3, padding: 'same', l2: 0.01 } },
    { input: [[7, 2]], params: { filters: 2, dilationRate: 2 } },
  ],
})
