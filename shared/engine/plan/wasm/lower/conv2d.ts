import type { Shape } from '../../../../layers/shape.ts'
import type { NodeOf } from '../../plan.ts'
import { directConvolution } from './convDirect.ts'
import { winogradConvolution, worthWinograd } from './convWinograd.ts'
import { before, imageOf, type Lower } from './define.ts'

type Window = Pick<NodeOf<'conv2d'>['op'], 'kernelSize' | 'strides' | 'dilation' | 'padding'>

/** All numbers of one convolution. */
export interface Convolution {
  readonly h: number
  readonly w: number
  /** Input channels. */
  readonly c: number
  readonly oh: number
  readonly ow: number
  /** Output channels. */
  readonly n: number
  readonly kernel: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilation: readonly [number, number]
  /** Pixels that the kernel spans. */
  readonly span: readonly [number, number]
  readonly top: number
  readonly left: number
}

/** The numbers of a convolution that makes an image of shape `output` out of one of shape `input`. */
export const numbersOf = (op: Window, input: Shape, output: Shape): Convolution => {
  const { h, w, c } = imageOf(input)
  const { h: oh, w: ow, c: n } = imageOf(output)
  const { kernelSize: kernel, strides, dilation, padding } = op
  const span = [(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1] as const
  const top = before(h, oh, span[0], strides[0], padding)
  const left = before(w, ow, span[1], strides[1], padding)
  return { h, w, c, oh, ow, n, kernel, strides, dilation, span, top, left }
}

/** A convolution: by Winograd's algorithm where that saves work, else directly. */
export const lowerConv2d: Lower<'conv2d'> = (b, node) => {
  const numbers = numbersOf(node.op, node.inputShapes[0] ?? [], node.shape)
  return worthWinograd(numbers) ? winogradConvolution(b, node, numbers) : directConvolution(b, node, numbers)
}
