import type * as tfjs from '@tensorflow/tfjs'
import type { TrainingSetup } from '../graph/document.ts'
import type { Tf } from './tf.ts'

/** What keeps gradients short. */
export type Clip = Pick<TrainingSetup, 'clip' | 'clipLimit'>

/** Scales tensors so that the length over all of them together is at most `most`. */
const shortened = (tf: Tf, gradients: readonly tfjs.Tensor[], most: number): tfjs.Tensor[] => {
  // Not `addN`, which on WebGPU binds all terms at once, more than a shader may have.
  const length = tf.sqrt(tf.sum(tf.stack(gradients.map(g => tf.sum(tf.square(g))))))
  const factor = tf.where(tf.greater(length, most), tf.div(most, length), tf.onesLike(length))
  return gradients.map(g => tf.mul(g, factor))
}

/** Gradients of a step as the setup wants them clipped; to be called inside a tidy. */
export const clipGradients = (tf: Tf, { clip, clipLimit }: Clip, gradients: tfjs.NamedTensorMap): tfjs.NamedTensorMap => {
  const names = Object.keys(gradients)
  const all = Object.values(gradients)
  const named = (values: readonly tfjs.Tensor[]): tfjs.NamedTensorMap => Object.fromEntries(values.map((g, i) => [names[i], g]))
  switch (clip) {
    case 'none':
      return gradients
    case 'value':
      return named(all.map(g => tf.clipByValue(g, -clipLimit, clipLimit)))
    case 'norm':
      return named(all.flatMap(g => shortened(tf, [g], clipLimit)))
    case 'globalNorm':
      return named(shortened(tf, all, clipLimit))
  }
}

/** Takes a share off every variable: decoupled weight decay, before the gradient is applied as in Keras. */
export const decayWeights = (tf: Tf, variables: readonly tfjs.Variable[], share: number): void => {
  if (share === 0) return
  for (const variable of variables) tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(variable, share))))
}
