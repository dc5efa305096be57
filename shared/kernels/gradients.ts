import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../engine/tf.ts'
import { dilatedGradient } from './dilation.ts'
import { gpuBackend } from './webgpu/backend.ts'
import { reluGate } from './webgpu/gradients.ts'

type T4 = tfjs.Tensor4D
type Two = [number, number]

/** Weights `[to, from]` with which resizing one axis mixes its source positions (tfjs: no half-pixel centres). */
export const resizeMatrix = (from: number, to: number, nearest: boolean, alignCorners: boolean): Float32Array => {
  const matrix = new Float32Array(to * from)
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to
  const add = (row: number, column: number, share: number) => {
    matrix[row * from + column] = (matrix[row * from + column] ?? 0) + share
  }
  for (let i = 0; i < to; i++) {
    const at = scale * i
    if (nearest) add(i, Math.min(from - 1, alignCorners ? Math.round(at) : Math.floor(at)), 1)
    else {
      const low = Math.floor(at)
      add(i, low, 1 - (at - low))
      add(i, Math.min(from - 1, Math.ceil(at)), at - low)
    }
  }
  return matrix
}

/** Contracts the last axis of a tensor with a matrix `[n, m]`. */
const lastTimes = (tf: Tf, x: tfjs.Tensor, matrix: tfjs.Tensor2D): tfjs.Tensor => {
  const rest = x.shape.slice(0, -1)
  return tf.reshape(tf.matMul(tf.reshape(x, [-1, matrix.shape[0]]) as tfjs.Tensor2D, matrix), [...rest, matrix.shape[1]])
}

/** Gradient of resizing images: the transpose of the two mixing matrices applied to the output's gradient. */
const resizeBack = (tf: Tf, dy: T4, shape: readonly number[], nearest: boolean, alignCorners: boolean): T4 => {
  const [, h = 1, w = 1] = shape
  const [, outH, outW] = dy.shape
  if (nearest && !alignCorners && outH % h === 0 && outW % w === 0) {
    const window: Two = [outH / h, outW / w]
    return tf.mul(tf.avgPool(dy, window, window, 'valid'), window[0] * window[1])
  }
  const rows = tf.tensor2d(resizeMatrix(h, outH, nearest, alignCorners), [outH, h])
  const columns = tf.tensor2d(resizeMatrix(w, outW, nearest, alignCorners), [outW, w])
  const tall = lastTimes(tf, tf.transpose(dy, [0, 2, 3, 1]), rows)
  return tf.transpose(lastTimes(tf, tf.transpose(tall, [0, 2, 3, 1]), columns), [0, 2, 3, 1]) as T4
}

const resizeGradient = (tf: Tf, kernelName: string, nearest: boolean): tfjs.GradConfig => ({
  kernelName,
  inputsToSave: ['images'],
  gradFunc: (dy, saved, attrs) => ({
    images: () => {
      if (attrs.halfPixelCenters) throw new Error('Resizing with half-pixel centres cannot be trained.')
      return resizeBack(tf, dy as T4, saved[0]?.shape ?? [], nearest, attrs.alignCorners === true)
    },
  }),
})

/** Filter area ÷ pixels inside the image per window, `[1, outH, outW, 1]`: corrects tfjs's gradient of padded average pooling. */
const windowShares = (info: tfjs.backend_util.Conv2DInfo): Float32Array => {
  const inside = (at: number, stride: number, pad: number, filter: number, size: number) =>
    Math.min(size, at * stride - pad + filter) - Math.max(0, at * stride - pad)
  const { outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth, inHeight, inWidth, padInfo } = info
  return Float32Array.from({ length: outHeight * outWidth }, (_, i) => {
    const rows = inside(Math.floor(i / outWidth), strideHeight, padInfo.top, filterHeight, inHeight)
    const columns = inside(i % outWidth, strideWidth, padInfo.left, filterWidth, inWidth)
    return (filterHeight * filterWidth) / (rows * columns)
  })
}

const averagePoolGradient = (tf: Tf): tfjs.GradConfig => ({
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => ({
    x: () => {
      const x = saved[0] as T4
      const { filterSize, strides, pad } = attrs as unknown as {
        filterSize: Two | number
        strides: Two | number
        pad: 'valid' | 'same' | number
      }
      const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad)
      const { top, bottom, left, right } = info.padInfo
      const padded = top > 0 || bottom > 0 || left > 0 || right > 0
      const even = padded ? tf.mul(dy as T4, tf.tensor4d(windowShares(info), [1, info.outHeight, info.outWidth, 1])) : (dy as T4)
      return tf
        .engine()
        .runKernel('AvgPoolGrad', { dy: even, input: x }, { filterSize, strides, pad } as unknown as tfjs.NamedAttrMap) as T4
    },
  }),
})

/** Gradient of ReLU as tfjs has it, but one kernel instead of two on WebGPU. */
const reluGradient = (tf: Tf): tfjs.GradConfig => {
  const stock = tf.getGradient('Relu')
  return {
    kernelName: 'Relu',
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, y] = saved as [tfjs.Tensor, tfjs.Tensor]
      const backend = gpuBackend(tf)
      const others = stock.gradFunc(dy, [x], attrs)
      return { x: () => (backend && reluGate(tf, backend, dy as tfjs.Tensor, y)) ?? (others.x as () => tfjs.Tensor)() }
    },
  }
}

const done = new WeakSet<object>()

/**
 * Replaces the gradients that tfjs computes wrongly on some or all backends: average pooling with padding, resizing of images that
 * are not square, and dilated convolution, which it refuses. Built of ordinary operations, so it serves every backend; does nothing the second time.
 */
export const registerGradients = (tf: Tf): void => {
  if (done.has(tf)) return
  done.add(tf)
  const configs = [
    dilatedGradient(tf),
    averagePoolGradient(tf),
    reluGradient(tf),
    resizeGradient(tf, 'ResizeNearestNeighbor', true),
    resizeGradient(tf, 'ResizeBilinear', false),
  ]
  for (const config of configs) {
    if (tf.getGradient(config.kernelName)) tf.unregisterGradient(config.kernelName)
    tf.registerGradient(config)
  }
}
