import { addParts, type Factor, kernelGradient, kernelGradientParts, product } from '../../../../kernels/webgpu/matmul.ts'
import type { PlanNode } from '../../plan.ts'
import { type Builder, RELU, type Tensor } from '../builder.ts'
import type { Binding, Range } from '../job.ts'
import type { Slot } from '../weights.ts'
import { gated, targetBindings } from './define.ts'

/** A layer that multiplies rows with a kernel `[sum][columns]`: what its three products look like. */
export interface Affine {
  readonly x: Tensor
  /** Rows of the output per sample. */
  readonly perSample: number
  /** Rows and columns of the kernel. */
  readonly sum: number
  readonly columns: number
  /** Rows of the input gradient per sample, its columns, and length of its sum. */
  readonly back: { readonly perSample: number; readonly columns: number; readonly sum: number }
  /** Left factors: x; x turned; dy as the input's gradient sees it. */
  readonly forward: Factor
  readonly turned: Factor
  readonly spread: Factor
  /** Right factors: the kernel w, dy, and the kernel turned. */
  readonly kernel: Factor
  readonly arriving: Factor
  readonly turnedKernel: Factor
}

/** The kernel of an operation and its bias, which follows it in the same range. */
export const kernelAndBias = (b: Builder, node: PlanNode): { readonly kernel: Slot; readonly bias: Slot | undefined } => {
  const kernel = b.weight(node, 'kernel')
  const bias = b.weight(node, 'bias')
  if (!kernel) throw new Error(`${node.id} has no kernel.`)
  if (kernel.at !== 0 || (bias && bias.at !== kernel.floats)) throw new Error(`The bias of ${node.id} does not follow its kernel.`)
  return { kernel, bias }
}

type Turned = Pick<Affine, 'x' | 'sum' | 'columns' | 'perSample' | 'turned' | 'arriving'>

/** The gradient of the kernel, and with `bias` that of the bias behind it. */
export const lowerKernelGradient = (b: Builder, name: string, affine: Turned, dy: Range, grads: Range, bias: boolean): void => {
  const kernel = kernelGradient(`${name} kernel gradient`, { ...affine, bias }, b.batch)
  const { size, parts } = kernelGradientParts({ ...affine, bias }, b.batch)
  const to = parts > 1 ? b.scratch(parts * size) : grads
  b.backward({
    ...kernel,
    bindings: [
      { name: 'x', range: affine.x.range },
      { name: 'dy', range: dy },
      { name: 'result', range: to, written: true },
    ],
  })
  if (parts === 1) return
  const bindings = [
    { name: 'pieces', range: to },
    { name: 'result', range: grads, written: true },
  ]
  b.backward({ ...addParts(kernel.name, size, parts), bindings })
}

/** Forward product with bias and ReLU, gradient of kernel and bias in one product, gradient of the input. */
export const lowerAffine = (b: Builder, node: PlanNode, name: string, affine: Affine): ((dy: Range) => void) => {
  const { kernel, bias } = kernelAndBias(b, node)
  const { x, perSample, sum, columns, back } = affine
  const weights: Binding = { name: 'w', range: kernel.group }
  const biased = bias ? `v += w[${sum * columns}u + n];` : ''
  const wanted = {
    ...{ name, rows: { perSample }, columns, sum: { fixed: sum }, a: affine.forward, b: affine.kernel },
    store: `${biased} y[m * ${columns}u + n] = ${node.relu ? RELU : 'v'};`,
  }
  const bindings = [{ name: 'x', range: x.range }, weights, { name: 'y', range: b.output(node).range, written: true }]
  b.forward({ ...product(wanted, b.batch), bindings })
  return dy => {
    if (kernel.grads) lowerKernelGradient(b, name, affine, dy, kernel.grads, bias !== undefined)
    const target = b.inputGradient(node)
    if (!target) return
    const wanted = {
      ...{ name: `${name} input gradient`, rows: { perSample: back.perSample }, columns: back.columns, sum: { fixed: back.sum } },
      ...{ a: affine.spread, b: affine.turnedKernel },
      store: `let i = m * ${back.columns}u + n; ${gated(target.gate)}`,
    }
    b.backward({ ...product(wanted, b.batch), bindings: [{ name: 'dy', range: dy }, weights, ...targetBindings(target)] })
  }
}
