import { IssueError } from '../result.ts'
import { Asked } from './asked.ts'
import type { CommandQueue } from './commands.ts'
import { askEpoch, type EpochEnd, takeScores, takeWeights } from './epochEnd.ts'
import { engineIssue } from './health.ts'
import { effortRatio, type OpenPhase, openPhase, type Phase, phasesOf } from './phases.ts'
import type { Pace } from './predict.ts'
import type { BackendReport, NamedWeight, PhaseName, Score, TrainEvent } from './protocol.ts'
import type { AskedScores, Reading, Run, TrainJob } from './run.ts'
import { schedules } from './schedules.ts'
import type { EngineTf } from './tf.ts'
import { freshen, heldWeights } from './weights.ts'

export type { TrainJob } from './run.ts'

/** What training needs of its surroundings. */
export interface TrainDeps {
  readonly engine: EngineTf
  readonly commands: CommandQueue
  /** Stops like the command does. */
  readonly signal?: AbortSignal
  /** Called after each step, e.g. to look inside; training waits for it. */
  between?(step: number): Promise<void>
  /** Called with the weights of every epoch that ended well, so that they can be kept elsewhere; they belong to the training. */
  keep?(epoch: number, weights: readonly NamedWeight[]): void
}

type Events = AsyncGenerator<TrainEvent, boolean>

class Training {
  private epoch = 1
  private batch = 0
  private paused = false
  private once = false
  private readonly job: TrainJob
  private readonly deps: TrainDeps
  private readonly phases: readonly Phase[]
  private phase: Phase
  private open: OpenPhase | null = null
  private rate = 0
  private stepsBefore = 0
  /** Losses and ends of epochs that have been asked for and not been told. */
  private readonly asked = new Asked<AsyncGenerator<TrainEvent>>()
  private last: { train: Score; validation: Score | null } = { train: { loss: Number.NaN, accuracy: Number.NaN }, validation: null }
  /** Working seconds of the phase when the last end of an epoch was told. */
  private told = 0
  /** Working seconds and samples of earlier phases. */
  private readonly earlier = { seconds: 0, samples: 0 }

  constructor(job: TrainJob, deps: TrainDeps, [first, ...more]: readonly [Phase, ...Phase[]]) {
    this.job = job
    this.deps = deps
    this.phases = [first, ...more]
    this.phase = first
  }

  /** Steps so far. */
  get step(): number {
    return this.open?.run.step ?? this.stepsBefore
  }

  /** Trains all phases; false when it was stopped. */
  async *all(): Events {
    for (const phase of this.phases) {
      this.phase = phase
      if (!(yield* this.begin()) || !(yield* this.trainPhase())) return false
      const { seconds, samples } = this.run.total
      this.earlier.seconds += seconds
      this.earlier.samples += samples
      this.stepsBefore = this.run.step
      await this.close()
    }
    const { seconds, samples } = this.earlier
    const imagesPerSecond = samples / Math.max(seconds, 1e-6)
    yield { type: 'done', step: this.stepsBefore, epochs: this.epochs, seconds, ...this.last, imagesPerSecond }
    return true
  }

  /** Ends the phase under way; the model gets its weights. */
  async close(): Promise<void> {
    const { open } = this
    this.open = null
    await open?.close()
  }

  private get run(): Run {
    if (!this.open) throw new Error('No phase is open.')
    return this.open.run
  }

  private get epochs(): number {
    return this.phases.reduce((sum, phase) => sum + phase.setup.epochs, 0)
  }

  /** Opens the phase; false when it was stopped meanwhile. */
  private async *begin(): Events {
    const { phase, job } = this
    const first = phase === this.phases[0]
    this.rate = phase.setup.learningRate
    if (first && phase.trunk) yield this.started(job.backend)
    const opened = yield* this.prepare()
    if (!opened) return false
    this.open = opened
    const { run, features } = opened
    if (first && !phase.trunk) yield this.started(run.report)
    if (!phase.name) return true
    yield {
      type: 'phase',
      step: run.step,
      phase: phase.name,
      epochs: phase.setup.epochs,
      learningRate: this.rate,
      trainable: run.parameters,
      backend: run.report,
      features,
      note: phase.note,
    }
    return true
  }

  /** Gets the phase ready and obeys between two portions of that work; null when it was stopped meanwhile. */
  private async *prepare(): AsyncGenerator<TrainEvent, OpenPhase | null> {
    const opening = openPhase(this.deps.engine, this.phase, this.stepsBefore, this.pace)
    try {
      for (;;) {
        const made = await opening.next()
        if (!made.done) {
          yield made.value
          if (!(yield* this.obey())) return null
          this.once = false
        } else if (!made.value) {
          yield { type: 'stopped', step: this.step }
          return null
        } else {
          if (!made.value.ok) throw new IssueError(made.value.issues[0])
          return made.value.value
        }
      }
    } finally {
      await opening.return(null)
    }
  }

  private started(backend: BackendReport): TrainEvent {
    const { data, model, setup } = this.job
    const samples = { train: data.train.count, validation: data.validation.count, test: data.test.count }
    const batches = Math.ceil(data.train.count / setup.batchSize)
    return { type: 'started', backend, samples, batches, epochs: this.epochs, dataHash: data.hash, parameters: model.countParams() }
  }

  private async *trainPhase(): Events {
    const { setup, epochsBefore } = this.phase
    this.told = 0
    for (this.epoch = epochsBefore + 1; this.epoch <= epochsBefore + setup.epochs; this.epoch++) {
      if (!(yield* this.trainEpoch())) return false
      await this.askEpoch()
      yield* this.tell(this.run.most)
    }
    yield* this.tell(0)
    return true
  }

  /** Asks for what belongs to the end of the epoch. */
  private async askEpoch(): Promise<void> {
    const { epoch } = this
    const end = await askEpoch(this.run, this.pace)
    this.asked.add(end.step, end.answered, () => this.tellEpoch(epoch, end))
  }

  private async *tellEpoch(epoch: number, end: EpochEnd): AsyncGenerator<TrainEvent> {
    const { run } = this
    const good = await takeWeights(run, end)
    this.deps.keep?.(epoch, this.open?.features ? await heldWeights(this.job.model, good) : good)
    this.last = await takeScores(run, end)
    const seconds = run.secondsOf(end.sums.samples, run.total.seconds - this.told)
    this.told = run.total.seconds
    yield { type: 'epoch', epoch, step: end.step, ...this.last, seconds, ...this.named }
  }

  /** Tells what has been answered; waits for the answers to what was asked `most` steps ago and more. */
  private async *tell(most: number): AsyncGenerator<TrainEvent> {
    for (let take = this.asked.next(this.step, most); take; take = this.asked.next(this.step, most)) yield* take()
  }

  /** Goes back to the last good weights. */
  restore(): void {
    this.open?.run.restore()
  }

  /** What events carry of the phase. */
  private get named(): { readonly phase?: PhaseName } {
    return this.phase.name ? { phase: this.phase.name } : {}
  }

  private async *trainEpoch(): Events {
    await this.run.begin(this.epoch, this.pace)
    for (this.batch = 0; this.batch < this.run.batchesPerEpoch; this.batch++) {
      if (!(yield* this.obey())) return false
      this.run.train(this.batch, this.scheduled())
      const last = this.batch === this.run.batchesPerEpoch - 1
      if (this.run.due || this.once || last) this.ask()
      yield* this.tell(this.once ? 0 : this.run.most)
      this.once = false
      await this.deps.between?.(this.run.step)
      await this.deps.engine.breathe()
    }
    return yield* this.obey()
  }

  /** Does what was commanded since the last step; false to stop. */
  private async *obey(): Events {
    // A step that was asked for between two epochs is taken in the second.
    if (this.once) return true
    const { commands, signal } = this.deps
    for (;;) {
      const command = signal?.aborted ? ({ type: 'stop' } as const) : commands.take()
      switch (command?.type) {
        case 'stop':
          yield* this.report()
          await freshen(this.job.model)
          yield { type: 'stopped', step: this.step }
          return false
        case 'pause':
          yield* this.pause()
          break
        case 'step':
          if (this.paused) {
            this.once = true
            return true
          }
          yield* this.pause()
          break
        case 'resume':
          if (this.paused) yield { type: 'resumed', step: this.step }
          this.paused = false
          break
        case 'learningRate':
          if (!this.isMeant(command.phase)) break
          // What is told later belongs to the new rate.
          yield* this.tell(0)
          yield this.changeRate(command.value)
          break
        default:
          if (!this.paused) return true
          await commands.wait()
      }
    }
  }

  private async *pause(): AsyncGenerator<TrainEvent> {
    if (this.paused) return
    yield* this.report()
    await freshen(this.job.model)
    this.paused = true
    yield { type: 'paused', step: this.step }
  }

  /** Whether a command for a phase, if it names one, came while that phase runs. */
  private isMeant(phase: PhaseName | undefined): boolean {
    return phase === undefined || this.phase.name === null || phase === this.phase.name
  }

  private changeRate(to: number): TrainEvent {
    const from = this.rate
    this.rate = to
    return { type: 'changed', step: this.step, what: 'learningRate', from, to }
  }

  /** The learning rate of the next step. */
  private scheduled(): number {
    const { schedule, epochs } = this.phase.setup
    return this.rate * schedules[schedule].factor((this.run.step - this.stepsBefore) / (epochs * this.run.batchesPerEpoch))
  }

  /** Asks for the losses of the steps since the last time. */
  private ask(): void {
    const scores = this.open?.run.ask()
    if (scores) this.asked.add(scores.step, scores.scores, () => this.tellLosses(scores))
  }

  private async *tellLosses(scores: AskedScores): AsyncGenerator<TrainEvent> {
    yield this.batchEvent(await this.run.take(scores))
  }

  /** Tells the losses of all steps so far, and whatever else was asked for. */
  private async *report(): AsyncGenerator<TrainEvent> {
    this.ask()
    yield* this.tell(0)
  }

  private batchEvent(reading: Reading): TrainEvent {
    const { batchesPerEpoch } = this.run
    const { step } = reading
    return {
      type: 'batch',
      step,
      epoch: Math.ceil(step / batchesPerEpoch),
      batch: ((step - 1) % batchesPerEpoch) + 1,
      loss: reading.loss,
      accuracy: reading.accuracy,
      ...(reading.mae === undefined ? {} : { mae: reading.mae }),
      imagesPerSecond: reading.imagesPerSecond,
      secondsLeft: this.secondsLeft(),
      ...this.named,
    }
  }

  /** An estimate for this phase and those after it, which compute more per step. */
  private secondsLeft(): number {
    const { run, phase, open } = this
    const { steps, seconds } = run.total
    const perStep = seconds / Math.max(1, steps)
    const uncached = open?.features?.uncached
    const whole = uncached ? phase.setup.batchSize / uncached : perStep
    const later = this.phases
      .slice(this.phases.indexOf(phase) + 1)
      .reduce((sum, next) => sum + next.setup.epochs * run.batchesPerEpoch * whole * effortRatio(phase, next), 0)
    return perStep * (phase.setup.epochs * run.batchesPerEpoch - steps) + later
  }

  private get pace(): Pace {
    const { engine, commands, signal } = this.deps
    return { breathe: () => engine.breathe(), stopping: () => signal?.aborted === true || commands.stopping() }
  }
}

/**
 * Trains a model and tells what happens. Obeys commands between two steps. Same seed, same backend, same losses. What goes wrong, such
 * as a loss that is not finite, ends it with `failed` and the weights of the last good epoch. The caller keeps the model.
 */
export async function* train(job: TrainJob, deps: TrainDeps): AsyncGenerator<TrainEvent> {
  const training = new Training(job, deps, phasesOf(job))
  const wake = () => deps.commands.push({ type: 'stop' })
  deps.signal?.addEventListener('abort', wake, { once: true })
  try {
    yield* training.all()
  } catch (error) {
    training.restore()
    yield { type: 'failed', step: training.step, issue: await engineIssue(error, 'train/failed', deps.engine) }
  } finally {
    deps.signal?.removeEventListener('abort', wake)
    await training.close()
  }
}
