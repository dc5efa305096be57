import type * as tfjs from '@tensorflow/tfjs'
import type { Part } from '../data/prepared.ts'
import type { Shape } from '../layers/shape.ts'
import { type Batches, openBatches, range } from './batches.ts'
import { tally } from './metrics.ts'
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

/** Mean loss and outputs of one batch, still on the device. */
const judge = (tf: Tf, objective: Objective, batches: Batches, indices: Int32Array): [tfjs.Tensor, tfjs.Tensor] =>
  tf.tidy(() => {
    const { loss, head, last } = objective
    const { x, y } = batches.take(indices)
    const output = forward(objective, x, false)
    return [loss.value(tf, encodeTargets(tf, head, y), output, last !== null), output]
  })

/** Loss, metrics and confusion (`[actual][predicted]`, empty for regression) over a part; null when it is empty or the pass was told to end. */
export const evaluate = async (task: EvaluationTask): Promise<Evaluation | null> => {
  const { tf, objective, part, pace } = task
  if (part.count === 0) return null
  await freshen(objective.model)
  const size = task.batchSize ?? 256
  const counting = tally(objective.head, objective.last !== null)
  const perSample = part.targets.length / part.count
  const batches = openBatches(tf, part, task.shape)
  try {
    for (let start = 0; start < part.count; start += size) {
      const n = Math.min(size, part.count - start)
      const results = judge(tf, objective, batches, range(start, n))
      const [[loss = Number.NaN], outputs] = await Promise.all([results[0].data(), results[1].data()])
      tf.dispose(results)
      counting.add(outputs, part.targets.subarray(start * perSample, (start + n) * perSample), n, loss * n)
      await pace.breathe()
      if (pace.stopping?.()) return null
    }
  } finally {
    batches.dispose()
  }
  return counting.result()
}
