import { patches, spanOf, spread, turnedKernel, turnedPatches, type Window } from '../../../../kernels/webgpu/convolution.ts'
import { matrixColumns } from '../../../../kernels/webgpu/matmul.ts'
import type { Shape } from '../../../../layers/shape.ts'
import type { NodeOf } from '../../plan.ts'
import { before, imageOf } from '../../wasm/lower/define.ts'
import { lowerAffine } from './affine.ts'
import type { Lower } from './define.ts'

type Sliding = Pick<NodeOf<'conv2d'>['op'], 'kernelSize' | 'strides' | 'dilation' | 'padding'>

/** The numbers of a convolution that makes an image of shape `output` out of one of shape `input`. */
export const convolutionOf = (op: Sliding, input: Shape, output: Shape): Window => {
  const { h, w, c } = imageOf(input)
  const { h: oh, w: ow, c: n } = imageOf(output)
  const { kernelSize: size, strides, dilation, padding } = op
  const top = before(h, oh, spanOf(size[0], dilation[0]), strides[0], padding)
  const left = before(w, ow, spanOf(size[1], dilation[1]), strides[1], padding)
  return { h, w, c, oh, ow, n, size, strides, dilation, top, left }
}

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
