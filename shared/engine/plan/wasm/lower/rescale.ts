import type { Lower } from './define.ts'

/** Every value times a number plus another. */
export const lowerRescale: Lower<'rescale'> = (b, node) => {
  const { scale, offset } = node.op
  const { at: x, size } = b.input(node)
  const out = b.output(node).at
  b.forward(batch => b.each('rescale', batch * size, { x, scale, offset, out, gate: 0 }))
  return dy => {
    const target = b.inputGradient(node)
    if (target) b.backward(batch => b.each('rescale', batch * size, { x: dy, scale, offset: 0, out: target.to, gate: target.gate }))
  }
}
