import type * as tfjs from '@tensorflow/tfjs'
import { type Info, input, type KernelArgs, type WasmContext } from './heap.ts'

type Four = [number, number, number, number]
type Geometry = tfjs.backend_util.Conv2DInfo

const geometry = (ctx: WasmContext, inShape: readonly number[], filterShape: readonly number[], attrs: KernelArgs['attrs']): Geometry =>
  ctx.tf.backend_util.computeConv2DInfo(
    [...inShape] as Four,
    [...filterShape] as Four,
    attrs.strides as [number, number] | number,
    attrs.dilations as [number, number] | number,
    attrs.pad as 'valid' | 'same' | number,
    attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined,
    true,
  )

/** Calls `visit` for each output pixel and each tap inside the image, with the offsets of input pixel, tap and output pixel. */
const taps = (g: Geometry, visit: (i: number, f: number, o: number) => void): void => {
  const perTap = g.inChannels * (g.outChannels / g.inChannels)
  for (let b = 0, o = 0; b < g.batchSize; b++)
    for (let oy = 0; oy < g.outHeight; oy++)
      for (let ox = 0; ox < g.outWidth; ox++, o += g.outChannels)
        for (let fy = 0; fy < g.filterHeight; fy++) {
          const y = oy * g.strideHeight - g.padInfo.top + fy * g.dilationHeight
          if (y < 0 || y >= g.inHeight) continue
          for (let fx = 0; fx < g.filterWidth; fx++) {
            const x = ox * g.strideWidth - g.padInfo.left + fx * g.dilationWidth
            if (x < 0 || x >= g.inWidth) continue
            visit(((b * g.inHeight + y) * g.inWidth + x) * g.inChannels, (fy * g.filterWidth + fx) * perTap, o)
          }
        }
}

/** Gradient of a depthwise convolution for its filter `[fh, fw, in, multiplier]`. */
export const depthwiseFilterGradient = (ctx: WasmContext, args: KernelArgs): Info => {
  const image = input(args, 'x')
  const shape = args.attrs.filterShape as number[]
  const g = geometry(ctx, image.shape, shape, args.attrs)
  const out = ctx.backend.makeOutput(shape, 'float32')
  const x = ctx.backend.typedArrayFromHeap(image)
  const dy = ctx.backend.typedArrayFromHeap(input(args, 'dy'))
  const df = ctx.backend.typedArrayFromHeap(out)
  df.fill(0)
  const [channels, times] = [g.inChannels, g.outChannels / g.inChannels]
  taps(g, (i, f, o) => {
    for (let c = 0, k = 0; c < channels; c++) {
      const v = x[i + c] as number
      for (let m = 0; m < times; m++, k++) df[f + k] = (df[f + k] as number) + v * (dy[o + k] as number)
    }
  })
  return out
}

/** Gradient of a depthwise convolution for its input. */
export const depthwiseInputGradient = (ctx: WasmContext, args: KernelArgs): Info => {
  const filter = input(args, 'filter')
  const shape = args.attrs.inputShape as number[]
  const g = geometry(ctx, shape, filter.shape, args.attrs)
  const out = ctx.backend.makeOutput(shape, 'float32')
  const w = ctx.backend.typedArrayFromHeap(filter)
  const dy = ctx.backend.typedArrayFromHeap(input(args, 'dy'))
  const dx = ctx.backend.typedArrayFromHeap(out)
  dx.fill(0)
  const [channels, times] = [g.inChannels, g.outChannels / g.inChannels]
  taps(g, (i, f, o) => {
    for (let c = 0, k = 0; c < channels; c++) {
      let sum = 0
      for (let m = 0; m < times; m++, k++) sum += (w[f + k] as number) * (dy[o + k] as number)
      dx[i + c] = (dx[i + c] as number) + sum
    }
  })
  return out
}
