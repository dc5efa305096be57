import type { CommandQueue } from './commands.ts'
import { engineIssue } from './health.ts'
import type { Pace } from './predict.ts'
import type { NamedWeight, Score, TrainEvent } from './protocol.ts'
import { type Reading, Run, type TrainJob } from './run.ts'
import { schedules } from './schedules.ts'
import type { EngineTf } from './tf.ts'

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
  private readonly run: Run
  private rate: number

  constructor(job: TrainJob, deps: TrainDeps, run: Run) {
    this.job = job
    this.deps = deps
    this.run = run
    this.rate = job.setup.learningRate
  }

  /** Trains all epochs; false when it was stopped. */
  async *all(): Events {
    let last: { train: Score; validation: Score | null } = { train: { loss: Number.NaN, accuracy: Number.NaN }, validation: null }
    for (this.epoch = 1; this.epoch <= this.job.setup.epochs; this.epoch++) {
      const started = this.run.total.seconds
      if (!(yield* this.trainEpoch())) return false
      const scored = this.run.score(this.run.epochSums)
      this.deps.keep?.(this.epoch, await this.run.keepGood())
      last = { train: scored, validation: await this.validate() }
      yield { type: 'epoch', epoch: this.epoch, step: this.run.step, ...last, seconds: this.run.total.seconds - started }
    }
    const { seconds, samples } = this.run.total
    const imagesPerSecond = samples / Math.max(seconds, 1e-6)
    yield { type: 'done', step: this.run.step, epochs: this.job.setup.epochs, seconds, ...last, imagesPerSecond }
    return true
  }

  private async *trainEpoch(): Events {
    await this.run.begin(this.epoch, this.pace)
    for (this.batch = 0; this.batch < this.run.batchesPerEpoch; this.batch++) {
      if (!(yield* this.obey())) return false
      this.run.train(this.batch, this.scheduled())
      const last = this.batch === this.run.batchesPerEpoch - 1
      if (this.run.due || this.once || last) yield* this.report()
      this.once = false
      await this.deps.between?.(this.run.step)
      await this.deps.engine.breathe()
    }
    return yield* this.obey()
  }

  /** Does what was commanded since the last step; false to stop. */
  private async *obey(): Events {
    const { commands, signal } = this.deps
    for (;;) {
      const command = signal?.aborted ? ({ type: 'stop' } as const) : commands.take()
      switch (command?.type) {
        case 'stop':
          yield* this.report()
          await this.run.settle()
          yield { type: 'stopped', step: this.run.step }
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
          if (this.paused) yield { type: 'resumed', step: this.run.step }
          this.paused = false
          break
        case 'learningRate':
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
    await this.run.settle()
    this.paused = true
    yield { type: 'paused', step: this.run.step }
  }

  private changeRate(to: number): TrainEvent {
    const from = this.rate
    this.rate = to
    return { type: 'changed', step: this.run.step, what: 'learningRate', from, to }
  }

  /** The learning rate of the next step. */
  private scheduled(): number {
    const { schedule, epochs } = this.job.setup
    return this.rate * schedules[schedule].factor(this.run.step / (epochs * this.run.batchesPerEpoch))
  }

  private async *report(): AsyncGenerator<TrainEvent> {
    const reading = await this.run.read()
    if (reading) yield this.batchEvent(reading)
  }

  private batchEvent(reading: Reading): TrainEvent {
    const { step, batchesPerEpoch, total } = this.run
    const left = this.job.setup.epochs * batchesPerEpoch - step
    return {
      type: 'batch',
      step,
      epoch: Math.ceil(step / batchesPerEpoch),
      batch: ((step - 1) % batchesPerEpoch) + 1,
      loss: reading.loss,
      accuracy: reading.accuracy,
      ...(reading.mae === undefined ? {} : { mae: reading.mae }),
      imagesPerSecond: reading.samples / reading.seconds,
      secondsLeft: (total.seconds / step) * left,
    }
  }

  private async validate(): Promise<Score | null> {
    const found = await this.run.evaluate(this.pace)
    if (!found) return null
    const { loss, accuracy, metrics } = found
    return { loss, accuracy, ...(metrics.mae === undefined ? {} : { mae: metrics.mae }) }
  }

  private get pace(): Pace {
    const { engine, commands, signal } = this.deps
    return { breathe: () => engine.breathe(), stopping: () => signal?.aborted === true || commands.stopping() }
  }
}

const started = (job: TrainJob, run: Run): TrainEvent => ({
  type: 'started',
  backend: run.report,
  samples: { train: job.data.train.count, validation: job.data.validation.count, test: job.data.test.count },
  batches: run.batchesPerEpoch,
  epochs: job.setup.epochs,
  dataHash: job.data.hash,
  parameters: job.model.countParams(),
})

/**
 * Trains a model and tells what happens. Obeys commands between two steps. Same seed, same backend, same losses. What goes wrong, such
 * as a loss that is not finite, ends it with `failed` and the weights of the last good epoch. The caller keeps the model.
 */
export async function* train(job: TrainJob, deps: TrainDeps): AsyncGenerator<TrainEvent> {
  let run: Run | null = null
  const wake = () => deps.commands.push({ type: 'stop' })
  deps.signal?.addEventListener('abort', wake, { once: true })
  try {
    const opened = await Run.open(deps.engine, job)
    if (!opened.ok) {
      yield { type: 'failed', step: 0, issue: opened.issues[0] }
      return
    }
    run = opened.value
    yield started(job, run)
    yield* new Training(job, deps, run).all()
  } catch (error) {
    run?.restore()
    yield { type: 'failed', step: run?.step ?? 0, issue: await engineIssue(error, 'train/failed', deps.engine) }
  } finally {
    deps.signal?.removeEventListener('abort', wake)
    await run?.dispose()
  }
}
