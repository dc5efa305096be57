import type * as tfjs from '@tensorflow/tfjs'
import type { PreparedData } from '../data/prepared.ts'
import type { TrainingSetup } from '../graph/document.ts'
import { fail, IssueError, ok, type Result } from '../result.ts'
import { mixSeed, rng } from '../rng.ts'
import { type Batches, openBatches, range } from './batches.ts'
import { brokenIssue, brokenWeight, findBroken } from './health.ts'
import { type Objective, objectiveOf } from './objective.ts'
import { disposeOptimizer, optimizers, setLearningRate } from './optimizers.ts'
import type { BackendReport, NamedWeight } from './protocol.ts'
import { isBroken, randomLayers, type StepContext, trainableVariables, trainStep } from './step.ts'
import type { Tf } from './tf.ts'
import { getWeights, setWeights } from './weights.ts'

/** What is trained, on what, and how. */
export interface TrainJob {
  readonly model: tfjs.LayersModel
  readonly data: PreparedData
  readonly setup: TrainingSetup
  readonly backend: BackendReport
}

/** Means over the steps since the last reading. */
export interface Reading {
  readonly steps: number
  readonly samples: number
  readonly loss: number
  readonly accuracy: number
  /** Working time, s. */
  readonly seconds: number
}

/** About how often losses are read from the device, ms, and how many steps may wait unread. */
const READ_EVERY = 100
const MOST_UNREAD = 64

/** The state of one training: steps done, results not yet read, sums of the epoch, last good weights. */
export class Run {
  readonly context: StepContext
  readonly objective: Objective
  readonly batchesPerEpoch: number
  step = 0
  readonly epochSums = { loss: 0, correct: 0, samples: 0 }
  /** Working seconds and samples of the whole run. */
  readonly total = { seconds: 0, samples: 0 }
  private readonly batches: Batches
  private readonly seeds: readonly number[]
  private unread: { result: tfjs.Tensor1D; samples: number; indices: Int32Array }[] = []
  private busy = 0
  private stride = 1
  private lastGood: readonly NamedWeight[] = []
  private order: Int32Array = new Int32Array()
  private readonly job: TrainJob
  private readonly tf: Tf

  private constructor(tf: Tf, job: TrainJob, objective: Objective) {
    const { setup, model, data } = job
    this.tf = tf
    this.job = job
    this.objective = objective
    this.batchesPerEpoch = Math.ceil(data.train.count / setup.batchSize)
    this.batches = openBatches(tf, data.train, data.shape)
    this.context = {
      tf,
      objective,
      optimizer: optimizers[setup.optimizer].make(tf, setup.learningRate),
      variables: trainableVariables(model),
      random: randomLayers(model),
      seed: setup.seed,
      checkFirst: job.backend.backend === 'wasm' || job.backend.backend === 'cpu',
    }
    this.seeds = this.context.random.map(layer => layer.seed)
  }

  /** Checks that the job can be trained and prepares it. */
  static async open(tf: Tf, job: TrainJob): Promise<Result<Run>> {
    if (job.data.train.count === 0) return fail('train/no-samples', 'There is nothing to train on: this data has no training samples.')
    const objective = objectiveOf(tf, job.model, job.setup.loss, job.data)
    if (!objective.ok) return objective
    if (job.model.trainableWeights.length === 0)
      return fail('train/nothing-to-train', 'No layer of this network can learn: add one with weights, or unfreeze one.')
    const run = new Run(tf, job, objective.value)
    await run.keepGood()
    return ok(run)
  }

  /** Puts the training samples in this epoch's order. */
  shuffle(epoch: number): void {
    Object.assign(this.epochSums, { loss: 0, correct: 0, samples: 0 })
    this.order = rng(mixSeed(this.job.setup.seed, 'shuffle', epoch)).shuffle(range(0, this.job.data.train.count))
  }

  /** Trains on one batch of the epoch, counted from 0, at this learning rate. */
  train(batch: number, learningRate: number): void {
    const started = performance.now()
    const { batchSize } = this.job.setup
    const indices = this.order.slice(batch * batchSize, (batch + 1) * batchSize)
    const data = this.batches.take(indices)
    this.step += 1
    setLearningRate(this.context.optimizer, learningRate)
    const result = trainStep(this.context, data, this.step)
    this.tf.dispose([data.x, data.y])
    this.unread.push({ result, samples: indices.length, indices })
    this.busy += performance.now() - started
  }

  /** True when it is time to read what the device has gathered. */
  get due(): boolean {
    return this.unread.length >= this.stride
  }

  /** Waits for the device and reads the losses since the last time; throws an issue when one is broken. Null when there are none. */
  async read(): Promise<Reading | null> {
    const steps = this.unread
    if (steps.length === 0) return null
    this.unread = []
    const started = performance.now()
    const all = this.tf.concat(steps.map(s => s.result))
    const values = await all.data()
    this.tf.dispose([all, ...steps.map(s => s.result)])
    const seconds = Math.max((this.busy + performance.now() - started) / 1000, 1e-6)
    this.busy = 0
    this.stride = Math.min(MOST_UNREAD, Math.max(1, Math.floor((READ_EVERY / 1000 / seconds) * steps.length)))
    const sums = { loss: 0, correct: 0, samples: 0 }
    for (const [i, { samples, indices }] of steps.entries()) {
      const loss = values[2 * i] ?? Number.NaN
      if (isBroken(loss, this.objective.loss.positive)) await this.fail(loss, this.step - steps.length + 1 + i, indices)
      sums.loss += loss * samples
      sums.correct += values[2 * i + 1] ?? Number.NaN
      sums.samples += samples
      // Straight into the epoch's sums, so that they do not depend on when results are read.
      this.epochSums.loss += loss * samples
      this.epochSums.correct += values[2 * i + 1] ?? Number.NaN
      this.epochSums.samples += samples
    }
    this.total.seconds += seconds
    this.total.samples += sums.samples
    return { steps: steps.length, samples: sums.samples, loss: sums.loss / sums.samples, accuracy: sums.correct / sums.samples, seconds }
  }

  /** Remembers the weights as good, or throws when one is not finite. */
  async keepGood(): Promise<void> {
    const weights = await getWeights(this.job.model)
    const node = brokenWeight(weights)
    if (node) {
      this.restore()
      throw new IssueError(brokenIssue(Number.NaN, this.step, { node, what: 'weights' }))
    }
    this.lastGood = weights
  }

  dispose(): void {
    this.tf.dispose(this.unread.map(s => s.result))
    this.unread = []
    this.context.random.forEach((layer, i) => {
      layer.seed = this.seeds[i] ?? layer.seed
    })
    disposeOptimizer(this.context.optimizer)
    this.batches.dispose()
  }

  private restore(): void {
    setWeights(this.tf, this.job.model, this.lastGood)
  }

  /** Names the layer that broke first, puts the last good weights back and throws. */
  private async fail(loss: number, step: number, indices: Int32Array): Promise<never> {
    const { x, y } = this.batches.take(indices)
    const place = await findBroken(this.tf, this.job.model, x)
    this.tf.dispose([x, y])
    this.restore()
    throw new IssueError(brokenIssue(loss, step, place))
  }
}
