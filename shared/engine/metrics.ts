import type * as tfjs from '@tensorflow/tfjs'
import { gpuBackend } from '../kernels/webgpu/backend.ts'
import { countRight } from '../kernels/webgpu/crossEntropy.ts'
import type { Head } from './losses.ts'
import type { Evaluation } from './protocol.ts'
import type { Tf } from './tf.ts'

/** Ids of all metrics, in the order in which they are shown. */
export const METRICS = ['accuracy', 'top5', 'precision', 'recall', 'mae', 'mse'] as const
export type MetricId = (typeof METRICS)[number]

/** What a pass over a part has counted. */
interface Counts {
  readonly samples: number
  /** `confusion[actual][predicted]`; empty for values. */
  readonly confusion: readonly (readonly number[])[]
  /** Samples whose class is among the five likeliest. */
  readonly among: number
  /** Sums over samples of the mean absolute and the mean squared error of their values. */
  readonly absolute: number
  readonly squared: number
}

/** One figure that tells how good a network is. */
export interface MetricDef {
  readonly label: string
  /** One sentence for the tooltip. */
  readonly doc: string
  /** A share 0–1, shown in per cent, or a plain number. */
  readonly share: boolean
  fits(head: Pick<Head, 'kind' | 'width'>): boolean
  value(counts: Counts): number
}

const total = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0)

/** Share of the answers "class i" that are right, per class; NaN where that was never said. */
export const precisions = (confusion: Counts['confusion']): number[] =>
  confusion.map((row, i) => (row[i] ?? 0) / total(confusion.map(other => other[i] ?? 0)))

/** Share of the samples of class i that were found, per class; NaN where there are none. */
export const recalls = (confusion: Counts['confusion']): number[] => confusion.map((row, i) => (row[i] ?? 0) / total(row))

/** Mean over the classes that occur; one that was never said counts as 0, as in scikit-learn. */
const macro = (perClass: readonly number[], { confusion }: Counts): number => {
  const present = confusion.flatMap((row, i) => (total(row) > 0 ? [perClass[i] ?? 0] : []))
  return total(present.map(v => (Number.isNaN(v) ? 0 : v))) / present.length
}

const TOP = 5
const classes = ({ kind }: Pick<Head, 'kind'>): boolean => kind !== 'values'

/** Every metric; which are measured follows from the kind of target. */
export const metrics: Readonly<Record<MetricId, MetricDef>> = {
  accuracy: {
    label: 'Accuracy',
    doc: 'Share of the samples whose class is right.',
    share: true,
    fits: classes,
    value: ({ confusion, samples }) => total(confusion.map((row, i) => row[i] ?? 0)) / samples,
  },
  top5: {
    label: 'Top 5',
    doc: 'Share of the samples whose class is among the five likeliest answers; measured from ten classes on.',
    share: true,
    fits: ({ kind, width }) => kind === 'oneHot' && width >= 2 * TOP,
    value: ({ among, samples }) => among / samples,
  },
  precision: {
    label: 'Precision',
    doc: 'Share of the answers “class X” that are right, as a mean over the classes.',
    share: true,
    fits: classes,
    value: counts => macro(precisions(counts.confusion), counts),
  },
  recall: {
    label: 'Recall',
    doc: 'Share of the samples of class X that are found, as a mean over the classes.',
    share: true,
    fits: classes,
    value: counts => macro(recalls(counts.confusion), counts),
  },
  mae: {
    label: 'Mean absolute error',
    doc: 'How far the predicted numbers are off, on average.',
    share: false,
    fits: ({ kind }) => kind === 'values',
    value: ({ absolute, samples }) => absolute / samples,
  },
  mse: {
    label: 'Mean squared error',
    doc: 'Mean of the squared differences between predicted and true numbers.',
    share: false,
    fits: ({ kind }) => kind === 'values',
    value: ({ squared, samples }) => squared / samples,
  },
}

/** Counts what outputs got right, batch after batch. */
export interface Tally {
  /** `outputs` holds rows of `head.width` values, `targets` a class index or `head.width` values per row. */
  add(outputs: ArrayLike<number>, targets: ArrayLike<number>, rows: number, lossSum: number): void
  result(): Evaluation
}

const bestOf = (outputs: ArrayLike<number>, at: number, width: number): number => {
  let best = 0
  for (let j = 1; j < width; j++) if ((outputs[at + j] ?? 0) > (outputs[at + best] ?? 0)) best = j
  return best
}

/** True when fewer than five classes are likelier than this one. */
const isAmong = (outputs: ArrayLike<number>, at: number, width: number, label: number): boolean => {
  let likelier = 0
  for (let j = 0; j < width; j++) if ((outputs[at + j] ?? 0) > (outputs[at + label] ?? 0)) likelier++
  return likelier < TOP
}

/** Starts counting; `fused`: the outputs have not passed the last activation yet. */
export const tally = ({ kind, width }: Head, fused: boolean): Tally => {
  const count = kind === 'values' ? 0 : Math.max(2, width)
  const confusion = Array.from({ length: count }, () => new Array<number>(count).fill(0))
  const sums = { loss: 0, samples: 0, among: 0, absolute: 0, squared: 0 }
  const addClass = (outputs: ArrayLike<number>, at: number, label: number): void => {
    const guess = kind === 'oneHot' ? bestOf(outputs, at, width) : Number((outputs[at] ?? 0) > (fused ? 0 : 0.5))
    const row = confusion[label]
    if (row) row[guess] = (row[guess] ?? 0) + 1
    if (kind === 'oneHot' && isAmong(outputs, at, width, label)) sums.among += 1
  }
  const addValues = (outputs: ArrayLike<number>, targets: ArrayLike<number>, at: number): void => {
    for (let j = at; j < at + width; j++) {
      const off = (outputs[j] ?? Number.NaN) - (targets[j] ?? Number.NaN)
      sums.absolute += Math.abs(off) / width
      sums.squared += (off * off) / width
    }
  }
  return {
    add(outputs, targets, rows, lossSum) {
      for (let i = 0; i < rows; i++) {
        if (kind === 'values') addValues(outputs, targets, i * width)
        else addClass(outputs, i * width, targets[i] ?? 0)
      }
      sums.loss += lossSum
      sums.samples += rows
    },
    result() {
      const counts: Counts = { ...sums, confusion }
      const fitting = METRICS.filter(id => metrics[id].fits({ kind, width }))
      const measured: Partial<Record<MetricId, number>> = Object.fromEntries(fitting.map(id => [id, metrics[id].value(counts)]))
      const { accuracy = Number.NaN } = measured
      return { loss: sums.loss / sums.samples, accuracy, count: sums.samples, confusion, metrics: measured }
    },
  }
}

/** Class per sample that outputs `[batch, width]` stand for, int32 `[batch]`; `fused` as in `LossDef.value`. */
const classesOf = (tf: Tf, head: Head, output: tfjs.Tensor2D, fused: boolean): tfjs.Tensor1D =>
  head.kind === 'oneHot'
    ? tf.argMax(output, -1)
    : (tf.reshape(tf.cast(tf.greater(output, fused ? 0 : 0.5), 'int32'), [-1]) as tfjs.Tensor1D)

/** What a training step counts beside the loss, summed over its samples: right classes, or for values the mean absolute error. */
export const stepCount = (tf: Tf, head: Head, target: tfjs.Tensor2D, output: tfjs.Tensor2D, fused: boolean): tfjs.Scalar => {
  if (head.kind === 'values') return tf.sum(tf.mean(tf.abs(tf.sub(output, target)), -1)) as tfjs.Scalar
  const backend = head.kind === 'oneHot' ? gpuBackend(tf) : null
  if (backend) return countRight(tf, backend, target, output)
  const right = tf.equal(classesOf(tf, head, target, false), classesOf(tf, head, output, fused))
  return tf.sum(tf.cast(right, 'float32')) as tfjs.Scalar
}
