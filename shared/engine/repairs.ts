import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from './tf.ts'

interface ConvLayer {
  readonly strides: [number, number]
  readonly padding: 'valid' | 'same'
  readonly dilationRate: number | readonly number[]
  readonly kernel: tfjs.LayerVariable
  readonly bias: tfjs.LayerVariable | null
  readonly activation: { apply(x: tfjs.Tensor): tfjs.Tensor } | null
}
interface Constant {
  read(): tfjs.Tensor
}
interface NormLayer {
  readonly movingMean: tfjs.LayerVariable
  gamma?: Constant
  beta?: Constant
}

/** Lets a dilated Conv2D layer train: tfjs's layer takes a fused operation whose gradient refuses dilation, so it is taken apart. */
const trainDilated = (tf: Tf, layer: tfjs.layers.Layer): void => {
  const conv = layer as unknown as ConvLayer
  const rate = [conv.dilationRate].flat()
  if (rate.every(r => r === 1)) return
  const dilations: [number, number] = [rate[0] ?? 1, rate[1] ?? rate[0] ?? 1]
  layer.call = inputs =>
    tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tfjs.Tensor4D
      const out = tf.conv2d(x, conv.kernel.read() as tfjs.Tensor4D, conv.strides, conv.padding, 'NHWC', dilations)
      const biased = conv.bias ? tf.add(out, conv.bias.read()) : out
      return conv.activation ? conv.activation.apply(biased) : biased
    })
}

/** Lets a batch normalisation without scale or centre train: tfjs's layer reads both, whether or not they exist. */
const trainPartial = (tf: Tf, layer: tfjs.layers.Layer): void => {
  const norm = layer as unknown as NormLayer
  const call = layer.call.bind(layer)
  layer.call = (inputs, kwargs) => {
    norm.gamma ??= { read: () => tf.ones(norm.movingMean.shape as number[]) }
    norm.beta ??= { read: () => tf.zeros(norm.movingMean.shape as number[]) }
    return call(inputs, kwargs)
  }
}

interface LayerNorm {
  readonly epsilon: number
  readonly gamma: tfjs.LayerVariable | null
  readonly beta: tfjs.LayerVariable | null
}

/** Layer normalisation without tfjs's tiling, whose gradient takes one operation per pixel. */
const trainLayerNorm = (tf: Tf, layer: tfjs.layers.Layer): void => {
  const norm = layer as unknown as LayerNorm
  layer.call = inputs =>
    tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tfjs.Tensor
      const { mean, variance } = tf.moments(x, -1, true)
      const unit = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, norm.epsilon)))
      const scaled = norm.gamma ? tf.mul(unit, norm.gamma.read()) : unit
      return norm.beta ? tf.add(scaled, norm.beta.read()) : scaled
    })
}

/** A frozen batch normalisation keeps its statistics, as in Keras: it always computes as if not training. */
const keepStatistics = (layer: tfjs.layers.Layer): void => {
  const call = layer.call.bind(layer)
  layer.call = (inputs, kwargs) => call(inputs, { ...kwargs, training: false })
}

/** A layer pays its penalties while it learns, as in Keras. */
const payWhileLearning = (layer: tfjs.layers.Layer): void => {
  const pay = layer.calculateLosses.bind(layer)
  layer.calculateLosses = () => (layer.trainable ? pay() : [])
}

/** Puts right what tfjs's layers do wrong or refuse while training. */
export const repair = (tf: Tf, layer: tfjs.layers.Layer, frozen: boolean): void => {
  const kind = layer.getClassName()
  payWhileLearning(layer)
  if (kind === 'Conv2D') trainDilated(tf, layer)
  if (kind === 'LayerNormalization') trainLayerNorm(tf, layer)
  if (kind !== 'BatchNormalization') return
  trainPartial(tf, layer)
  if (frozen) keepStatistics(layer)
}
