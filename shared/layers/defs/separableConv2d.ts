import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { type Image, inputs } from '../inputs.ts'
import { activationNote } from '../lib/activations.ts'
import { convArgs, convParams, convWindow, kernelCall } from '../lib/convolution.ts'
import { depthwiseWeights } from '../lib/depthwise.ts'
import { grouped } from '../lib/format.ts'
import { depthwiseInitialiserParam, initialiser } from '../lib/initialisers.ts'
import { kernelWeights, useBiasParam } from '../lib/kernel.ts'
import { convForm, depthwiseKernel, windowAttributes } from '../lib/onnxWindow.ts'
import { planPenalty, regulariserParams, regularisers } from '../lib/regularisers.ts'
import { torchConv } from '../lib/torch.ts'
import { slide, slideFormulas } from '../lib/window.ts'
import { kernel, op, x } from '../onnx.ts'
import { p, type ValuesOf } from '../params.ts'
import { activated } from '../plan.ts'
import { dims, sizeOf } from '../shape.ts'

const params = {
  filters: p.int({ label: 'Filters', help: 'Number of output channels.', default: 32 }),
  ...convParams,
  useBias: useBiasParam,
  depthwiseInitializer: depthwiseInitialiserParam,
  ...regulariserParams,
}
type Values = ValuesOf<typeof params>

const mixKernel = ([, , channels]: Image, v: Values) => [1, 1, channels, v.filters]

/**
 * Depthwise convolution followed by one of 1×1. tfjs fills both kernels by the depthwise initialiser, and forgets a depth multiplier
 * when it saves, so there is none.
 */
export const separableConv2d = defineLayer({
  type: 'separableConv2d',
  title: 'SeparableConv2D',
  category: 'convolution',
  doc: 'Slides one kernel over every channel, then mixes the channels of each pixel: far fewer weights than a full convolution.',
  input: inputs.image,
  params,
  summary: v => `${v.filters} · ${dims(v.kernelSize)}${activationNote(v.activation)}`,
  shape(input, v) {
    const size = slide(input, convWindow(v))
    return size.ok ? ok([...size.value, v.filters]) : size
  },
  weights(input, v) {
    const [kernel, ...bias] = kernelWeights(mixKernel(input, v), v.useBias)
    return [...depthwiseWeights(input, v.kernelSize), ...(kernel ? [{ ...kernel, name: 'pointwise_kernel' }] : []), ...bias]
  },
  multiplyAdds(input, [h = 0, w = 0], v) {
    const channels = input[2]
    return h * w * (channels * sizeOf(v.kernelSize) + (channels + Number(v.useBias)) * v.filters)
  },
  formula(input, output, v) {
    const [, , channels] = input
    return [
      ...slideFormulas(input, output, convWindow(v)),
      {
        about: 'parameters',
        expression: `${v.kernelSize.join('·')}·${channels} + ${v.useBias ? `(${channels} + 1)` : channels}·${v.filters}`,
        result: grouped(sizeOf(v.kernelSize) * channels + (channels + Number(v.useBias)) * v.filters),
        legend: `parameters = one kernel per channel + (channels${v.useBias ? ' + bias' : ''}) · filters`,
      },
    ]
  },
  build: (v, ctx) =>
    ctx.tf.layers.separableConv2d({
      ...convArgs(v, ctx),
      filters: v.filters,
      depthwiseInitializer: initialiser(v.depthwiseInitializer, ctx),
      pointwiseInitializer: initialiser(v.depthwiseInitializer, ctx),
      ...regularisers(v, ctx, 'depthwiseRegularizer', 'pointwiseRegularizer'),
    }),
  plan(input, v) {
    const size = slide(input, convWindow(v))
    if (!size.ok) return null
    const { kernelSize, strides, padding } = v
    const apart = { op: 'depthwise', kernelSize, strides, padding, weights: { kernel: 'depthwise_kernel' }, ...planPenalty(v) } as const
    const mixed = { op: 'conv2d', kernelSize: [1, 1], strides: [1, 1], dilation: [1, 1], padding: 'valid', ...planPenalty(v) } as const
    const weights = { kernel: 'pointwise_kernel', bias: 'bias' }
    return [{ ...apart, out: [...size.value, input[2]] }, ...activated({ ...mixed, bias: v.useBias, weights }, v.activation)]
  },
  onnx(input, v) {
    const [h, w] = v.kernelSize
    const window = windowAttributes(input, { size: v.kernelSize, strides: v.strides, padding: v.padding })
    const apart = op('Conv', [x, depthwiseKernel(input[2], h, w)], { ...window, group: input[2] })
    const mix = kernel('pointwise_kernel', { shape: mixKernel(input, v), order: [3, 2, 0, 1], channels: 0 })
    return convForm('Conv', [apart, mix], v, v.filters, { kernel_shape: [1, 1] })
  },
  keras: v => ({
    name: 'layers.SeparableConv2D',
    args: {
      filters: v.filters,
      kernel_size: v.kernelSize,
      ...kernelCall({ ...v, kernelInitializer: v.depthwiseInitializer }, ['depthwise', 'pointwise']),
    },
  }),
  pytorch(input, output, v) {
    const [, , channels] = input
    const { module, pad } = torchConv(input, output, { ...v, size: v.kernelSize, filters: channels, groups: channels, useBias: false })
    const mix = torchConv([...output.slice(0, 2), channels], output, {
      size: [1, 1],
      strides: [1, 1],
      filters: v.filters,
      useBias: v.useBias,
    })
    return {
      modules: { __depthwise: module, __pointwise: mix.module },
      forward: `$m__pointwise($m__depthwise(${pad('$1')}))`,
      activation: v.activation,
      weights: {
        depthwise_kernel: { key: '__depthwise.weight', axes: [2, 3, 0, 1] },
        pointwise_kernel: { key: '__pointwise.weight', axes: [3, 2, 0, 1] },
        ...(v.useBias ? { bias: { key: '__pointwise.bias' } } : {}),
      },
    }
  },
  cases: [
    { input: [[28, 28, 8]], params: { filters: 16, padding: 'same', activation: 'relu' } },
    { input: [[9, 10, 3]], params: { filters: 4, kernelSize: [3, 2], useBias: false } },
    { input: [[9, 10, 3]], params: { filters: 2, strides: [2, 2], padding: 'same', depthwiseInitializer: 'heNormal' } },
    { input: [[5, 5, 2]], params: { filters: 3, l1: 0.01, l2: 0.01 } },
  ],
})
