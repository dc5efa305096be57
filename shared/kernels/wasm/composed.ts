import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../../engine/tf.ts'
import { filterGradient, inputGradient, plainPadding } from './convolution.ts'
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise.ts'
import { type Info, input, type KernelArgs, type WasmContext, wasmContext } from './heap.ts'
import { averagePoolGradient, maxPoolGradient } from './pooling.ts'

type Kernel = (ctx: WasmContext, args: KernelArgs, stock: tfjs.KernelConfig | undefined) => Info

const swapLast = (rank: number): number[] => {
  const perm = Array.from({ length: rank }, (_, i) => i)
  return [...perm.slice(0, -2), rank - 1, rank - 2]
}

const callStock = (ctx: WasmContext, args: KernelArgs, stock: tfjs.KernelConfig | undefined): Info => {
  if (!stock) throw new Error('This operation cannot run on the wasm backend; choose another backend in the training settings.')
  return stock.kernelFunc({ inputs: { ...args.inputs }, attrs: { ...args.attrs } as tfjs.NamedAttrMap, backend: ctx.backend }) as Info
}

/** Matrix product; transposes first because tfjs's fast path takes plain matrices only (7 times faster on LeNet's dense layers). */
const batchMatMul: Kernel = (ctx, args, stock) => {
  const { transposeA, transposeB } = args.attrs
  if (!transposeA && !transposeB) return callStock(ctx, args, stock)
  const flip = (x: Info) => ctx.run('Transpose', { x }, { perm: swapLast(x.shape.length) })
  const a = transposeA ? flip(input(args, 'a')) : input(args, 'a')
  const b = transposeB ? flip(input(args, 'b')) : input(args, 'b')
  const out = callStock(ctx, { inputs: { a, b }, attrs: { transposeA: false, transposeB: false } }, stock)
  if (transposeA) ctx.free(a)
  if (transposeB) ctx.free(b)
  return out
}

/** Sum of the rows of `x` per segment, `[numSegments, ...rest]`: the gradient of a gather. */
const unsortedSegmentSum: Kernel = (ctx, args) => {
  const x = input(args, 'x')
  const ids = ctx.backend.typedArrayFromHeap(input(args, 'segmentIds'))
  const segments = args.attrs.numSegments as number
  const out = ctx.backend.makeOutput([segments, ...x.shape.slice(1)], 'float32')
  const from = ctx.backend.typedArrayFromHeap(x)
  const to = ctx.backend.typedArrayFromHeap(out)
  to.fill(0)
  const row = from.length / Math.max(1, ids.length)
  ids.forEach((id, r) => {
    if (id < 0 || id >= segments) return
    for (let k = 0; k < row; k++) to[id * row + k] = (to[id * row + k] as number) + (from[r * row + k] as number)
  })
  return out
}

/** A convolution with `same` padding written out where the stride exceeds the filter: tfjs's own kernel answers zeros there. */
const convolution: Kernel = (ctx, args, stock) => callStock(ctx, { inputs: args.inputs, attrs: plainPadding(ctx, args) }, stock)

/** A leaky unit as `relu(x) − alpha · relu(−x)` where slopes are shared along a later axis: tfjs's own kernel mixes them up there. */
const prelu: Kernel = (ctx, args, stock) => {
  const [x, alpha] = [input(args, 'x'), input(args, 'alpha')]
  const own = alpha.shape.slice(alpha.shape.findIndex(d => d !== 1))
  if (own.every((d, i) => d === x.shape[x.shape.length - own.length + i])) return callStock(ctx, args, stock)
  const above = ctx.run('Relu', { x })
  const turned = ctx.run('Neg', { x })
  const below = ctx.run('Relu', { x: turned })
  const scaled = ctx.run('Multiply', { a: alpha, b: below })
  const out = ctx.run('Sub', { a: above, b: scaled })
  ctx.free(above, turned, below, scaled)
  return out
}

const KERNELS: Readonly<Record<string, Kernel>> = {
  Conv2D: convolution,
  FusedConv2D: convolution,
  Conv2DBackpropFilter: filterGradient,
  Conv2DBackpropInput: (ctx, args, stock) => inputGradient(ctx, args) ?? callStock(ctx, args, stock),
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  BatchMatMul: batchMatMul,
  Prelu: prelu,
  MaxPoolGrad: maxPoolGradient,
  AvgPoolGrad: averagePoolGradient,
  UnsortedSegmentSum: unsortedSegmentSum,
}

const done = new WeakSet<object>()

/**
 * Gives tfjs's wasm backend the kernels that training needs and it lacks or does slowly, in plain TypeScript on its own kernels
 * and memory. Does nothing the second time; the backend must be active.
 */
export const registerWasmKernels = (tf: Tf): void => {
  if (tf.getBackend() !== 'wasm') throw new Error('The wasm kernels can be registered only while wasm is the active backend.')
  const backend = tf.backend()
  if (done.has(backend)) return
  done.add(backend)
  const ctx = wasmContext(tf)
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    const stock = tf.getKernel(kernelName, 'wasm') as tfjs.KernelConfig | undefined
    if (stock) tf.unregisterKernel(kernelName, 'wasm')
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: args => kernel(ctx, { inputs: args.inputs as Record<string, Info>, attrs: { ...args.attrs } }, stock),
    })
  }
}
