import { job } from '../../../../kernels/wasm/program.ts'
import type { Activation } from '../../../../layers/lib/activations.ts'
import { sizeOf } from '../../../../layers/shape.ts'
import { imageOf } from '../../window.ts'
import { mergeJobs } from '../builder.ts'
import type { Lower } from './define.ts'

/** Numbers of the formulas in `kernels/asm/activation.ts`. */
const FORMULAS: Readonly<Record<Activation, number>> = {
  ...{ linear: 0, relu: 1, relu6: 2, elu: 3, selu: 4, gelu: 5, swish: 7, mish: 8 },
  ...{ sigmoid: 9, hardSigmoid: 10, tanh: 11, softmax: 12, softplus: 13, softsign: 14 },
}

/** An activation of its own; softmax works on the last axis. */
export const lowerActivation: Lower<'activation'> = (b, node) => {
  const kind = FORMULAS[node.op.kind]
  const { at: z, size } = b.input(node)
  const y = b.output(node).at
  const C = node.shape.at(-1) ?? 1
  const soft = node.op.kind === 'softmax'
  b.forward(batch =>
    soft ? job('softmax', (batch * size) / C, b.grain((batch * size) / C), { z, C, y }) : b.each('activate', batch * size, { kind, z, y }),
  )
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    const { to: dz, gate } = target
    b.backward(batch =>
      soft
        ? job('softmaxGradient', (batch * size) / C, b.grain((batch * size) / C), { y, dy, C, dz, gate })
        : b.each('activateGradient', batch * size, { kind, z, dy, dz, gate }),
    )
  }
}

/** Tensors side by side along one axis. */
export const lowerConcatenate: Lower<'concatenate'> = (b, node) => {
  const { axis } = node.op
  const outer = sizeOf(node.shape.slice(0, axis))
  const outStep = sizeOf(node.shape.slice(axis))
  const out = b.output(node).at
  const widths = node.inputShapes.map(shape => sizeOf(shape.slice(axis)))
  const offset = (k: number) => 4 * widths.slice(0, k).reduce((sum, width) => sum + width, 0)
  widths.forEach((count, k) => {
    const x = b.input(node, k).at
    b.forward(batch => job('copyRows', batch * outer, b.grain(batch * outer), { x, xStep: count, out: out + offset(k), outStep, count }))
  })
  return dy => {
    widths.forEach((count, k) => {
      const target = b.inputGradient(node, k)
      if (!target) return
      const n = outer * count
      b.backward(batch =>
        job('copyRows', batch * outer, b.grain(batch * outer), {
          x: dy + offset(k),
          xStep: outStep,
          out: target.to,
          outStep: count,
          count,
        }),
      )
      if (target.gate) for (const make of mergeJobs(b, 'sum', n, [target.to], target.to, { gate: target.gate })) b.backward(make)
    })
  }
}

/** A border of zeros. */
export const lowerPad: Lower<'pad'> = (b, node) => {
  const { top, left } = node.op
  const { h: H, w: W, c: C } = imageOf(node.inputShapes[0] ?? [])
  const { h: PH, w: PW } = imageOf(node.shape)
  const x = b.input(node).at
  const out = b.output(node).at
  b.forward(batch => job('pad', batch, b.grain(batch), { x, H, W, C, top, left, PH, PW, out }))
  return dy => {
    const target = b.inputGradient(node)
    if (target)
      b.backward(batch => job('crop', batch, b.grain(batch), { x: dy, PH, PW, C, top, left, H, W, out: target.to, gate: target.gate }))
  }
}
