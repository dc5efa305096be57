import type * as tfjs from '@tensorflow/tfjs'
import type { TrainingSetup } from '../graph/document.ts'
import { mixSeed } from '../rng.ts'
import type { Batch } from './batches.ts'
import { type Clip, clipGradients } from './gradients.ts'
import { stepCount } from './metrics.ts'
import { encodeTargets, forward, type Objective } from './objective.ts'
import { type TfOptimizer, updateVariables } from './optimizers.ts'
import type { Tf } from './tf.ts'

/** Everything one training step needs. */
export interface StepContext {
  readonly tf: Tf
  readonly objective: Objective
  readonly optimizer: TfOptimizer
  readonly setup: Clip & Pick<TrainingSetup, 'weightDecay'>
  readonly variables: readonly tfjs.Variable[]
  /** Layers that draw random numbers; each gets its own seed per step. */
  readonly random: readonly { name: string; seed: number }[]
  readonly seed: number
  /** Look at the loss before applying gradients, so that broken ones are not applied; free where reading does not wait for a device. */
  readonly checkFirst: boolean
}

/** The trainable variables of a model. */
export const trainableVariables = (model: tfjs.LayersModel): tfjs.Variable[] =>
  model.trainableWeights.map(weight => weight.read() as unknown as tfjs.Variable)

/** Layers of a model that draw random numbers from a seed, such as Dropout. */
export const randomLayers = (model: tfjs.LayersModel): { name: string; seed: number }[] =>
  model.layers.flatMap(layer => ('seed' in layer && typeof layer.seed === 'number' ? [layer as { name: string; seed: number }] : []))

/** True for a loss that no sound training gives. */
export const isBroken = (loss: number, positive: boolean): boolean => !Number.isFinite(loss) || (positive && loss < -1e-6)

/**
 * One training step: forward, loss with regularisation, gradients, clipping, decay, new weights. Returns `[mean loss, count]` (see `stepCount`) still on the
 * device, so that nothing waits for it; the caller reads and disposes of it, and of the batch.
 */
export const trainStep = (ctx: StepContext, batch: Batch, step: number, learningRate: number): tfjs.Tensor1D => {
  const { tf, objective, optimizer } = ctx
  const { model, loss, head } = objective
  for (const layer of ctx.random) layer.seed = mixSeed(ctx.seed, layer.name, step)
  return tf.tidy(() => {
    const target = encodeTargets(tf, head, batch.y)
    let counted: tfjs.Scalar | undefined
    const { value, grads } = tf.variableGrads(() => {
      const output = forward(objective, batch.x, true)
      counted = tf.keep(stepCount(tf, head, target, output, objective.last !== null))
      const penalties = model.calculateLosses()
      return penalties.reduce<tfjs.Scalar>((sum, penalty) => tf.add(sum, penalty), loss.value(tf, target, output, objective.last !== null))
    }, [...ctx.variables])
    const broken = ctx.checkFirst && isBroken(Number(value.dataSync()[0]), loss.positive)
    if (!broken) {
      const clipped = clipGradients(tf, ctx.setup, grads)
      updateVariables(tf, optimizer, ctx.variables, clipped, { learningRate, decay: ctx.setup.weightDecay })
    }
    const result = tf.stack([value, counted ?? tf.scalar(Number.NaN)]) as tfjs.Tensor1D
    counted?.dispose()
    return result
  })
}
