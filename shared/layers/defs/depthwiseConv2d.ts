import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { type Image, inputs } from '../inputs.ts'
import { activationNote } from '../lib/activations.ts'
import { convArgs, convParams, convWindow, kernelCall } from '../lib/convolution.ts'
import { depthMultiplierParam, depthwiseFormulas, depthwiseWeights } from '../lib/depthwise.ts'
import { depthwiseInitialiserParam, initialiser } from '../lib/initialisers.ts'
import { useBiasParam } from '../lib/kernel.ts'
import { convForm, depthwiseKernel, windowAttributes } from '../lib/onnxWindow.ts'
import { torchConv } from '../lib/torch.ts'
import { slide, slideFormulas } from '../lib/window.ts'
import { x } from '../onnx.ts'
import { activated } from '../plan.ts'
import { dims, sizeOf } from '../shape.ts'

const channelsOf = ([, , channels]: Image, v: { readonly depthMultiplier: number }) => channels * v.depthMultiplier

/** Convolution of each channel for itself; without penalties on its kernel, which tfjs writes into saved models as a constraint. */
export const depthwiseConv2d = defineLayer({
  type: 'depthwiseConv2d',
  title: 'DepthwiseConv2D',
  category: 'convolution',
  doc: 'Slides kernels of its own over every channel of an image and mixes no channels.',
  input: inputs.image,
  params: {
    depthMultiplier: depthMultiplierParam,
    ...convParams,
    useBias: useBiasParam,
    depthwiseInitializer: depthwiseInitialiserParam,
  },
  summary: v => `${v.depthMultiplier > 1 ? `${v.depthMultiplier} · ` : ''}${dims(v.kernelSize)}${activationNote(v.activation)}`,
  shape(input, v) {
    const size = slide(input, convWindow(v))
    return size.ok ? ok([...size.value, channelsOf(input, v)]) : size
  },
  weights: (input, v) => [
    ...depthwiseWeights(input, v.kernelSize, v.depthMultiplier),
    ...(v.useBias ? [{ name: 'bias', shape: [channelsOf(input, v)], trainable: true }] : []),
  ],
  multiplyAdds: (_input, output, v) => sizeOf(output) * (sizeOf(v.kernelSize) + Number(v.useBias)),
  formula: (input, output, v) => [...slideFormulas(input, output, convWindow(v)), ...depthwiseFormulas(input, output, v)],
  build: (v, ctx) =>
    ctx.tf.layers.depthwiseConv2d({
      ...convArgs(v, ctx),
      depthMultiplier: v.depthMultiplier,
      depthwiseInitializer: initialiser(v.depthwiseInitializer, ctx),
    }),
  plan: (_input, { kernelSize, strides, padding, activation }) =>
    activated({ op: 'depthwise', kernelSize, strides, padding, weights: { kernel: 'depthwise_kernel', bias: 'bias' } }, activation),
  onnx(input, v) {
    const [h, w] = v.kernelSize
    const window = windowAttributes(input, { size: v.kernelSize, strides: v.strides, padding: v.padding })
    return convForm('Conv', [x, depthwiseKernel(input[2], h, w, v.depthMultiplier)], v, channelsOf(input, v), {
      ...window,
      group: input[2],
    })
  },
  keras: v => ({
    name: 'layers.DepthwiseConv2D',
    args: {
      kernel_size: v.kernelSize,
      ...(v.depthMultiplier > 1 ? { depth_multiplier: v.depthMultiplier } : {}),
      ...kernelCall({ ...v, kernelInitializer: v.depthwiseInitializer }, ['depthwise']),
    },
  }),
  pytorch(input, output, v) {
    const [filters, groups] = [channelsOf(input, v), input[2]]
    const { module, pad } = torchConv(input, output, { ...v, size: v.kernelSize, filters, groups })
    return {
      modules: { '': module },
      forward: `$m(${pad('$1')})`,
      activation: v.activation,
      weights: {
        depthwise_kernel: { key: '.weight', axes: [2, 3, 0, 1], shape: [filters, 1, ...v.kernelSize] },
        ...(v.useBias ? { bias: { key: '.bias' } } : {}),
      },
    }
  },
  cases: [
    { input: [[28, 28, 8]], params: { padding: 'same', activation: 'relu' } },
    { input: [[9, 10, 3]], params: { depthMultiplier: 2, kernelSize: [3, 2], useBias: false } },
    { input: [[9, 10, 3]], params: { strides: [2, 2], padding: 'same', depthwiseInitializer: 'heNormal' } },
    { input: [[7, 5, 2]], params: { strides: [2, 2], kernelSize: [1, 1] } },
  ],
})
