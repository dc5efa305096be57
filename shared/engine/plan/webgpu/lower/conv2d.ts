import { patches, spread, turnedKernel, turnedPatches } from '../../../../kernels/webgpu/convolution.ts'
import { matrixColumns } from '../../../../kernels/webgpu/matmul.ts'
import { convolutionOf } from '../../window.ts'
import { lowerAffine } from './affine.ts'
import type { Lower } from './define.ts'

/** A convolution as products of image patches with the kernel; the batch is part of the rows, so that small images fill tiles too. */
export const lowerConv2d: Lower<'conv2d'> = (b, node) => {
  const win = convolutionOf(node.op, node.inputShapes[0] ?? [], node.shape)
  const { h, w, c, oh, ow, n, size } = win
  const taps = size[0] * size[1]
  return lowerAffine(b, node, `convolution ${node.id}`, {
    ...{ x: b.input(node), perSample: oh * ow, sum: taps * c, columns: n },
    back: { perSample: h * w, columns: c, sum: taps * n },
    ...{ forward: patches(win), turned: turnedPatches(win), spread: spread(win) },
    ...{ kernel: matrixColumns('w', n), arriving: matrixColumns('dy', n), turnedKernel: turnedKernel(win) },
  })
}
