import type * as tfjs from '@tensorflow/tfjs'
import { gpuBackend } from '../kernels/webgpu/backend.ts'
import { type Batches, openBatches } from './batches.ts'
import type { Objective } from './objective.ts'
import { disposeOptimizer, makeOptimizer, setLearningRate } from './optimizers.ts'
import type { PlanExecutor } from './plan/executor.ts'
import type { BatchScore } from './plan/wasm/run.ts'
import type { NamedWeight } from './protocol.ts'
import type { TrainJob } from './run.ts'
import { randomLayers, type StepContext, trainableVariables, trainStep } from './step.ts'
import type { Tf } from './tf.ts'
import { type HandOver, keepElsewhere, setResidentWeights, setWeights } from './weights.ts'

/** One way to train on batches. Results wait until they are read together, so that a graphics card is not waited for at every step. */
export interface Stepper {
  /** Trains on the samples with these indices; `step` counts from 1. */
  step(indices: Int32Array, learningRate: number, step: number): void
  /** Mean loss and number of right guesses of each step since the last reading. */
  read(): Promise<readonly BatchScore[]>
  /** Keeps what was trained elsewhere from ever reaching the model. */
  abandon?(): void
  /** Takes the training inputs anew, which have been changed in place. */
  reload(): void
  dispose(): Promise<void>
}

/** Trains the tfjs model itself. */
export const tfStepper = (tf: Tf, { model, data, setup, backend }: TrainJob, objective: Objective): Stepper => {
  const batches: Batches = openBatches(tf, data.train, data.shape)
  const context: StepContext = {
    tf,
    objective,
    optimizer: makeOptimizer(tf, setup.optimizer, setup.learningRate),
    setup,
    variables: trainableVariables(model),
    random: randomLayers(model),
    seed: setup.seed,
    checkFirst: backend.backend === 'wasm' || backend.backend === 'cpu',
  }
  const seeds = context.random.map(layer => layer.seed)
  let unread: tfjs.Tensor1D[] = []
  return {
    step(indices, learningRate, step) {
      const batch = batches.take(indices)
      setLearningRate(context.optimizer, learningRate)
      unread.push(trainStep(context, batch, step, learningRate))
      tf.dispose([batch.x, batch.y])
    },
    async read() {
      const results = unread
      unread = []
      if (results.length === 0) return []
      const all = tf.concat(results)
      // A lost device refuses the reading.
      const values = await all.data().finally(() => tf.dispose([all, ...results]))
      return results.map((_, i) => ({ loss: values[2 * i] ?? Number.NaN, correct: values[2 * i + 1] ?? Number.NaN }))
    },
    reload: () => batches.reload(),
    async dispose() {
      tf.dispose(unread)
      unread = []
      context.random.forEach((layer, i) => {
        layer.seed = seeds[i] ?? layer.seed
      })
      disposeOptimizer(context.optimizer)
      batches.dispose()
    },
  }
}

/** Hands a plan's weights to the model, one reading at a time; at once where both lie on the processor or on the same graphics card. */
const handOverOf = (tf: Tf, { model }: TrainJob, plan: PlanExecutor) => {
  let ahead = false
  let pending: Promise<void> | undefined
  let abandoned = false
  const put = (weights: NamedWeight[]): undefined => {
    if (!abandoned) setWeights(tf, model, weights)
  }
  const handOver: HandOver = () => {
    // Steps may have been taken since that reading began.
    if (pending) return pending.then(handOver)
    if (!ahead || abandoned) return undefined
    ahead = false
    const backend = gpuBackend(tf)
    const resident = backend && plan.resident?.()
    if (backend && resident && backend.device === resident.device) {
      setResidentWeights(tf, backend, model, resident.weights)
      return undefined
    }
    const weights = plan.getWeights()
    if (!(weights instanceof Promise)) return put(weights)
    pending = weights.then(put).finally(() => {
      pending = undefined
    })
    return pending
  }
  const outdate = () => {
    ahead = true
  }
  const abandon = () => {
    abandoned = true
  }
  return { handOver, outdate, abandon }
}

/** Trains a plan beside the model, which gets the new weights whenever somebody looks at it, and in the end. */
export const planStepper = (tf: Tf, job: TrainJob, plan: PlanExecutor): Stepper => {
  let unread: { readonly samples: number; readonly score: BatchScore | undefined }[] = []
  const { handOver, outdate, abandon } = handOverOf(tf, job, plan)
  keepElsewhere(job.model, handOver)
  return {
    step(indices, learningRate) {
      unread.push({ samples: indices.length, score: plan.step(indices, learningRate) })
      outdate()
    },
    async read() {
      const steps = unread
      unread = []
      const late = (await plan.read?.()) ?? []
      let next = 0
      return steps.map(({ samples, score = late[next++] }) => ({
        loss: (score?.loss ?? Number.NaN) / samples,
        correct: score?.correct ?? Number.NaN,
      }))
    },
    abandon,
    reload: () => plan.reload(),
    async dispose() {
      try {
        await handOver()
      } catch {
        // The training has told of a lost device already; the model keeps the weights of the last reading.
      }
      keepElsewhere(job.model, null)
      plan.dispose()
    },
  }
}
