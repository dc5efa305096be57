import { ok } from '../../result.ts'
import { type CallValue, defineLayer, type Formula } from '../define.ts'
import { type Image, inputs } from '../inputs.ts'
import { activationNote } from '../lib/activations.ts'
import { convArgs, convParams, kernelCall } from '../lib/convolution.ts'
import { grouped, unlessDefault } from '../lib/format.ts'
import { initialiser, initialiserParam } from '../lib/initialisers.ts'
import { useBiasParam } from '../lib/kernel.ts'
import { convForm, transposeAttributes } from '../lib/onnxWindow.ts'
import { planPenalty, regulariserParams, regularisers } from '../lib/regularisers.ts'
import { torchKernel } from '../lib/torch.ts'
import { kernel, x } from '../onnx.ts'
import { p, type ValuesOf } from '../params.ts'
import { activated } from '../plan.ts'
import { dims, type Shape, sizeOf } from '../shape.ts'

const params = {
  filters: p.int({ label: 'Filters', help: 'Number of output channels.', default: 32 }),
  ...convParams,
  useBias: useBiasParam,
  kernelInitializer: initialiserParam,
  ...regulariserParams,
}
type Values = ValuesOf<typeof params>

/** Output length along one axis: `input · stride`, and with "valid" as much more as the kernel exceeds the stride. */
const grownLength = (input: number, v: Values, axis: 0 | 1): number =>
  input * v.strides[axis] + (v.padding === 'valid' ? Math.max(v.kernelSize[axis] - v.strides[axis], 0) : 0)

const axisFormula = (name: string, input: number, output: number, v: Values, axis: 0 | 1): Formula => {
  const more = output - input * v.strides[axis]
  return {
    about: 'shape',
    expression: `${input}·${v.strides[axis]}${more > 0 ? ` + ${v.kernelSize[axis]} − ${v.strides[axis]}` : ''}`,
    result: grouped(output),
    legend: `${name} = input · stride${more > 0 ? ' + kernel − stride' : ''}`,
  }
}

const kernelOf = ([, , channels]: Image, v: Values): Shape => [...v.kernelSize, v.filters, channels]

/** The way back of a convolution: makes images larger. */
export const conv2dTranspose = defineLayer({
  type: 'conv2dTranspose',
  title: 'Conv2DTranspose',
  category: 'convolution',
  doc: 'Stamps a small kernel for every pixel and adds the stamps up: with strides above 1 the image grows, as in decoders.',
  input: inputs.image,
  params,
  summary: v => `${v.filters} · ${dims(v.kernelSize)}${activationNote(v.activation)}`,
  shape: ([h, w], v) => ok([grownLength(h, v, 0), grownLength(w, v, 1), v.filters]),
  weights: (input, v) => [
    { name: 'kernel', shape: kernelOf(input, v), trainable: true },
    ...(v.useBias ? [{ name: 'bias', shape: [v.filters], trainable: true }] : []),
  ],
  multiplyAdds: (input, output, v) => sizeOf(kernelOf(input, v)) * input[0] * input[1] + (v.useBias ? sizeOf(output) : 0),
  formula(input, [h = 0, w = 0], v) {
    const [inH, inW, channels] = input
    const inner = `${v.kernelSize.join('·')}·${channels}`
    return [
      axisFormula('height', inH, h, v, 0),
      axisFormula('width', inW, w, v, 1),
      {
        about: 'parameters',
        expression: v.useBias ? `(${inner} + 1)·${v.filters}` : `${inner}·${v.filters}`,
        result: grouped(sizeOf(kernelOf(input, v)) + (v.useBias ? v.filters : 0)),
        legend: `parameters = (kernel height · kernel width · input channels${v.useBias ? ' + bias' : ''}) · filters`,
      },
    ]
  },
  build: (v, ctx) =>
    ctx.tf.layers.conv2dTranspose({
      ...convArgs(v, ctx),
      filters: v.filters,
      kernelInitializer: initialiser(v.kernelInitializer, ctx),
      ...regularisers(v, ctx, 'kernelRegularizer'),
    }),
  plan: (_input, { kernelSize, strides, padding, ...v }) =>
    activated({ op: 'conv2dTranspose', kernelSize, strides, padding, ...planPenalty(v) }, v.activation),
  onnx(input, v) {
    const stamp = kernel('kernel', { shape: kernelOf(input, v), order: [3, 2, 0, 1], channels: 1 })
    return convForm('ConvTranspose', [x, stamp], v, v.filters, transposeAttributes(v))
  },
  keras: v => ({ name: 'layers.Conv2DTranspose', args: { filters: v.filters, kernel_size: v.kernelSize, ...kernelCall(v) } }),
  pytorch(input, [h = 0, w = 0], { kernelSize, strides, padding, filters, useBias, activation }) {
    // PyTorch makes (input − 1) · stride + kernel; "same" cuts what exceeds input · stride, the smaller half before.
    const cut = kernelSize.map((k, i) => (padding === 'same' ? Math.max(k - (strides[i] ?? 1), 0) : 0))
    const more = kernelSize.map((k, i) => Math.max((strides[i] ?? 1) - k, 0))
    const args = {
      in_channels: input[2],
      out_channels: filters,
      kernel_size: kernelSize,
      stride: strides,
      ...unlessDefault<CallValue>(
        { padding: cut.map(n => n >> 1), output_padding: more, bias: useBias },
        { padding: [0, 0], output_padding: [0, 0], bias: true },
      ),
    }
    return {
      modules: { '': { name: 'nn.ConvTranspose2d', args } },
      forward: `$m($1)${cut.some(n => n % 2) ? `[:, :, :${h}, :${w}]` : ''}`,
      activation,
      weights: torchKernel([3, 2, 0, 1], useBias),
    }
  },
  cases: [
    { input: [[7, 7, 8]], params: { filters: 4, strides: [2, 2], padding: 'same', activation: 'relu' } },
    { input: [[5, 6, 3]], params: { filters: 2, kernelSize: [3, 2], strides: [2, 3], useBias: false } },
    { input: [[5, 6, 3]], params: { filters: 2, kernelSize: [4, 5] } },
    { input: [[4, 3, 2]], params: { filters: 3, kernelSize: [1, 2], strides: [3, 3], padding: 'same', l2: 0.01 } },
    { input: [[4, 3, 2]], params: { filters: 3, kernelSize: [2, 2], strides: [3, 2] } },
  ],
})
