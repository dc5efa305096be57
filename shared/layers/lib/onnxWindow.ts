import { channelsFirst, kernel, type OnnxAttribute, type OnnxForm, type OnnxValue, op, weight, x } from '../onnx.ts'
import type { Shape } from '../shape.ts'
import type { Activation } from './activations.ts'
import { activate } from './onnxActivation.ts'
import { type Padding, slideLength } from './window.ts'

interface Sliding {
  readonly size: Shape
  readonly strides: Shape
  readonly padding: Padding
  readonly dilation?: Shape
}
interface Stamping {
  readonly kernelSize: Shape
  readonly strides: Shape
  readonly padding: Padding
}
type Attributes = Readonly<Record<string, OnnxAttribute>>

/** Zeros before and after each axis as TensorFlow lays them, the odd one after: `[before…, after…]`. */
export const padsOf = (lengths: Shape, { size, strides, padding, dilation }: Sliding): readonly number[] => {
  const totals = lengths.map((length, i) => {
    const [taps, stride, apart] = [size[i] ?? 1, strides[i] ?? 1, dilation?.[i] ?? 1]
    if (padding === 'valid') return 0
    return Math.max((slideLength(length, taps, stride, 'same', apart) - 1) * stride + (taps - 1) * apart + 1 - length, 0)
  })
  return [...totals.map(total => Math.floor(total / 2)), ...totals.map(total => Math.ceil(total / 2))]
}

/** Attributes of a window over `[...lengths, channels]`; the padding is spelled out, because ONNX's own "same" is deprecated. */
export const windowAttributes = (input: Shape, window: Sliding): Attributes => ({
  kernel_shape: window.size,
  strides: window.strides,
  ...(window.dilation ? { dilations: window.dilation } : {}),
  pads: padsOf(input.slice(0, -1), window),
})

/** The form of a pool over an image or a sequence; a zero border never counts. */
export const poolForm = (kind: 'MaxPool' | 'AveragePool', input: Shape, window: Sliding): OnnxForm =>
  channelsFirst(op(kind, [x], { ...windowAttributes(input, window), ...(kind === 'AveragePool' ? { count_include_pad: 0 } : {}) }))

/** The form of a pool over everything: one value per channel. */
export const globalPoolForm = (kind: 'GlobalMaxPool' | 'GlobalAveragePool'): OnnxForm =>
  channelsFirst(op('Flatten', [op(kind, [x])], { axis: 1 }))

/** Kernels `[height, width, channels, multiplier]` of a depthwise convolution, one group per channel. */
export const depthwiseKernel = (channels: number, h: number, w: number, multiplier = 1): OnnxValue =>
  kernel('depthwise_kernel', {
    shape: [h, w, channels, multiplier],
    order: [2, 3, 0, 1],
    to: [channels * multiplier, 1, h, w],
    channels: 0,
  })

/** Attributes of a transposed convolution; where the stride is longer than the kernel, what is between the stamps is added after the last one. */
export const transposeAttributes = ({ kernelSize, strides, padding }: Stamping): Attributes => {
  const over = kernelSize.map((taps, i) => taps - (strides[i] ?? 1))
  const cut = over.map(n => (padding === 'same' ? Math.max(n, 0) : 0))
  return {
    kernel_shape: kernelSize,
    strides,
    pads: [...cut.map(n => Math.floor(n / 2)), ...cut.map(n => Math.ceil(n / 2))],
    output_padding: over.map(n => Math.max(-n, 0)),
  }
}

/** The form of a convolution: the operator with its kernel, a bias of `filters` values if there is one, and the activation. */
export const convForm = (
  name: 'Conv' | 'ConvTranspose',
  inputs: readonly [OnnxValue, OnnxValue],
  v: { readonly useBias: boolean; readonly activation: Activation },
  filters: number,
  attributes: Attributes,
): OnnxForm => {
  const bias = v.useBias ? [weight('bias', [filters])] : []
  return channelsFirst(activate(v.activation, op(name, [...inputs, ...bias], attributes), 'first'))
}
