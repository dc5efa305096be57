import type * as tfjs from '@tensorflow/tfjs'
import { type Batches, openBatches } from './batches.ts'
import type { Objective } from './objective.ts'
import { disposeOptimizer, optimizers, setLearningRate } from './optimizers.ts'
import type { BatchScore, PlanRun } from './plan/wasm/run.ts'
import type { TrainJob } from './run.ts'
import { randomLayers, type StepContext, trainableVariables, trainStep } from './step.ts'
import type { Tf } from './tf.ts'
import { keepElsewhere, setWeights } from './weights.ts'

/** One way to train on batches. Results wait until they are read together, so that a graphics card is not waited for at every step. */
export interface Stepper {
  /** Trains on the samples with these indices; `step` counts from 1. */
  step(indices: Int32Array, learningRate: number, step: number): void
  /** Mean loss and number of right guesses of each step since the last reading. */
  read(): Promise<readonly BatchScore[]>
  dispose(): void
}

/** Trains the tfjs model itself. */
export const tfStepper = (tf: Tf, { model, data, setup, backend }: TrainJob, objective: Objective): Stepper => {
  const batches: Batches = openBatches(tf, data.train, data.shape)
  const context: StepContext = {
    tf,
    objective,
    optimizer: optimizers[setup.optimizer].make(tf, setup.learningRate),
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
      unread.push(trainStep(context, batch, step))
      tf.dispose([batch.x, batch.y])
    },
    async read() {
      const results = unread
      unread = []
      if (results.length === 0) return []
      const all = tf.concat(results)
      const values = await all.data()
      tf.dispose([all, ...results])
      return results.map((_, i) => ({ loss: values[2 * i] ?? Number.NaN, correct: values[2 * i + 1] ?? Number.NaN }))
    },
    dispose() {
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

/** Trains a plan beside the model, which gets the new weights whenever somebody looks at it, and in the end. */
export const planStepper = (tf: Tf, { model }: TrainJob, plan: PlanRun): Stepper => {
  let unread: BatchScore[] = []
  let ahead = false
  const handOver = () => {
    if (ahead) setWeights(tf, model, plan.getWeights())
    ahead = false
  }
  keepElsewhere(model, handOver)
  return {
    step(indices, learningRate) {
      const { loss, correct } = plan.step(indices, learningRate)
      unread.push({ loss: loss / indices.length, correct })
      ahead = true
    },
    read() {
      const scores = unread
      unread = []
      return Promise.resolve(scores)
    },
    dispose() {
      handOver()
      keepElsewhere(model, null)
      plan.dispose()
    },
  }
}
