import { type Info, input, type KernelArgs, type WasmContext } from './heap.ts'

type Four = [number, number, number, number]

const geometry = (ctx: WasmContext, shape: readonly number[], attrs: KernelArgs['attrs']) =>
  ctx.tf.backend_util.computePool2DInfo(
    [...shape] as Four,
    attrs.filterSize as number,
    attrs.strides as number,
    1,
    attrs.pad as 'valid' | 'same' | number,
    attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined,
  )
type Geometry = ReturnType<typeof geometry>

/** Calls `visit` for each output pixel with its window, clipped to the image: rows `y0..y1`, columns `x0..x1` (exclusive), output offset `o`. */
const windows = (g: Geometry, visit: (b: number, y0: number, y1: number, x0: number, x1: number, o: number) => void): void => {
  const c = g.inChannels
  for (let b = 0, o = 0; b < g.batchSize; b++)
    for (let oy = 0; oy < g.outHeight; oy++) {
      const top = oy * g.strideHeight - g.padInfo.top
      const y0 = Math.max(0, top)
      const y1 = Math.min(g.inHeight, top + g.filterHeight)
      for (let ox = 0; ox < g.outWidth; ox++, o += c) {
        const left = ox * g.strideWidth - g.padInfo.left
        visit(b, y0, y1, Math.max(0, left), Math.min(g.inWidth, left + g.filterWidth), o)
      }
    }
}

/** True for windows of 2×2 that lie side by side and cover the image: by far the most common pooling. */
const isHalving = (g: Geometry): boolean =>
  g.filterHeight === 2 &&
  g.filterWidth === 2 &&
  g.strideHeight === 2 &&
  g.strideWidth === 2 &&
  g.inHeight === 2 * g.outHeight &&
  g.inWidth === 2 * g.outWidth

/** Max pooling's gradient for 2×2 windows: every pixel is written once, no search. `y` are the pooled values. */
const halvingGradient = (g: Geometry, x: Float32Array, y: Float32Array, dy: Float32Array, dx: Float32Array): void => {
  const c = g.inChannels
  const row = g.inWidth * c
  for (let r = 0, o = 0; r < g.batchSize * g.outHeight; r++)
    for (let w = 0; w < g.outWidth; w++)
      for (let z = 0, i = 2 * r * row + 2 * w * c; z < c; z++, i++, o++) {
        const largest = y[o] as number
        const grad = dy[o] as number
        const first = x[i] === largest
        const second = !first && x[i + c] === largest
        const third = !first && !second && x[i + row] === largest
        dx[i] = first ? grad : 0
        dx[i + c] = second ? grad : 0
        dx[i + row] = third ? grad : 0
        dx[i + row + c] = first || second || third ? 0 : grad
      }
}

/** Gradient of max pooling: each window's gradient goes to its first largest pixel. */
export const maxPoolGradient = (ctx: WasmContext, args: KernelArgs): Info => {
  const image = input(args, 'input')
  const g = geometry(ctx, image.shape, args.attrs)
  const out = ctx.backend.makeOutput(image.shape, 'float32')
  const x = ctx.backend.typedArrayFromHeap(image)
  const dy = ctx.backend.typedArrayFromHeap(input(args, 'dy'))
  const dx = ctx.backend.typedArrayFromHeap(out)
  if (isHalving(g)) {
    halvingGradient(g, x, ctx.backend.typedArrayFromHeap(input(args, 'output')), dy, dx)
    return out
  }
  dx.fill(0)
  const c = g.inChannels
  const best = new Float32Array(c)
  const at = new Int32Array(c)
  windows(g, (b, y0, y1, x0, x1, o) => {
    best.fill(Number.NEGATIVE_INFINITY)
    at.fill(-1)
    for (let y = y0; y < y1; y++) {
      let i = ((b * g.inHeight + y) * g.inWidth + x0) * c
      for (let k = x0; k < x1; k++)
        for (let z = 0; z < c; z++, i++) {
          const v = x[i] as number
          if (v > (best[z] as number)) {
            best[z] = v
            at[z] = i
          }
        }
    }
    for (let z = 0; z < c; z++) {
      const i = at[z] as number
      if (i >= 0) dx[i] = (dx[i] as number) + (dy[o + z] as number)
    }
  })
  return out
}

/** Gradient of average pooling as tfjs defines the kernel: each pixel of a window gets the gradient divided by the filter's full area. */
export const averagePoolGradient = (ctx: WasmContext, args: KernelArgs): Info => {
  const image = input(args, 'input')
  const g = geometry(ctx, image.shape, args.attrs)
  const out = ctx.backend.makeOutput(image.shape, 'float32')
  const dy = ctx.backend.typedArrayFromHeap(input(args, 'dy'))
  const dx = ctx.backend.typedArrayFromHeap(out)
  dx.fill(0)
  const c = g.inChannels
  const share = 1 / (g.filterHeight * g.filterWidth)
  windows(g, (b, y0, y1, x0, x1, o) => {
    for (let y = y0; y < y1; y++) {
      let i = ((b * g.inHeight + y) * g.inWidth + x0) * c
      for (let k = x0; k < x1; k++) for (let z = 0; z < c; z++, i++) dx[i] = (dx[i] as number) + (dy[o + z] as number) * share
    }
  })
  return out
}
