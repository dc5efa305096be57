import { fail, ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { type Image, inputs } from '../inputs.ts'
import { activationNote } from '../lib/activations.ts'
import { convBackward } from '../lib/backward.ts'
import { convArgs, convParams, convWindow, kernelCall } from '../lib/convolution.ts'
import { initialiser, initialiserParam } from '../lib/initialisers.ts'
import { kernelCount, kernelFormulas, kernelWeights, useBiasParam } from '../lib/kernel.ts'
import { convForm, windowAttributes } from '../lib/onnxWindow.ts'
import { planPenalty, regulariserParams, regularisers } from '../lib/regularisers.ts'
import { torchConv, torchKernel } from '../lib/torch.ts'
import { slide, slideFormulas } from '../lib/window.ts'
import { kernel, x } from '../onnx.ts'
import { p, type ValuesOf } from '../params.ts'
import { activated } from '../plan.ts'
import { dims } from '../shape.ts'

const params = {
  filters: p.int({ label: 'Filters', help: 'Number of kernels, and so of output channels.', default: 32 }),
  ...convParams,
  dilationRate: p.pair({
    label: 'Dilation rate',
    help: 'Distance between the taps of the kernel; above 1 it sees further with the same weights.',
    default: [1, 1],
    advanced: true,
  }),
  useBias: useBiasParam,
  kernelInitializer: initialiserParam,
  ...regulariserParams,
}
type Values = ValuesOf<typeof params>

const windowOf = (v: Values) => convWindow(v, v.dilationRate)
const kernelOf = ([, , channels]: Image, v: Values) => [...v.kernelSize, channels, v.filters]
const above1 = (pair: readonly number[]) => pair.some(n => n > 1)

/** Two-dimensional convolution. */
export const conv2d = defineLayer({
  type: 'conv2d',
  title: 'Conv2D',
  category: 'convolution',
  everyday: true,
  doc: 'Slides small kernels over an image; each kernel writes one output channel.',
  input: inputs.image,
  params,
  summary: v => `${v.filters} · ${dims(v.kernelSize)}${activationNote(v.activation)}`,
  shape(input, v) {
    if (above1(v.strides) && above1(v.dilationRate))
      return fail('layer/stride-and-dilation', 'Strides and dilation rate cannot both be above 1: set one of them to 1.', {
        param: 'dilationRate',
        expected: 'strides 1×1 or dilation rate 1×1',
        received: `strides ${dims(v.strides)}, dilation rate ${dims(v.dilationRate)}`,
        fixes: [
          { kind: 'setParams', label: 'Use strides 1×1', node: '', params: { strides: [1, 1] } },
          { kind: 'setParams', label: 'Use dilation rate 1×1', node: '', params: { dilationRate: [1, 1] } },
        ],
      })
    const size = slide(input, windowOf(v))
    return size.ok ? ok([...size.value, v.filters]) : size
  },
  weights: (input, v) => kernelWeights(kernelOf(input, v), v.useBias),
  multiplyAdds: (input, [h = 0, w = 0], v) => kernelCount(kernelOf(input, v), v.useBias) * h * w,
  formula: (input, output, v) => [
    ...slideFormulas(input, output, windowOf(v)),
    ...kernelFormulas(
      kernelOf(input, v),
      v.useBias,
      output.slice(0, 2),
      `(kernel height · kernel width · input channels${v.useBias ? ' + bias' : ''}) · filters`,
    ),
  ],
  build: (v, ctx) =>
    ctx.tf.layers.conv2d({
      ...convArgs(v, ctx),
      filters: v.filters,
      dilationRate: [...v.dilationRate],
      kernelInitializer: initialiser(v.kernelInitializer, ctx),
      ...regularisers(v, ctx, 'kernelRegularizer'),
    }),
  plan: (_input, { kernelSize, strides, dilationRate: dilation, padding, useBias: bias, ...v }) =>
    activated({ op: 'conv2d', kernelSize, strides, dilation, padding, bias, ...planPenalty(v) }, v.activation),
  backward: convBackward,
  onnx(input, v) {
    const window = windowAttributes(input, { size: v.kernelSize, strides: v.strides, padding: v.padding, dilation: v.dilationRate })
    return convForm('Conv', [x, kernel('kernel', { shape: kernelOf(input, v), order: [3, 2, 0, 1], channels: 0 })], v, v.filters, window)
  },
  keras: v => ({ name: 'layers.Conv2D', args: { filters: v.filters, kernel_size: v.kernelSize, ...kernelCall(v) } }),
  pytorch(input, output, v) {
    const { module, pad } = torchConv(input, output, { ...v, size: v.kernelSize, dilation: v.dilationRate })
    return { modules: { '': module }, forward: `$m(${pad('$1')})`, activation: v.activation, weights: torchKernel([3, 2, 0, 1], v.useBias) }
  },
  cases: [
    { input: [[28, 28, 1]], params: { filters: 20, kernelSize: [5, 5], activation: 'relu' } },
    { input: [[28, 28, 1]], params: { filters: 16, kernelSize: [5, 5], padding: 'same' } },
    { input: [[200, 200, 1]], params: { filters: 16, kernelSize: [2, 2], strides: [2, 2] } },
    { input: [[9, 14, 3]], params: { filters: 4, kernelSize: [3, 2], strides: [2, 3], padding: 'same', useBias: false } },
    { input: [[9, 14, 3]], params: { filters: 4, kernelSize: [3, 2], strides: [2, 3] } },
    { input: [[11, 11, 2]], params: { filters: 3, dilationRate: [2, 2] } },
    { input: [[11, 12, 2]], params: { filters: 3, dilationRate: [3, 2], padding: 'same', kernelInitializer: 'heNormal' } },
    { input: [[4, 4, 1]], params: { filters: 1, kernelSize: [4, 4], l1: 0.01, l2: 0.001 } },
  ],
})
