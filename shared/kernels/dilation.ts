import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../engine/tf.ts'
import { gpuBackend } from './webgpu/backend.ts'

type T4 = tfjs.Tensor4D
type Two = [number, number]
interface ConvAttrs {
  readonly strides: Two | number
  readonly pad: 'valid' | 'same' | number
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dilations: Two | number
  readonly dimRoundingMode?: string
}

const pair = (v: Two | number): Two => (typeof v === 'number' ? [v, v] : v)

/** `[n, (n − 1)·step + 1]` with a one where tap i lands. */
const spreadMatrix = (tf: Tf, n: number, step: number): tfjs.Tensor2D => {
  const width = (n - 1) * step + 1
  const values = new Float32Array(n * width)
  for (let i = 0; i < n; i++) values[i * width + i * step] = 1
  return tf.tensor2d(values, [n, width])
}

/** The filter `[fh, fw, in, out]` with `rate − 1` zeros between its taps. */
const spreadFilter = (tf: Tf, filter: T4, [down, across]: Two): T4 => {
  const [fh, fw, cin, cout] = filter.shape
  const [rows, columns] = [spreadMatrix(tf, fh, down), spreadMatrix(tf, fw, across)]
  const tall = tf.matMul(rows, tf.reshape(filter, [fh, -1]) as tfjs.Tensor2D, true)
  const turned = tf.transpose(tf.reshape(tall, [rows.shape[1], fw, cin * cout]), [1, 0, 2])
  const wide = tf.matMul(columns, tf.reshape(turned, [fw, -1]) as tfjs.Tensor2D, true)
  return tf.transpose(tf.reshape(wide, [columns.shape[1], rows.shape[1], cin, cout]), [1, 0, 2, 3]) as T4
}

/**
 * Gradient of a dilated convolution, which tfjs refuses: that of an ordinary one whose filter has zeros between its taps.
 * Undilated convolutions keep tfjs's own gradient. Our kernels on WebGPU step over the gaps themselves.
 */
export const dilatedGradient = (tf: Tf): tfjs.GradConfig => {
  const stock = tf.getGradient('Conv2D')
  return {
    kernelName: 'Conv2D',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const { dilations, dimRoundingMode, ...rest } = attrs as unknown as ConvAttrs
      const rate = pair(dilations)
      if (rate[0] === 1 && rate[1] === 1) return stock.gradFunc(dy, saved, attrs)
      const [x, filter] = saved as [T4, T4]
      const common = { ...rest, ...(dimRoundingMode ? { dimRoundingMode } : {}) }
      const run = (kernel: string, inputs: tfjs.NamedTensorMap, more: object) =>
        tf.engine().runKernel(kernel, inputs, { ...common, ...more } as unknown as tfjs.NamedAttrMap) as T4
      if (rest.dataFormat !== 'NCHW' && gpuBackend(tf))
        return {
          x: () => run('Conv2DBackpropInput', { dy: dy as T4, filter }, { dilations: rate, inputShape: x.shape }),
          filter: () => run('Conv2DBackpropFilter', { x, dy: dy as T4 }, { dilations: rate, filterShape: filter.shape }),
        }
      const [fh, fw, cin, cout] = filter.shape
      const wide: [number, number, number, number] = [(fh - 1) * rate[0] + 1, (fw - 1) * rate[1] + 1, cin, cout]
      return {
        x: () => run('Conv2DBackpropInput', { dy: dy as T4, filter: spreadFilter(tf, filter, rate) }, { inputShape: x.shape }),
        filter: () =>
          tf.stridedSlice(run('Conv2DBackpropFilter', { x, dy: dy as T4 }, { filterShape: wide }), [0, 0, 0, 0], wide, [...rate, 1, 1]),
      }
    },
  }
}
