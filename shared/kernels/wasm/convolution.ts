import type * as tfjs from '@tensorflow/tfjs'
import { type Info, input, type KernelArgs, type WasmContext } from './heap.ts'

type Four = [number, number, number, number]
type Strides = [number, number] | number
type Pad = 'valid' | 'same' | number | tfjs.backend_util.ExplicitPadding

const explicit = (top: number, bottom: number, left: number, right: number) => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]

const isNHWC = (attrs: KernelArgs['attrs']): boolean => (attrs.dataFormat ?? 'NHWC') === 'NHWC'

const geometry = (ctx: WasmContext, inShape: readonly number[], filterShape: readonly number[], attrs: KernelArgs['attrs']) =>
  ctx.tf.backend_util.computeConv2DInfo(
    [...inShape] as Four,
    [...filterShape] as Four,
    attrs.strides as Strides,
    1,
    attrs.pad as Pad,
    attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined,
    false,
  )

/**
 * Gradient of a convolution for its filter `[fh, fw, in, out]`: the input with batch and channels swapped, convolved with the
 * output's gradient as filter; the stride of the forward pass becomes the dilation.
 */
export const filterGradient = (ctx: WasmContext, args: KernelArgs): Info => {
  if (!isNHWC(args.attrs)) throw new Error('The wasm filter gradient takes channels last only.')
  const x = input(args, 'x')
  const info = geometry(ctx, x.shape, args.attrs.filterShape as number[], args.attrs)
  const { top, bottom, left, right } = info.padInfo
  const image = ctx.run('Transpose', { x }, { perm: [3, 1, 2, 0] })
  const filter = ctx.run('Transpose', { x: input(args, 'dy') }, { perm: [1, 2, 0, 3] })
  const dilations = [info.strideHeight, info.strideWidth]
  const wide = ctx.run('Conv2D', { x: image, filter }, conv([1, 1], explicit(top, bottom, left, right), dilations))
  ctx.free(image, filter)
  const size = [info.inChannels, info.filterHeight, info.filterWidth, info.outChannels]
  const fits = wide.shape.every((d, i) => d === size[i])
  const cut = fits ? wide : ctx.run('Slice', { x: wide }, { begin: [0, 0, 0, 0], size })
  const out = ctx.run('Transpose', { x: cut }, { perm: [1, 2, 0, 3] })
  ctx.free(wide)
  if (!fits) ctx.free(cut)
  return out
}

const conv = (strides: readonly number[], pad: unknown, dilations: readonly number[]) => ({ strides, pad, dilations, dataFormat: 'NHWC' })

/** Puts `stride − 1` zeros between the pixels of `[batch, h, w, c]` and pads with zeros, in one copy. */
const spread = (
  ctx: WasmContext,
  x: Info,
  strideH: number,
  strideW: number,
  top: number,
  left: number,
  height: number,
  width: number,
): Info => {
  const [batch = 0, h = 0, w = 0, c = 0] = x.shape
  const out = ctx.backend.makeOutput([batch, height, width, c], 'float32')
  const from = ctx.backend.typedArrayFromHeap(x)
  const to = ctx.backend.typedArrayFromHeap(out)
  to.fill(0)
  for (let b = 0, i = 0; b < batch; b++)
    for (let y = 0; y < h; y++) {
      let o = ((b * height + top + y * strideH) * width + left) * c
      for (let k = 0; k < w; k++, i += c, o += strideW * c) for (let z = 0; z < c; z++) to[o + z] = from[i + z] as number
    }
  return out
}

/**
 * Gradient of a convolution for its input: the output's gradient, spread by the stride, convolved with the filter turned by 180°.
 * Returns null where padding exceeds the filter; the caller then takes tfjs's own kernel.
 */
export const inputGradient = (ctx: WasmContext, args: KernelArgs): Info | null => {
  const dy = input(args, 'dy')
  const filter = input(args, 'filter')
  if (!isNHWC(args.attrs)) return null
  const info = geometry(ctx, args.attrs.inputShape as number[], filter.shape, args.attrs)
  const top = info.filterHeight - 1 - info.padInfo.top
  const left = info.filterWidth - 1 - info.padInfo.left
  const height = info.inHeight + info.filterHeight - 1
  const width = info.inWidth + info.filterWidth - 1
  const spreadH = (info.outHeight - 1) * info.strideHeight + 1
  const spreadW = (info.outWidth - 1) * info.strideWidth + 1
  if (top < 0 || left < 0 || top + spreadH > height || left + spreadW > width) return null
  const turned = ctx.run('Reverse', { x: filter }, { dims: [0, 1] })
  const swapped = ctx.run('Transpose', { x: turned }, { perm: [0, 1, 3, 2] })
  const dense = info.strideHeight === 1 && info.strideWidth === 1
  const x = dense ? dy : spread(ctx, dy, info.strideHeight, info.strideWidth, top, left, height, width)
  const pad = dense ? explicit(top, height - spreadH - top, left, width - spreadW - left) : 'valid'
  const out = ctx.run('Conv2D', { x, filter: swapped }, conv([1, 1], pad, [1, 1]))
  ctx.free(turned, swapped)
  if (!dense) ctx.free(x)
  return out
}

/** The attributes of a convolution, `same` replaced by numbers when its stride is larger than its filter. */
export const plainPadding = (ctx: WasmContext, args: KernelArgs): KernelArgs['attrs'] => {
  const { shape } = input(args, 'filter')
  const [strideH, strideW] = [args.attrs.strides].flat() as number[]
  const wide = (strideH ?? 1) > (shape[0] ?? 1) || (strideW ?? strideH ?? 1) > (shape[1] ?? 1)
  if (args.attrs.pad !== 'same' || !wide) return args.attrs
  const { top, bottom, left, right } = geometry(ctx, input(args, 'x').shape, shape, args.attrs).padInfo
  return { ...args.attrs, pad: explicit(top, bottom, left, right) }
}
