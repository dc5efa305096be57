import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../../engine/tf.ts'
import type { Window } from '../window.ts'
import type { GpuBackend } from './backend.ts'
import { spread, turnedKernel, turnedPatches } from './convolution.ts'
import { eachValue } from './kernel.ts'
import { kernelGradient, kernelGradientParts, matrixColumns, product } from './matmul.ts'
import { type PoolWindow, pooledBack } from './pooling.ts'
import { type Recipe, recipeOf, run, runInParts } from './program.ts'

type Info = tfjs.TensorInfo
type Four = [number, number, number, number]
type Two = [number, number]

/** What a kernel gets to work with. */
export interface GpuKernelArgs {
  readonly tf: Tf
  readonly backend: GpuBackend
  readonly inputs: Readonly<Record<string, Info | undefined>>
  readonly attrs: Readonly<Record<string, unknown>>
}

/** A kernel for tfjs; null when this case is left to tfjs's own. */
export type GpuKernel = (args: GpuKernelArgs) => Info | null

/** These inputs when all are there, are float32 and not empty. */
export const floats = <Name extends string>(
  { backend, inputs }: Pick<GpuKernelArgs, 'backend' | 'inputs'>,
  ...names: readonly Name[]
): Readonly<Record<Name, Info>> | null => {
  const fits = (x: Info | undefined): boolean =>
    x !== undefined && x.dtype === 'float32' && backend.tensorMap.get(x.dataId).dtype === 'float32' && !x.shape.includes(0)
  return names.every(name => fits(inputs[name])) ? (inputs as Readonly<Record<Name, Info>>) : null
}

/** Attributes of convolutions and their gradients. */
export interface ConvAttrs {
  readonly strides: Two | number
  readonly pad: 'valid' | 'same' | number
  readonly dataFormat?: 'NHWC' | 'NCHW'
  /** tfjs knows none here; our gradient of dilated convolution asks for them. */
  readonly dilations?: Two | number
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/** The window of a convolution with this input and filter, and the batch; null when channels do not come last. */
export const windowOf = (tf: Tf, attrs: ConvAttrs, input: readonly number[], filter: readonly number[], depthwise = false) => {
  const { strides, pad, dataFormat = 'NHWC', dilations = 1, dimRoundingMode } = attrs
  if (dataFormat !== 'NHWC') return null
  const shapes = [[...input] as Four, [...filter] as Four] as const
  const info = tf.backend_util.computeConv2DInfo(...shapes, strides, dilations, pad, dimRoundingMode, depthwise)
  const win: Window = {
    ...{ h: info.inHeight, w: info.inWidth, c: info.inChannels, oh: info.outHeight, ow: info.outWidth, n: info.outChannels },
    ...{ size: [info.filterHeight, info.filterWidth], strides: [info.strideHeight, info.strideWidth] },
    ...{ dilation: [info.dilationHeight, info.dilationWidth], top: info.padInfo.top, left: info.padInfo.left },
  }
  return { win, batch: info.batchSize }
}

/** A filter's gradient as a product over all output pixels of the batch. */
const overPixels = ({ c, n, oh, ow, size }: Window) => ({ perSample: oh * ow, sum: size[0] * size[1] * c, columns: n, bias: false })

/** Gradient of a convolution's filter `[height, width, in, out]`: a product over all output pixels of the batch, cut into parts that are then added up. */
export const filterGradient: GpuKernel = args => {
  const { tf, backend, attrs } = args
  const shape = attrs.filterShape as Four
  const given = floats(args, 'x', 'dy')
  const found = given && windowOf(tf, attrs as unknown as ConvAttrs, given.x.shape, shape)
  if (!found) return null
  const { x, dy } = given
  const recipe = recipeOf('filter gradient', found, ({ win, batch }) => {
    const factors = { turned: turnedPatches(win), arriving: matrixColumns('dy', win.n) }
    return kernelGradient('filter gradient', { ...overPixels(win), ...factors }, batch)
  })
  const parts = kernelGradientParts(overPixels(found.win), found.batch)
  return runInParts(backend, recipe, parts, { x, dy }, shape, found.batch)
}

const inputGradientRecipe = (found: { readonly win: Window; readonly batch: number }): Recipe =>
  recipeOf('input gradient', found, ({ win, batch }) => {
    const { h, w, c, n, size } = win
    const shape = { rows: { perSample: h * w }, columns: c, sum: { fixed: size[0] * size[1] * n } }
    const factors = { a: spread(win), b: turnedKernel(win) }
    return product({ name: 'input gradient', ...shape, ...factors, store: `result[m * ${c}u + n] = v;` }, batch)
  })

/** Gradient of a convolution's input `[batch, height, width, in]`, which is a transposed convolution too: a product over taps and output channels. */
export const inputGradient: GpuKernel = args => {
  const { tf, backend, attrs } = args
  const shape = attrs.inputShape as Four
  const given = floats(args, 'dy', 'filter')
  const found = given && windowOf(tf, attrs as unknown as ConvAttrs, shape, given.filter.shape)
  if (!found || shape.includes(0)) return null
  return run(backend, inputGradientRecipe(found), { dy: given.dy, w: given.filter }, shape, found.batch)
}

/** Gradient of max pooling in one dispatch: each pixel of the image looks for the windows whose first largest value it is. */
export const maxPoolGradient: GpuKernel = args => {
  const { tf, backend, attrs } = args
  const given = floats(args, 'dy', 'input', 'output')
  if (!given) return null
  const { dy, input: x, output: y } = given
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as ConvAttrs & { readonly filterSize: Two | number }
  const info = tf.backend_util.computePool2DInfo([...x.shape] as Four, filterSize, strides, 1, pad, dimRoundingMode)
  const win: PoolWindow = {
    ...{ h: info.inHeight, w: info.inWidth, c: info.inChannels, oh: info.outHeight, ow: info.outWidth },
    ...{ size: [info.filterHeight, info.filterWidth], strides: [info.strideHeight, info.strideWidth] },
    ...{ top: info.padInfo.top, left: info.padInfo.left },
  }
  const recipe = recipeOf('max pool gradient', win, numbers =>
    eachValue('max pool gradient', { perSample: numbers.h * numbers.w * numbers.c }, `${pooledBack('max', numbers)}\n    result[i] = v;`),
  )
  return run(backend, recipe, { x, y, dy }, x.shape, info.batchSize)
}

/** Gradient of ReLU in one dispatch: dy where the output y is above 0; null when this case is left to tfjs. */
export const reluGate = (tf: Tf, backend: GpuBackend, dy: tfjs.Tensor, y: tfjs.Tensor): tfjs.Tensor | null => {
  if (!floats({ backend, inputs: { dy, y } }, 'dy', 'y')) return null
  const recipe = recipeOf('relu gate', {}, () =>
    eachValue('relu gate', { perSample: 1 }, '    result[i] = select(0.0, dy[i], y[i] > 0.0);'),
  )
  const gate = tf.customGrad((...given) => {
    const inputs = { dy: given[0] as tfjs.Tensor, y }
    return {
      value: tf.engine().makeTensorFromTensorInfo(run(backend, recipe, inputs, y.shape, y.size)),
      gradFunc: (again: tfjs.Tensor) => reluGate(tf, backend, again, y) ?? tf.mul(again, tf.step(y)),
    }
  })
  return gate(dy)
}
