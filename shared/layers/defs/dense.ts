import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { activationNote, activationParam } from '../lib/activations.ts'
import { denseBackward } from '../lib/backward.ts'
import { kernelCall } from '../lib/convolution.ts'
import { initialiser, initialiserParam } from '../lib/initialisers.ts'
import { kernelCount, kernelFormulas, kernelWeights, useBiasParam } from '../lib/kernel.ts'
import { activate } from '../lib/onnxActivation.ts'
import { planPenalty, regulariserParams, regularisers } from '../lib/regularisers.ts'
import { torchFirst, torchKernel, torchLast } from '../lib/torch.ts'
import { channelsLast, kernel, op, weight, x } from '../onnx.ts'
import { p } from '../params.ts'
import { activated } from '../plan.ts'
import { type Shape, sizeOf } from '../shape.ts'

const kernelOf = (input: Shape, units: number): Shape => [input.at(-1) ?? 0, units]

/** Fully connected layer; acts on the last axis. */
export const dense = defineLayer({
  type: 'dense',
  title: 'Dense',
  category: 'dense',
  everyday: true,
  doc: 'Connects every input value with every unit; on an image it acts on the channels of each pixel.',
  input: inputs.any,
  params: {
    units: p.int({ label: 'Units', help: 'Number of neurons, and so of output values.', default: 64 }),
    activation: activationParam,
    useBias: useBiasParam,
    kernelInitializer: initialiserParam,
    ...regulariserParams,
  },
  summary: v => `${v.units}${activationNote(v.activation)}`,
  shape: (input, v) => ok([...input.slice(0, -1), v.units]),
  weights: (input, v) => kernelWeights(kernelOf(input, v.units), v.useBias),
  multiplyAdds: (input, _output, v) => kernelCount(kernelOf(input, v.units), v.useBias) * sizeOf(input.slice(0, -1)),
  formula: (input, _output, v) =>
    kernelFormulas(kernelOf(input, v.units), v.useBias, input.slice(0, -1), `(inputs${v.useBias ? ' + bias' : ''}) · units`),
  build: (v, ctx) =>
    ctx.tf.layers.dense({
      name: ctx.name,
      units: v.units,
      activation: v.activation,
      useBias: v.useBias,
      kernelInitializer: initialiser(v.kernelInitializer, ctx),
      ...regularisers(v, ctx, 'kernelRegularizer'),
    }),
  plan: (_input, v) => activated({ op: 'dense', bias: v.useBias, ...planPenalty(v) }, v.activation),
  backward: denseBackward,
  onnx(input, v) {
    const matrix = kernel('kernel', { shape: kernelOf(input, v.units), channels: 1 })
    const bias = v.useBias ? [weight('bias', [v.units])] : []
    const product =
      input.length === 1 ? op('Gemm', [x, matrix, ...bias]) : bias.reduce((sum, b) => op('Add', [sum, b]), op('MatMul', [x, matrix]))
    return channelsLast(activate(v.activation, product, 'last'))
  },
  keras: v => ({ name: 'layers.Dense', args: { units: v.units, ...kernelCall(v) } }),
  pytorch: (input, output, v) => ({
    modules: {
      '': { name: 'nn.Linear', args: { in_features: input.at(-1) ?? 0, out_features: v.units, ...(v.useBias ? {} : { bias: false }) } },
    },
    forward: torchFirst(output, `$m(${torchLast(input, '$1')})`),
    activation: v.activation,
    weights: torchKernel([1, 0], v.useBias),
  }),
  cases: [
    { input: [[784]], params: { units: 64, activation: 'relu' } },
    { input: [[4]], params: { units: 10, useBias: false, l2: 0.01 } },
    { input: [[1]], params: { units: 1, kernelInitializer: 'zeros' } },
    { input: [[7, 7, 3]], params: { units: 5, activation: 'softmax' } },
    { input: [[6, 3]], params: { units: 2 } },
  ],
})
