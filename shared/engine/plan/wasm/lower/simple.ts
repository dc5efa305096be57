import { job } from '../../../../kernels/wasm/program.ts'
import type { Activation } from '../../../../layers/lib/activations.ts'
import { sizeOf } from '../../../../layers/shape.ts'
import { imageOf, type Lower } from './define.ts'

/** Blocks of 1,024 values, the unit of work of kernels that go value by value. */
const blocks = (values: number): number => Math.ceil(values / 1024)

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
    soft
      ? job('softmax', (batch * size) / C, b.grain((batch * size) / C), { z, C, y })
      : job('activate', blocks(batch * size), b.grain(blocks(batch * size)), { kind, z, n: batch * size, y }),
  )
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    const { to: dz, gate } = target
    b.backward(batch =>
      soft
        ? job('softmaxGradient', (batch * size) / C, b.grain((batch * size) / C), { y, dy, C, dz, gate })
        : job('activateGradient', blocks(batch * size), b.grain(blocks(batch * size)), { kind, z, dy, n: batch * size, dz, gate }),
    )
  }
}

/** Sum of tensors of one shape. */
export const lowerAdd: Lower<'add'> = (b, node) => {
  const { at: out, size } = b.output(node)
  const count = node.inputs.length
  for (let k = 1; k < count; k++) {
    const a = k === 1 ? b.input(node, 0).at : out
    const other = b.input(node, k).at
    const relu = node.relu && k === count - 1 ? 1 : 0
    b.forward(batch =>
      job('add', blocks(batch * size), b.grain(blocks(batch * size)), { a, b: other, n: batch * size, out, gate: 0, relu }),
    )
  }
  return dy => {
    for (let k = 0; k < count; k++) b.passGradient(node, k, dy)
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
      if (target.gate)
        b.backward(batch =>
          job('add', blocks(batch * n), b.grain(blocks(batch * n)), {
            a: target.to,
            b: 0,
            n: batch * n,
            out: target.to,
            gate: target.gate,
            relu: 0,
          }),
        )
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

/** Random zeros while training; the step counter at `clock` and the layer's salt make each mask. */
export const makeLowerDropout =
  (clock: number, seed: (id: string) => number): Lower<'dropout'> =>
  (b, node) => {
    const { at: x, size } = b.input(node)
    const out = b.output(node).at
    const salt = seed(node.id)
    const keep = 1 - node.op.rate
    b.train(batch =>
      job('dropout', blocks(batch * size), b.grain(blocks(batch * size)), { x, n: batch * size, out, clock, salt, keep, gate: 0 }),
    )
    b.infer(batch => job('copyRows', batch, b.grain(batch), { x, xStep: size, out, outStep: size, count: size }))
    return dy => {
      const target = b.inputGradient(node)
      if (!target) return
      b.backward(batch =>
        job('dropout', blocks(batch * size), b.grain(blocks(batch * size)), {
          ...{ x: dy, n: batch * size, out: target.to, clock, salt, keep, gate: target.gate },
        }),
      )
    }
  }
