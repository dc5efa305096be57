import type * as tfjs from '@tensorflow/tfjs'
import { type ChangingPart, changingPart } from '../data/prepare/changing.ts'
import type { PreparedData } from '../data/prepared.ts'
import type { Augmentation, TrainingSetup } from '../graph/document.ts'
import type { Resolved } from '../graph/resolved.ts'
import { fail, IssueError, ok, type Result } from '../result.ts'
import { mixSeed, rng } from '../rng.ts'
import { openBatches, range } from './batches.ts'
import { evaluate } from './evaluate.ts'
import { brokenIssue, brokenWeight, findBroken } from './health.ts'
import { type Objective, objectiveOf } from './objective.ts'
import type { PlanExecutor } from './plan/executor.ts'
import type { BatchScore } from './plan/wasm/run.ts'
import { evaluatePlan, type OpenPlan, openPlan, reportOf } from './planned.ts'
import type { Pace } from './predict.ts'
import type { BackendReport, Evaluation, NamedWeight, Score } from './protocol.ts'
import { isBroken } from './step.ts'
import { planStepper, type Stepper, tfStepper } from './steppers.ts'
import type { EngineTf, Tf } from './tf.ts'
import { freshen, getWeights, setWeights } from './weights.ts'

/** What is trained, on what, and how. */
export interface TrainJob {
  readonly model: tfjs.LayersModel
  readonly data: PreparedData
  readonly setup: TrainingSetup
  readonly backend: BackendReport
  /** Random changes to the training pictures, anew in each epoch; none when absent. */
  readonly augment?: Augmentation
  /** The network that the model was built from; with it the fast engine can train. */
  readonly resolved?: Resolved
  /** `tfjs` switches the fast engine off. */
  readonly engine?: 'auto' | 'tfjs'
}

/** Losses that a device was asked for: of which steps, the last of them, and the sums of their epoch. */
export interface AskedScores {
  readonly steps: readonly Int32Array[]
  readonly step: number
  readonly sums: Sums
  readonly scores: Promise<readonly BatchScore[]>
}

interface Sums {
  loss: number
  correct: number
  samples: number
}

/** Means over the steps since the last reading. */
export interface Reading {
  /** The last step read. */
  readonly step: number
  readonly loss: number
  readonly accuracy: number
  readonly mae?: number
  /** Samples per second of working time, over about half a second. */
  readonly imagesPerSecond: number
}

/** What was done in some working time, s. */
interface Work {
  readonly seconds: number
  readonly steps: number
  readonly samples: number
}

/** About how often losses are read from the device, ms, and how many steps may wait unread. */
const READ_EVERY = 100
const MOST_UNREAD = 64
/** Time over which the rate is taken, ms. */
const PACE_OVER = 500

/** The state of one training: steps done, results not yet read, sums of the epoch, last good weights. */
export class Run {
  readonly objective: Objective
  /** What trains, where and why. */
  readonly report: BackendReport
  readonly batchesPerEpoch: number
  step: number
  epochSums: Sums = { loss: 0, correct: 0, samples: 0 }
  /** Working seconds, samples and steps of the whole run, as far as they have been read. */
  readonly total = { seconds: 0, samples: 0, steps: 0 }
  private readonly stepper: Stepper
  private readonly plan: PlanExecutor | null
  private unread: Int32Array[] = []
  private busy = 0
  private readonly recent: Work[] = []
  private readonly pace = { seconds: 0, steps: 0, samples: 0 }
  private stride = 1
  private lastGood: readonly NamedWeight[] = []
  private order: Int32Array = new Int32Array()
  private readonly job: TrainJob
  private readonly tf: Tf
  private readonly pictures: ChangingPart | null

  private constructor(tf: Tf, job: TrainJob, objective: Objective, plan: Result<OpenPlan>, pictures: ChangingPart | null, step: number) {
    this.tf = tf
    this.step = step
    this.job = job
    this.pictures = pictures
    this.objective = objective
    this.batchesPerEpoch = Math.ceil(job.data.train.count / job.setup.batchSize)
    this.plan = plan.ok ? plan.value : null
    this.stepper = plan.ok ? planStepper(tf, job, plan.value) : tfStepper(tf, job, objective)
    this.report = reportOf(job.backend, plan)
  }

  /** Checks that the job can be trained and prepares it; `step` says how many steps went before. */
  static async open(engine: EngineTf, job: TrainJob, step = 0): Promise<Result<Run>> {
    const { tf } = engine
    if (job.data.train.count === 0) return fail('train/no-samples', 'There is nothing to train on: this data has no training samples.')
    const objective = objectiveOf(tf, job.model, job.setup.loss, job.data)
    if (!objective.ok) return objective
    if (job.model.trainableWeights.length === 0)
      return fail('train/nothing-to-train', 'No layer of this network can learn: add one with weights, or unfreeze one.')
    const pictures = changingPart(job.data, job.augment ?? {}, job.setup.seed)
    if (!pictures.ok) return pictures
    const changed = pictures.value ? { ...job, data: { ...job.data, train: pictures.value.part } } : job
    const run = new Run(tf, changed, objective.value, await openPlan(engine, changed, objective.value), pictures.value, step)
    try {
      run.keepGood(await run.weights(), step)
    } catch (error) {
      await run.dispose()
      throw error
    }
    return ok(run)
  }

  /** Puts the training samples in this epoch's order and changes them where that is wanted; ends early when told to. */
  async begin(epoch: number, pace: Pace): Promise<void> {
    this.epochSums = { loss: 0, correct: 0, samples: 0 }
    this.order = rng(mixSeed(this.job.setup.seed, 'shuffle', epoch)).shuffle(range(0, this.job.data.train.count))
    if (!this.pictures) return
    const started = performance.now()
    await this.pictures.change(epoch, pace)
    this.stepper.reload()
    this.busy += performance.now() - started
  }

  /** Trains on one batch of the epoch, counted from 0, at this learning rate. */
  train(batch: number, learningRate: number): void {
    const started = performance.now()
    const { batchSize } = this.job.setup
    const indices = this.order.slice(batch * batchSize, (batch + 1) * batchSize)
    this.step += 1
    this.stepper.step(indices, learningRate, this.step)
    this.unread.push(indices)
    this.busy += performance.now() - started
  }

  /** Number of weights that are trained. */
  get parameters(): number {
    return this.job.model.trainableWeights.reduce((sum, weight) => sum + weight.shape.reduce<number>((n, d) => n * (d ?? 1), 1), 0)
  }

  /** True when it is time to read what the device has gathered. */
  get due(): boolean {
    return this.unread.length >= this.stride
  }

  /** Whether results come later, of the weights as they were when asked for, so that training can go on meanwhile. */
  get ahead(): boolean {
    return this.plan?.read !== undefined
  }

  /** How many steps may be taken before the results of earlier ones are waited for. */
  get most(): number {
    return this.ahead ? this.stride : 0
  }

  /** Asks for the losses since the last time; null when there are none. */
  ask(): AskedScores | null {
    const steps = this.unread
    if (steps.length === 0) return null
    this.unread = []
    return { steps, step: this.step, sums: this.epochSums, scores: this.stepper.read() }
  }

  /** Waits for something as part of the work. */
  async working<T>(answer: Promise<T>): Promise<T> {
    const started = performance.now()
    try {
      return await answer
    } finally {
      this.busy += performance.now() - started
    }
  }

  /** Waits for losses that were asked for, in the order of asking; throws an issue when one is broken. */
  async take({ steps, step, sums: ofEpoch, scores }: AskedScores): Promise<Reading> {
    const found = await this.working(scores)
    const seconds = Math.max(this.busy / 1000, 1e-6)
    this.busy = 0
    const samples = steps.reduce((sum, indices) => sum + indices.length, 0)
    const work = { seconds, steps: steps.length, samples }
    this.paced(work)
    const { pace } = this
    // What comes at once tells by itself how long a step takes; a first one that was slow would be held against many.
    const known = this.ahead ? pace : work
    this.stride = Math.min(MOST_UNREAD, Math.max(1, Math.floor((READ_EVERY / 1000 / known.seconds) * known.steps)))
    const sums = { loss: 0, correct: 0, samples: 0 }
    for (const [i, indices] of steps.entries()) {
      const { loss = Number.NaN, correct = Number.NaN } = found[i] ?? {}
      if (isBroken(loss, this.objective.loss.positive)) await this.fail(loss, step - steps.length + 1 + i, indices)
      // Straight into the epoch's sums too, so that they do not depend on when results are read.
      for (const into of [sums, ofEpoch]) {
        into.loss += loss * indices.length
        into.correct += correct
        into.samples += indices.length
      }
    }
    this.total.seconds += seconds
    this.total.samples += samples
    this.total.steps += steps.length
    return { step, ...this.score(sums), imagesPerSecond: pace.samples / pace.seconds }
  }

  /** Working seconds of an epoch of so many samples that was measured to take so long: a short one whose results came in a burst takes what samples took lately. */
  secondsOf(samples: number, measured: number): number {
    const burst = this.ahead && measured < PACE_OVER / 1000
    return burst ? (samples * this.pace.seconds) / this.pace.samples : measured
  }

  /** Adds to the work of the last readings, as many as took about half a second: what a graphics card answers in a burst says little alone. */
  private paced(work: Work): void {
    const { pace, recent } = this
    const add = (sign: 1 | -1, { seconds, steps, samples }: Work): void => {
      pace.seconds += sign * seconds
      pace.steps += sign * steps
      pace.samples += sign * samples
    }
    recent.push(work)
    add(1, work)
    for (let [first] = recent; first && pace.seconds - first.seconds > PACE_OVER / 1000; [first] = recent) {
      recent.shift()
      add(-1, first)
    }
  }

  /** Means of sums: what was counted beside the loss is right classes, or the absolute error of values. */
  score({ loss, correct, samples }: { readonly loss: number; readonly correct: number; readonly samples: number }): Score {
    const mean = correct / samples
    const valued = this.objective.head.kind === 'values'
    return valued ? { loss: loss / samples, accuracy: Number.NaN, mae: mean } : { loss: loss / samples, accuracy: mean }
  }

  /** All weights as they are after the steps so far. */
  async weights(): Promise<readonly NamedWeight[]> {
    return this.plan ? this.plan.getWeights() : getWeights(this.job.model)
  }

  /** Remembers the weights after a step as good, or throws when one is not finite. */
  keepGood(weights: readonly NamedWeight[], step: number): void {
    const node = brokenWeight(weights)
    if (node) throw new IssueError(brokenIssue(Number.NaN, step, { node, what: 'weights' }))
    this.lastGood = weights
  }

  /** Puts the last good weights into the model for good: what a plan holds may be half of a step, or on a device that is lost. */
  restore(): void {
    this.stepper.abandon?.()
    setWeights(this.tf, this.job.model, this.lastGood)
  }

  /** Loss and accuracy over the validation part; null when there is none, or the pass was told to end. `sent` is called once a plan can train on. */
  evaluate(pace: Pace, sent?: () => void): Promise<Evaluation | null> {
    const { data, setup } = this.job
    if (this.plan) return evaluatePlan(this.plan, this.objective, data.validation, pace, sent)
    const batchSize = Math.max(setup.batchSize, 64)
    return evaluate({ tf: this.tf, objective: this.objective, part: data.validation, shape: data.shape, pace, batchSize })
  }

  async dispose(): Promise<void> {
    this.unread = []
    await this.stepper.dispose()
  }

  /** Names the layer that broke first and throws. */
  private async fail(loss: number, step: number, indices: Int32Array): Promise<never> {
    const { data, model } = this.job
    await freshen(model)
    const batches = openBatches(this.tf, data.train, data.shape)
    const { x, y } = batches.take(indices)
    const place = await findBroken(this.tf, model, x)
    this.tf.dispose([x, y])
    batches.dispose()
    throw new IssueError(brokenIssue(loss, step, place))
  }
}
