import { spanOf, type Window } from '../../kernels/window.ts'
import type { Shape } from '../../layers/shape.ts'
import type { NodeOf } from './plan.ts'

/** Height, width and channels of an image shape. */
export const imageOf = ([h = 1, w = 1, c = 1]: Shape) => ({ h, w, c })

/** Zeros before the first row (or column) with "same" padding, as in TensorFlow: the smaller half of what is needed. */
const before = (input: number, output: number, span: number, stride: number, padding: 'same' | 'valid'): number =>
  padding === 'valid' ? 0 : Math.floor(Math.max((output - 1) * stride + span - input, 0) / 2)

/** How an operation slides over an image. */
type Sliding = Pick<Window, 'size' | 'strides'> & { readonly dilation?: Window['dilation']; readonly padding: 'same' | 'valid' }

/** The window that makes an image of shape `output` out of one of shape `input`. */
const windowOf = ({ size, strides, dilation = [1, 1], padding }: Sliding, input: Shape, output: Shape): Window => {
  const { h, w, c } = imageOf(input)
  const { h: oh, w: ow, c: n } = imageOf(output)
  const top = before(h, oh, spanOf(size[0], dilation[0]), strides[0], padding)
  const left = before(w, ow, spanOf(size[1], dilation[1]), strides[1], padding)
  return { h, w, c, oh, ow, n, size, strides, dilation, top, left }
}

/** The window of a convolution's operation. */
export const convolutionOf = (op: Omit<Sliding, 'size'> & { readonly kernelSize: Window['size'] }, input: Shape, output: Shape): Window =>
  windowOf({ ...op, size: op.kernelSize }, input, output)

/** The window of a pool; a global one leaves one pixel. */
export const poolOf = ({ op, inputShapes: [input = []], shape }: NodeOf<'pool'>): Window =>
  windowOf(op, input, shape.length === 1 ? [1, 1, ...shape] : shape)
