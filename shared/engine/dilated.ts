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

/** Lets a dilated Conv2D layer train: tfjs's layer takes a fused operation whose gradient refuses dilation, so it is taken apart. */
export const trainDilated = (tf: Tf, layer: tfjs.layers.Layer): void => {
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
