import type * as tfjs from '@tensorflow/tfjs'
import type { PreparedData } from '../data/prepared.ts'
import type { LossId } from '../graph/document.ts'
import { gpuBackend } from '../kernels/webgpu/backend.ts'
import { softmaxCrossEntropy } from '../kernels/webgpu/crossEntropy.ts'
import { dims, type Shape, sizeOf } from '../layers/shape.ts'
import { fail, ok, type Result } from '../result.ts'
import type { Tf } from './tf.ts'

/** How targets are laid out for a loss: one-hot rows, a single 0/1, or plain values; `width` numbers per sample. */
export interface Head {
  readonly kind: 'oneHot' | 'binary' | 'values'
  readonly width: number
}

/** What training makes small. */
export interface LossDef {
  readonly id: LossId
  readonly label: string
  /** Class below `keras.losses`. */
  readonly keras: string
  /** One sentence for the tooltip. */
  readonly doc: string
  /** The last activation that is computed together with this loss, which keeps both exact. */
  readonly fuses: 'softmax' | 'sigmoid' | null
  /** True when it can never be below zero, so that a negative value means broken numbers. */
  readonly positive: boolean
  /** Whether the network's output shape fits the data, and how targets are laid out. */
  head(output: Shape, data: Pick<PreparedData, 'classes' | 'train' | 'validation' | 'test'>): Result<Head>
  /** Mean loss of `[batch, width]` outputs; `fused`: the outputs have not passed the last activation yet. */
  value(tf: Tf, target: tfjs.Tensor2D, output: tfjs.Tensor2D, fused: boolean): tfjs.Scalar
}

type Facts = Parameters<LossDef['head']>[1]
const TINY = 1e-7

const valuesPerSample = (data: Facts): number => {
  const part = [data.train, data.validation, data.test].find(p => p.count > 0)
  return part ? part.targets.length / part.count : 1
}

const misfit = (output: Shape, wanted: number, what: string): Result<never> =>
  fail(
    'train/output-mismatch',
    `The last layer gives ${dims(output)}, but ${what}: make it give ${wanted} value${wanted === 1 ? '' : 's'}.`,
    {
      expected: String(wanted),
      received: dims(output),
    },
  )

const flat = (output: Shape): boolean => output.length === 1

const classHead =
  (label: string) =>
  (output: Shape, data: Facts): Result<Head> => {
    const count = data.classes.length
    if (count === 0)
      return fail('train/loss-mismatch', `${label} wants classes, but this data has numbers to predict: choose mean squared error.`)
    if (!flat(output) || sizeOf(output) !== count) return misfit(output, count, `the data has ${count} classes`)
    if (count < 2) return fail('train/loss-mismatch', `${label} wants two or more classes, but the data has ${count}.`)
    return ok({ kind: 'oneHot', width: count })
  }

const anyHead = (output: Shape, data: Facts): Result<Head> => {
  const count = data.classes.length
  const size = sizeOf(output)
  if (count === 0) {
    const width = valuesPerSample(data)
    return flat(output) && size === width ? ok({ kind: 'values', width }) : misfit(output, width, `each sample has ${width} to predict`)
  }
  if (flat(output) && size === count && count > 1) return ok({ kind: 'oneHot', width: count })
  if (flat(output) && size === 1 && count <= 2) return ok({ kind: 'binary', width: 1 })
  return misfit(output, count, `the data has ${count} classes`)
}

const crossEntropy: LossDef['value'] = (tf, target, output, fused) => {
  const backend = fused ? gpuBackend(tf) : null
  if (backend) return softmaxCrossEntropy(tf, backend, target, output)
  if (fused) return tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(output)), -1))) as tfjs.Scalar
  const share = tf.div(output, tf.sum(output, -1, true))
  return tf.neg(tf.mean(tf.sum(tf.mul(target, tf.log(tf.clipByValue(share, TINY, 1 - TINY))), -1))) as tfjs.Scalar
}

const binaryCrossEntropy: LossDef['value'] = (tf, target, output, fused) => {
  if (fused) {
    // max(x, 0) − x·t + ln(1 + e^−|x|), which never overflows.
    const tail = tf.log1p(tf.exp(tf.neg(tf.abs(output))))
    return tf.mean(tf.add(tf.sub(tf.relu(output), tf.mul(output, target)), tail)) as tfjs.Scalar
  }
  const p = tf.clipByValue(output, TINY, 1 - TINY)
  const hit = tf.mul(target, tf.log(p))
  const miss = tf.mul(tf.sub(1, target), tf.log(tf.sub(1, p)))
  return tf.neg(tf.mean(tf.add(hit, miss))) as tfjs.Scalar
}

/** Every loss. */
export const losses: Readonly<Record<LossId, LossDef>> = {
  sparseCategoricalCrossentropy: {
    id: 'sparseCategoricalCrossentropy',
    label: 'Sparse categorical cross-entropy',
    keras: 'SparseCategoricalCrossentropy',
    doc: 'For one of several classes given as a number; the last layer has one softmax output per class.',
    fuses: 'softmax',
    positive: true,
    head: classHead('Sparse categorical cross-entropy'),
    value: crossEntropy,
  },
  categoricalCrossentropy: {
    id: 'categoricalCrossentropy',
    label: 'Categorical cross-entropy',
    keras: 'CategoricalCrossentropy',
    doc: 'The same for classes given as a row of zeros and a one; Netloom makes those rows itself.',
    fuses: 'softmax',
    positive: true,
    head: classHead('Categorical cross-entropy'),
    value: crossEntropy,
  },
  binaryCrossentropy: {
    id: 'binaryCrossentropy',
    label: 'Binary cross-entropy',
    keras: 'BinaryCrossentropy',
    doc: 'For yes or no: one sigmoid output, or one per class when each is judged on its own.',
    fuses: 'sigmoid',
    positive: true,
    head: anyHead,
    value: binaryCrossEntropy,
  },
  meanSquaredError: {
    id: 'meanSquaredError',
    label: 'Mean squared error',
    keras: 'MeanSquaredError',
    doc: 'Mean of the squared differences; for predicting numbers.',
    fuses: null,
    positive: true,
    head: anyHead,
    value: (tf, target, output) => tf.mean(tf.square(tf.sub(target, output))) as tfjs.Scalar,
  },
}
