import type * as tfjs from '@tensorflow/tfjs'
import type { Part } from '../data/prepared.ts'
import type { Shape } from '../layers/shape.ts'
import { type Batches, openBatches, range } from './batches.ts'
import { classesOf, countCorrect } from './metrics.ts'
import { encodeTargets, forward, type Objective } from './objective.ts'
import type { Pace } from './predict.ts'
import type { Evaluation } from './protocol.ts'
import type { Tf } from './tf.ts'
import { freshen } from './weights.ts'

/** A pass over one part in inference mode. */
export interface EvaluationTask {
  readonly tf: Tf
  readonly objective: Objective
  readonly part: Part
  readonly shape: Shape
  readonly pace: Pace
  /** Samples per pass; larger is faster and takes more memory. */
  readonly batchSize?: number
}

/** `[loss, correct]` and the classes of one batch, still on the device. */
const judge = (tf: Tf, objective: Objective, batches: Batches, indices: Int32Array): [tfjs.Tensor, tfjs.Tensor] =>
  tf.tidy(() => {
    const { loss, head, last } = objective
    const fused = last !== null
    const { x, y } = batches.take(indices)
    const target = encodeTargets(tf, head, y)
    const output = forward(objective, x, false)
    const sums = tf.stack([loss.value(tf, target, output, fused), countCorrect(tf, head, target, output, fused)])
    return [sums, head.kind === 'values' ? tf.tensor1d([], 'int32') : classesOf(tf, head, output, fused)]
  })

/** Loss, accuracy and confusion (`[actual][predicted]`, empty for regression) over a part; null when it is empty or the pass was told to end. */
export const evaluate = async (task: EvaluationTask): Promise<Evaluation | null> => {
  const { tf, objective, part, pace } = task
  if (part.count === 0) return null
  await freshen(objective.model)
  const size = task.batchSize ?? 256
  const { kind, width } = objective.head
  const classes = kind === 'values' ? 0 : Math.max(2, width)
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  const sums = { loss: 0, correct: 0 }
  const batches = openBatches(tf, part, task.shape)
  try {
    for (let start = 0; start < part.count; start += size) {
      const n = Math.min(size, part.count - start)
      const results = judge(tf, objective, batches, range(start, n))
      const [[loss = Number.NaN, correct = Number.NaN], guesses] = await Promise.all([results[0].data(), results[1].data()])
      tf.dispose(results)
      sums.loss += loss * n
      sums.correct += correct
      guesses.forEach((guess, i) => {
        const row = confusion[part.targets[start + i] ?? 0]
        if (row) row[guess] = (row[guess] ?? 0) + 1
      })
      await pace.breathe()
      if (pace.stopping?.()) return null
    }
  } finally {
    batches.dispose()
  }
  return { loss: sums.loss / part.count, accuracy: sums.correct / part.count, count: part.count, confusion }
}
