import type * as tfjs from '@tensorflow/tfjs'
import type { Head } from './losses.ts'
import type { Tf } from './tf.ts'

/** Class per sample that outputs `[batch, width]` stand for, int32 `[batch]`; `fused` as in `LossDef.value`. */
export const classesOf = (tf: Tf, head: Head, output: tfjs.Tensor2D, fused: boolean): tfjs.Tensor1D =>
  head.kind === 'oneHot'
    ? tf.argMax(output, -1)
    : (tf.reshape(tf.cast(tf.greater(output, fused ? 0 : 0.5), 'int32'), [-1]) as tfjs.Tensor1D)

/** Number of samples whose class is right, a scalar; NaN for values, where nothing is right or wrong. */
export const countCorrect = (tf: Tf, head: Head, target: tfjs.Tensor2D, output: tfjs.Tensor2D, fused: boolean): tfjs.Scalar => {
  if (head.kind === 'values') return tf.scalar(Number.NaN)
  const right = tf.equal(classesOf(tf, head, target, false), classesOf(tf, head, output, fused))
  return tf.sum(tf.cast(right, 'float32')) as tfjs.Scalar
}
