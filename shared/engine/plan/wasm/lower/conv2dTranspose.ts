import { job } from '../../../../kernels/wasm/program.ts'
import { convolutionOf } from '../../window.ts'
import { packedFloats } from '../builder.ts'
import { panels } from '../weights.ts'
import { filterGradient, paddedInput, slid, spread } from './convDirect.ts'
import type { Lower } from './define.ts'

/** The input gradient of a convolution as a layer: what is an image for that convolution is the output here, and what it puts out is the input. */
export const lowerConv2dTranspose: Lower<'conv2dTranspose'> = (b, node) => {
  const kernel = b.weight(node, 'kernel')
  const bias = b.weight(node, 'bias')
  if (!kernel) throw new Error(`${node.id} has no kernel.`)
  const v = convolutionOf(node.op, node.shape, node.inputShapes[0] ?? [])
  const x = b.input(node).at
  const y = b.output(node).at
  spread(b, make => b.forward(make), v, kernel.at, x, { to: y, gate: 0 })
  if (bias || node.relu)
    b.forward(batch => {
      const rows = batch * v.h * v.w
      return job('finishRows', rows, b.grain(rows), { x: y, C: v.c, bias: bias?.at ?? 0, relu: node.relu ? 1 : 0 })
    })
  return dy => {
    const target = b.inputGradient(node)
    const image = kernel.grad || target ? paddedInput(b, make => b.backward(make), dy, v) : null
    if (image && kernel.grad) filterGradient(b, v, image, x, kernel, undefined)
    if (bias?.grad)
      b.backward(batch => job('columnSums', panels(v.c), b.grain(panels(v.c), 2), { dy, rows: batch * v.h * v.w, N: v.c, out: bias.grad }))
    if (!image || !target) return
    b.scratch(packedFloats(v.size[0] * v.size[1] * v.c))
    b.backward(batch => slid(b, v, image, batch, { weights: kernel.at, out: target.to, bias: 0, mode: 0, gate: target.gate }))
  }
}
